"""Downloads, from a local server that does to them what networks and servers do."""

import gzip
import hashlib
import http.server
import io
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.datasets import DATASETS, Folders, load_from
from app.datasets.download import DownloadError, download
from app.datasets.download_job import download_job
from app.datasets.files import Download, Files
from app.datasets.record import Dataset
from app.jobs.records import JobFailure
from app.settings import Settings
from tests.datasets.makers import archive, small_cifar10, small_mnist

Behave = Callable[[http.server.BaseHTTPRequestHandler, bytes, int], None]
"""Answers a request for a file, of which bytes from a start on were asked for."""


class Server:
    """Files by their addresses, and what happens when they are asked for; `asked` are the ranges."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.behave: list[Behave] = []
        self.asked: list[str | None] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                wanted = self.headers.get("Range")
                outer.asked.append(wanted)
                content = outer.files.get(self.path)
                if content is None:
                    self.send_error(404)
                    return
                start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
                (outer.behave.pop(0) if outer.behave else well)(self, content, start)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"


def well(handler: http.server.BaseHTTPRequestHandler, content: bytes, start: int) -> None:
    if start >= len(content):
        handler.send_error(416)
        return
    handler.send_response(206 if start else 200)
    if start:
        handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
    handler.send_header("Content-Length", str(len(content) - start))
    handler.end_headers()
    handler.wfile.write(content[start:])


def cut_off(handler: http.server.BaseHTTPRequestHandler, content: bytes, start: int) -> None:
    handler.send_response(206 if start else 200)
    if start:
        handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
    handler.send_header("Content-Length", str(len(content) - start))
    handler.end_headers()
    handler.wfile.write(content[start : start + (len(content) - start) // 2])
    handler.wfile.flush()
    handler.connection.close()


def knows_no_ranges(handler: http.server.BaseHTTPRequestHandler, content: bytes, _start: int) -> None:
    well(handler, content, 0)


def too_much(handler: http.server.BaseHTTPRequestHandler, content: bytes, _start: int) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(content + bytes(10**6))


def another_length(handler: http.server.BaseHTTPRequestHandler, content: bytes, _start: int) -> None:
    well(handler, content + b"more", 0)


def unwell(handler: http.server.BaseHTTPRequestHandler, _content: bytes, _start: int) -> None:
    handler.send_error(503)


def to_a_file(handler: http.server.BaseHTTPRequestHandler, _content: bytes, _start: int) -> None:
    handler.send_response(302)
    handler.send_header("Location", "file:///etc/passwd")
    handler.end_headers()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


class Watch:
    """Remembers what it is told, and stops when it is to."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.told: list[tuple[int, int, str]] = []
        self.stop_after = stop_after

    def progress(self, done: int, total: int, file: str) -> None:
        self.told.append((done, total, file))

    def stopped(self) -> bool:
        return self.stop_after is not None and len(self.told) >= self.stop_after


def offer(server: Server, filename: str, content: bytes) -> Download:
    server.files[f"/{filename}"] = content
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return Download((f"{server.address}/{filename}",), filename, len(content), digest)


def mnist_on(server: Server) -> Dataset:
    dataset, contents = small_mnist()
    downloads = tuple(offer(server, f"{name}.gz", gzip.compress(content)) for name, content in contents.items())
    return replace(dataset, files=replace(dataset.files, downloads=downloads))


def cifar10_on(server: Server, packed: bytes | None = None) -> Dataset:
    dataset, contents = small_cifar10()
    wanted = offer(server, "cifar-10-binary.tar.gz", archive(contents) if packed is None else packed)
    return replace(dataset, files=replace(dataset.files, downloads=(wanted,)))


def fetch(dataset: Dataset, folder: Path, watch: Watch | None = None) -> bool:
    files: Files = dataset.files
    return download(files, folder, watch or Watch(), wait_seconds=0.01)


def test_files_are_fetched_and_read(server: Server, tmp_path: Path) -> None:
    dataset = mnist_on(server)
    watch = Watch()
    assert fetch(dataset, tmp_path, watch)
    assert len(load_from(dataset, "train", Folders(tmp_path), {})) == 11
    total = dataset.files.download_bytes
    assert watch.told[-1][:2] == (total, total)
    assert [done for done, _, _ in watch.told] == sorted(done for done, _, _ in watch.told)
    assert fetch(dataset, tmp_path)
    assert len(server.asked) == 4, "nothing is fetched twice"


