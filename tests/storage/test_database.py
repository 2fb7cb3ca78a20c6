import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, text

from app.errors import SettingsError, Unavailable
from app.main import main
from app.settings import Settings
from app.storage import Networks, Selection, database, database_url, read_url
from tests.storage.conftest import Open
from tests.storage.documents import packed


@contextmanager
def refused(reason: str) -> Iterator[None]:
    """Hold what the block raises to be an explanation that gives nothing away."""
    with pytest.raises(Unavailable, match=reason) as raised:
        yield
    text = str(raised.value)
    assert "The examples, and networks sent as documents, work as ever" in text
    for secret in ("/", "SELECT", "INSERT", "networks.sqlite3", "secret"):
        assert secret not in text


def check_examples(store: Networks) -> None:
    page = store.find(Selection())
    assert page.problem is not None
    assert page.total == len(page.records) == len(list(store.examples))


def test_the_default_is_a_file_in_the_data_directory(tmp_path: Path) -> None:
    url = database_url(Settings(data_dir=tmp_path))
    assert (url.drivername, url.database) == ("sqlite+pysqlite", str(tmp_path / "vitrine.sqlite3"))
    assert database_url(Settings.from_environment({"VITRINE_DATABASE_URL": "sqlite:///other"})).database == "other"


def test_urls_are_read() -> None:
    for address in ("postgresql://me:secret@host/name", "postgres://host/name", "postgresql+psycopg2://host/name"):
        assert read_url(address).drivername == "postgresql+psycopg"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nonsense",
        "mysql://me:secret@host/name",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql://me:secret@host:x/y",
    ],
)
def test_urls_that_cannot_be_used_stop_the_start(address: str) -> None:
    with pytest.raises(SettingsError, match="VITRINE_DATABASE_URL") as raised:
        read_url(address)
    assert "secret" not in str(raised.value)


def test_a_wrong_url_stops_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VITRINE_DATABASE_URL", "mysql://me:secret@host/name")
    with pytest.raises(SystemExit, match="VITRINE_DATABASE_URL begins with mysql:"):
        main([])


def test_a_directory_that_cannot_be_made(tmp_path: Path, open_store: Open) -> None:
    (tmp_path / "file").write_text("not a directory")
    store = open_store(f"sqlite:///{tmp_path / 'file' / 'networks.sqlite3'}")
    with refused("its directory cannot be made or written"):
        store.create(packed())
    check_examples(store)


def test_a_directory_appears_later(tmp_path: Path, open_store: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "data"
    blocked.write_text("")
    store = open_store(f"sqlite:///{blocked / 'networks.sqlite3'}")
    for _ in range(2):  # the second time it is not tried
        with refused("its directory cannot be made or written"):
            store.database.open()
    blocked.unlink()
    monkeypatch.setattr(database, "FAILURE_SECONDS", 0)
    store.database._failure = None
    assert store.create(packed()).version == 1
    assert oct((tmp_path / "data").stat().st_mode)[-3:] == "700"


def test_a_file_that_is_no_database(file: Path, open_store: Open) -> None:
    file.write_bytes(b"not a database" * 1000)
    store = open_store(f"sqlite:///{file}")
    with refused("damaged, or not a database"):
        store.create(packed())
    check_examples(store)
    assert file.read_bytes() == b"not a database" * 1000


def test_a_file_that_is_damaged(file: Path, open_store: Open) -> None:
    store = open_store(f"sqlite:///{file}")
    record = store.create(packed(description="x" * 9000))
    store.database.close()
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    file.write_bytes(content)
    with refused("damaged|error"):
        open_store(f"sqlite:///{file}").read(record.id)


def test_a_database_that_may_only_be_read(file: Path, open_store: Open) -> None:
    store = open_store(f"sqlite:///{file}")
    record = store.create(packed())
    reader = open_store(f"sqlite:///file:{file}?mode=ro&uri=true")
    assert reader.read(record.id).record == record
    with refused("it is read-only"):
        reader.create(packed())
    with refused("it is read-only"):
        reader.delete(record.id, {1})


def test_a_full_disk(file: Path, open_store: Open) -> None:
    store = open_store(f"sqlite:///{file}")
    record = store.create(packed())

    def limit(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA max_page_count = 20")

    event.listen(store.database.engine, "connect", limit)
    store.database.close()
    large = packed(description="x", layers=[{"kind": "Dense", "units": 9000, "parameters": {"kernel": [[0.5] * 9000]}}])
    object.__setattr__(large, "document", bytes(200_000))
    with refused("the disk is full"):
        store.create(large)
    with refused("the disk is full"):
        store.replace(record.id, large, {1})
    assert store.read(record.id).record == record
    assert store.replace(record.id, packed("fits"), {1}).version == 2


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "LOCK_SECONDS", 0.3)


@pytest.mark.usefixtures("impatient")
def test_a_writer_that_does_not_end(store: Networks) -> None:
    record = store.create(packed())
    with store.database.writing() as connection:
        connection.execute(text("UPDATE networks SET version = version"))
        with refused("other writers keep it busy") as _:
            store.replace(record.id, packed(), {1})
        assert store.read(record.id).record == record  # reading waits for nobody
    assert store.replace(record.id, packed(), {1}).version == 2


def test_a_server_that_cannot_be_reached(tmp_path: Path, open_store: Open) -> None:
    store = open_store(f"postgresql://me:secret@/name?host={tmp_path}")
    with refused("it cannot be reached"):
        store.create(packed())
    check_examples(store)


def test_more_readers_than_connections_wait(store: Networks) -> None:
    record = store.create(packed())
    found = []

    def read() -> None:
        found.append(store.read(record.id).record)
        time.sleep(0.01)

    threads = [threading.Thread(target=read) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [record] * 20
