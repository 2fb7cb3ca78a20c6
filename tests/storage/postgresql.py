"""A PostgreSQL server for the length of a test run."""

import os
import pwd
import shutil
import subprocess
import tempfile
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql


def find_programs() -> Path | None:
    """Return the directory of PostgreSQL's programs, which Debian keeps out of the PATH; `None` without them."""
    found = shutil.which("initdb")
    if found and shutil.which("pg_ctl"):
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


class Cluster:
    """A server that is started in a directory of its own, as somebody who is not root, and leaves nothing behind."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        # A socket's path may have 107 characters: pytest's own directories are too deep.
        self._directory = Path(tempfile.mkdtemp(prefix="vitrine-postgresql-"))
        self._numbers = count(1)
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("nobody")  # PostgreSQL refuses to run as root
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(self._directory, user.pw_uid, user.pw_gid)

    def __enter__(self) -> "Cluster":
        self._run("initdb", "--auth=trust", "--username=vitrine", "--encoding=UTF8", "--no-sync")
        options = f"-c listen_addresses= -c unix_socket_directories={self._directory} -c max_connections=50"
        log = str(self._directory / "log")
        self._run("pg_ctl", "start", "--wait", f"--log={log}", f"--options={options}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._run("pg_ctl", "stop", "--mode=immediate", "--wait")
        shutil.rmtree(self._directory)

    def create_database(self) -> str:
        """Return the URL of a new, empty database."""
        name = f"test_{next(self._numbers)}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self._address(name)

    def _address(self, database: str) -> str:
        return f"postgresql://vitrine@/{database}?host={quote(str(self._directory), safe='')}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), f"--pgdata={self._directory / 'data'}", *arguments]
        # Nobody may not enter the directory of the tests. What the server inherits as its output would stay open.
        subprocess.run(
            command, check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=120, **self._as
        )
