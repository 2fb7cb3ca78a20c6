import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings
from tests.api.client import WALKTHROUGH, Client, connect

pytestmark = pytest.mark.anyio

NETWORKS = "/api/v1/networks"
EDITS = [{"layer": "hidden", "parameter": "kernel", "index": [1, 2], "value": 1 / 3}]
PAGES_OF = 2


@pytest.fixture
async def stores(address: str, anyio_backend: str) -> AsyncIterator[Client]:  # noqa: ARG001 - the fixture is async
    """A client of a server with an empty database, of either kind."""
    app = create_app(Settings(database_url=address, networks=5, document_bytes=5000, layers=50))
    async with connect(app) as http:
        yield Client(http)
    close(app)


def close(app: FastAPI) -> None:
    app.state.services.networks.database.close()


async def store(client: Client, body: Any = WALKTHROUGH) -> Any:
    """Store a network and return what is said of it."""
    response = await client.http.post(NETWORKS, json=body)
    assert response.status_code == 201, response.text
    return response.json()


async def send(client: Client, method: str, path: str, version: Any, **options: Any) -> httpx.Response:
    return await client.http.request(method, f"{NETWORKS}/{path}", headers={"If-Match": f'"{version}"'}, **options)


async def test_the_examples_are_there(client: Client) -> None:
    stored = await client.get(NETWORKS)
    ids = [one["id"] for one in stored]
    assert ids[:4] == ["walkthrough", "propagation", "deep", "branches"]
    assert {"dead-relus", "diverging", "digits"} <= set(ids)
    assert all(one["read_only"] for one in stored)
    assert all(one["title"] and one["description"] for one in stored)
    first = stored[0]
    assert (first["input_shape"], first["layers"], first["parameters"], first["multiply_adds"]) == ([2], 2, 13, 9)


async def test_the_walkthrough_is_the_design_s(client: Client) -> None:
    document = await client.get(f"{NETWORKS}/walkthrough")
    assert WALKTHROUGH.items() <= document.items()


async def test_unknown_network(client: Client) -> None:
    problem = await client.problem("GET", f"{NETWORKS}/nowhere", 404)
    assert "walkthrough" in problem["detail"]
    body = {"network": "nowhere"}
    assert (await client.problem("POST", "/api/v1/summary", 404, json=body))["pointer"] == "/network"
    body = {"network": {"base": "nowhere", "edits": []}}  # type: ignore[dict-item]
    assert (await client.problem("POST", "/api/v1/summary", 404, json=body))["pointer"] == "/network/base"
    assert (await client.problem("POST", NETWORKS, 404, json={"base": "nowhere"}))["pointer"] == "/base"
    for method, path in (("DELETE", "nowhere"), ("PUT", "nowhere"), ("POST", "nowhere/restore")):
        for headers in ({}, {"If-Match": '"1"'}):
            body = WALKTHROUGH if method == "PUT" else None  # type: ignore[assignment]
            await client.problem(method, f"{NETWORKS}/{path}", 404, json=body, headers=headers)


async def test_examples_are_read_only(client: Client) -> None:
    for headers in ({}, {"If-Match": "*"}):
        for method, body in (("PUT", WALKTHROUGH), ("DELETE", None)):
            path = f"{NETWORKS}/walkthrough"
            response = await client.http.request(method, path, json=body, headers=headers)
            assert response.headers["allow"] == "GET, HEAD"
            problem = await client.problem(method, path, 405, json=body, headers=headers)
            assert problem["type"] == "urn:vitrine:problem:read-only"
            assert "store a copy" in problem["detail"]
    response = await client.http.get(f"{NETWORKS}/walkthrough")
    assert response.headers["allow"] == "GET, HEAD"
    known = {"If-None-Match": response.headers["etag"]}
    assert (await client.http.get(f"{NETWORKS}/walkthrough", headers=known)).status_code == 304
    assert (await client.http.get(f"{NETWORKS}/deep", headers=known)).status_code == 200
    assert (await client.http.post(f"{NETWORKS}/walkthrough/restore")).json()["read_only"]


