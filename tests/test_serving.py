"""The server as a process: many clients, slow and broken ones, the token at the start, and the end."""

import asyncio
import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import numpy as np
import pytest

from app.nn.forward import forward
from app.nn.network import Network
from tests.api.client import WALKTHROUGH
from tests.server import ROOT, Served, read_all, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that loses patience with its clients after two seconds."""
    with serving(tmp_path_factory.mktemp("serving"), VITRINE_CLIENT_SECONDS="2", VITRINE_CONNECTIONS="250") as server:
        yield server


def post(body: bytes, *headers: str, length: int | None = None) -> bytes:
    """Return the bytes of a request to /forward."""
    lines = [
        "POST /api/v1/forward HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {len(body) if length is None else length}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def status(answer: bytes) -> int:
    match = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    return int(match[1]) if match else 0


def test_200_clients_at_once_get_the_right_answer_or_are_told_to_come_back(tmp_path: Path) -> None:
    # These clients share one event loop, which is slower than a server that loses patience expects.
    with serving(tmp_path, VITRINE_CONNECTIONS="250") as served:
        ask_200_clients(served)


def ask_200_clients(served: Served) -> None:
    layers = [{"kind": "Dense", "units": units, "activation": "tanh"} for units in (400, 300, 10)]
    large = {"seed": 7, "input": {"shape": [400]}, "layers": layers}
    documents = (WALKTHROUGH, large)
    networks = [Network.from_document(document) for document in documents]

    async def ask(http: httpx.AsyncClient, number: int) -> int:
        which = number % 2
        generator = np.random.default_rng(number)
        inputs = generator.normal(size=(1 + number % 3, *networks[which].input.shape))
        body = {"network": documents[which], "inputs": inputs.tolist(), "layers": []}
        response = await http.post("/api/v1/forward", json=body)
        if response.status_code == 503:
            assert int(response.headers["retry-after"]) >= 1
            assert response.headers["content-type"] == "application/problem+json"
        else:
            assert response.status_code == 200, response.text
            expected = forward(networks[which], inputs).output
            np.testing.assert_allclose(response.json()["output"], expected, rtol=1e-12)
        return response.status_code

    async def ask_all() -> list[int]:
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=0)
        async with (
            httpx.AsyncClient(base_url=served.address, timeout=120, limits=limits, trust_env=False) as http,
            asyncio.TaskGroup() as group,
        ):
            tasks = [group.create_task(ask(http, number)) for number in range(200)]
        return [task.result() for task in tasks]

    statuses = asyncio.run(ask_all()) + asyncio.run(ask_all())
    assert statuses.count(200) >= 200  # small requests never wait
    assert served.is_well()


def test_connections_are_limited(served: Served) -> None:
    idle = [served.connect() for _ in range(251)]
    try:
        answer = served.ask(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert status(answer) == 503
        assert b"retry-after: 1" in answer.lower()
    finally:
        for connection in idle:
            connection.close()


def test_many_more_connections_are_cut(served: Served) -> None:
    idle = [served.connect() for _ in range(520)]
    try:
        for connection in idle[505:]:
            assert read_all(connection) == b""
    finally:
        for connection in idle:
            connection.close()


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"\r\n",
        b"GET / HT",
        b"GET /health HTTP/1.1\r\nHost: loc",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\nGET /hea",
        post(b'{"network": ', length=1000),
        post(b"", "Expect: 100-continue", length=1000),
    ],
)
def test_clients_that_fall_silent_are_given_up(served: Served, start: bytes) -> None:
    before = time.monotonic()
    answer = served.ask(start)
    assert 0.5 < time.monotonic() - before < 20
    assert answer.endswith(b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")


def test_empty_lines_keep_no_connection(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert status(connection.recv(10_000)) == 200
        time.sleep(0.1)
        connection.sendall(b"\r\n")
        assert b"HTTP/1.1 408 Request Timeout" in read_all(connection)


@pytest.mark.parametrize("start", [b"GET /health HTTP/1.1\r\nA: ", post(b"", length=10**6)])
def test_clients_that_drip_are_given_up(served: Served, start: bytes) -> None:
    with served.connect() as connection:
        connection.sendall(start)
        connection.settimeout(0.1)
        deadline = time.monotonic() + 20
        answer = None
        while answer is None:
            assert time.monotonic() < deadline
            with suppress(ConnectionError):
                connection.sendall(b"a")
            with suppress(TimeoutError):
                answer = connection.recv(1000)
        assert status(answer) == 408


def test_a_body_may_take_its_time_while_it_moves(served: Served) -> None:
    body = json.dumps({"network": WALKTHROUGH, "inputs": [0.5, 0.7]}).encode() + b" " * 40_000
    with served.connect() as connection:
        connection.sendall(post(b"", "Connection: close", length=len(body)))
        for start in range(0, len(body), 3000):
            connection.sendall(body[start : start + 3000])
            time.sleep(0.2)
        assert status(read_all(connection)) == 200


def test_clients_that_do_not_take_their_answer_are_given_up(served: Served) -> None:
    body = {"network": "walkthrough", "inputs": np.zeros((100_000, 2)).tolist()}
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(30)
        connection.connect(("127.0.0.1", served.port))
        connection.sendall(post(json.dumps(body).encode()))
        started = connection.recv(100)
        assert status(started) == 200
        time.sleep(6)
        announced = re.search(rb"content-length: (\d+)", started + connection.recv(2000))
        assert announced is not None
        assert len(read_all(connection)) < int(announced[1]) - 100_000
    assert served.is_well()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nA: " + b"a" * 70_000 + b"\r\n\r\n", {431}),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"A: a\r\n" * 20_000 + b"\r\n", {431}),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nA: " + b"a" * 5_000_000, {0, 431}),
        (b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", {404}),
        (b"GET /" + b"a" * 5_000_000, {0, 400, 431}),
        (b"\r\n" * 100_000, {408, 431}),
        (b"nonsense\r\n\r\n", {400}),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", {400}),
        (b"\x00" * 1000, {400}),
        (b"GET / HTTP/9.9\r\n\r\n", {400}),
        (b"GET \xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}),
        (b"GET /?a=\xff HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}),
        (b"GET /%ff%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", {404}),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nA : b\r\n\r\n", {400}),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nA: b\x00c\r\n\r\n", {400}),
        (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", {421}),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: localhost\r\nConnection: close\r\n\r\n", {421}),
        (post(b"{}", "Content-Length: 3"), {400}),
        (post(b"{}", "Transfer-Encoding: chunked"), {400}),
        (post(b"", length=-1), {400}),
        (post(b"", length=10**30), {400, 413}),
        (post(b"", length=10**12), {413}),
    ],
    ids=lambda value: repr(value[:40]) if isinstance(value, bytes) else "",
)
def test_what_is_not_http_or_too_much_of_it(served: Served, data: bytes, expected: set[int]) -> None:
    assert status(served.ask(data)) in expected
    assert served.is_well()


def test_an_upgrade_is_not_offered(served: Served) -> None:
    headers = "Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\nSec-WebSocket-Version: 13"
    answer = served.ask(f"GET /nowhere HTTP/1.1\r\n{headers}\r\nSec-WebSocket-Key: YQ==\r\n\r\n".encode())
    assert status(answer) in {400, 404, 408}


def test_the_start_prints_a_link_that_opens_it(tmp_path: Path) -> None:
    with serving(tmp_path, VITRINE_AUTHENTICATION="on") as server:
        token = server.link.partition("?token=")[2]
        assert len(token) >= 32
        with httpx.Client(trust_env=False) as http:
            assert http.get(f"{server.address}/api/v1/layers").status_code == 401
            response = http.get(server.link)
            assert (response.status_code, response.headers["location"]) == (303, "/")
            assert "server" not in response.headers
            assert http.get(f"{server.address}/api/v1/layers").status_code == 200
        assert '"GET / HTTP/1.1" 303' in server.read_log()
        assert server.read_log().count(token) == 1  # the link


def test_a_token_of_ones_own_is_printed_nowhere(tmp_path: Path) -> None:
    token = "a-token-of-this-test"  # noqa: S105
    with serving(tmp_path, VITRINE_TOKEN=token) as server:
        assert httpx.get(f"{server.address}/?token={token}", trust_env=False).status_code == 303
        assert "VITRINE_TOKEN" in server.read_log()
        assert token not in server.read_log()


def test_loopback_needs_no_token(served: Served) -> None:
    assert served.link == f"{served.address}/"
    assert httpx.get(f"{served.address}/api/v1/layers", trust_env=False).status_code == 200


def half_sent(server: Served) -> tuple[socket.socket, bytes]:
    """Send half of a request; return the connection and the other half."""
    body = json.dumps({"network": WALKTHROUGH, "inputs": [0.5, 0.7]}).encode()
    connection = server.connect()
    connection.sendall(post(body[:50], length=len(body)))
    time.sleep(0.3)
    return connection, body[50:]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_runs_is_finished_before_the_end(tmp_path: Path, number: signal.Signals) -> None:
    with serving(tmp_path) as server, server.connect() as idle:
        connection, rest = half_sent(server)
        server.process.send_signal(number)
        time.sleep(0.5)
        assert server.process.poll() is None
        with pytest.raises(ConnectionError):
            server.connect()
        with connection:
            connection.sendall(rest)
            answer = read_all(connection)
        assert status(answer) == 200
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["output"] == [pytest.approx(1.211)]
        assert b"connection: close" in answer
        assert server.process.wait(10) in {0, -number}
        assert read_all(idle) == b""


def test_what_does_not_end_is_cut_off(tmp_path: Path) -> None:
    with serving(tmp_path, VITRINE_STOP_SECONDS="1") as server:
        connection, _ = half_sent(server)
        before = time.monotonic()
        server.process.terminate()
        with connection:
            answer = read_all(connection)
        assert status(answer) == 503
        assert server.process.wait(10) in {0, -signal.SIGTERM}
        assert 0.5 < time.monotonic() - before < 8


STUCK = """
import time
import anyio.to_thread
from dataclasses import replace
from app.access import decide_access
from app.api.boundary import Boundary
from app.api.gate import Holding
from app.serving import serve
from app.settings import Settings

async def app(scope, receive, send):
    if scope["type"] == "http":
        await anyio.to_thread.run_sync(time.sleep, 600)

settings = replace(Settings(), port=0, stop_seconds=1)
serve(Boundary(app, Holding(1, "answers")), decide_access(settings), settings)
"""


@pytest.mark.parametrize(("number", "expected"), [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 1)])
def test_a_computation_that_does_not_end_does_not_keep_the_server(
    tmp_path: Path, number: signal.Signals, expected: int
) -> None:
    with serving(tmp_path, command=["-c", STUCK]) as server, server.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(0.5)
        server.process.send_signal(number)
        assert server.process.wait(10) == expected


def test_a_port_in_use_is_an_error(served: Served) -> None:
    command = [sys.executable, "-m", "app.main", "--port", str(served.port)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 3
    assert "address already in use" in answer.stderr
    assert "Vitrine: " not in answer.stderr
