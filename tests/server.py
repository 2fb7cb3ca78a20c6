"""A real server for tests, as a process of its own on a free port."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent
SERVE = ["-m", "app.main", "--port", "0"]
START_SECONDS = 60


@dataclass
class Served:
    """A running server: its process, its port, the link that it printed, and its log so far."""

    process: subprocess.Popen[bytes]
    port: int
    link: str
    read_log: Callable[[], str]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def ask(self, data: bytes) -> bytes:
        """Send bytes and return all that comes until the server closes the connection."""
        with self.connect() as connection:
            with suppress(ConnectionError):
                connection.sendall(data)
            return read_all(connection)

    def is_well(self) -> bool:
        return httpx.get(f"{self.address}/health", trust_env=False, timeout=30).status_code == 200


@contextmanager
def serving(folder: Path, *options: str, command: list[str] | None = None, **environment: str) -> Iterator[Served]:
    """Serve on a free port until the block ends."""
    log = folder / "server.log"
    variables = {name: value for name, value in os.environ.items() if not name.startswith("VITRINE_")}
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, *(command or SERVE), *options],
            cwd=ROOT,
            env=variables | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            deadline = time.monotonic() + START_SECONDS
            while not (found := re.search(r"^Vitrine: (http://\S+?:(\d+)/\S*)", log.read_text(), re.MULTILINE)):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
            yield Served(process, int(found[2]), found[1], log.read_text)
        finally:
            process.kill()
    assert "Traceback" not in log.read_text(), log.read_text()


def read_all(connection: socket.socket) -> bytes:
    data = b""
    with suppress(ConnectionError):
        while chunk := connection.recv(65536):
            data += chunk
    return data
