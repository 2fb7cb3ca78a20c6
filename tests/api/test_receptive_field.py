"""`POST /receptive_field`: which part of every layer a node depends on."""

import pytest

from tests.api.client import Client

pytestmark = pytest.mark.anyio

NETWORK = {
    "input": {"shape": [8, 8, 1]},
    "layers": [{"kind": "Conv2D", "filters": 2, "kernel_size": 3}, {"kind": "MaxPooling2D"}],
}


async def test_it_names_a_box_in_every_layer_before(client: Client) -> None:
    node = {"layer": "max_pooling2d_1", "index": [1, 2, 0]}
    answer = await client.post("/api/v1/receptive_field", {"network": NETWORK, "node": node})
    assert answer == {
        "layers": [
            {"name": "input", "start": [2, 4, 0], "stop": [6, 8, 1]},
            {"name": "conv2d_1", "start": [2, 4, 0], "stop": [4, 6, 1]},
        ]
    }


async def test_what_does_not_exist_is_named(client: Client) -> None:
    asked = {"network": NETWORK, "node": {"layer": "nowhere", "index": [0]}}
    problem = await client.problem("POST", "/api/v1/receptive_field", 404, json=asked)
    assert problem["pointer"] == "/node/layer"
    asked["node"] = {"layer": "conv2d_1", "index": [6, 0, 0]}
    problem = await client.problem("POST", "/api/v1/receptive_field", 422, json=asked)
    assert problem["pointer"] == "/node/index/0"