async def test_a_network_is_stored_changed_and_deleted(stores: Client) -> None:
    response = await stores.http.post(NETWORKS, json=WALKTHROUGH)
    info = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == f"{NETWORKS}/{info['id']}"
    assert response.headers["etag"] == '"1"'
    assert (info["version"], info["read_only"], info["deleted"]) == (1, False, None)
    assert info["created"] == info["changed"]
    path = f"{NETWORKS}/{info['id']}"
    response = await stores.http.get(path)
    assert response.json() == WALKTHROUGH
    assert (response.headers["etag"], response.headers["cache-control"]) == ('"1"', "no-cache")
    assert response.headers["allow"] == "DELETE, GET, HEAD, PUT"
    assert (await stores.http.head(path)).headers["etag"] == '"1"'

    response = await send(stores, "PUT", info["id"], 1, json={**WALKTHROUGH, "title": "Renamed"})
    assert response.status_code == 200
    assert (response.json()["title"], response.json()["version"], response.headers["etag"]) == ("Renamed", 2, '"2"')
    assert (await stores.get(path))["title"] == "Renamed"

    response = await send(stores, "DELETE", info["id"], 2)
    assert (response.status_code, response.content) == (204, b"")
    await stores.problem("GET", path, 404)
    assert info["id"] not in [one["id"] for one in await stores.get(NETWORKS)]
    (deleted,) = await stores.get(NETWORKS, params={"deleted": "true"})
    assert (deleted["id"], deleted["deleted"] is None) == (info["id"], False)

    restored = await stores.http.post(f"{path}/restore")
    assert restored.headers["etag"] == '"4"'
    assert (restored.json()["deleted"], restored.json()["title"]) == (None, "Renamed")
    assert (await stores.get(path))["title"] == "Renamed"


async def test_a_change_without_its_version_is_refused(stores: Client) -> None:
    info = await store(stores)
    path = f"{NETWORKS}/{info['id']}"
    await send(stores, "PUT", info["id"], 1, json={**WALKTHROUGH, "title": "second"})
    for method, body in (("PUT", {**WALKTHROUGH, "title": "lost"}), ("DELETE", None)):
        problem = await stores.problem(method, path, 428, json=body)
        assert '"2"' in problem["detail"]
        for tag in ('"1"', 'W/"2"', "2", '""', '"x"', '"99999999999999999999"', '"1", "3"', '"-2"', "nonsense", '"²"'):
            headers = {b"If-Match": tag.encode()}
            problem = await stores.problem(method, path, 412, json=body, headers=headers)
            assert problem["expected"] == '"2"'
            assert 'its version is "2" now' in problem["detail"]
            response = await stores.http.request(method, path, json=body, headers=headers)
            assert response.headers["etag"] == '"2"'
    assert (await stores.get(path))["title"] == "second"
    assert (await send(stores, "PUT", info["id"], '1", "2', json={**WALKTHROUGH, "title": "third"})).status_code == 200
    response = await stores.http.put(path, json={**WALKTHROUGH, "title": "any"}, headers={"If-Match": "*"})
    assert response.json()["version"] == 4


async def test_what_is_known_is_not_sent_again(stores: Client) -> None:
    path = f"{NETWORKS}/{(await store(stores))['id']}"
    for tag in ('"1"', 'W/"1"', '"0", "1"', "*"):
        response = await stores.http.get(path, headers={"If-None-Match": tag})
        assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", '"1"')
    for tag in ('"2"', "1", '"x"', ""):
        assert (await stores.http.get(path, headers={"If-None-Match": tag})).json() == WALKTHROUGH


