"""Traces are kept by content, within a bound: the same numbers, without running the network again."""

from typing import Any

import numpy as np
import pytest

from app.api import traces as traces_module
from app.api.traces import RecentTraces
from app.main import create_app
from app.nn.forward import forward
from app.nn.inputs import Override
from app.nn.network import Network
from app.settings import Settings
from tests.api.client import Client, connect

pytestmark = pytest.mark.anyio

LAYERS = [{"name": "d", "kind": "Dense", "units": 8, "activation": "tanh", "repeat": 60}]
DEEP: dict[str, Any] = {"input": {"shape": [4]}, "layers": LAYERS}
INPUTS = [0.5, -0.25, 1.0, 2.0]
NODE = {"layer": "d_60", "index": [1]}


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Count forward passes."""
    calls: list[Any] = []

    def counted(*arguments: Any) -> Any:
        calls.append(arguments)
        return forward(*arguments)

    monkeypatch.setattr(traces_module, "forward", counted)
    return calls


async def test_one_pass_serves_all_questions_about_one_input(passes: list[Any]) -> None:
    client = Client(connect(create_app(Settings())))
    body = {"network": DEEP, "inputs": INPUTS}
    first = await client.post("/api/v1/forward", body)
    assert await client.post("/api/v1/forward", body) == first
    explained = await client.post("/api/v1/explain", {**body, "node": NODE})
    assert explained["value"] == first["layers"][60]["output"][1]
    assert explained["exact"]
    await client.post("/api/v1/gradients", {**body, "target": NODE})
    await client.post("/api/v1/edges", {**body, "layers": ["d_60"]})
    await client.post("/api/v1/parameters", {**body, "layer": "d_60", "parameter": "kernel", "top": 3})
    assert len(passes) == 1


async def test_whatever_matters_makes_another_trace(passes: list[Any]) -> None:
    client = Client(connect(create_app(Settings())))
    stored = (await client.http.post("/api/v1/networks", json=DEEP)).json()["id"]
    edits = [{"layer": "d_1", "parameter": "bias", "index": [0], "value": 3.0}]
    others = [{"layer": "d_1", "parameter": "bias", "index": [0], "value": -3.0}]
    pin = [{"layer": "d_2", "index": [0], "value": 0.5}]
    asked: list[dict[str, Any]] = [
        {"network": DEEP, "inputs": INPUTS},
        {"network": {**DEEP, "seed": 1}, "inputs": INPUTS},
        {"network": {**DEEP, "dtype": "float32"}, "inputs": INPUTS},
        {"network": DEEP, "inputs": [0.5, -0.25, 1.0, 2.0000000000000004]},
        {"network": DEEP, "inputs": [INPUTS, INPUTS]},
        {"network": DEEP, "inputs": INPUTS, "overrides": pin},
        {"network": DEEP, "inputs": INPUTS, "overrides": [{**pin[0], "value": 0.25}]},
        {"network": {"base": DEEP, "edits": edits}, "inputs": INPUTS},
        {"network": {"base": DEEP, "edits": others}, "inputs": INPUTS},
        {"network": {"base": stored, "edits": edits}, "inputs": INPUTS},
        {"network": stored, "inputs": INPUTS},
    ]
    answers = [await client.post("/api/v1/forward", body) for body in asked]
    assert len(passes) == len(asked)
    assert [await client.post("/api/v1/forward", body) for body in asked] == answers
    assert len(passes) == len(asked)
    plain, edited = answers[0], answers[7]
    assert plain["layers"] == answers[10]["layers"]
    assert edited["layers"] == answers[9]["layers"]
    assert edited["layers"][1]["output"] != plain["layers"][1]["output"]
    # with the stored network replaced, its id means other numbers
    changed = await client.http.put(f"/api/v1/networks/{stored}", json={**DEEP, "seed": 5}, headers={"If-Match": "*"})
    assert changed.status_code == 200
    assert await client.post("/api/v1/forward", asked[10]) != answers[10]


async def test_a_kept_trace_can_be_read_only_and_goes_when_its_place_is_needed() -> None:
    network = Network.from_document(DEEP)
    recent = RecentTraces(200_000)
    tracer = recent.of(b"deep")
    inputs = [np.full((1, 4), float(number)) for number in range(6)]
    traces = [tracer(network, one) for one in inputs]
    for one, trace in zip(inputs, traces, strict=True):
        np.testing.assert_array_equal(trace.output, forward(network, one).output)
        assert not trace.output.flags.writeable
        assert trace.network is network
    assert 0 < recent.kept.bytes <= 200_000
    assert tracer(network, inputs[5]).layers is traces[5].layers
    assert tracer(network, inputs[0]).layers is not traces[0].layers
    pinned = tracer(network, inputs[5], [Override("d_60", (0,), 7.0)])
    assert pinned.output[0, 0] == 7.0
    assert traces[5].output[0, 0] != 7.0


async def test_small_networks_are_computed_again_and_large_traces_not_kept(passes: list[Any]) -> None:
    small = Network.from_document({"input": {"shape": [4]}, "layers": [{"kind": "Dense", "units": 2}]})
    recent = RecentTraces(10_000)
    tracer = recent.of(b"small")
    tracer(small, np.zeros((1, 4)))
    tracer(small, np.zeros((1, 4)))
    recent.of(b"deep")(Network.from_document(DEEP), np.zeros((5, 4)))
    assert len(passes) == 3
    assert recent.kept.bytes == 0


async def test_a_network_made_from_a_traced_one_has_no_tracer() -> None:
    network = Network.from_document(DEEP).traced_by(RecentTraces(10_000).of(b"deep"))
    assert network.anew().tracer is not None
    edit = {"layer": "d_1", "parameter": "bias", "index": [0], "value": 3.0}
    assert network.with_edits([edit]).tracer is None
    assert network.with_parameters({"d_1/bias": np.ones(8)}).tracer is None
