"""Answers and requests as safetensors."""

import json
from typing import Any

import httpx
import numpy as np
import pytest

from app.nn.network import Network
from app.tensors.safetensors import Tensors, read_safetensors, write_safetensors
from tests.api.client import WALKTHROUGH, Client
from tests.api.test_forward import DIVERGING

pytestmark = pytest.mark.anyio

SAFETENSORS = "application/vnd.safetensors"
WIDE: dict[str, Any] = {
    "dtype": "float32",
    "input": {"shape": [30]},
    "layers": [
        {"name": "wide", "kind": "Dense", "units": 700, "activation": "tanh"},
        {"name": "normal", "kind": "LayerNormalization"},
        {"name": "narrow", "kind": "Dense", "units": 3, "activation": "softmax"},
    ],
}


async def ask(client: Client, path: str, body: Any, accept: str = SAFETENSORS) -> tuple[Any, Tensors]:
    response = await client.http.post(f"/api/v1/{path}", json=body, headers={"accept": accept})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == SAFETENSORS
    assert int(response.headers["content-length"]) == len(response.content)
    tensors = read_safetensors(response.content)
    return json.loads(tensors.metadata["response"]), tensors


async def send(
    client: Client, path: str, request: Any, tensors: dict[str, Any], metadata: dict[str, str] | None = None
) -> httpx.Response:
    texts = {"request": json.dumps(request)} if metadata is None else metadata
    content = b"".join(write_safetensors(tensors, texts))
    return await client.http.post(f"/api/v1/{path}", content=content, headers={"content-type": SAFETENSORS})


@pytest.mark.parametrize("inputs", [np.linspace(0, 1, 30), np.linspace(-1, 1, 90).reshape(3, 30)], ids=["one", "batch"])
async def test_forward_has_the_same_numbers_as_in_json(client: Client, inputs: Any) -> None:
    body = {"network": WIDE, "inputs": inputs.tolist()}
    plain = await client.post("/api/v1/forward", body)
    answer, tensors = await ask(client, "forward", body)
    expected = {}
    for layer in plain["layers"]:
        for part in ("pre_activation", "output"):
            if part in layer:
                expected[f"{layer['name']}/{part}"] = np.array(layer.pop(part), dtype=np.float32)
    del plain["output"]
    assert answer == plain
    assert set(tensors.arrays) == set(expected)
    for name, values in expected.items():
        assert tensors.arrays[name].dtype == np.float32
        np.testing.assert_array_equal(tensors.arrays[name], values)


async def test_layers_limits_what_is_sent_but_the_output_is_always_there(client: Client) -> None:
    body = {"network": "walkthrough", "inputs": [0.5, 0.7]}
    answer, tensors = await ask(client, "forward", {**body, "layers": ["hidden"]})
    assert [layer["name"] for layer in answer["layers"]] == ["hidden"]
    assert set(tensors.arrays) == {"hidden/pre_activation", "hidden/output", "output/output"}
    assert tensors.arrays["hidden/output"].dtype == np.float64
    assert tensors.arrays["hidden/output"].tolist() == pytest.approx([0.41, 0.75, 1.09], abs=1e-12)


async def test_what_is_not_finite_and_integers_stay_what_they_are(client: Client) -> None:
    answer, tensors = await ask(client, "forward", {"network": DIVERGING, "inputs": [10.0, 10.0]})
    np.testing.assert_array_equal(tensors.arrays["huge/output"], [np.inf, -np.inf])
    assert np.isnan(tensors.arrays["lost/output"]).all()
    assert answer["layers"][1]["statistics"]["min"] == "NaN"
    network = {
        "input": {"shape": [2], "dtype": "int"},
        "layers": [{"kind": "Embedding", "input_dim": 3, "output_dim": 2}],
    }
    _, tensors = await ask(client, "forward", {"network": network, "inputs": [2, 0]})
    assert tensors.arrays["input/output"].dtype == np.int64
    response = await send(client, "forward", {"network": network}, {"inputs": np.array([2, 0])})
    assert response.json()["layers"][0]["output"] == [2, 0]
    wrong = await send(client, "forward", {"network": network}, {"inputs": np.array([2.0, 0.0])})
    assert (wrong.status_code, wrong.json()["pointer"]) == (422, "/inputs")


