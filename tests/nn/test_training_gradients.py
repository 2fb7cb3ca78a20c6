"""Derivatives of every layer kind as it is trained, against finite differences along random directions."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.nn.layers import LAYERS, Layer
from app.nn.reading import Array
from tests.nn import test_layers
from tests.nn.networks import build, dense

GOLDEN: dict[str, Array] = {}
CASES: dict[str, dict[str, Any]] = {}
for file_name in ("layers.npz", "images.npz"):
    with np.load(Path(__file__).parents[1] / "golden" / file_name, allow_pickle=False) as file:
        GOLDEN |= {key: file[key] for key in file if key.startswith("layer/") and "/float64/" in key}
        CASES |= json.loads(str(file["cases"]))

STEP = 1e-6
DIRECTIONS = 3


def golden(name: str, what: str) -> dict[str, Array]:
    prefix = f"layer/{name}/float64/{what}/"
    return {key.removeprefix(prefix): array.copy() for key, array in GOLDEN.items() if key.startswith(prefix)}


def read(name: str) -> tuple[Layer, list[Array], dict[str, Array]]:
    """Build a case's layer, and return it with its inputs and parameters."""
    inputs, parameters = list(golden(name, "input").values()), golden(name, "parameter")
    if len(inputs) > 1:
        return test_layers.place(name, "float64")
    document = {key: value for key, value in CASES[name].items() if key != "reference"}
    integers = inputs[0].dtype.kind == "i"
    network = build(document, shape=inputs[0].shape[1:], integers=integers)
    return network.output.layer, inputs, parameters


def test_every_kind_has_cases() -> None:
    assert {case["kind"] for case in CASES.values()} == set(LAYERS)


@pytest.mark.parametrize("name", CASES)
def test_training_gradients_equal_finite_differences(name: str) -> None:
    layer, inputs, parameters = read(name)
    random = np.random.default_rng(4)
    drawn = np.random.default_rng
    values = layer.training_forward(inputs, parameters, drawn(1))
    weight = np.asarray(random.normal(size=values.output.shape))

    def total() -> float:
        return float((weight * layer.training_forward(inputs, parameters, drawn(1)).output).sum())

    gradient = layer.training_backward(inputs, parameters, values, weight)
    specs = layer.parameter_specs([one.shape[1:] for one in inputs])
    checked: list[tuple[Array, Array | None]] = [
        (array, found) for array, found in zip(inputs, gradient.inputs, strict=True) if array.dtype.kind == "f"
    ]
    checked += [(parameters[key], gradient.parameters.get(key)) for key, spec in specs.items() if spec.trainable]
    for array, found in checked:
        assert found is not None
        assert found.shape == array.shape
        for _ in range(DIRECTIONS):
            direction = random.normal(size=array.shape)
            before = array.copy()
            np.add(before, STEP * direction, out=array)
            high = total()
            np.subtract(before, STEP * direction, out=array)
            low = total()
            np.copyto(array, before)
            expected = (high - low) / (2 * STEP)
            assert float((found * direction).sum()) == pytest.approx(expected, rel=2e-5, abs=2e-6)


def test_gradients_by_inputs_may_be_left_out() -> None:
    network = build(dense(4, "tanh"), shape=(3,))
    layer = network.output.layer
    inputs, parameters = [np.ones((2, 3))], dict(network.parameters["dense_1"])
    values = layer.training_forward(inputs, parameters, None)
    gradient = np.ones((2, 4))
    with_inputs = layer.training_backward(inputs, parameters, values, gradient)
    without = layer.training_backward(inputs, parameters, values, gradient, inputs_needed=False)
    assert without.inputs == (None,)
    for key, array in with_inputs.parameters.items():
        np.testing.assert_array_equal(array, without.parameters[key])
