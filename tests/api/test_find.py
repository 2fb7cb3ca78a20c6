"""`POST /find`: places among all values, one after the other."""

import pytest

from tests.api.client import WALKTHROUGH, Client

pytestmark = pytest.mark.anyio

ASKED = {"network": WALKTHROUGH, "inputs": [0.5, 0.7]}

LARGE = {"name": "constant", "value": 1e300}


async def test_the_largest_and_the_next(client: Client) -> None:
    first = await client.post("/api/v1/find", {**ASKED, "what": "largest"})
    assert first["count"] == 6
    assert [(one["layer"], one["index"], one["nodes"]) for one in first["matches"]] == [("output", [0], None)]
    next_ones = await client.post("/api/v1/find", {**ASKED, "what": "largest", "skip": 1, "limit": 2})
    assert [(one["layer"], one["index"]) for one in next_ones["matches"]] == [("hidden", [2]), ("hidden", [1])]


async def test_an_infinity_in_a_thousand_layers(client: Client) -> None:
    network = {
        "input": {"shape": [4]},
        "layers": [
            {"repeat": 500, "name": "before", "kind": "Dense", "units": 4, "activation": "tanh"},
            {"name": "burst", "kind": "Dense", "units": 4, "kernel_initializer": LARGE},
            {"repeat": 499, "name": "after", "kind": "Dense", "units": 4, "activation": "tanh"},
        ],
    }
    pin = {"layer": "before_500", "index": [0], "value": 1e9}
    asked = {"network": network, "inputs": [1, 2, 3, 4], "overrides": [pin], "what": "non_finite"}
    answer = await client.post("/api/v1/find", asked)
    assert answer["matches"] == [{"layer": "burst", "index": [0], "value": "Infinity", "nodes": 4}]


async def test_nothing_is_found_and_an_example_that_is_not_there(client: Client) -> None:
    answer = await client.post("/api/v1/find", {**ASKED, "what": "dead"})
    assert answer == {"count": 0, "matches": []}
    problem = await client.problem("POST", "/api/v1/find", 422, json={**ASKED, "what": "dead", "example": 1})
    assert problem["pointer"] == "/example"
    problem = await client.problem("POST", "/api/v1/find", 422, json={**ASKED, "what": "nicest"})
    assert problem["pointer"] == "/what"