async def test_precision(client: Client) -> None:
    body = {"network": DIVERGING, "inputs": [0.1, 1e-3], "precision": "float32"}
    answer, tensors = await ask(client, "forward", body)
    exact, doubles = await ask(client, "forward", {**body, "precision": None})
    assert answer == exact  # the statistics too
    assert all(values.dtype == np.float32 for values in tensors.arrays.values())
    np.testing.assert_array_equal(tensors.arrays["input/output"], doubles.arrays["input/output"].astype(np.float32))
    assert np.isfinite(doubles.arrays["huge/output"]).all()
    np.testing.assert_array_equal(tensors.arrays["huge/output"], [np.inf, -np.inf])
    plain = await client.post("/api/v1/forward", body)
    assert plain["layers"][0]["output"] == [0.10000000149011612, 0.0010000000474974513]
    assert plain["layers"][1]["output"] == ["Infinity", "-Infinity"]
    await client.problem("POST", "/api/v1/forward", 422, json={**body, "precision": "float16"})


async def test_gradients_and_parameters(client: Client) -> None:
    body = {"network": WIDE, "inputs": [0.5] * 30, "target": {"layer": "narrow", "index": [1]}}
    plain = await client.post("/api/v1/gradients", body)
    answer, tensors = await ask(client, "gradients", body)
    assert answer == {"layers": [{"name": layer["name"]} for layer in plain["layers"]]}
    names = set()
    for layer in plain["layers"]:
        found = {f"parameters/{layer['name']}/{name}": values for name, values in layer["parameters"].items()}
        found |= {f"{layer['name']}/{part}": layer[part] for part in ("output", "pre_activation") if part in layer}
        names |= set(found)
        for name, values in found.items():
            np.testing.assert_array_equal(tensors.arrays[name], np.array(values, dtype=np.float32))
    assert set(tensors.arrays) == names
    asked = {"network": WIDE, "layer": "wide", "parameter": "kernel"}
    answer, tensors = await ask(client, "parameters", {**asked, "slice": [[2, 4], None]})
    kernel = Network.from_document(WIDE).parameters["wide"]["kernel"]
    assert answer == {"shape": [30, 700]}
    np.testing.assert_array_equal(tensors.arrays["values"], kernel[2:4])
    strongest = await client.post("/api/v1/parameters", {**asked, "top": 5, "inputs": [0.5] * 30})
    answer, tensors = await ask(client, "parameters", {**asked, "top": 5, "inputs": [0.5] * 30})
    assert tensors.arrays["entries/index"].tolist() == [entry["index"] for entry in strongest["entries"]]
    for column in ("weight", "product"):
        assert tensors.arrays[f"entries/{column}"].tolist() == [entry[column] for entry in strongest["entries"]]
    _, tensors = await ask(client, "parameters", {**asked, "top": 5})
    assert set(tensors.arrays) == {"entries/index", "entries/weight"}


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (f"{SAFETENSORS}, application/json;q=0.5", SAFETENSORS),
        (f"application/json;q=0.5, {SAFETENSORS.upper()} ; q=0.5", SAFETENSORS),
        (f"application/json, {SAFETENSORS};q=0.9", "application/json"),
        (f"{SAFETENSORS};q=0", "application/json"),
        (f"{SAFETENSORS};q=much", "application/json"),
        ("*/*", "application/json"),
        ("text/html", "application/json"),
        ("", "application/json"),
    ],
)
async def test_the_client_says_which_it_wants(client: Client, accept: str, expected: str) -> None:
    body = {"network": "walkthrough", "inputs": [0.5, 0.7]}
    response = await client.http.post("/api/v1/forward", json=body, headers={"accept": accept})
    assert response.headers["content-type"] == expected


