"""The guard: host names, pages of other sites, the token."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.access import Access, decide_access, is_loopback, split_host
from app.errors import SettingsError
from app.main import create_app
from app.settings import Bundle, Settings, find_bundle
from tests.api.client import Client

pytestmark = pytest.mark.anyio

TOKEN = "a-token-of-this-test"  # noqa: S105
ASKED = {"network": "walkthrough", "inputs": [0.5, 0.7]}


def bundle(folder: Path) -> Bundle:
    """Return the real templates and examples with a front end of empty files."""
    names = [f"{name}.{kind}" for name in ("studio", "gallery", "docs", "access") for kind in ("js", "css")]
    (folder / "manifest.json").write_text(json.dumps({name: name for name in names}))
    (folder / "access.css").write_text("/* */")
    found = find_bundle()
    return Bundle(folder, found.templates, found.examples)


def at(base: str, **settings: Any) -> httpx.AsyncClient:
    """Return a client that asks a server with these settings for `base`."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(create_app(Settings(**settings))), base_url=base)


@pytest.fixture
async def guarded(tmp_path: Path, anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001 - async
    async with at("http://localhost:8000", token=TOKEN, bundle=bundle(tmp_path)) as http:
        yield http


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("localhost", True),
        ("LOCALHOST", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("0.0.0.0", False),  # noqa: S104
        ("::", False),
        ("", False),
        ("192.168.1.2", False),
        ("::ffff:10.0.0.1", False),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
    ],
)
def test_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
    assert (decide_access(Settings(host=host)).token is None) is loopback


@pytest.mark.parametrize(
    ("host", "parts"),
    [
        ("localhost", ("localhost", "")),
        ("LocalHost.:80", ("localhost", "80")),
        ("[::1]:8000", ("::1", "8000")),
        ("[::1]", ("::1", "")),
        ("", ("", "")),
        ("a:b", ("", "")),
        ("::1", ("", "")),
        ("user@localhost", ("", "")),
        ("localhost/..", ("", "")),
        ("localhost:1 evil", ("", "")),
        ("localhost:", ("", "")),
    ],
)
def test_splitting_a_host(host: str, parts: tuple[str, str]) -> None:
    assert split_host(host) == parts


def test_a_drawn_token_is_long_new_and_not_shown() -> None:
    first, second = (decide_access(Settings(host="0.0.0.0")) for _ in range(2))  # noqa: S104
    assert first.token is not None
    assert len(first.token) >= 32
    assert first.drawn
    assert first.token != second.token
    assert first.token not in repr(first)
    assert TOKEN not in repr(Settings(token=TOKEN))


def test_authentication_can_be_switched() -> None:
    assert decide_access(Settings(authentication="on")).token is not None
    assert decide_access(Settings(host="::", authentication="off")).token is None
    assert decide_access(Settings(token=TOKEN)) == Access(TOKEN, frozenset({"*"}), addresses=True)


@pytest.mark.parametrize(
    "environment",
    [
        {"VITRINE_AUTHENTICATION": "maybe"},
        {"VITRINE_TOKEN": "short"},
        {"VITRINE_TOKEN": "a space or a slash / in it"},
        {"VITRINE_TOKEN": TOKEN, "VITRINE_AUTHENTICATION": "off"},
    ],
)
def test_settings_that_cannot_be_meant(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(environment))) as caught:
        Settings.from_environment(environment)
    assert environment.get("VITRINE_TOKEN", "none") not in str(caught.value)


def test_an_empty_token_is_none() -> None:
    assert Settings.from_environment({"VITRINE_TOKEN": "", "VITRINE_ALLOWED_HOSTS": ""}) == Settings()


@pytest.mark.parametrize(
    ("settings", "host", "served"),
    [
        ({}, "localhost:8000", True),
        ({}, "127.0.0.1", True),
        ({}, "[::1]:8000", True),
        ({}, "192.168.1.2:9000", True),
        ({}, "attacker.example", False),
        ({}, "localhost.attacker.example", False),
        ({"host": "127.0.0.1"}, "0.0.0.0.attacker.example", False),
        ({"host": "Glass.example", "authentication": "off"}, "glass.example", True),
        ({"host": "::", "authentication": "off"}, "attacker.example", False),
        ({"allowed_hosts": "glass.example, .team.example"}, "glass.example:8000", True),
        ({"allowed_hosts": "glass.example, .team.example"}, "a.b.team.example", True),
        ({"allowed_hosts": "glass.example, .team.example"}, "team.example", False),
        ({"allowed_hosts": "glass.example, .team.example"}, "sub.glass.example", False),
        ({"allowed_hosts": "glass.example"}, "localhost", True),
        ({"allowed_hosts": "glass.example"}, "192.168.1.2", False),
        ({"allowed_hosts": "[fe80::1]"}, "[fe80::1]:8000", True),
        ({"allowed_hosts": "*"}, "attacker.example", True),
    ],
)
async def test_hosts(settings: dict[str, Any], host: str, served: bool) -> None:
    async with at("http://localhost", **settings) as http:
        response = await http.get("/api/v1/layers", headers={"Host": host})
        assert response.status_code == (200 if served else 421)
        if not served:
            assert response.headers["content-type"] == "application/problem+json"
            assert host in response.json()["detail"]
        assert (await http.get("/health", headers={"Host": host})).status_code == 200


