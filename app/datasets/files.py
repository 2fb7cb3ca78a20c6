"""Files of data sets: which there are, where they are looked for, and reading bytes of them, packed or not."""

import gzip
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from app.datasets.record import Folders
from app.errors import NotFound
from app.nn.errors import NetworkError, Problem
from app.nn.reading import Array


@dataclass(frozen=True)
class Member:
    """A file that a data set is read from: its name, and its size in bytes when it is not packed.

    `sha256`, where it is known, is of the file when it is not packed.
    """

    name: str
    size: int
    sha256: str | None = None


@dataclass(frozen=True)
class Download:
    """A file to fetch: the addresses to try in turn, its size in bytes and its MD5, as its makers publish it.

    An archive (`.tar.gz`) holds members; any other file is a member, packed with gzip.
    """

    addresses: tuple[str, ...]
    filename: str
    size: int
    md5: str

    @property
    def archive(self) -> bool:
        """Whether members are taken out of it."""
        return self.filename.endswith(".tar.gz")


@dataclass(frozen=True)
class Files:
    """What a data set is read from: `members` in `folder`, which `downloads` bring."""

    folder: str
    members: tuple[Member, ...]
    downloads: tuple[Download, ...] = ()

    @property
    def download_bytes(self) -> int:
        """How much there is to fetch."""
        return sum(download.size for download in self.downloads)


def find(files: Files, member: Member, folders: Folders) -> Path | None:
    """Return where a member is, packed (`NAME.gz`) or not; `None` if it is in no folder."""
    for place in folders.places:
        for name in (f"{files.folder}/{member.name}", member.name):
            for path in (place / name, place / f"{name}.gz"):
                if path.is_file():
                    return path
    return None


def missing(files: Files, folders: Folders) -> list[str]:
    """Return the names of the members that are in no folder."""
    return [member.name for member in files.members if find(files, member, folders) is None]


def read_bytes(files: Files, member: Member, folders: Folders, start: int, stop: int) -> Array:
    """Return bytes `start` to `stop` of a member, not packed, as uint8.

    Raises `NotFound` if it is not here, and `NetworkError` if the file is not what it should be.
    """
    path = find(files, member, folders)
    if path is None:
        raise NotFound(_not_here(files, folders))
    try:
        status = path.stat()
        if path.suffix == ".gz":
            whole = (start, stop) == (0, member.size)
            identity = (path, member.size, status.st_mtime_ns, status.st_size)
            # All of a file is wanted once, for a training; parts of it again and again.
            unpacked = _unpack(*identity) if whole else _unpacked(*identity)
            return unpacked[start:stop]
        if status.st_size != member.size:
            raise _damaged(path, f"has {status.st_size:,} bytes", member.size)
        return np.fromfile(path, np.uint8, stop - start, offset=start)
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(path, f"cannot be read ({type(error).__name__})", member.size) from error


def _unpack(path: Path, size: int, _modified: int, _packed: int) -> Array:
    """Unpack a file that must be `size` bytes; of more, only one byte is unpacked."""
    with gzip.open(path) as file:
        content = file.read(size + 1)
    if len(content) != size:
        raise _damaged(path, f"holds {'more' if len(content) > size else format(len(content), ',')} bytes", size)
    return np.frombuffer(content, np.uint8)


_unpacked = lru_cache(maxsize=3)(_unpack)


def _damaged(path: Path, what: str, size: int) -> NetworkError:
    expected = f"{size:,} bytes"
    detail = f"the file {path.name} {what}; expected {expected}: it is damaged, or another file"
    return NetworkError([Problem("", detail, expected)])


def _not_here(files: Files, folders: Folders) -> Problem:
    absent = missing(files, folders)
    more = f" and {len(absent) - 1} more" if len(absent) > 1 else ""
    detail = (
        f"{files.folder}/{absent[0]}{more} {'are' if more else 'is'} not here: download the data set, "
        "or put its files into the folder that VITRINE_DATASETS_DIR names"
    )
    return Problem("/name", detail, "a data set that is here")


def checked_labels(labels: Array, classes: Sequence[str], name: str) -> Array:
    """Return class numbers as int64; raises `NetworkError` for one that is no class."""
    if len(labels) and int(labels.max()) >= len(classes):
        detail = f"{name} has the label {int(labels.max())}; expected 0 to {len(classes) - 1}: it is damaged"
        raise NetworkError([Problem("", detail, f"0 to {len(classes) - 1}", str(int(labels.max())))])
    return labels.astype(np.int64)