async def test_an_error_is_a_problem_whatever_was_asked_for(client: Client) -> None:
    body = {"network": "walkthrough", "inputs": [0.5]}
    await client.problem("POST", "/api/v1/forward", 422, json=body, headers={"accept": SAFETENSORS})


async def test_a_request_may_hold_inputs_and_parameters_as_tensors(client: Client) -> None:
    deep = {
        "input": {"shape": [2]},
        "layers": [{"name": "layer", "kind": "Dense", "units": 2, "repeat": 3, "activation": "tanh"}],
    }
    kernel = np.array([[0.5, -0.25], [1.0, 2.0]])
    inputs = np.array([[0.5, 0.7], [1.0, -1.0]], dtype=np.float32)
    tensors = {"inputs": inputs, "parameters/layer_2/kernel": kernel}
    response = await send(client, "forward", {"network": deep}, tensors)
    assert response.status_code == 200, response.text
    layers = response.json()["layers"]
    first, second = np.array(layers[1]["output"]), np.array(layers[2]["output"])
    np.testing.assert_array_equal(np.array(layers[0]["output"]), inputs.astype(np.float64))
    np.testing.assert_allclose(second, np.tanh(first @ kernel), rtol=1e-14)
    # edits come after whole parameters, and a stored network takes them too
    edits = [{"layer": "hidden", "parameter": "bias", "index": [0], "value": 1.0}]
    for network in ("walkthrough", WALKTHROUGH, {"base": "walkthrough", "edits": edits}):
        response = await send(client, "forward", {"network": network}, {**TWO, "parameters/hidden/bias": np.zeros(3)})
        changed = 1.0 if isinstance(network, dict) and "base" in network else 0.0
        assert response.json()["layers"][1]["output"] == pytest.approx([0.31 + changed, 0.55, 0.79], abs=1e-12)
    node = {"layer": "hidden", "index": [0]}
    response = await send(client, "explain", {"network": "walkthrough", "node": node}, {"inputs": np.array([1.0, 0.0])})
    assert response.json()["value"] == pytest.approx(0.3, abs=1e-12)
    response = await send(client, "summary", {"network": "walkthrough"}, {})
    assert response.json()["total_parameters"] == 13


TWO = {"inputs": np.array([0.5, 0.7])}
ASKED = {"network": "walkthrough"}


@pytest.mark.parametrize(
    ("request_", "tensors", "pointers"),
    [
        (ASKED, {}, ["/inputs"]),
        ({**ASKED, "inputs": [0.5, 0.7]}, TWO, ["/inputs"]),
        (ASKED, {"inputs": np.array([0.5, np.nan])}, ["/inputs/1"]),
        (ASKED, {"inputs": np.array([[0.5, 1.0], [np.inf, 1.0]])}, ["/inputs/1/0"]),
        (ASKED, {"inputs": np.ones(3)}, ["/inputs"]),
        (ASKED, {"inputs": np.zeros((0, 2))}, ["/inputs"]),
        (ASKED, {**TWO, "input": np.ones(2), "parameters/a": np.ones(1)}, ["/input", "/parameters~1a"]),
        (
            ASKED,
            {**TWO, "parameters/hidden/bias": np.ones(2), "parameters/none/bias": np.ones(2)},
            ["/parameters/hidden/bias", "/parameters/none/bias"],
        ),
        (ASKED, {**TWO, "parameters/hidden/bias": np.array([1.0, np.nan, 0.0])}, ["/parameters/hidden/bias/1"]),
        (ASKED, {**TWO, "parameters/output/gamma": np.ones(1)}, ["/parameters/output/gamma"]),
        ({"network": {**WALKTHROUGH, "dtype": "float32"}}, {"inputs": np.array([1e300, 0.0])}, ["/inputs/0"]),
        ([], TWO, [""]),
        ({}, TWO, ["/network"]),
    ],
)
async def test_every_mistake_in_tensors_is_named(
    client: Client, request_: Any, tensors: dict[str, Any], pointers: list[str]
) -> None:
    response = await send(client, "forward", request_, tensors)
    assert response.status_code == 422, response.text
    assert [problem["pointer"] for problem in response.json()["errors"]] == pointers


