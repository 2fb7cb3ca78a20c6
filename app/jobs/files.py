"""Writing so that a reader sees all of a file or the one before, and what is said to be kept is on the disk."""

import contextlib
import errno
import os
import threading
from pathlib import Path
from typing import Any

import orjson

REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "its directory may not be written",
    errno.EPERM: "its directory may not be written",
    errno.EIO: "the disk does not work",
    errno.EFBIG: "a file would be larger than this system allows",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
}


def explain_os_error(error: OSError) -> str:
    """Return what is wrong, without a path in it."""
    return REASONS.get(error.errno or 0) or (error.strerror or type(error).__name__).lower()


def replace_file(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Put `content` in the place of a file at once; raises `OSError`, and then the former one is still there.

    `durable`: it has reached the disk when this returns.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    if durable:
        sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Let the names in a directory reach the disk, where the system can be asked for that."""
    if os.name != "posix":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_json(path: Path) -> Any:
    """Return what a file of JSON holds; `None` if there is no such file, or what is there is no JSON."""
    try:
        return orjson.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, orjson.JSONDecodeError):
        return None