async def test_copies(stores: Client) -> None:
    copy = await store(stores, {"base": "walkthrough"})
    assert await stores.get(f"{NETWORKS}/{copy['id']}") == await stores.get(f"{NETWORKS}/walkthrough")
    edited = await store(stores, {"base": copy["id"], "edits": EDITS, "title": "<b>Mine</b>"})
    assert edited["title"] == "<b>Mine</b>"
    document = await stores.get(f"{NETWORKS}/{edited['id']}")
    assert document["layers"][0]["parameters"]["kernel"] == [[0.2, 0.4, 0.6], [0.3, 0.5, 1 / 3]]
    inputs = {"inputs": [0.5, 0.7]}
    answers = [
        await stores.post("/api/v1/forward", {"network": network, **inputs})
        for network in (
            edited["id"],
            document,
            {"base": copy["id"], "edits": EDITS},
            {"base": "walkthrough", "edits": EDITS},
        )
    ]
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
async def test_a_copy_with_edits_is_the_edited_network(client: Client, dtype: str) -> None:
    block = [
        {"kind": "Dense", "name": "twice", "units": 3},
        {"kind": "Add", "name": "sum", "inputs": ["twice", "kept"]},
    ]
    base = {
        "dtype": dtype,
        "seed": 5,
        "input": {"shape": [2]},
        "layers": [
            {"kind": "Dense", "name": "kept", "units": 3, "parameters": {"bias": [0.1, 0.2, 0.3]}},
            {"repeat": 2, "layers": block},
            {"kind": "Dense", "units": 3, "repeat": 2, "activation": {"name": "leaky_relu", "negative_slope": 0.1}},
        ],
    }
    edits = [
        {"layer": "kept", "parameter": "kernel", "index": [1, 0], "value": 0.1},
        {"layer": "twice_2", "parameter": "bias", "index": [2], "value": -1.5},
        {"layer": "dense_5", "parameter": "kernel", "index": [0, 0], "value": 7.0},
        {"layer": "kept", "parameter": "kernel", "index": [1, 0], "value": 1 / 3},
    ]
    copy = await store(client, {"base": base, "edits": edits})
    question = {"inputs": [0.5, 0.7], "target": {"layer": "dense_5", "index": [1]}}
    answers = [
        await client.post("/api/v1/gradients", {"network": network, **question})
        for network in (copy["id"], {"base": base, "edits": edits})
    ]
    assert answers[0] == answers[1]
    document = await client.get(f"{NETWORKS}/{copy['id']}")
    assert document["layers"][0]["parameters"]["kernel"][1][0] == pytest.approx(1 / 3, rel=1e-7)


async def test_a_stored_network_stands_wherever_a_network_may(stores: Client) -> None:
    stored = (await store(stores))["id"]
    node = {"layer": "hidden", "index": [0]}
    for path, question in (
        ("forward", {"inputs": [0.5, 0.7]}),
        ("explain", {"inputs": [0.5, 0.7], "node": node}),
        ("gradients", {"inputs": [0.5, 0.7], "target": node}),
        ("edges", {"inputs": [0.5, 0.7]}),
        ("parameters", {"layer": "hidden", "parameter": "kernel"}),
        ("summary", {}),
    ):
        expected = await stores.post(f"/api/v1/{path}", {"network": "walkthrough", **question})
        for network in (stored, {"base": stored, "edits": []}):
            assert await stores.post(f"/api/v1/{path}", {"network": network, **question}) == expected


async def test_a_change_is_seen_at_once(stores: Client) -> None:
    info = await store(stores)
    body = {"network": info["id"], "inputs": [0.5, 0.7]}
    before = await stores.post("/api/v1/forward", body)
    changed = {**WALKTHROUGH, "layers": [{**WALKTHROUGH["layers"][0], "activation": "tanh"}, WALKTHROUGH["layers"][1]]}
    await send(stores, "PUT", info["id"], 1, json=changed)
    after = await stores.post("/api/v1/forward", body)
    assert after != before
    assert after == await stores.post("/api/v1/forward", {**body, "network": changed})


async def test_numbers_are_kept_bit_for_bit(stores: Client) -> None:
    numbers = [0.1 + 0.2, 5e-324, 1.7976931348623157e308, -0.0, 1e22]
    layers = [{"kind": "Dense", "units": 1, "parameters": {"kernel": [[number] for number in numbers]}}]
    info = await store(stores, {"input": {"shape": [5]}, "layers": layers})
    stored = await stores.get(f"{NETWORKS}/{info['id']}")
    kernel = [row[0] for row in stored["layers"][0]["parameters"]["kernel"]]
    assert struct.pack("5d", *kernel) == struct.pack("5d", *numbers)


