"""Reading NumPy's .npz: a zip archive with an array in each member. What is pickled is never loaded.

Headers are read first, and nothing else of a member that is not wanted, so that an archive that unpacks to far more
than it should is refused before memory is taken for it.
"""

import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any, BinaryIO, NamedTuple

import numpy as np
from numpy.lib import format as npy

from app.nn.errors import NetworkError, Problem
from app.nn.reading import MAXIMUM_PROBLEMS, Array, Shape, pointer_to

ENDING = ".npy"
LARGEST_HEADER = 10_000
ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError)

Check = Callable[[str, Shape], list[Problem]]
"""Says what is wrong with an array of this name and shape, if anything: it is not read then."""


class Header(NamedTuple):
    """What a member says of its array."""

    shape: Shape
    fortran: bool
    dtype: np.dtype[Any]


def read_npz(file: BinaryIO, check: Check) -> Mapping[str, Array]:
    """Read all arrays of numbers in an archive, in the order in which they stand; raises `NetworkError`.

    `check` is asked about each before its numbers are read.
    """
    try:
        archive = zipfile.ZipFile(file)
    except _BROKEN as error:
        raise NetworkError([Problem("", f"this is not an .npz file: {error}", "an .npz file")]) from None
    with archive:
        headers: dict[str, tuple[zipfile.ZipInfo, Header]] = {}
        problems: list[Problem] = []
        for member in archive.infolist():
            name = member.filename.removesuffix(ENDING)
            header, found = _read_member_header(archive, member, name, check)
            problems += [problem.within(pointer_to(*name.split("/"))) for problem in found]
            if name in headers:
                problems.append(Problem(pointer_to(*name.split("/")), "stands twice in the archive", "once", "twice"))
            if header is not None:
                headers[name] = (member, header)
            if len(problems) >= MAXIMUM_PROBLEMS:
                break
        if problems:
            raise NetworkError(problems[:MAXIMUM_PROBLEMS])
        return dict(_read_members(archive, headers))


def _read_member_header(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, check: Check
) -> tuple[Header | None, list[Problem]]:
    if not member.filename.endswith(ENDING):
        detail = f'"{member.filename[:60]}" is no array; expected members that end with {ENDING}'
        return None, [Problem("", detail, f"a name that ends with {ENDING}", member.filename[:60])]
    if member.flag_bits & ENCRYPTED:
        return None, [Problem("", "is encrypted", "an archive without a password")]
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return None, [Problem("", "is compressed in a way that NumPy does not write", "stored or deflated")]
    try:
        with archive.open(member) as file:
            header = _read_header(file)
    except _BROKEN as error:
        return None, [Problem("", f"is no array that can be read: {str(error)[:200]}", "an array")]
    if header.dtype.hasobject:
        return None, [Problem("", "holds pickled objects, which are never loaded", "an array of numbers", "objects")]
    if header.dtype.kind not in "fiu" or header.dtype.itemsize > 8:
        return None, [Problem("", f"is of type {header.dtype}", "real numbers of at most 64 bits", str(header.dtype))]
    found = check(name, header.shape)
    return (None, found) if found else (header, [])


def _read_header(file: IO[bytes]) -> Header:
    """Read the header of an array; raises `ValueError`."""
    version = npy.read_magic(file)
    if version not in ((1, 0), (2, 0)):
        message = f"its format is {version[0]}.{version[1]}; read are 1.0 and 2.0"
        raise ValueError(message)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, fortran, dtype = read(file, max_header_size=LARGEST_HEADER)
    return Header(tuple(int(length) for length in shape), fortran, dtype)


def _read_members(
    archive: zipfile.ZipFile, headers: Mapping[str, tuple[zipfile.ZipInfo, Header]]
) -> Iterator[tuple[str, Array]]:
    for name, (member, header) in headers.items():
        count = int(np.prod(header.shape, dtype=np.int64))
        size = count * header.dtype.itemsize
        try:
            with archive.open(member) as file:
                _read_header(file)
                content = file.read(size)
                more = bool(file.read(1))
        except _BROKEN as error:
            detail = f"cannot be read: {str(error)[:200]}"
            raise NetworkError([Problem(pointer_to(*name.split("/")), detail)]) from None
        if len(content) != size or more:
            detail = f"takes {size:,} bytes by its shape, but the archive holds {'more' if more else len(content)}"
            raise NetworkError([Problem(pointer_to(*name.split("/")), detail, f"{size:,} bytes")])
        flat = np.frombuffer(content, header.dtype)
        native = flat.astype(header.dtype.newbyteorder("="), copy=False)
        yield name, native.reshape(header.shape, order="F" if header.fortran else "C")
