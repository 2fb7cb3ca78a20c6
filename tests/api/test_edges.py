from typing import Any

import pytest

from tests.api.client import WALKTHROUGH, Client

pytestmark = pytest.mark.anyio

ASKED: dict[str, Any] = {"network": WALKTHROUGH, "inputs": [0.5, 0.7]}


async def test_edges_of_the_2_3_1_network(client: Client) -> None:
    answer = await client.post("/api/v1/edges", ASKED)
    hidden, output = answer["layers"]
    assert (hidden["name"], hidden["sources"], hidden["count"]) == ("hidden", ["input"], 6)
    kernel = WALKTHROUGH["layers"][0]["parameters"]["kernel"]
    edges = hidden["edges"]
    for source, node, weight, product in zip(
        edges["source_node"], edges["node"], edges["weight"], edges["product"], strict=True
    ):
        assert weight == kernel[source][node]
        assert product == pytest.approx(ASKED["inputs"][source] * weight)
    assert edges["product"] == sorted(edges["product"], reverse=True)
    assert (output["sources"], output["count"]) == (["hidden"], 3)


async def test_top_and_layers_limit_what_is_sent(client: Client) -> None:
    answer = await client.post("/api/v1/edges", {**ASKED, "top": 2, "layers": ["hidden"]})
    assert [layer["name"] for layer in answer["layers"]] == ["hidden"]
    assert answer["layers"][0]["count"] == 6
    assert len(answer["layers"][0]["edges"]["node"]) == 2


async def test_factors_have_no_weight(client: Client) -> None:
    network = {
        "input": {"shape": [2]},
        "layers": [
            {"name": "a", "kind": "Activation", "activation": "tanh"},
            {"name": "both", "kind": "Multiply", "inputs": ["input", "a"]},
        ],
    }
    answer = await client.post("/api/v1/edges", {"network": network, "inputs": [1.0, 2.0], "layers": ["both"]})
    assert answer["layers"][0]["sources"] == ["input", "a"]
    assert set(answer["layers"][0]["edges"]["weight"]) == {None}


async def test_unknown_layer(client: Client) -> None:
    problem = await client.problem("POST", "/api/v1/edges", 422, json={**ASKED, "layers": ["nowhere"]})
    assert problem["pointer"] == "/layers/0"
