from typing import Any

import numpy as np
import pytest

from tests.api.client import WALKTHROUGH, Client

pytestmark = pytest.mark.anyio

DIGITS = {
    "network": "digits-conv",
    "inputs": {"dataset": {"name": "digits", "split": "test", "index": 0}},
    "target": {"layer": "output", "index": [2]},
}
EMBEDDED = {
    "network": {
        "input": {"shape": [3], "dtype": "int"},
        "layers": [{"kind": "Embedding", "input_dim": 4, "output_dim": 2}, {"kind": "Flatten", "name": "flat"}],
    },
    "inputs": [1, 2, 3],
    "target": {"layer": "flat", "index": [2]},
}


async def test_a_gradient_is_that_of_gradients(client: Client) -> None:
    answer = await client.post("/api/v1/attribution", DIGITS)
    gradients = await client.post("/api/v1/gradients", DIGITS)
    assert answer["values"] == gradients["layers"][0]["output"]
    assert answer["shape"] == [8, 8, 1]
    assert answer["minimum"] == np.min(answer["values"])
    assert answer["maximum"] == np.max(answer["values"])
    times = await client.post("/api/v1/attribution", {**DIGITS, "method": "gradient_times_input"})
    forward = await client.post("/api/v1/forward", {"network": "digits-conv", "inputs": DIGITS["inputs"]})
    inputs = np.array(forward["layers"][0]["output"], np.float32)
    np.testing.assert_array_equal(times["values"], inputs * np.array(answer["values"], np.float32))
    assert answer["value"] == forward["output"][2]


async def test_covering_the_strokes_of_a_digit_changes_what_it_says(client: Client) -> None:
    forward = await client.post("/api/v1/forward", {"network": "digits-conv", "inputs": DIGITS["inputs"]})
    digit = int(np.argmax(forward["output"]))
    body: dict[str, Any] = {**DIGITS, "target": {"layer": "output", "index": [digit]}, "method": "occlusion"}
    answer = await client.post("/api/v1/attribution", body)
    assert answer["shape"] == [8, 8]
    assert answer["windows"]["window"] == [2, 2]
    assert answer["windows"]["starts"] == [list(range(7))] * 2
    assert np.shape(answer["windows"]["values"]) == (7, 7)
    assert answer["maximum"] > 0.1
    body |= {"window": [8, 3], "stride": 2, "value": 0.5}
    assert (await client.post("/api/v1/attribution", body))["windows"]["starts"] == [[0], [0, 2, 4, 5]]


async def test_an_example_of_a_batch_and_pinned_nodes(client: Client) -> None:
    inputs = {"dataset": {"name": "digits", "split": "test", "start": 0, "count": 3}}
    for method in ("gradient", "occlusion"):
        first = await client.post("/api/v1/attribution", {**DIGITS, "method": method})
        batch = await client.post("/api/v1/attribution", {**DIGITS, "inputs": inputs, "method": method, "example": 0})
        np.testing.assert_allclose(batch["values"], first["values"], atol=1e-6)
        other = await client.post("/api/v1/attribution", {**DIGITS, "inputs": inputs, "method": method, "example": 1})
        assert not np.allclose(other["values"], first["values"])
        pinned = {**DIGITS, "method": method, "overrides": [{"layer": "output", "index": [2], "value": 1.0}]}
        answer = await client.post("/api/v1/attribution", pinned)
        assert answer["value"] == 1.0
        assert not np.any(answer["values"])


async def test_integers_can_be_covered_only(client: Client) -> None:
    problem = await client.problem("POST", "/api/v1/attribution", 422, json=EMBEDDED)
    assert problem["pointer"] == "/method"
    body: dict[str, Any] = {**EMBEDDED, "method": "occlusion", "value": 0}
    answer = await client.post("/api/v1/attribution", body)
    assert [value != 0 for value in answer["values"]] == [False, True, False]
    for value in (0.5, 4, -1):
        problem = await client.problem("POST", "/api/v1/attribution", 422, json={**body, "value": value})
        assert problem["pointer"] == "/value"


@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        ({"method": "magic"}, 422, "/method"),
        ({"target": {"layer": "output", "index": [10]}}, 422, "/target/index/0"),
        ({"target": {"layer": "nowhere", "index": [0]}}, 404, "/target/layer"),
        ({"window": 3}, 422, "/window"),
        ({"method": "occlusion", "window": 9}, 422, "/window"),
        ({"method": "occlusion", "window": [1, 2, 3]}, 422, "/window"),
        ({"method": "occlusion", "stride": 0}, 422, "/stride"),
        ({"method": "occlusion", "example": 1}, 422, "/example"),
    ],
)
async def test_wrong_questions(client: Client, change: dict[str, Any], status: int, pointer: str) -> None:
    problem = await client.problem("POST", "/api/v1/attribution", status, json={**DIGITS, **change})
    assert problem["pointer"].startswith(pointer)


async def test_a_map_that_takes_too_long_is_refused(client: Client) -> None:
    network = {
        "dtype": "float32",
        "input": {"shape": [1000, 1000]},
        "layers": [{"kind": "Flatten"}, {"kind": "Dense", "units": 2}],
    }
    body: dict[str, Any] = {
        "network": network,
        "inputs": [[0.0] * 1000] * 1000,
        "target": {"layer": "dense_1", "index": [0]},
    }
    problem = await client.problem(
        "POST", "/api/v1/attribution", 413, json={**body, "method": "occlusion", "stride": 1}
    )
    assert "choose a larger stride" in problem["detail"]


async def test_values_that_are_not_finite_are_results(client: Client) -> None:
    layers = [{**WALKTHROUGH["layers"][0], "parameters": {"kernel": [[1e308] * 3] * 2}}, WALKTHROUGH["layers"][1]]
    body: dict[str, Any] = {"network": {**WALKTHROUGH, "layers": layers}, "inputs": [10.0, 10.0]}
    body |= {"target": {"layer": "output", "index": [0]}, "method": "occlusion", "window": 1}
    answer = await client.post("/api/v1/attribution", body)
    assert answer["value"] == "Infinity"
    assert answer["values"] == ["NaN", "NaN"]
    assert answer["minimum"] == "NaN"