async def test_with_a_token_any_name_is_served(guarded: httpx.AsyncClient) -> None:
    headers = {"Host": "glass.example", "Authorization": f"Bearer {TOKEN}"}
    assert (await guarded.get("/api/v1/layers", headers=headers)).status_code == 200
    two_hosts = [("Host", "localhost"), ("Host", "localhost"), ("Authorization", f"Bearer {TOKEN}")]
    assert (await guarded.get("/api/v1/layers", headers=two_hosts)).status_code == 421


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Origin": "http://localhost:8000"}, True),
        ({"Origin": "https://LOCALHOST:8000"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://behind.proxy.example"}, True),
        ({"Origin": "http://localhost:9000"}, False),
        ({"Origin": "http://localhost"}, False),
        ({"Origin": "http://attacker.example"}, False),
        ({"Origin": "http://localhost:8000.attacker.example"}, False),
        ({"Origin": "file://localhost:8000"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:8000"}, False),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_pages_of_other_sites_change_nothing(method: str, headers: dict[str, str], allowed: bool) -> None:
    async with at("http://localhost:8000") as http:
        response = await http.request(method, "/api/v1/forward", json=ASKED, headers=headers)
        assert (response.status_code != 403) is allowed
        if not allowed:
            assert response.json()["type"] == "urn:vitrine:problem:cross-site"
            assert response.headers["connection"] == "close"


async def test_other_sites_may_not_read() -> None:
    async with at("http://localhost:8000") as http:
        response = await http.get("/api/v1/layers", headers={"Origin": "http://attacker.example"})
        assert response.headers["cross-origin-resource-policy"] == "same-origin"
        assert not [name for name in response.headers if name.startswith("access-control")]
        preflight = {"Origin": "http://attacker.example", "Access-Control-Request-Method": "POST"}
        response = await http.options("/api/v1/forward", headers=preflight)
        assert response.status_code == 405
        assert not [name for name in response.headers if name.startswith("access-control")]


async def test_the_token_is_asked_for(guarded: httpx.AsyncClient) -> None:
    client = Client(guarded)
    for method, path in (("GET", "/api/v1/layers"), ("POST", "/api/v1/forward"), ("GET", "/"), ("GET", "/nowhere")):
        problem = await client.problem(method, path, 401)
        assert problem["type"] == "urn:vitrine:problem:unauthenticated"
        assert "Bearer" in problem["detail"]
    response = await guarded.get("/api/v1/layers")
    assert response.headers["www-authenticate"] == 'Bearer realm="vitrine"'
    assert response.headers["cache-control"] == "no-store"
    assert TOKEN not in response.text


async def test_health_and_the_front_end_are_open(guarded: httpx.AsyncClient) -> None:
    assert (await guarded.get("/health")).status_code == 200
    assert (await guarded.get("/static/access.css")).status_code == 200
    assert (await guarded.get("/static/../api/v1/layers")).status_code == 401
    assert (await guarded.get("/static/%2e%2e/api/v1/layers")).status_code in (401, 404)


async def test_programs_send_the_token_in_a_header(guarded: httpx.AsyncClient) -> None:
    for scheme in ("Bearer", "bearer"):
        headers = {"Authorization": f"{scheme} {TOKEN}"}
        assert (await guarded.post("/api/v1/forward", json=ASKED, headers=headers)).status_code == 200
    for wrong in (f"Basic {TOKEN}", "Bearer", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN} x", "Bearer ÿ", TOKEN):
        response = await guarded.get("/api/v1/layers", headers=[(b"Authorization", wrong.encode("latin-1"))])
        assert response.status_code == 401
        assert 'error="invalid_token"' in response.headers["www-authenticate"]


async def test_the_link_gives_a_cookie_and_hides_the_token(guarded: httpx.AsyncClient) -> None:
    response = await guarded.get(f"/?network=deep&token={TOKEN}&inputs=0.5,0.7")
    assert response.status_code == 303
    assert response.headers["location"] == "/?network=deep&inputs=0.5,0.7"
    assert response.headers["referrer-policy"] == "same-origin"
    assert response.headers["cache-control"] == "no-store"
    cookie = response.headers["set-cookie"]
    assert cookie.startswith(f"vitrine-8000={TOKEN};")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} == {part.strip() for part in cookie.split(";")[1:]}
    assert (await guarded.get("/api/v1/layers")).status_code == 200  # the client has kept the cookie
    assert (await guarded.get("/", headers={"Accept": "text/html"})).status_code == 200


async def test_the_cookie_is_for_one_port_and_stays_on_https(tmp_path: Path) -> None:
    async with at("https://glass.example", token=TOKEN, bundle=bundle(tmp_path)) as http:
        cookie = (await http.get("/docs", params={"token": TOKEN})).headers["set-cookie"]
        assert cookie.startswith("vitrine-https=")
        assert "Secure" in cookie
        other = {"Host": "glass.example:9000"}
        assert (await http.get("/api/v1/layers", headers=other)).status_code == 401


async def test_the_api_takes_no_token_in_an_address(guarded: httpx.AsyncClient) -> None:
    assert (await guarded.get("/api/v1/layers", params={"token": TOKEN})).status_code == 401


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("//attacker.example/", "/attacker.example/"),
        ("/%5C%5Cattacker.example", "/attacker.example"),
        ("/%2F%2Fattacker.example", "/attacker.example"),
        ("/a%0D%0ALocation:%20b", "/a%0D%0ALocation%3A%20b"),
    ],
)
async def test_the_link_leads_nowhere_else(guarded: httpx.AsyncClient, path: str, location: str) -> None:
    response = await guarded.get(f"http://localhost:8000{path}?token={TOKEN}")
    assert (response.status_code, response.headers["location"]) == (303, location)


async def test_a_browser_is_asked_by_a_page(guarded: httpx.AsyncClient) -> None:
    for address, wrong in (("/?network=deep", False), ("/docs", False), ("/?token=wrong", True)):
        response = await guarded.get(address, headers={"Accept": "text/html,*/*;q=0.8"})
        assert response.status_code == 401
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert response.headers["www-authenticate"].startswith("Bearer")
        assert 'method="post"' in response.text
        assert ("not the token" in response.text) is wrong
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=|action=", response.text)


async def test_the_form_leads_back_to_where_one_was(guarded: httpx.AsyncClient) -> None:
    response = await guarded.post(
        "/?network=deep", data={"token": f" {TOKEN} "}, headers={"Origin": "http://localhost:8000"}
    )
    assert (response.status_code, response.headers["location"]) == (303, "/?network=deep")
    assert TOKEN in response.headers["set-cookie"]


@pytest.mark.parametrize("body", [b"", b"token=wrong", b"token=" + b"a" * 10_000, b"\xff=%ff", b"a=1&b=2&c=3&d=4&e=5"])
async def test_forms_that_do_not_open(guarded: httpx.AsyncClient, body: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    response = await guarded.post("/", content=body, headers=headers)
    assert response.status_code == 401
    assert "set-cookie" not in response.headers
    assert "not the token" in response.text


async def test_other_sites_cannot_send_the_form(guarded: httpx.AsyncClient) -> None:
    response = await guarded.post("/", data={"token": TOKEN}, headers={"Origin": "http://attacker.example"})
    assert response.status_code == 403
    assert "set-cookie" not in response.headers


MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7 * 7 }}"


@pytest.mark.parametrize("path", ["/", "/activations", "/docs"])
async def test_markup_in_an_address_is_not_markup_in_a_page(guarded: httpx.AsyncClient, path: str) -> None:
    for headers in ({"Accept": "text/html"}, {"Authorization": f"Bearer {TOKEN}"}):
        for query in ({"network": MARKUP}, {"token": MARKUP}, {MARKUP: MARKUP}):
            response = await guarded.get(path, params=query, headers=headers)
            assert response.headers["content-type"].startswith("text/html")
            assert "alert(1)" not in response.text
            assert "onerror" not in response.text


async def test_markup_in_a_path_or_a_document_is_data_in_json(guarded: httpx.AsyncClient) -> None:
    guarded.headers["Authorization"] = f"Bearer {TOKEN}"
    client = Client(guarded)
    for path in (f"/{MARKUP}", f"/api/v1/networks/{MARKUP}", f"/api/v1/activations/{MARKUP}"):
        await client.problem("GET", path, 404)
    document = {"name": MARKUP, "input": {"shape": [1]}, "layers": [{"name": "a", "kind": "Dense", "units": 1}]}
    response = await guarded.post("/api/v1/forward", json={"network": document, "inputs": [1]})
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.json()["network"] == MARKUP
