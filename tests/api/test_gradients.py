import numpy as np
import pytest

from tests.api.client import WALKTHROUGH, Client

pytestmark = pytest.mark.anyio

ASKED = {"network": WALKTHROUGH, "inputs": [0.5, 0.7], "target": {"layer": "output", "index": [0]}}


async def test_derivatives_of_the_output(client: Client) -> None:
    answer = await client.post("/api/v1/gradients", ASKED)
    first, hidden, output = answer["layers"]
    assert first["output"] == pytest.approx([0.02 + 0.12 + 0.3, 0.03 + 0.15 + 0.35])
    assert first["parameters"] == {}
    assert "pre_activation" not in first
    assert hidden["output"] == pytest.approx([0.1, 0.3, 0.5])
    assert hidden["pre_activation"] == pytest.approx([0.1, 0.3, 0.5])
    assert np.allclose(hidden["parameters"]["kernel"], np.outer([0.5, 0.7], [0.1, 0.3, 0.5]))
    assert output["output"] == [1.0]
    assert np.allclose(output["parameters"]["kernel"], [[0.41], [0.75], [1.09]])


async def test_batch_dimension_is_that_of_the_inputs(client: Client) -> None:
    body = {**ASKED, "inputs": [[0.5, 0.7], [0.1, 0.2]], "example": 1}
    answer = await client.post("/api/v1/gradients", body)
    assert np.shape(answer["layers"][1]["output"]) == (2, 3)
    assert answer["layers"][1]["output"][0] == [0.0, 0.0, 0.0]
    assert np.shape(answer["layers"][1]["parameters"]["kernel"]) == (2, 3)


async def test_nothing_flows_behind_a_pinned_node(client: Client) -> None:
    pins = [{"layer": "hidden", "index": [2], "value": 1.0}]
    answer = await client.post("/api/v1/gradients", {**ASKED, "overrides": pins})
    assert answer["layers"][0]["output"] == pytest.approx([0.02 + 0.12, 0.03 + 0.15])
    assert answer["layers"][1]["output"] == pytest.approx([0.1, 0.3, 0.5])


async def test_integer_input_has_no_derivative(client: Client) -> None:
    network = {
        "input": {"shape": [2], "dtype": "int"},
        "layers": [{"name": "table", "kind": "Embedding", "input_dim": 3, "output_dim": 2}],
    }
    body = {"network": network, "inputs": [2, 0], "target": {"layer": "table", "index": [0, 1]}}
    answer = await client.post("/api/v1/gradients", body)
    assert answer["layers"][0]["output"] is None
    assert np.sum(next(iter(answer["layers"][1]["parameters"].values()))) == 1.0


async def test_unknown_layer_and_wrong_target(client: Client) -> None:
    asked = {**ASKED, "target": {"layer": "nowhere", "index": [0]}}
    assert (await client.problem("POST", "/api/v1/gradients", 404, json=asked))["pointer"] == "/target/layer"
    asked = {**ASKED, "target": [0]}
    assert (await client.problem("POST", "/api/v1/gradients", 422, json=asked))["pointer"] == "/target"


async def test_layers_and_parameters_limit_what_is_sent(client: Client) -> None:
    whole = await client.post("/api/v1/gradients", ASKED)
    chosen = await client.post("/api/v1/gradients", {**ASKED, "layers": ["output", "input"]})
    assert chosen["layers"] == [whole["layers"][0], whole["layers"][2]]
    without = await client.post("/api/v1/gradients", {**ASKED, "parameters": False})
    assert without["layers"] == [{**layer, "parameters": {}} for layer in whole["layers"]]
    assert (await client.post("/api/v1/gradients", {**ASKED, "layers": []}))["layers"] == []
    problem = await client.problem("POST", "/api/v1/gradients", 422, json={**ASKED, "layers": ["hidden", "hiden"]})
    assert problem["pointer"] == "/layers/1"
