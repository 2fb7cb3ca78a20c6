"""Every layer kind against Keras' outputs and PyTorch's derivatives (tests/golden/make_layers.py)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.nn.forward import forward
from app.nn.gradients import backpropagate, gradients
from app.nn.layers import LAYERS, Layer, describe
from app.nn.network import INPUT, Network
from app.nn.reading import Array
from tests.nn.networks import build, dense
from tests.nn.test_image_layers import CASES as IMAGE_CASES
from tests.nn.test_image_layers import GOLDEN as IMAGE_GOLDEN

with np.load(Path(__file__).parents[1] / "golden" / "layers.npz", allow_pickle=False) as file:
    GOLDEN: Mapping[str, Array] = dict(file)
CASES: Mapping[str, dict[str, Any]] = json.loads(str(GOLDEN["cases"]))
NETWORKS: Mapping[str, dict[str, Any]] = json.loads(str(GOLDEN["networks"]))

TOLERANCE = {"float64": 1e-12, "float32": 1e-5}

each_case = pytest.mark.parametrize("name", CASES)
each_dtype = pytest.mark.parametrize("dtype", TOLERANCE)


def assert_close(actual: Array | None, expected: Array, dtype: str) -> None:
    """Compare with a golden array: same dtype and shape, within the tolerance relative to its largest value."""
    assert actual is not None
    assert actual.dtype == expected.dtype
    assert actual.shape == expected.shape
    scale = max(1.0, float(np.abs(expected).max(initial=0.0)))
    np.testing.assert_allclose(actual, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype] * scale)


def parts(name: str, dtype: str, what: str) -> dict[str, Array]:
    """Return the golden arrays of a case below `what`."""
    prefix = f"layer/{name}/{dtype}/{what}/"
    return {key.removeprefix(prefix): array for key, array in GOLDEN.items() if key.startswith(prefix)}


def place(name: str, dtype: str) -> tuple[Layer, list[Array], dict[str, Array]]:
    """Build a case's layer, and return it with its inputs and parameters."""
    inputs = list(parts(name, dtype, "input").values())
    count = sum(one[0].size for one in inputs)
    # Networks have one input: a layer with several reads pieces of it.
    if len(inputs) == 1:
        integers = inputs[0].dtype.kind == "i"
        network = build(CASES[name], shape=inputs[0].shape[1:], integers=integers, dtype=dtype)
    else:
        pieces = [dense(one[0].size, name=f"piece{n}", inputs=["input"]) for n, one in enumerate(inputs)]
        shapes = [
            {"kind": "Reshape", "name": f"shaped{n}", "inputs": [f"piece{n}"], "target_shape": list(one.shape[1:])}
            for n, one in enumerate(inputs)
        ]
        merged = {**CASES[name], "inputs": [one["name"] for one in shapes]}
        network = build(*pieces, *shapes, merged, shape=(count,), dtype=dtype)
    output = network.output
    parameters = parts(name, dtype, "parameter")
    assert {key: spec.shape for key, spec in output.parameter_specs.items()} == {
        key: array.shape for key, array in parameters.items()
    }
    assert output.output_shape == GOLDEN[f"layer/{name}/{dtype}/output"].shape[1:]
    return output.layer, inputs, parameters


def test_every_kind_has_cases() -> None:
    assert {case["kind"] for case in [*CASES.values(), *IMAGE_CASES.values()]} == set(LAYERS)


@each_dtype
@each_case
def test_forward_equals_keras(name: str, dtype: str) -> None:
    layer, inputs, parameters = place(name, dtype)
    copies = [one.copy() for one in inputs]
    values = layer.forward(inputs, parameters)
    assert_close(values.output, GOLDEN[f"layer/{name}/{dtype}/output"], dtype)
    for one, copy in zip(inputs, copies, strict=True):
        np.testing.assert_array_equal(one, copy)