def test_an_archive_is_unpacked_and_gone(server: Server, tmp_path: Path) -> None:
    dataset = cifar10_on(server)
    assert fetch(dataset, tmp_path)
    loaded = load_from(dataset, "train", Folders(tmp_path), {})
    _, contents = small_cifar10()
    assert loaded.targets[0] == contents["data_batch_1.bin"][0]
    assert {path.name for path in (tmp_path / "cifar-10-batches-bin").iterdir()} == set(contents)
    assert fetch(dataset, tmp_path)
    assert len(server.asked) == 1


def test_a_cut_off_download_goes_on_where_it_was(server: Server, tmp_path: Path) -> None:
    dataset = cifar10_on(server)
    server.behave = [cut_off, unwell, cut_off]
    assert fetch(dataset, tmp_path)
    size = dataset.files.download_bytes
    half = size // 2
    assert server.asked == [None, f"bytes={half}-", f"bytes={half}-", f"bytes={half + (size - half) // 2}-"]
    assert len(load_from(dataset, "test", Folders(tmp_path), {})) == 7


def test_a_server_without_ranges_sends_all_again(server: Server, tmp_path: Path) -> None:
    dataset = cifar10_on(server)
    server.behave = [cut_off, knows_no_ranges]
    assert fetch(dataset, tmp_path)
    assert len(server.asked) == 2


def test_stopping_keeps_what_is_there(server: Server, tmp_path: Path) -> None:
    dataset = cifar10_on(server)
    assert not fetch(dataset, tmp_path, Watch(stop_after=1))
    part = tmp_path / "cifar-10-batches-bin" / "cifar-10-binary.tar.gz.part"
    kept = part.stat().st_size
    assert 0 < kept <= dataset.files.download_bytes
    assert fetch(dataset, tmp_path)
    assert kept == dataset.files.download_bytes or server.asked[1] == f"bytes={kept}-"


def test_what_is_there_but_wrong_is_fetched_anew(server: Server, tmp_path: Path) -> None:
    dataset = cifar10_on(server)
    folder = tmp_path / "cifar-10-batches-bin"
    folder.mkdir()
    part = folder / "cifar-10-binary.tar.gz.part"
    part.write_bytes(bytes(dataset.files.download_bytes + 5))
    assert fetch(dataset, tmp_path)
    (folder / "test_batch.bin").unlink()
    part.write_bytes(bytes(1000))  # the rest is appended, and then the digest is wrong
    with pytest.raises(DownloadError, match="MD5"):
        fetch(dataset, tmp_path)
    assert not part.exists()
    assert fetch(dataset, tmp_path)


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        (too_much, "sends more than"),
        (another_length, "expected .* it is another file"),
        (to_a_file, "Redirection to url .file:///etc/passwd. is not allowed"),
        (unwell, "answers 503 .*5 times in a row"),
    ],
)
def test_servers_that_do_not_have_it(server: Server, tmp_path: Path, behaviour: Behave, says: str) -> None:
    dataset = cifar10_on(server)
    server.behave = [behaviour] * 5
    with pytest.raises(DownloadError, match=says):
        fetch(dataset, tmp_path)
    assert not list(tmp_path.rglob("*.bin"))
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.part")) == 0


def test_the_next_address_is_tried_and_all_reasons_are_told(server: Server, tmp_path: Path) -> None:
    dataset = mnist_on(server)
    broken = f"{server.address}/nowhere"
    with_mirrors = tuple(replace(one, addresses=(broken, *one.addresses)) for one in dataset.files.downloads)
    assert fetch(replace(dataset, files=replace(dataset.files, downloads=with_mirrors)), tmp_path / "a")
    nowhere = tuple(
        replace(one, addresses=(broken, "http://127.0.0.1:9/nothing-listens")) for one in dataset.files.downloads
    )
    with pytest.raises(DownloadError, match=r"answers 404 .*; http://127.0.0.1:9/.*: no connection"):
        fetch(replace(dataset, files=replace(dataset.files, downloads=nowhere)), tmp_path / "b")


