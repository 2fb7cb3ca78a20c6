"""The database: a pool of connections, short transactions, a schema that brings itself up to date, one kind of error.

SQLite on a file, or PostgreSQL through psycopg; nothing above this module knows which.
"""

import logging
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.errors import SettingsError, Unavailable
from app.settings import Settings
from app.storage.schema import NewerSchema, is_current, migrate

logger = logging.getLogger(__name__)

FILE = "vitrine.sqlite3"
CONNECTIONS = 4
LOCK_SECONDS = 5.0
STATEMENT_SECONDS = 10
CONNECT_SECONDS = 5
FAILURE_SECONDS = 1.0
"""For so long a database that could not be opened is not tried again, so that no queue of attempts builds up."""

_LOCK_NUMBER = 0x56697472  # "Vitr": what our advisory locks in PostgreSQL are called

_FAILURES = (SQLAlchemyError, sqlite3.Error, OSError, NewerSchema)

_SQLITE_REASONS = {
    sqlite3.SQLITE_BUSY: "other writers keep it busy; try again in a moment",
    sqlite3.SQLITE_LOCKED: "other writers keep it busy; try again in a moment",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_CANTOPEN: "its file cannot be opened or made",
    sqlite3.SQLITE_IOERR: "its disk does not work",
    sqlite3.SQLITE_CORRUPT: "its file is damaged",
    sqlite3.SQLITE_NOTADB: "its file is damaged, or not a database",
}


def database_url(settings: Settings) -> URL:
    """Return the URL of the database that the settings name; raises `SettingsError`."""
    if settings.database_url:
        return read_url(settings.database_url)
    return URL.create("sqlite+pysqlite", database=str(settings.data_dir / FILE))


def read_url(address: str) -> URL:
    """Return the URL of a database that can be used; raises `SettingsError`, which never repeats a password."""
    variable = "VITRINE_DATABASE_URL"
    expected = "expected postgresql://USER:PASSWORD@HOST/DATABASE or sqlite:///FILE"
    try:
        url = make_url(address)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError):
        message = f"{variable} is not the URL of a database; {expected}"
        raise SettingsError(message) from None
    if backend in {"postgresql", "postgres"}:
        try:
            import psycopg  # noqa: F401, PLC0415 - asked whether it is there
        except ImportError as error:
            message = f"{variable} needs psycopg, which cannot be loaded: pip install 'vitrine[postgresql]' ({error})"
            raise SettingsError(message) from None
        return url.set(drivername="postgresql+psycopg")
    if backend == "sqlite" and url.database not in {None, "", ":memory:"}:
        return url.set(drivername="sqlite+pysqlite")
    message = f"{variable} begins with {url.drivername}:, and names no database that can be used; {expected}"
    raise SettingsError(message)


class Database:
    """One database, opened and migrated when it is first used.

    What goes wrong with it is `Unavailable`; the log has the details.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self.sqlite = url.get_backend_name() == "sqlite"
        # timeout is how long SQLite waits for a lock; without an isolation level its driver begins no transactions.
        options: dict[str, Any] = (
            {"connect_args": {"timeout": LOCK_SECONDS, "isolation_level": None}}
            if self.sqlite
            else {"connect_args": {"connect_timeout": CONNECT_SECONDS}, "pool_pre_ping": True}
        )
        self.engine = create_engine(
            url, pool_size=CONNECTIONS, max_overflow=0, pool_timeout=LOCK_SECONDS, hide_parameters=True, **options
        )
        weakref.finalize(self, self.engine.dispose)
        self._writing = self.engine.execution_options(writing=True)
        self._opening = threading.Lock()
        self._open = False
        self._failure: tuple[float, Unavailable] | None = None
        if self.sqlite:
            event.listen(self.engine, "connect", _set_up_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            event.listen(self.engine, "connect", _set_up_postgresql)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Run a transaction that reads; raises `Unavailable`."""
        with self._explained():
            self._ensure_open()
            with self.engine.begin() as connection:
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Run a transaction that writes and is committed at the end of the block; raises `Unavailable`."""
        with self._explained():
            self._ensure_open()
            with self._writing.begin() as connection:
                yield connection

    def lock(self, connection: Connection) -> None:
        """Keep all others who call this waiting until the transaction ends; on SQLite every writer has done so."""
        if not self.sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER})

    def open(self) -> None:
        """Open the database and bring it up to date; raises `Unavailable`."""
        with self._explained():
            self._ensure_open()

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        self.engine.dispose()

    def _ensure_open(self) -> None:
        if self._open:
            return
        with self._opening:
            if self._open:
                return
            if self._failure is not None and time.monotonic() < self._failure[0]:
                raise self._failure[1]
            try:
                self._migrate()
            except _FAILURES as error:
                found = explain(error)
                self._failure = time.monotonic() + FAILURE_SECONDS, found
                raise
            self._open = True

    def _migrate(self) -> None:
        if self.sqlite:
            self._make_sqlite_file()
        with self.engine.begin() as connection:
            current = is_current(connection)
        if not current:
            with self._writing.begin() as connection:
                self.lock(connection)
                migrate(connection)

    def _make_sqlite_file(self) -> None:
        assert self.url.database is not None
        if not self.url.database.startswith("file:"):
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # The mode stays with the file. To change it, SQLite needs the file for itself and does not wait for that.
        deadline = time.monotonic() + LOCK_SECONDS
        connection = self.engine.raw_connection()
        try:
            while True:
                try:
                    connection.cursor().execute("PRAGMA journal_mode = WAL")
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                        raise
                    time.sleep(0.01)
                else:
                    return
        finally:
            connection.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise  # what was asked for is wrong, not the database
        except _FAILURES as error:
            logger.warning("the database of networks: %s", error)
            raise explain(error) from error


def explain(error: Exception) -> Unavailable:
    """Say what is wrong with a database, without a path, an address or a statement in it."""
    busy = "busy" in (reason := _reason(error))
    detail = f"the database of stored networks cannot be used: {reason}. The examples, and networks sent as documents, "
    return Unavailable(detail + "work as ever", retry_after=1 if busy else 30)


def _reason(error: Exception) -> str:
    if isinstance(error, NewerSchema):
        return "a newer version of Vitrine wrote it"
    if isinstance(error, OSError):
        return "its directory cannot be made or written"
    if isinstance(error, PoolTimeoutError):
        return _SQLITE_REASONS[sqlite3.SQLITE_BUSY]
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, sqlite3.Error):
        return _SQLITE_REASONS.get(getattr(original, "sqlite_errorcode", 0) & 0xFF, "it answers with an error")
    match getattr(original, "sqlstate", None):
        case "55P03" | "57014" | "40001" | "40P01" | "53300":
            return _SQLITE_REASONS[sqlite3.SQLITE_BUSY]
        case "53100":
            return "the disk is full"
        case "25006":
            return "it is read-only"
        case None:
            return "it cannot be reached"
    return "it answers with an error"


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # What was acknowledged has reached the disk, also when the power fails in the next moment.
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: one that reads first and then wants it might have to be refused.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _set_up_postgresql(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = '{STATEMENT_SECONDS}s'")
        cursor.execute(f"SET lock_timeout = '{LOCK_SECONDS:g}s'")
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{STATEMENT_SECONDS}s'")
    connection.commit()