@each_dtype
@each_case
def test_backward_equals_autograd(name: str, dtype: str) -> None:
    layer, inputs, parameters = place(name, dtype)
    values = layer.forward(inputs, parameters)
    weight = GOLDEN[f"layer/{name}/{dtype}/weight"]
    before = weight.copy()
    gradient = layer.backward(inputs, parameters, values, weight)
    np.testing.assert_array_equal(weight, before)
    expected = parts(name, dtype, "gradient/input")
    for position, by_input in enumerate(gradient.inputs):
        if inputs[position].dtype.kind == "i":
            assert by_input is None
        else:
            assert_close(by_input, expected[str(position)], dtype)
    assert list(gradient.parameters) == list(layer.parameter_specs([one.shape[1:] for one in inputs]))
    for parameter, array in parts(name, dtype, "gradient/parameter").items():
        assert_close(gradient.parameters[parameter], array, dtype)


@pytest.mark.parametrize("name", NETWORKS)
def test_parameter_counts_equal_keras(name: str) -> None:
    counts = NETWORKS[name]["counts"]
    network = Network.from_document(NETWORKS[name]["document"])
    assert network.parameter_count == counts["total"]
    for placed in network.layers:
        assert placed.parameter_count == counts[placed.name]


@pytest.mark.parametrize("name", ["branches", "words"])
def test_networks_equal_keras(name: str) -> None:
    network = Network.from_document(NETWORKS[name]["document"])
    trace = forward(network, GOLDEN[f"network/{name}/input"])
    for placed in network.layers:
        assert_close(trace.layers[placed.name].output, GOLDEN[f"network/{name}/layer/{placed.name}"], "float64")


def test_gradient_of_a_branching_network_equals_autograd() -> None:
    network = Network.from_document(NETWORKS["branches"]["document"])
    trace = forward(network, GOLDEN["network/branches/input"])
    by_input = gradients(trace, "output", (0,))[INPUT].output
    assert_close(by_input, GOLDEN["network/branches/gradient"], "float64")


def test_backpropagate_takes_several_seeds() -> None:
    network = Network.from_document(NETWORKS["branches"]["document"])
    trace = forward(network, GOLDEN["network/branches/input"])
    seeds = {name: np.ones_like(trace.layers[name].output) for name in ("skip", "right")}

    def by_input(chosen: dict[str, Array]) -> Array:
        gradient = backpropagate(trace, chosen)[INPUT].output
        assert gradient is not None
        return gradient

    apart = by_input({"skip": seeds["skip"]}) + by_input({"right": seeds["right"]})
    np.testing.assert_allclose(by_input(seeds), apart, rtol=1e-12)


@pytest.mark.parametrize("kind", LAYERS)
def test_a_description_says_everything(kind: str) -> None:
    description = describe(kind)
    assert list(description) == ["kind", "description", "operation", "arguments"]
    assert description["kind"] == kind
    assert description["description"].endswith(".")
    assert all("description" in one for one in description["arguments"]["properties"].values())
    json.dumps(description, allow_nan=False)


@pytest.mark.parametrize("kind", LAYERS)
def test_layers_are_frozen_values(kind: str) -> None:
    every = {**IMAGE_CASES, **CASES}
    name = next(name for name, case in every.items() if case["kind"] == kind)
    case = every[name]
    case = {name: value for name, value in case.items() if name != "reference"}
    shapes = {"Embedding": ((4,), True), "Reshape": ((2, 6), False)}
    lifted = {"1D": (8, 4), "2D": (8, 8, 4)}
    if kind in ("PReLU", "Normalization", "Rescaling", "GroupNormalization"):
        lifted[kind[-2:]] = IMAGE_GOLDEN[f"layer/{name}/float64/input/0"].shape[1:]
    shape, integers = shapes.get(kind, (lifted.get("2D" if "2D" in kind else kind[-2:], (4,)), False))
    one, other = (
        build(
            {**case, "inputs": ["input"] * (LAYERS[kind].minimum_inputs)}, shape=shape, integers=integers
        ).output.layer
        for _ in range(2)
    )
    assert one == other
    with pytest.raises(AttributeError):
        one.trainable = False  # type: ignore[misc]
