import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from app.errors import Unavailable
from app.storage import Database, read_url
from app.storage.schema import SCRIPTS, is_current, migrate
from app.storage.tables import REVISION, metadata
from tests.storage.conftest import Open
from tests.storage.documents import packed

LATER = """
from alembic import op
import sqlalchemy as sa

revision = "later"
down_revision = "0001"


def upgrade():
    op.add_column("networks", sa.Column("color", sa.Text, nullable=False, server_default="blue"))
"""


def test_an_empty_database_is_made_as_the_code_has_it(address: str, databases: list[Database]) -> None:
    database = Database(read_url(address))
    databases.append(database)
    database.open()
    with database.reading() as connection:
        assert is_current(connection)
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_code_knows_its_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


def test_every_migration_keeps_what_is_stored(
    address: str, open_store: Open, databases: list[Database], tmp_path: Path
) -> None:
    versions = tmp_path / "with spaces, and 100%"
    versions.mkdir()
    (versions / "later.py").write_text(LATER)
    store = open_store(address)
    kept = store.create(packed("kept"))
    newer = Database(read_url(address))
    databases.append(newer)
    with newer.writing() as connection:
        migrate(connection, "later", [str(versions)])
    with newer.engine.connect() as connection:
        assert connection.execute(text("SELECT title, color FROM networks")).all() == [("kept", "blue")]
    # An older version neither reads nor harms it.
    older = open_store(address)
    with pytest.raises(Unavailable, match="a newer version of Vitrine wrote it"):
        older.read(kept.id)
    assert "color" in {column["name"] for column in inspect(newer.engine).get_columns("networks")}


def test_a_migration_that_fails_leaves_nothing_behind(address: str, databases: list[Database], tmp_path: Path) -> None:
    (tmp_path / "later.py").write_text(LATER + "    op.drop_table('nowhere')\n")
    database = Database(read_url(address))
    databases.append(database)
    with pytest.raises(Unavailable), database.writing() as connection:
        migrate(connection, "later", [str(tmp_path)])
    assert "color" not in {column["name"] for column in inspect(database.engine).get_columns("networks")}
    with database.reading() as connection:
        assert is_current(connection)


def test_processes_that_start_at_once_do_not_race(address: str) -> None:
    script = (
        "import sys; from app.storage import Database, read_url; from app.storage.tables import networks;"
        "from sqlalchemy import select; database = Database(read_url(sys.argv[1])); print('ready', flush=True);"
        "sys.stdin.readline(); database.open();\n"
        "with database.reading() as connection: print(len(connection.execute(select(networks.c.id)).all()))\n"
        "database.close()"
    )
    command = [sys.executable, "-c", script, address]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    processes = [subprocess.Popen(command, text=True, **pipes) for _ in range(4)]  # type: ignore[call-overload]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate(timeout=60) for process in processes] == [("0\n", "")] * 4


def test_a_file_with_other_tables_is_left_alone(file: Path, open_store: Open) -> None:
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE others (name TEXT)"))
        connection.execute(text("INSERT INTO others VALUES ('kept')"))
    store = open_store(f"sqlite:///{file}")
    assert store.create(packed()).version == 1
    with engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM others")).scalar() == "kept"
    engine.dispose()
