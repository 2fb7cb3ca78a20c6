"""Limits, and where work is done."""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import anyio
import pytest

from app.api import answers
from app.api import call as call_module
from app.api.call import Services
from app.main import create_app
from app.nn.description import describe_layers
from app.nn.network import Network
from app.settings import Settings
from tests.api.client import WALKTHROUGH, Client, connect

pytestmark = pytest.mark.anyio

ASKED: dict[str, Any] = {"network": WALKTHROUGH, "inputs": [0.5, 0.7]}
WIDE: dict[str, Any] = {"input": {"shape": [2]}, "layers": [{"name": "wide", "kind": "Dense", "units": 100_000}]}


def client_of(**settings: Any) -> Client:
    return Client(connect(create_app(Settings(**settings))))


def record_threads(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> list[threading.Thread]:
    """Wrap a function so that the list returned grows by the thread of every call."""
    threads: list[threading.Thread] = []
    original = getattr(owner, name)

    def watched(*arguments: Any, **options: Any) -> Any:
        threads.append(threading.current_thread())
        return original(*arguments, **options)

    monkeypatch.setattr(owner, name, watched)
    return threads


async def test_body_over_the_limit() -> None:
    small = client_of(body_bytes=1000)
    assert await small.post("/api/v1/forward", {"network": "walkthrough", "inputs": [0.5, 0.7]})
    problem = await small.problem("POST", "/api/v1/forward", 413, json={**ASKED, "network": " " * 1000})
    assert "1,000 bytes" in problem["detail"]


async def test_body_over_the_limit_is_not_read_to_its_end() -> None:
    small = client_of(body_bytes=1000)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 100
            yield b" " * 100

    headers = {"content-type": "application/json"}
    response = await small.http.post("/api/v1/forward", content=endless(), headers=headers)
    assert response.status_code == 413
    assert response.headers["connection"] == "close"
    assert sent <= 1200


async def test_body_in_pieces(client: Client) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"network": "walk'
        yield b'through", "inputs": [0.5, 0.7]}'

    headers = {"content-type": "application/json"}
    response = await client.http.post("/api/v1/forward", content=pieces(), headers=headers)
    assert response.status_code == 200


async def test_too_many_layers_and_parameters() -> None:
    small = client_of(layers=10, parameters=1000)
    many = {"input": {"shape": [2]}, "layers": [{"kind": "Flatten", "repeat": 11}]}
    problem = await small.problem("POST", "/api/v1/summary", 413, json={"network": many})
    assert problem["pointer"] == "/network/layers"
    many = {"input": {"shape": [2]}, "layers": [{"repeat": 10**9, "layers": [{"kind": "Flatten", "repeat": 10**9}]}]}
    await small.problem("POST", "/api/v1/summary", 413, json={"network": many})
    await small.problem("POST", "/api/v1/summary", 413, json={"network": WIDE})


async def test_too_many_values_in_an_answer() -> None:
    small = client_of(values=1000)
    assert await small.post("/api/v1/forward", ASKED)
    body = {"network": WIDE, "inputs": [0.5, 0.7]}
    problem = await small.problem("POST", "/api/v1/forward", 413, json=body)
    assert "fewer layers" in problem["detail"]
    await small.problem("POST", "/api/v1/forward", 413, json={**ASKED, "inputs": [[0.5, 0.7]] * 200})
    node = {"layer": "wide", "index": [0]}
    assert (await small.post("/api/v1/explain", {**body, "node": node}))["layer"] == "wide"
    await small.problem("POST", "/api/v1/gradients", 413, json={**body, "target": node})
    asked = {"network": WIDE, "layer": "wide", "parameter": "kernel"}
    await small.problem("POST", "/api/v1/parameters", 413, json=asked)
    answer = await small.post("/api/v1/parameters", {**asked, "slice": [[1, 2], [0, 3]]})
    assert len(answer["values"][0]) == 3
    assert len((await small.post("/api/v1/parameters", {**asked, "top": 3}))["entries"]) == 3


@pytest.mark.parametrize("rounds", [50, 70, 4000])
async def test_too_many_nodes(client: Client, rounds: int) -> None:
    twice = [
        {"kind": "Activation", "name": "a", "activation": "tanh"},
        {"kind": "Concatenate", "name": "both", "inputs": ["a", "a"]},
    ]
    network = {"input": {"shape": [2]}, "layers": [{"repeat": rounds, "layers": twice}]}
    problem = await client.problem("POST", "/api/v1/summary", 413, json={"network": network})
    assert problem["pointer"].startswith("/network/layers/0/layers/")
    await client.problem("POST", "/api/v1/forward", 413, json={"network": network, "inputs": [1, 2], "layers": []})


async def test_too_many_fields(client: Client) -> None:
    fields = ",".join(f'"f{number}":1' for number in range(300_000))
    headers = {"content-type": "application/json"}
    body = '{"network": {' + fields + "}}"
    problem = await client.problem("POST", "/api/v1/summary", 413, content=body, headers=headers)
    assert "fields" in problem["detail"]


async def test_too_much_memory() -> None:
    small = client_of(memory_bytes=10 * 2**20)
    body = {"network": WIDE, "inputs": [[0.5, 0.7]] * 50, "layers": []}
    problem = await small.problem("POST", "/api/v1/forward", 413, json=body)
    assert "MiB" in problem["detail"]


async def test_small_work_is_done_in_place_and_large_work_in_a_thread(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = record_threads(monkeypatch, answers, "describe_layers")
    await client.post("/api/v1/forward", ASKED)
    assert set(threads) == {threading.current_thread()}
    threads.clear()
    await client.post("/api/v1/forward", {"network": WIDE, "inputs": [0.5, 0.7]})
    assert threads
    assert threading.current_thread() not in threads


async def test_a_short_document_with_a_large_repeat_is_read_in_a_thread(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = record_threads(monkeypatch, Network, "from_document")
    deep = {"input": {"shape": [2]}, "layers": [{"kind": "Flatten", "repeat": 5000}]}
    await client.post("/api/v1/summary", {"network": deep})
    assert len(threads) == 1
    assert threads[0] is not threading.current_thread()


async def test_more_than_may_wait_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = client_of(workers=1, waiting=1)
    release = threading.Event()

    def slow(*arguments: Any, **options: Any) -> Any:
        release.wait(30)
        return describe_layers(*arguments, **options)

    monkeypatch.setattr(answers, "describe_layers", slow)
    body = {"network": WIDE, "inputs": [0.5, 0.7], "layers": ["input"]}
    first = [asyncio.create_task(busy.http.post("/api/v1/forward", json=body)) for _ in range(2)]
    await anyio.sleep(0.1)
    response = await busy.http.post("/api/v1/forward", json=body)
    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"
    assert response.json()["type"] == "urn:vitrine:problem:busy"
    assert (await busy.get("/health"))["status"] == "ok"
    release.set()
    assert [answer.status_code for answer in await asyncio.gather(*first)] == [200, 200]


async def test_everything_is_given_back_after_errors() -> None:
    app = create_app(Settings(workers=2))
    services: Services = app.state.services
    async with connect(app) as http:
        bad = {"network": WIDE, "inputs": ["x", 0.7]}
        answers = await asyncio.gather(*(http.post("/api/v1/forward", json=bad) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {422}
    assert services.gate.free_workers == 2
    assert services.gate.free_bytes == services.settings.memory_bytes


async def test_large_bodies_are_read_in_a_thread(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = record_threads(monkeypatch, call_module, "parse_json")
    await client.post("/api/v1/forward", {**ASKED, "inputs": [[0.5, 0.7]] * 10_000})
    assert threads[0] is not threading.current_thread()
