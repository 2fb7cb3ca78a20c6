"""Fetching the files of a data set: resumed where it was cut off, checked, unpacked without trusting what is inside.

A file that is not complete is kept as NAME.part, so that the next attempt asks for the rest only. Nothing gets its own
name before it is what it should be.
"""

import errno
import gzip
import hashlib
import http.client
import os
import shutil
import tarfile
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, Protocol, cast

from app.datasets.files import Download, Files, Member

CHUNK = 2**18
TIMEOUT_SECONDS = 30
ATTEMPTS = 5
"""So often an address is tried again when it brought nothing new; each time is waited for twice as long."""

FIRST_WAIT_SECONDS = 1.0
SPARE_BYTES = 64 * 2**20
"""What a download leaves free on the disk."""

OVERHEAD_BYTES = 16 * 2**20
"""What an archive may hold beside the files that are wanted."""

_OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO, errno.EFBIG}

AGENT = "Vitrine (a viewer of neural networks)"


class DownloadError(Exception):
    """The files cannot be had; the text says why, for every address that was tried."""


class Watch(Protocol):
    """Who is told how far a download is, and asked whether it goes on."""

    def progress(self, done: int, total: int, file: str) -> None:
        """Tell that `done` of `total` bytes are there, and which file is fetched."""

    def stopped(self) -> bool:
        """Tell whether to end."""


@dataclass(frozen=True)
class _Place:
    """Where a file is fetched to, how many bytes there were before it, and of how many in all."""

    path: Path
    before: int
    total: int


class _Retry(Exception):
    """The connection broke, or the server is not well: it may go better the next time."""


class _Refused(Exception):
    """This address does not have the file."""


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows the web only: no redirection leads to a file of this machine."""

    def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: str) -> Any:
        if not newurl.startswith(("http://", "https://")):
            message = f"it redirects to {newurl[:80]}"
            raise _Refused(message)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def download(
    files: Files, folder: Path, watch: Watch, mirror: str | None = None, wait_seconds: float = FIRST_WAIT_SECONDS
) -> bool:
    """Fetch the files of a data set into `folder / files.folder`; return whether they are there: `False` if stopped.

    `mirror` is an address to ask instead of the makers': it has `<folder>/<filename>`. Raises `DownloadError`, and
    `OSError` when the disk does not take them.
    """
    target = folder / files.folder
    target.mkdir(parents=True, exist_ok=True)
    _check_room(files, target)
    before = 0
    for wanted in files.downloads:
        final = target / wanted.filename
        members = files.members if wanted.archive else ()
        if members and all((target / member.name).is_file() for member in members):
            before += wanted.size
            continue
        if not final.is_file():
            place = _Place(final.with_name(f"{final.name}.part"), before, files.download_bytes)
            if not _fetch(files, wanted, place, watch, mirror, wait_seconds):
                return False
            _settle(place.path, final)
        before += wanted.size
        watch.progress(before, files.download_bytes, wanted.filename)
        if members:
            try:
                _unpack(final, files, target)
            finally:
                final.unlink()  # it is of no further use, least of all if it is damaged
    return True


def _check_room(files: Files, target: Path) -> None:
    unpacked = sum(member.size for member in files.members) if any(one.archive for one in files.downloads) else 0
    there = sum(path.stat().st_size for path in target.glob("*.part"))
    needed = files.download_bytes + unpacked - there + SPARE_BYTES
    free = shutil.disk_usage(target).free
    if free < needed:
        raise OSError(errno.ENOSPC, f"{needed:,} bytes are needed, {free:,} are free")


def _fetch(
    files: Files, wanted: Download, place: _Place, watch: Watch, mirror: str | None, wait_seconds: float
) -> bool:
    """Fetch one file from the first address that has it; return `False` if stopped."""
    addresses = wanted.addresses if mirror is None else (f"{mirror.rstrip('/')}/{files.folder}/{wanted.filename}",)
    reasons = []
    for address in addresses:
        try:
            if not _fetch_from(address, wanted, place, watch, wait_seconds):
                return False
            _check_digest(wanted, place.path)
        except _Refused as reason:
            reasons.append(f"{address}: {reason}")
        else:
            return True
    message = f"{wanted.filename} cannot be had. " + "; ".join(reasons)
    raise DownloadError(message)


def _fetch_from(address: str, wanted: Download, place: _Place, watch: Watch, wait_seconds: float) -> bool:
    """Fetch from one address, as often as it brings something new; raises `_Refused` when it does not any more."""
    failures = 0
    while True:
        there = _size(place.path)
        if there == wanted.size:
            return True
        try:
            if not _receive(address, wanted, place, watch):
                return False
        except _Retry as reason:
            failures = 0 if _size(place.path) > there else failures + 1
            if failures >= ATTEMPTS:
                message = f"{reason} ({ATTEMPTS} times in a row)"
                raise _Refused(message) from None
            if not _wait(wait_seconds * 2**failures, watch):
                return False


def _receive(address: str, wanted: Download, place: _Place, watch: Watch) -> bool:
    """Ask for what is missing and append it; return `False` if stopped. Raises `_Retry` and `_Refused`."""
    start = _size(place.path)
    if start > wanted.size:
        place.path.unlink()
        start = 0
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 - addresses are ours, or a setting
    try:
        with urllib.request.build_opener(_Redirects).open(request, timeout=TIMEOUT_SECONDS) as answer:
            if answer.status == 206 and not answer.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
                message = "it sends another part than was asked for"
                raise _Refused(message)
            if answer.status == 200:
                start = 0  # it knows no ranges: all of it comes again
            _check_length(answer.headers.get("Content-Length"), start, wanted)
            with place.path.open("ab" if start else "wb") as file:
                return _copy(answer, file, start, wanted, place, watch)
    except urllib.error.HTTPError as error:
        if error.code == 416:  # what is there is no beginning of what it has
            place.path.unlink(missing_ok=True)
            message = "it does not have the rest of what is there"
            raise _Retry(message) from None
        message = f"it answers {error.code} {error.reason}"
        raise (_Retry if error.code >= 500 or error.code == 429 else _Refused)(message) from None
    except (_Retry, _Refused):
        raise
    except (OSError, http.client.HTTPException) as error:
        if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
            raise
        reason = getattr(error, "reason", None) or error
        message = f"no connection ({str(reason) or type(error).__name__})"
        raise _Retry(message) from None
    except ValueError as error:
        message = f"it answers nonsense ({error})"
        raise _Refused(message) from None


def _check_length(text: str | None, start: int, wanted: Download) -> None:
    if text is not None and text.isdecimal() and start + int(text) != wanted.size:
        message = f"it has {start + int(text):,} bytes; expected {wanted.size:,}: it is another file"
        raise _Refused(message)


def _copy(source: Any, file: BinaryIO, start: int, wanted: Download, place: _Place, watch: Watch) -> bool:
    received = start
    while True:
        chunk = source.read1(CHUNK)
        if not chunk:
            break
        received += len(chunk)
        if received > wanted.size:
            file.truncate(0)
            message = f"it sends more than the {wanted.size:,} bytes that were expected"
            raise _Refused(message)
        file.write(chunk)
        watch.progress(place.before + received, place.total, wanted.filename)
        if watch.stopped():
            return False
    if received < wanted.size:
        message = f"the connection ended after {received:,} of {wanted.size:,} bytes"
        raise _Retry(message)
    return True


def _wait(seconds: float, watch: Watch) -> bool:
    """Wait, unless stopped; return whether to go on."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if watch.stopped():
            return False
        time.sleep(min(0.1, seconds))
    return True


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _check_digest(wanted: Download, path: Path) -> None:
    """Hold a file against its MD5; one that is wrong is deleted, because going on from it would be of no use."""
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(CHUNK), b""):
            digest.update(chunk)
    if digest.hexdigest() != wanted.md5:
        path.unlink()
        message = f"its MD5 is {digest.hexdigest()}; expected {wanted.md5}: the file was changed or damaged"
        raise _Refused(message)


