"""All stored networks: the examples first, then those that people keep.

A write says which version it changes, and the database changes that version or none: no write is ever lost by
another. What is deleted can be restored until it is purged: after a while, or when its place is needed.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, case, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.errors import Conflict, NotFound, ReadOnly, TooLarge, Unavailable
from app.ids import draw_id
from app.nn.errors import Problem
from app.storage.database import Database
from app.storage.examples import Examples
from app.storage.packing import Packed, search_text, search_words
from app.storage.records import Record
from app.storage.tables import networks

ATTEMPTS = 5
DAY = 24 * 60 * 60 * 1000

_COLUMNS = networks.c
_RECORD = (_COLUMNS.id, _COLUMNS.facts, _COLUMNS.version, _COLUMNS.created, _COLUMNS.changed, _COLUMNS.deleted)


@dataclass(frozen=True)
class Stored:
    """A stored network with its document as compressed JSON; `size` counts the bytes of that JSON."""

    record: Record
    document: bytes
    size: int


@dataclass(frozen=True)
class Selection:
    """Which networks to list: those with all words of `search`, in order, `limit` of them after the first `offset`.

    `sort` is `title`, `created` or `changed`, with a `-` before it for descending; examples always come first.
    `deleted` lists what can be restored instead.
    """

    search: str = ""
    sort: str = "-changed"
    limit: int = 100
    offset: int = 0
    deleted: bool = False


@dataclass(frozen=True)
class Page:
    """Part of a list; `total` counts all of it. Without a database it holds the examples, and what is wrong."""

    records: tuple[Record, ...]
    total: int
    problem: Unavailable | None = None


class Networks:
    """Stored networks, of which there may be `most` and of which deleted ones are kept for `days`.

    Every method may raise `Unavailable`, and blocks: it is not to be called on an event loop. `clock` gives the
    time in seconds since 1970.
    """

    def __init__(
        self, examples: Examples, database: Database, most: int, days: int, clock: Callable[[], float] = time.time
    ) -> None:
        self.examples = examples
        self.database = database
        self._most = most
        self._days = days
        self._clock = clock

    def find(self, selection: Selection) -> Page:
        """Return the networks that were asked for."""
        words = search_words(selection.search)
        examples = [] if selection.deleted else [one.record for one in self.examples if _holds(one.record, words)]
        shown = examples[selection.offset :][: selection.limit]
        try:
            records, total = self._find_stored(
                words, selection, max(0, selection.offset - len(examples)), selection.limit - len(shown)
            )
        except Unavailable as problem:
            return Page(tuple(shown), len(examples), problem)
        return Page((*shown, *records), len(examples) + total)

    def _find_stored(self, words: list[str], selection: Selection, offset: int, limit: int) -> tuple[list[Record], int]:
        deleted = networks.c.deleted
        conditions: list[ColumnElement[bool]] = [deleted.is_not(None) if selection.deleted else deleted.is_(None)]
        conditions += [networks.c.search.contains(word, autoescape=True) for word in words]
        column = networks.c[selection.sort.removeprefix("-")]
        order = column.desc() if selection.sort.startswith("-") else column.asc()
        statement = select(*_RECORD).where(*conditions).order_by(order, networks.c.id).limit(limit).offset(offset)
        with self.database.reading() as connection:
            total = connection.execute(select(func.count()).select_from(networks).where(*conditions)).scalar_one()
            rows = connection.execute(statement).all() if limit else []
        return [_record(row) for row in rows], total

    def read(self, network_id: str, known: int | None = None) -> Stored:
        """Return a network that is not an example; raises `NotFound`.

        Its document is left out (empty) if its version is the `known` one.
        """
        unknown = networks.c.version.is_distinct_from(known)
        statement = select(*_RECORD, networks.c.size, case((unknown, networks.c.document)).label("document"))
        with self.database.reading() as connection:
            row = connection.execute(statement.where(networks.c.id == _key(network_id))).one_or_none()
        if row is None or row.deleted is not None:
            raise self._missing(network_id, row)
        return Stored(_record(row), row.document or b"", row.size)

    def create(self, packed: Packed, network_id: str | None = None) -> Record:
        """Store a new network under an id of its own, or under the one that was drawn for it, if that is still free.

        Raises `TooLarge` if there are as many as there may be.
        """
        for attempt in range(ATTEMPTS):
            try:
                return self._create(packed, network_id if network_id and not attempt else draw_id())
            except IntegrityError:  # another has this id
                continue
        message = "no free id was found"
        raise RuntimeError(message)

    def _create(self, packed: Packed, new: str) -> Record:
        now = self._now()
        with self.database.writing() as connection:
            self.database.lock(connection)
            self._purge(connection)
            self._make_room(connection)
            values = {"id": new, "version": 1, "created": now, "changed": now, **vars(packed)}
            connection.execute(insert(networks).values(values))
        return Record(new, orjson.loads(packed.facts), 1, now, now)

    def replace(self, network_id: str, packed: Packed, versions: Collection[int] | None) -> Record:
        """Replace a document if its version is one of `versions` (`None`: whichever it is).

        Raises `NotFound`, `ReadOnly`, and `Conflict` if it has another version.
        """
        return self._change(network_id, versions, {"changed": self._now(), **vars(packed)})

    def delete(self, network_id: str, versions: Collection[int] | None) -> Record:
        """Delete a network if its version is one of `versions` (`None`: whichever it is); `restore` undoes it.

        Raises `NotFound`, `ReadOnly`, and `Conflict` if it has another version.
        """
        return self._change(network_id, versions, {"deleted": self._now()})

    def _change(self, network_id: str, versions: Collection[int] | None, values: dict[str, Any]) -> Record:
        self._refuse_example(network_id)
        statement = update(networks).where(networks.c.id == _key(network_id), networks.c.deleted.is_(None))
        if versions is not None:
            statement = statement.where(networks.c.version.in_(versions))
        statement = statement.values(version=networks.c.version + 1, **values).returning(*_RECORD)
        with self.database.writing() as connection:
            row = connection.execute(statement).one_or_none()
            if row is not None:
                self._purge(connection)
                return _record(row)
            found = connection.execute(select(*_RECORD).where(networks.c.id == _key(network_id))).one_or_none()
        if found is None or found.deleted is not None:
            raise self._missing(network_id, found)
        detail = f'the network "{network_id}" was changed meanwhile: its version is {found.version} now'
        raise Conflict(Problem("", detail, f"version {found.version}"), found.version)

    def restore(self, network_id: str) -> Record:
        """Undo a deletion; a network that is not deleted stays as it is. Raises `NotFound`."""
        if network_id in self.examples:
            return self.examples[network_id].record
        statement = (
            update(networks)
            .where(networks.c.id == _key(network_id), networks.c.deleted.is_not(None))
            .values(deleted=None, version=networks.c.version + 1)
            .returning(*_RECORD)
        )
        with self.database.writing() as connection:
            row = connection.execute(statement).one_or_none()
            if row is None:
                row = connection.execute(select(*_RECORD).where(networks.c.id == _key(network_id))).one_or_none()
        if row is None:
            raise self._missing(network_id, row)
        return _record(row)

    def version(self, network_id: str) -> int:
        """Return the version of a network; raises `NotFound`, and `ReadOnly` for an example."""
        self._refuse_example(network_id)
        with self.database.reading() as connection:
            row = connection.execute(select(*_RECORD).where(networks.c.id == _key(network_id))).one_or_none()
        if row is None or row.deleted is not None:
            raise self._missing(network_id, row)
        return int(row.version)

    def _refuse_example(self, network_id: str) -> None:
        if network_id in self.examples:
            detail = f'"{network_id}" is an example and stays as it is; store a copy of it, and change that'
            raise ReadOnly(Problem("", detail, "the id of a network of your own", network_id))

    def _missing(self, network_id: str, row: Any) -> NotFound:
        if row is None:
            return self.examples.unknown(network_id)
        return NotFound(Problem("", f'the network "{network_id}" was deleted; it can still be restored'))

    def _purge(self, connection: Connection) -> None:
        connection.execute(delete(networks).where(networks.c.deleted < self._now() - self._days * DAY))

    def _make_room(self, connection: Connection) -> None:
        count = connection.execute(select(func.count()).select_from(networks)).scalar_one()
        excess = count + 1 - self._most
        if excess <= 0:
            return
        oldest = select(networks.c.id).where(networks.c.deleted.is_not(None)).order_by(networks.c.deleted).limit(excess)
        purged = connection.execute(delete(networks).where(networks.c.id.in_(oldest))).rowcount
        if purged < excess:
            detail = f"{self._most:,} networks are stored, the most that this server keeps; delete one first"
            raise TooLarge(Problem("", detail, f"at most {self._most:,} stored networks"))

    def _now(self) -> int:
        return int(self._clock() * 1000)


def _key(network_id: str) -> str:
    """Return an id as a database can compare it: PostgreSQL takes no NUL, and no lone surrogates."""
    return network_id if network_id.isascii() and network_id.isalnum() else ""


def _record(row: Any) -> Record:
    return Record(row.id, orjson.loads(row.facts), row.version, row.created, row.changed, row.deleted)


def _holds(record: Record, words: list[str]) -> bool:
    text = search_text(record.facts)
    return all(word in text for word in words)