async def test_bodies_that_are_no_request(client: Client) -> None:
    headers = {"content-type": SAFETENSORS}
    whole = b"".join(write_safetensors(TWO, {"request": json.dumps(ASKED)}))
    for content in (b"", b"\0", whole[:-1], whole[:40], whole + b"\0" * 8, b"\xff" * 100):
        problem = await client.problem("POST", "/api/v1/forward", 422, content=content, headers=headers)
        assert problem["pointer"] in {"", "/inputs/data_offsets"}
    missing = await send(client, "forward", {}, TWO, {"response": "{}"})
    assert missing.json()["pointer"] == "/__metadata__/request"
    broken = await send(client, "forward", {}, TWO, {"request": '{"network": NaN'})
    assert "NaN" in broken.json()["detail"]
    many = json.dumps(
        {f"t{number}": {"dtype": "F64", "shape": [0], "data_offsets": [0, 0]} for number in range(90_000)}
    )
    content = len(many).to_bytes(8, "little") + many.encode()
    assert (
        "fields" in (await client.problem("POST", "/api/v1/forward", 413, content=content, headers=headers))["detail"]
    )


async def test_calls_that_take_no_tensors_say_so(client: Client) -> None:
    for path in ("code", "edit", "activations/relu/evaluate"):
        response = await send(client, path, ASKED, {})
        assert response.status_code == 415
        assert response.json()["expected"] == "application/json"
    problem = await client.problem("POST", "/api/v1/forward", 415, content=b"", headers={"content-type": "text/plain"})
    assert SAFETENSORS in problem["expected"]


async def test_a_large_answer_goes_out_in_pieces_without_a_copy(client: Client) -> None:
    network = {"dtype": "float32", "input": {"shape": [1000]}, "layers": [{"kind": "Activation", "activation": "relu"}]}
    inputs = np.random.default_rng(0).standard_normal((1000, 1000)).astype(np.float32)
    content = b"".join(write_safetensors({"inputs": inputs}, {"request": json.dumps({"network": network})}))
    headers = {"content-type": SAFETENSORS, "accept": SAFETENSORS}
    response = await client.http.post("/api/v1/forward", content=content, headers=headers)
    assert response.status_code == 200, response.text
    arrays = read_safetensors(response.content).arrays
    np.testing.assert_array_equal(arrays["activation_1/output"], np.maximum(inputs, 0))


async def test_values_of_some_layers_and_statistics_of_all(client: Client) -> None:
    body = {"network": WALKTHROUGH, "inputs": [0.5, 0.7]}
    whole, everything = await ask(client, "forward", body)
    answer, tensors = await ask(client, "forward", {**body, "values": ["hidden"], "pre_activations": False})
    assert answer == whole
    assert set(tensors.arrays) == {"hidden/output", "output/output"}
    np.testing.assert_array_equal(tensors.arrays["hidden/output"], everything.arrays["hidden/output"])
    plain = await client.post("/api/v1/forward", {**body, "values": ["hidden"], "pre_activations": False})
    assert [sorted(set(layer) & {"output", "pre_activation"}) for layer in plain["layers"]] == [[], ["output"], []]
    assert all(layer["statistics"] for layer in plain["layers"])
    problem = await client.problem("POST", "/api/v1/forward", 422, json={**body, "values": ["nowhere"]})
    assert problem["pointer"].startswith("/values/0")
