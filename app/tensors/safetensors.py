"""The safetensors format: named arrays in one piece of bytes, read without copying them and written without joining.

The format: the length of the header (8 bytes, little-endian), a JSON header that says for each name its type, shape
and place, with texts of the writer's own under `__metadata__`, and then all values in C order, little-endian, without
a gap. (Its own library copies every array twice, and gives no metadata of bytes in memory, which is where a request
and an answer have their JSON.)
"""

import math
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Any

import numpy as np
import orjson

from app.nn.errors import NetworkError, Problem
from app.nn.reading import MAXIMUM_DIMENSIONS, MAXIMUM_PROBLEMS, Array, describe, is_integer, pointer_to

METADATA = "__metadata__"
ALIGNMENT = 8
LENGTH_BYTES = 8
FIELDS = ("dtype", "shape", "data_offsets")
SMALL = 2**16
"""Arrays of fewer bytes are copied: that is quicker than to make a view of them."""

NO_TEXTS: Mapping[str, str] = MappingProxyType({})

_NATIVE = sys.byteorder == "little"
_NAMES = {"float64": "F64", "float32": "F32", "int64": "I64"}
_DTYPES: Mapping[str, np.dtype[Any]] = {
    name: np.dtype(code) for name, code in {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8"}.items()
}
_BRAIN_FLOAT = "BF16"  # the upper half of a float32; NumPy has no such type
_WIDTHS = {**{name: dtype.itemsize for name, dtype in _DTYPES.items()}, _BRAIN_FLOAT: 2}


@dataclass(frozen=True)
class Tensors:
    """Named arrays, in the order in which they stand, and texts beside them."""

    arrays: Mapping[str, Array]
    metadata: Mapping[str, str]


def header_length(content: bytes | memoryview) -> int:
    """Return how many bytes the header takes; raises `NetworkError` for what cannot be safetensors at all."""
    if len(content) < LENGTH_BYTES:
        detail = f"safetensors begin with {LENGTH_BYTES} bytes for the header's length; there are {len(content)} bytes"
        raise NetworkError([Problem("", detail, "safetensors", f"{len(content)} bytes")])
    length = int.from_bytes(content[:LENGTH_BYTES], "little")
    if length > len(content) - LENGTH_BYTES:
        rest = len(content) - LENGTH_BYTES
        detail = f"the safetensors header is said to take {length:,} bytes, but only {rest:,} follow"
        raise NetworkError([Problem("", detail, f"at most {rest:,} bytes", f"{length:,} bytes")])
    return length


def read_safetensors(content: bytes | memoryview) -> Tensors:
    """Read safetensors of the types F64, F32, F16, BF16 and I64; BF16 becomes float32.

    The arrays are views of `content` and cannot be written (aligned ones: others are copied). Raises `NetworkError`
    with every mistake, before anything is made that is larger than `content`.
    """
    length = header_length(content)
    view = memoryview(content)
    try:
        header = orjson.loads(view[LENGTH_BYTES : LENGTH_BYTES + length])
    except orjson.JSONDecodeError as error:
        detail = f"the safetensors header is not JSON: {error.msg} at line {error.lineno} column {error.colno}"
        raise NetworkError([Problem("", detail, "a JSON object")]) from None
    if not isinstance(header, dict):
        detail = f"the safetensors header is {describe(header)}; expected an object with an entry for each tensor"
        raise NetworkError([Problem("", detail, "an object", describe(header))])
    metadata = header.pop(METADATA, {})
    problems = _check_metadata(metadata)
    data = view[LENGTH_BYTES + length :]
    for name, entry in header.items():
        problems += [problem.within(pointer_to(name)) for problem in _check_entry(name, entry, len(data))]
        if len(problems) >= MAXIMUM_PROBLEMS:
            break
    problems = problems or _check_cover(header, len(data))
    if problems:
        raise NetworkError(problems[:MAXIMUM_PROBLEMS])
    return Tensors({name: _array(data, entry) for name, entry in header.items()}, metadata)


def _check_metadata(metadata: object) -> list[Problem]:
    if not isinstance(metadata, dict):
        detail = f"{METADATA} is {describe(metadata)}; expected an object of texts"
        return [Problem(pointer_to(METADATA), detail, "an object of texts", describe(metadata))]
    wrong = islice((name for name, text in metadata.items() if not isinstance(text, str)), MAXIMUM_PROBLEMS)
    return [
        Problem(
            pointer_to(METADATA, name),
            f"{METADATA} holds texts only; {describe(name)} is {describe(metadata[name])}",
            "a text",
            describe(metadata[name]),
        )
        for name in wrong
    ]


def _check_entry(name: str, entry: Any, size: int) -> list[Problem]:
    """Say what is wrong with what the header says of one tensor, whose values lie in `size` bytes."""
    if not isinstance(entry, dict) or set(entry) != set(FIELDS):
        expected = f"an object with {', '.join(FIELDS)}"
        detail = f"the entry of the tensor {describe(name)} is {describe(entry)}; expected {expected}"
        return [Problem("", detail, expected, describe(entry))]
    dtype, shape, offsets = (entry[field] for field in FIELDS)
    problems = []
    width = _WIDTHS.get(dtype) if isinstance(dtype, str) else None
    if width is None:
        known = ", ".join(_WIDTHS)
        detail = f"the tensor {describe(name)} has the type {describe(dtype)}; read are {known}"
        problems.append(Problem("/dtype", detail, f"one of {known}", describe(dtype)))
    if not isinstance(shape, list) or not all(is_integer(one, 0) for one in shape) or len(shape) > MAXIMUM_DIMENSIONS:
        expected = f"a list of at most {MAXIMUM_DIMENSIONS} lengths"
        detail = f"the shape of the tensor {describe(name)} is {describe(shape)}; expected {expected}"
        problems.append(Problem("/shape", detail, expected, describe(shape)))
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(is_integer(one, 0) for one in offsets):
        expected = "[start, end]"
        detail = f"data_offsets of the tensor {describe(name)} is {describe(offsets)}; expected {expected}"
        problems.append(Problem("/data_offsets", detail, expected, describe(offsets)))
    if problems:
        return problems
    start, end = offsets
    if not start <= end <= size:
        expected = f"0 ≤ start ≤ end ≤ {size}"
        detail = f"data_offsets of the tensor {describe(name)} is [{start}, {end}]; expected {expected}"
        problems.append(Problem("/data_offsets", detail, expected, f"[{start}, {end}]"))
    elif end - start != math.prod(shape) * (width or 0):
        needed = math.prod(shape) * (width or 0)
        detail = f"the tensor {describe(name)} takes {needed:,} bytes by its shape, but has {end - start:,}"
        problems.append(Problem("/data_offsets", detail, f"{needed:,} bytes", f"{end - start:,} bytes"))
    return problems


def _check_cover(header: Mapping[str, Any], size: int) -> list[Problem]:
    """Say where tensors overlap, or leave bytes between them that nothing explains."""
    problems = []
    places = sorted((*entry["data_offsets"], name) for name, entry in header.items())
    covered, before = 0, ""
    for start, end, name in places:
        if start < covered:
            detail = f"the tensors {describe(before)} and {describe(name)} overlap"
            received = f"one ends at byte {covered}, the other starts at {start}"
            problems.append(Problem(pointer_to(name), f"{detail}: {received}", f"a start at {covered}", str(start)))
        elif start > covered:
            detail = f"the bytes {covered} to {start - 1}, before the tensor {describe(name)}, belong to no tensor"
            problems.append(Problem(pointer_to(name), detail, f"a start at {covered}", str(start)))
        covered, before = max(covered, end), name
    if covered < size:
        detail = f"the last {size - covered:,} bytes belong to no tensor"
        problems.append(Problem("", detail, f"{covered:,} bytes of values", f"{size:,} bytes"))
    return problems


def _array(data: memoryview, entry: Mapping[str, Any]) -> Array:
    """Return the array of an entry that was checked."""
    shape, (start, end) = entry["shape"], entry["data_offsets"]
    if entry["dtype"] == _BRAIN_FLOAT:
        upper = np.frombuffer(data[start:end], dtype="<u2").astype(np.uint32)
        upper <<= 16
        return upper.view(np.float32).reshape(shape)
    dtype = _DTYPES[entry["dtype"]]
    values: Array = np.frombuffer(data[start:end], dtype=dtype)
    if not values.flags.aligned:
        values = values.copy()
    return values.astype(dtype.newbyteorder("="), copy=False).reshape(shape)


def write_safetensors(arrays: Mapping[str, Array], metadata: Mapping[str, str] = NO_TEXTS) -> list[bytes | memoryview]:
    """Return arrays of float64, float32 and int64 as safetensors, in pieces to be sent or written one after the other.

    Large arrays are pieces of their own, views of them where they are contiguous. The header is as long as a multiple
    of 8 bytes and wider types stand first, so that a reader needs no copy to have every value aligned. Names are made
    of names of layers and parameters: nothing in them has to be escaped in JSON.
    """
    named = list(arrays.items())
    if len({values.dtype.itemsize for values in arrays.values()}) > 1:
        named.sort(key=lambda one: -one[1].dtype.itemsize)
    entries = []
    pieces: list[bytes | memoryview] = []
    kinds: dict[tuple[str, tuple[int, ...]], str] = {}
    end = 0
    for name, values in named:
        kind = (values.dtype.char, values.shape)
        text = kinds.get(kind)
        if text is None:
            shape = ",".join(map(str, values.shape))
            text = kinds[kind] = f'"dtype":"{_NAMES[values.dtype.name]}","shape":[{shape}],"data_offsets":['
        size = values.nbytes
        start, end = end, end + size
        entries.append(f'"{name}":{{{text}{start},{end}]}}')
        if size:
            pieces.append(values.tobytes() if size < SMALL and _NATIVE else _bytes_of(values))
    parts = [b'"%b":%b' % (METADATA.encode(), orjson.dumps(dict(metadata)))] if metadata else []
    header = b"{" + b",".join([*parts, *([",".join(entries).encode()] if entries else [])]) + b"}"
    header += b" " * (-len(header) % ALIGNMENT)
    return [len(header).to_bytes(LENGTH_BYTES, "little") + header, *pieces]


def _bytes_of(values: Array) -> memoryview:
    little = values.astype(values.dtype.newbyteorder("<"), copy=False)
    return np.ascontiguousarray(little).reshape(-1).view(np.uint8).data


def total_bytes(pieces: Iterable[bytes | memoryview]) -> int:
    """Return how many bytes there are in all pieces."""
    return sum(map(len, pieces))
