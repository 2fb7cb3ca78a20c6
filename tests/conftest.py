from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.storage.postgresql import Cluster, find_programs

_NUMBERS = count()


@pytest.fixture(scope="session", autouse=True)
def own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep every server that a test starts away from the data of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        patch.delenv("VITRINE_DATA_DIR", raising=False)
        patch.delenv("VITRINE_DATABASE_URL", raising=False)
        yield


@pytest.fixture(autouse=True)
def own_data_directory(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what one test stores be unknown to the others."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.getbasetemp() / f"data-{next(_NUMBERS)}"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server for the tests, on a socket in a directory of its own."""
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL's initdb and pg_ctl are not installed (on Debian: apt-get install postgresql)")
    with Cluster(programs) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'networks.sqlite3'}"
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.create_database()