def test_a_wrong_checksum_is_refused(server: Server, tmp_path: Path) -> None:
    dataset = mnist_on(server)
    name = dataset.files.downloads[0].filename
    content = bytearray(server.files[f"/{name}"])
    content[-1] ^= 1
    server.files[f"/{name}"] = bytes(content)
    with pytest.raises(DownloadError, match="the file was changed or damaged"):
        fetch(dataset, tmp_path)
    assert not list((tmp_path / "mnist").iterdir())


def tar_with(entries: list[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for entry, content in entries:
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def hostile_archives() -> dict[str, bytes]:
    _, contents = small_cifar10()
    folder = "cifar-10-batches-bin"
    members = [(tarfile.TarInfo(f"{folder}/{name}"), content) for name, content in contents.items()]
    link = tarfile.TarInfo(f"{folder}/test_batch.bin")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    short = {**contents, "test_batch.bin": b"short"}
    return {
        "paths out of the folder": tar_with(
            [(tarfile.TarInfo(f"../../{name}"), content) for name, content in contents.items()]
        ),
        "absolute paths": tar_with([(tarfile.TarInfo(f"/tmp/{name}"), one) for name, one in contents.items()]),  # noqa: S108
        "a link in place of a file": tar_with([*members[:-1], (link, b"")]),
        "a file of another size": archive(short),
        "a file that is missing": tar_with(members[:-1]),
        "a bomb": tar_with([(tarfile.TarInfo("zeros"), bytes(40_000_000)), *members]),
        "no archive": b"<html>not here</html>",
        "half an archive": archive(contents)[:-200],
    }


@pytest.mark.parametrize("name", hostile_archives())
def test_hostile_archives_leave_nothing_behind(server: Server, tmp_path: Path, name: str) -> None:
    inner = tmp_path / "one" / "two"
    dataset = cifar10_on(server, hostile_archives()[name])
    with pytest.raises(DownloadError, match=r"damaged|does not hold|unpacks to more"):
        fetch(dataset, inner)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    good = cifar10_on(server)
    assert fetch(good, inner), "the next attempt begins anew"


def test_members_are_held_against_their_digest(server: Server, tmp_path: Path) -> None:
    dataset = cifar10_on(server)
    members = (replace(dataset.files.members[0], sha256="0" * 64), *dataset.files.members[1:])
    with pytest.raises(DownloadError, match=r"data_batch_1\.bin in the archive is not what its makers published"):
        fetch(replace(dataset, files=replace(dataset.files, members=members)), tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


class Context:
    """A job's context, as far as downloads use it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.events: list[Any] = []
        self.done = (0.0, 0.0)

    def event(self, kind: str, data: Any) -> None:
        self.events.append((kind, data["name"]))

    def progress(self, done: float, total: float, _unit: str, **_more: Any) -> None:
        self.done = (done, total)

    def stopped(self) -> bool:
        return False


def test_the_job_downloads_from_a_mirror(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = cifar10_on(server)
    monkeypatch.setitem(DATASETS, "cifar10", dataset)
    server.files = {f"/data/cifar-10-batches-bin{path}": content for path, content in server.files.items()}
    context: Any = Context(Settings(data_dir=tmp_path, datasets_mirror=f"{server.address}/data/"))
    assert download_job({"name": "cifar10"}, context) == {"name": "cifar10", "complete": True}
    assert context.events == [("file", "cifar-10-binary.tar.gz")]
    assert context.done[0] == context.done[1] == dataset.files.download_bytes
    np.testing.assert_array_equal(load_from(dataset, "test", Folders(tmp_path / "datasets"), {}).targets.shape, (7,))
    server.files = {}
    (tmp_path / "datasets" / "cifar-10-batches-bin" / "test_batch.bin").unlink()
    with pytest.raises(JobFailure, match="answers 404"):
        download_job({"name": "cifar10"}, context)


def test_a_full_disk_is_noticed_before(server: Server, tmp_path: Path) -> None:
    dataset = cifar10_on(server)
    huge = replace(dataset.files.downloads[0], size=10**18)
    with pytest.raises(OSError, match="bytes are needed"):
        fetch(replace(dataset, files=replace(dataset.files, downloads=(huge,))), tmp_path)
    assert not server.asked
