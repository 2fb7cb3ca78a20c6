from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.settings import find_bundle
from app.storage import Database, Examples, Networks, read_url

EXAMPLES = Examples(find_bundle().examples)
Open = Callable[..., Networks]


@pytest.fixture
def databases() -> Iterator[list[Database]]:
    """Databases that are closed at the end of the test."""
    opened: list[Database] = []
    yield opened
    for database in opened:
        database.close()


@pytest.fixture
def open_store(databases: list[Database]) -> Open:
    """Opens stored networks by a URL."""

    def open_address(address: str, most: int = 1000, **options: object) -> Networks:
        database = Database(read_url(address))
        databases.append(database)
        return Networks(EXAMPLES, database, most, 30, **options)  # type: ignore[arg-type]

    return open_address


@pytest.fixture
def store(address: str, open_store: Open) -> Networks:
    """Stored networks in an empty database, of either kind."""
    return open_store(address)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a test of SQLite has its file."""
    return tmp_path / "networks.sqlite3"
