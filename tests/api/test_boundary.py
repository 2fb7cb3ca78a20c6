import logging
from typing import Any

import pytest

from app import __version__
from app.api import health
from app.main import create_app
from app.settings import Settings
from tests.api.client import Client, connect

pytestmark = pytest.mark.anyio

POLICY = (
    "default-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)


async def test_health(client: Client) -> None:
    assert await client.get("/health") == {"status": "ok", "version": __version__}


async def test_every_answer_has_the_security_headers(client: Client) -> None:
    for method, path in (("GET", "/health"), ("GET", "/nowhere"), ("POST", "/api/v1/forward"), ("DELETE", "/health")):
        headers = (await client.http.request(method, path)).headers
        assert headers["content-security-policy"] == POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


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
