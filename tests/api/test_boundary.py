import logging
from typing import Any

import anyio
import httpx
import pytest
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from app import __version__
from app.api import health
from app.api.boundary import LARGE_ANSWER, PIECE, Boundary
from app.api.gate import Holding
from app.main import create_app
from app.settings import Settings
from tests.api.client import Client, connect

pytestmark = pytest.mark.anyio

POLICY = (
    "default-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


async def test_health(client: Client) -> None:
    assert await client.get("/health") == {"status": "ok", "version": __version__}


async def test_every_answer_has_the_security_headers(client: Client) -> None:
    for method, path in (("GET", "/health"), ("GET", "/nowhere"), ("POST", "/api/v1/forward"), ("DELETE", "/health")):
        headers = (await client.http.request(method, path)).headers
        assert headers["content-security-policy"] == POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert "clipboard" not in headers["permissions-policy"]
        assert "server" not in headers


async def test_head_is_get_without_a_body(client: Client) -> None:
    for path in ("/health", "/api/v1/layers"):
        full = await client.http.get(path)
        head = await client.http.head(path)
        assert head.status_code == 200
        assert head.content == b""
        assert head.headers["content-length"] == full.headers["content-length"]
    assert (await client.http.head("/api/v1/forward")).status_code == 405


async def test_an_error_of_ours_says_nothing(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_answer: Any) -> Any:
        message = "a secret"
        raise RuntimeError(message)

    monkeypatch.setattr(health, "json_response", broken)
    with caplog.at_level(logging.ERROR):
        async with connect(create_app(Settings())) as http:
            problem = await Client(http).problem("GET", "/health", 500)
            headers = (await http.get("/health")).headers
    assert problem["type"] == "urn:vitrine:problem:internal"
    assert "secret" not in str(problem)
    assert headers["content-security-policy"] == POLICY
    assert "a secret" in caplog.text


def answering(size: int, answers: Holding) -> Boundary:
    """Return the boundary around an application that answers everything with so many bytes."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(bytes(range(256)) * (size // 256))(scope, receive, send)

    return Boundary(app, answers)


async def test_large_answers_are_handed_out_in_pieces() -> None:
    answers = Holding(2 * LARGE_ANSWER, "answers")
    held: list[int] = []
    pieces: list[Message] = []

    async def send(message: Message) -> None:
        held.append(answers.held_bytes)
        pieces.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    size = LARGE_ANSWER + PIECE + 256
    await answering(size, answers)({"type": "http", "method": "GET", "path": "/"}, receive, send)
    bodies = [message["body"] for message in pieces[1:]]
    assert b"".join(bodies) == bytes(range(256)) * (size // 256)
    assert {len(body) for body in bodies[:-1]} == {PIECE}
    assert [message["more_body"] for message in pieces[1:]] == [True] * (len(bodies) - 1) + [False]
    assert set(held) == {size}
    assert answers.held_bytes == 0


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_large_answers_on_their_way_are_bounded(method: str) -> None:
    answers = Holding(2 * LARGE_ANSWER, "answers")
    answers.take(LARGE_ANSWER)
    transport = httpx.ASGITransport(answering(2 * LARGE_ANSWER, answers))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
        response = await http.request(method, "/")
        if method == "HEAD":
            assert response.status_code == 200  # it has no body to hold
            return
        assert response.status_code == 503
        assert response.headers["retry-after"] == "1"
        assert response.headers["content-security-policy"] == POLICY
        assert response.json()["type"] == "urn:vitrine:problem:busy"
        answers.give_back(LARGE_ANSWER)
        assert len((await http.get("/")).content) == 2 * LARGE_ANSWER
    assert answers.held_bytes == 0


async def test_a_request_that_is_cut_off_is_told_so() -> None:
    async def waits(_scope: Scope, _receive: Receive, _send: Send) -> None:
        await anyio.sleep_forever()

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "GET", "path": "/"}
    async with anyio.create_task_group() as group:
        group.start_soon(Boundary(waits, Holding(1, "answers")), scope, receive, send)
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
    assert sent[0]["status"] == 503
    assert (b"retry-after", b"5") in sent[0]["headers"]