@pytest.mark.parametrize(
    ("body", "pointer", "slug"),
    [
        ({**WALKTHROUGH, "seed": -1}, "/seed", "invalid-network"),
        ({**WALKTHROUGH, "title": ""}, "/title", "invalid-network"),
        ({**WALKTHROUGH, "base_": 1}, "/base_", "invalid-network"),
        ({}, "/input", "invalid-network"),
        ({"base": "walkthrough", "title": 5}, "/title", "invalid-network"),
        ({"base": "walkthrough", "edits": [{**EDITS[0], "layer": "x"}]}, "/edits/0/layer", "invalid-network"),
        ({"base": {**WALKTHROUGH, "seed": -1}}, "/base/seed", "invalid-network"),
        ({"base": "walkthrough", "name": "x"}, "/name", "invalid-request"),
        ({"base": None}, "/base", "invalid-request"),
        ("walkthrough", "", "invalid-request"),
        ([WALKTHROUGH], "", "invalid-request"),
        (True, "", "invalid-request"),
        ({str(number): number for number in range(200)}, "/0", "invalid-network"),
    ],
)
async def test_what_is_no_network_is_not_stored(client: Client, body: Any, pointer: str, slug: str) -> None:
    problem = await client.problem("POST", NETWORKS, 422, json=body)
    assert pointer in [error["pointer"] for error in problem["errors"]]
    assert problem["type"] == f"urn:vitrine:problem:{slug}"


async def test_put_takes_a_document_only(stores: Client) -> None:
    info = await store(stores)
    bodies: list[Any] = [{"base": "walkthrough"}, {**WALKTHROUGH, "seed": "x"}, []]
    for body in bodies:
        headers = {"If-Match": '"1"'}
        await stores.problem("PUT", f"{NETWORKS}/{info['id']}", 422, json=body, headers=headers)
    assert (await stores.problem("PUT", f"{NETWORKS}/{info['id']}", 415, content=b"{}"))[
        "expected"
    ] == "application/json"
    assert (await stores.http.get(f"{NETWORKS}/{info['id']}")).headers["etag"] == '"1"'


async def test_limits(stores: Client) -> None:
    large = {**WALKTHROUGH, "description": "x" * 5000}
    problem = await stores.problem("POST", NETWORKS, 413, json=large)
    assert problem["expected"] == "at most 5,000 bytes"
    wide = {"input": {"shape": [1]}, "layers": [{"kind": "Dense", "name": "wide", "units": 10_000_000}]}
    edits = [{"layer": "wide", "parameter": "bias", "index": [0], "value": 1}]
    await stores.problem("POST", NETWORKS, 413, json={"base": wide, "edits": edits})
    deep = {"input": {"shape": [1]}, "layers": [{"kind": "Dense", "units": 1, "repeat": 51}]}
    await stores.problem("POST", NETWORKS, 413, json=deep)
    stored = [await store(stores) for _ in range(5)]
    problem = await stores.problem("POST", NETWORKS, 413, json=WALKTHROUGH)
    assert "5 networks are stored" in problem["detail"]
    assert (await send(stores, "PUT", stored[0]["id"], 1, json=large)).status_code == 413
    await send(stores, "DELETE", stored[0]["id"], 1)
    await store(stores)