def _settle(path: Path, final: Path) -> None:
    """Give a complete file its name, once it is on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    path.replace(final)


class _Limited:
    """Reads at most so many bytes; more is no archive of this data set."""

    def __init__(self, file: gzip.GzipFile, most: int) -> None:
        self._file = file
        self._left = most

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes."""
        content = self._file.read(min(size, self._left + 1) if size >= 0 else self._left + 1)
        self._left -= len(content)
        if self._left < 0:
            message = "it unpacks to more than the data set holds"
            raise DownloadError(message)
        return content


def _unpack(archive: Path, files: Files, target: Path) -> None:
    """Take the members out of an archive, by their names; whatever else is in it is passed over.

    No path in the archive is ever used, only those of `files`; each member must have its size and digest.
    """
    wanted = {f"{files.folder}/{member.name}": member for member in files.members}
    most = sum(member.size for member in files.members) + OVERHEAD_BYTES
    found: dict[str, Path] = {}
    try:
        with gzip.open(archive) as packed:
            limited = cast("IO[bytes]", _Limited(packed, most))
            for entry, tar in _entries(limited):
                member = wanted.get(entry.name.removeprefix("./"))
                if member is None or not entry.isreg() or entry.size != member.size or member.name in found:
                    continue
                content = tar.extractfile(entry)
                assert content is not None, "it is a file"
                found[member.name] = _write_member(member, content, target)
        absent = [member.name for member in files.members if member.name not in found]
        if absent:
            message = f"{archive.name} does not hold {', '.join(absent)} as it should"
            raise DownloadError(message)
        for name, path in found.items():
            _settle(path, target / name)
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        message = f"{archive.name} is damaged ({type(error).__name__})"
        raise DownloadError(message) from None
    finally:
        for path in target.glob("*.unpacking"):
            path.unlink()


def _entries(file: IO[bytes]) -> Iterator[tuple[tarfile.TarInfo, tarfile.TarFile]]:
    """Read an archive once, from its beginning to its end."""
    with tarfile.open(fileobj=file, mode="r|") as tar:
        for entry in tar:
            yield entry, tar


def _write_member(member: Member, content: IO[bytes], target: Path) -> Path:
    path = target / f"{member.name}.unpacking"
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for chunk in _chunks(content.read):
            digest.update(chunk)
            file.write(chunk)
    if member.sha256 is not None and digest.hexdigest() != member.sha256:
        path.unlink()
        message = f"{member.name} in the archive is not what its makers published"
        raise DownloadError(message)
    return path


def _chunks(read: Callable[[int], bytes]) -> Iterator[bytes]:
    return iter(lambda: read(CHUNK), b"")
