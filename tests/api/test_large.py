"""A million nodes and a hundred million parameters through the API, within the default limits."""

import json
from typing import Any

import numpy as np
import pytest

from app.api.tracing import trace_cost
from app.main import create_app
from app.nn.network import Network
from app.settings import Settings
from app.tensors.safetensors import read_safetensors
from tests.api.client import Client, connect

pytestmark = pytest.mark.anyio

NORMAL = {"kind": "LayerNormalization"}
OTHERS = [
    part for name in ("tanh", "gelu", "silu", "relu") for part in (NORMAL, {"kind": "Activation", "activation": name})
]
BLOCK = [{"kind": "Dense", "name": "mix", "units": 1000}, *OTHERS, NORMAL]
MILLION: dict[str, Any] = {
    "dtype": "float32",
    "input": {"shape": [1000]},
    "layers": [{"repeat": 100, "layers": BLOCK}],
}
WIDE: dict[str, Any] = {
    "dtype": "float32",
    "input": {"shape": [4096]},
    "layers": [{"kind": "Dense", "units": 4096, "activation": "relu", "repeat": 10}],
}
TENSORS = {"accept": "application/vnd.safetensors"}


@pytest.mark.parametrize("document", [MILLION, WIDE], ids=["a million nodes", "10×4096"])
async def test_the_default_limits_admit_them(document: dict[str, Any]) -> None:
    network = Network.from_document(document)
    settings = Settings()
    inputs = np.zeros(network.input.shape)
    for passes in (1, 3, 4):
        cost = trace_cost(network, inputs, 2 * network.value_count, passes)
        assert network.parameter_bytes < cost.memory_bytes < settings.memory_bytes
        assert cost.values < settings.values
    assert network.parameter_bytes < settings.cache_bytes * 3 // 4


async def test_a_million_nodes_are_summed_up_computed_and_explained() -> None:
    app = create_app(Settings())
    client = Client(connect(app))
    summary = await client.post("/api/v1/summary", {"network": MILLION})
    assert len(summary["layers"]) == 1001
    assert summary["total_parameters"] == 100 * (1000 * 1001 + 5 * 2000)
    body = {"network": MILLION, "inputs": np.linspace(-1, 1, 1000).tolist()}
    response = await client.http.post("/api/v1/forward", json=body, headers=TENSORS)
    assert response.status_code == 200, response.text
    tensors = read_safetensors(response.content)
    layers = json.loads(tensors.metadata["response"])["layers"]
    assert sum(tensors.arrays[f"{layer['name']}/output"].size for layer in layers) == 1_001_000
    for layer in layers[::97]:
        values = tensors.arrays[f"{layer['name']}/output"].astype(np.float64)
        assert layer["statistics"]["mean"] == pytest.approx(values.mean(), rel=1e-9, abs=1e-12)
        assert layer["statistics"]["argmax"] == [int(values.argmax())]
    node = {"layer": "mix_57", "index": [123]}
    explained = await client.post("/api/v1/explain", {**body, "node": node, "top": 7})
    assert explained["exact"]
    assert explained["value"] == tensors.arrays["mix_57/output"][123]
    total = sum(term["product"] for term in explained["terms"]) + explained["others"]["sum"] + explained["bias"]
    assert total == pytest.approx(explained["pre_activation"], rel=1e-5)
    assert explained["others"]["count"] == 993
    answer = await client.post("/api/v1/edges", {**body, "layers": ["mix_57"], "top": 3})
    assert answer["layers"][0]["count"] == 1_000_000
    chosen = {**body, "target": node, "layers": ["input", "mix_1"], "parameters": False}
    gradients = await client.post("/api/v1/gradients", chosen)
    assert np.isfinite(gradients["layers"][0]["output"]).all()
    problem = await client.problem("POST", "/api/v1/gradients", 413, json={**body, "target": node})
    assert "numbers" in problem["detail"]
    # What is kept for the next request stays within its bound.
    services = app.state.services
    assert services.drawn.kept.bytes <= services.drawn.kept.most_bytes
    assert 0 < services.traces.kept.bytes <= services.traces.kept.most_bytes