async def test_lists_are_searched_and_cut(stores: Client) -> None:
    for title in ("Über", "alpha", "42", "true"):
        await store(stores, {**WALKTHROUGH, "title": title})
    for words, found in (("ÜBER", ["Über"]), ("42", ["42"]), ("true", ["true"]), ("alpha true", []), ("4.2", [])):
        assert [one["title"] for one in await stores.get(NETWORKS, params={"q": words})] == found
    seen = []
    url = f"{NETWORKS}?limit=4&sort=title&q=walkthrough"
    while url:
        response = await stores.http.get(url)
        assert response.headers["x-total-count"] == "5"
        seen += response.json()
        url = response.links.get("next", {}).get("url", "")
    assert [one["title"] for one in seen] == ["First steps: 2-3-1", "42", "alpha", "true", "Über"]
    everything = await stores.get(NETWORKS, params={"sort": "title"})
    paged = []
    url = f"{NETWORKS}?limit={PAGES_OF}&sort=title"
    while url:
        response = await stores.http.get(url)
        assert len(response.json()) <= PAGES_OF
        paged += response.json()
        url = response.links.get("next", {}).get("url", "")
    assert paged == everything


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=1001", "limit=x", "offset=-1", "sort=size", "deleted=1", "other=1", "q=a&q=b", "q=" + "x" * 201],
)
async def test_wrong_queries(client: Client, query: str) -> None:
    problem = await client.problem("GET", f"{NETWORKS}?{query}", 422)
    assert problem["pointer"] == f"/{query.partition('=')[0]}"


@pytest.mark.parametrize("path", ["%00", "%ED%A0%80", "..%2f..%2fetc", "'%20OR%201=1", "%F0%9F%92%A9", "x" * 5000])
async def test_hostile_ids(stores: Client, path: str) -> None:
    await stores.problem("GET", f"{NETWORKS}/{path}", 404)
    await stores.problem("POST", f"{NETWORKS}/{path}/restore", 404)
    await stores.problem("DELETE", f"{NETWORKS}/{path}", 404, headers={"If-Match": "*"})
    await stores.problem("POST", "/api/v1/summary", 404, json={"network": "\u0000"})


async def test_a_database_that_hangs_holds_up_nothing_else(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path, workers=1, waiting=5))
    networks = app.state.services.networks
    deep = {"input": {"shape": [2]}, "layers": [{"kind": "Dense", "units": 1, "repeat": 500}]}
    written: list[int] = []
    async with connect(app) as http, anyio.create_task_group() as group:
        stored = (await http.post(NETWORKS, json=WALKTHROUGH)).json()["id"]

        async def write() -> None:
            path = f"{NETWORKS}/{stored}"
            written.append((await http.put(path, json=WALKTHROUGH, headers={"If-Match": "*"})).status_code)

        with networks.database.writing():
            for _ in range(12):
                group.start_soon(write)
            for network in ("walkthrough", deep):
                response = await http.post("/api/v1/forward", json={"network": network, "inputs": [0.5, 0.7]})
                assert response.status_code == 200, response.text
            # Four wait for the database and five for them; the others were told to come back.
            assert written == [503, 503, 503]
    assert sorted(written) == [200] * 9 + [503] * 3
    assert networks.version(stored) == 10
    close(app)


async def test_without_a_database_all_else_works(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    app = create_app(Settings(data_dir=tmp_path / "file" / "data"))
    async with connect(app) as http:
        client = Client(http)
        async with app.router.lifespan_context(app):
            response = await http.get(NETWORKS)
            assert [one["read_only"] for one in response.json()] == [True] * len(response.json())
            assert "its directory cannot be made" in response.headers["vitrine-storage-problem"]
            for method, path, body in (
                ("POST", "", WALKTHROUGH),
                ("GET", "/k7m2x9p4qa", None),
                ("PUT", "/k7m2x9p4qa", WALKTHROUGH),
                ("DELETE", "/k7m2x9p4qa", None),
                ("POST", "/k7m2x9p4qa/restore", None),
            ):
                problem = await client.problem(method, NETWORKS + path, 503, json=body)
                assert problem["type"] == "urn:vitrine:problem:storage-unavailable"
                assert str(tmp_path) not in str(problem)
                response = await http.request(method, NETWORKS + path, json=body)
                assert response.headers["retry-after"] == "30"
            await client.post("/api/v1/forward", {"network": "walkthrough", "inputs": [0.5, 0.7]})
            await client.post("/api/v1/forward", {"network": WALKTHROUGH, "inputs": [0.5, 0.7]})
            await client.problem("POST", "/api/v1/summary", 503, json={"network": "k7m2x9p4qa"})
            await client.get(f"{NETWORKS}/walkthrough")
