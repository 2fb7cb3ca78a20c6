"""Fifty writers at once, on a real server with two processes: no write is lost."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import httpx
import pytest

from tests.api.client import WALKTHROUGH

pytestmark = pytest.mark.anyio

WRITERS = 50


@pytest.fixture
def server(address: str, tmp_path: Path) -> Iterator[str]:
    """Serve with two processes and a database of either kind; the address of the stored networks."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--factory", "app.main:create_app", "--workers=2", f"--port={port}"]
    log = tmp_path / "log"
    environment = {**os.environ, "VITRINE_DATABASE_URL": address}
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output, env=environment) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            for _ in range(300):
                try:
                    httpx.get(f"{url}/health")
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            yield f"{url}/api/v1/networks"
        finally:
            process.terminate()
    assert "Traceback" not in log.read_text()
    assert "database of networks" not in log.read_text()


async def test_fifty_writers_lose_nothing(server: str) -> None:
    created: set[str] = set()
    refused = 0

    async def write(http: httpx.AsyncClient, path: str) -> None:
        nonlocal refused
        created.add((await http.post(server, json=WALKTHROUGH)).raise_for_status().headers["location"])
        while True:
            read = (await http.get(path)).raise_for_status()
            document = read.json()
            changed = {**document, "seed": document["seed"] + 1}
            response = await http.put(path, json=changed, headers={"If-Match": read.headers["etag"]})
            if response.status_code == 200:
                return
            assert response.status_code in {412, 503}, response.text
            refused += 1

    limits = httpx.Limits(max_connections=WRITERS)
    async with httpx.AsyncClient(timeout=120, limits=limits) as http:
        location = (await http.post(server, json=WALKTHROUGH)).headers["location"]
        path = f"{server}/{location.rsplit('/', 1)[1]}"
        async with anyio.create_task_group() as group:
            for _ in range(WRITERS):
                group.start_soon(write, http, path)
        response = await http.get(path)
        assert response.json()["seed"] == WRITERS
        assert response.headers["etag"] == f'"{WRITERS + 1}"'
        assert refused > 0
        stored = (await http.get(server, params={"limit": 1000})).json()
        assert len(created) == WRITERS
        assert created <= {f"/api/v1/networks/{one['id']}" for one in stored}
