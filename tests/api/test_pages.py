import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app import __version__
from app.main import create_app
from app.pages import PAGES
from app.settings import Bundle, Settings, find_bundle
from tests.api.client import Client, connect

pytestmark = pytest.mark.anyio


@pytest.fixture
async def site(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Client]:  # noqa: ARG001 - the fixture is async
    """Return a client of an application with a front end of one file."""
    bundle = Bundle(tmp_path / "static", tmp_path / "templates", tmp_path / "examples")
    bundle.static.mkdir()
    bundle.templates.mkdir()
    manifest = {
        f"{name}.{kind}": f"{name}-AB12CD34.{kind}" for name in ("studio", "gallery", "docs") for kind in ("js", "css")
    }
    (bundle.static / "manifest.json").write_text(json.dumps(manifest))
    for name in manifest.values():
        (bundle.static / name).write_text("/* */")
    for template in PAGES.values():
        text = '<script src="{{ asset("studio.js") }}"></script>{{ version }} {{ api }} {{ "<b>" }}'
        (bundle.templates / template).write_text(text)
    async with connect(create_app(Settings(bundle=bundle))) as http:
        yield Client(http)


@pytest.mark.parametrize("path", PAGES)
async def test_pages_know_their_files(site: Client, path: str) -> None:
    response = await site.http.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"
    assert response.text == f'<script src="/static/studio-AB12CD34.js"></script>{__version__} /api/v1 &lt;b&gt;'


async def test_files_with_a_hash_are_kept_forever(site: Client) -> None:
    response = await site.http.get("/static/studio-AB12CD34.js")
    assert response.status_code == 200
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "javascript" in response.headers["content-type"]
    assert (await site.http.get("/static/manifest.json")).headers["cache-control"] == "no-cache"


async def test_files_that_are_not_there(site: Client) -> None:
    await site.problem("GET", "/static/nothing.js", 404)
    await site.problem("GET", "/static/../../app/main.py", 404)
    await site.problem("GET", "/static/%2e%2e/templates/studio.html", 404)
    await site.problem("POST", "/static/studio-AB12CD34.js", 405)
    await site.problem("POST", "/", 405)


async def test_a_server_without_examples_has_none(site: Client) -> None:
    assert await site.get("/api/v1/networks") == []


@pytest.mark.skipif(not (find_bundle().static / "manifest.json").exists(), reason="the front end is not built")
@pytest.mark.parametrize("path", PAGES)
async def test_the_real_pages(client: Client, path: str) -> None:
    response = await client.http.get(path)
    assert response.status_code == 200
    assert "/static/" in response.text
    assert "<script>" not in response.text
    assert " style=" not in response.text
