"""Layers of images and sequences against Keras' and PyTorch's numbers (tests/golden/make_images.py)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.nn.forward import forward
from app.nn.layers import LAYERS
from app.nn.network import Network
from app.nn.reading import Array
from tests.nn.networks import build

with np.load(Path(__file__).parents[1] / "golden" / "images.npz", allow_pickle=False) as file:
    GOLDEN: Mapping[str, Array] = dict(file)
CASES: Mapping[str, dict[str, Any]] = json.loads(str(GOLDEN["cases"]))
TOLERANCE = {"float64": 1e-12, "float32": 1e-5}

CLASSIFIER: dict[str, Any] = {
    "dtype": "float32",
    "input": {"shape": [32, 32, 3]},
    "layers": [
        {"kind": "Conv2D", "filters": 32, "kernel_size": 3, "activation": "relu"},
        {"kind": "MaxPooling2D", "pool_size": [2, 2]},
        {"kind": "Conv2D", "filters": 64, "kernel_size": [3, 3], "activation": "relu"},
        {"kind": "MaxPooling2D"},
        {"kind": "Flatten"},
        {"kind": "Dense", "units": 64, "activation": "relu"},
        {"kind": "Dense", "units": 10, "activation": "softmax"},
    ],
}

each_dtype = pytest.mark.parametrize("dtype", TOLERANCE)
each_case = pytest.mark.parametrize("name", CASES)


def assert_close(actual: Array | None, expected: Array, dtype: str) -> None:
    """Compare with a golden array, within the tolerance relative to its largest value."""
    assert actual is not None
    assert actual.dtype == dtype
    assert actual.shape == expected.shape
    scale = max(1.0, float(np.abs(expected).max(initial=0.0)))
    np.testing.assert_allclose(actual, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype] * scale)


def golden(name: str, what: str, dtype: str) -> dict[str, Array]:
    """Return the arrays of a case below `what`, in a dtype."""
    prefix = f"layer/{name}/float64/{what}/"
    return {key.removeprefix(prefix): value.astype(dtype) for key, value in GOLDEN.items() if key.startswith(prefix)}


def test_every_kind_with_windows_has_cases() -> None:
    kinds = {case["kind"] for case in CASES.values()}
    assert kinds >= {kind for kind in LAYERS if kind[-2:] in ("1D", "2D")}


@each_dtype
@each_case
def test_forward_and_backward_equal_keras_and_pytorch(name: str, dtype: str) -> None:
    inputs = golden(name, "input", dtype)["0"]
    document = {key: value for key, value in CASES[name].items() if key != "reference"}
    placed = build(document, shape=inputs.shape[1:], dtype=dtype).output
    parameters = golden(name, "parameter", dtype)
    specs = placed.parameter_specs
    assert {key: spec.shape for key, spec in specs.items()} == {key: one.shape for key, one in parameters.items()}
    copy = inputs.copy()
    values = placed.layer.forward([inputs], parameters)
    expected = GOLDEN[f"layer/{name}/float64/output"]
    assert placed.output_shape == expected.shape[1:]
    assert_close(values.output, expected, dtype)
    if placed.layer.bound_activation is not None:
        assert values.pre_activation is not None
        assert values.pre_activation.shape[1:] == placed.layer.pre_activation_shape(placed.input_shapes)
    weight = GOLDEN[f"layer/{name}/float64/weight"].astype(dtype)
    before = weight.copy()
    gradient = placed.layer.backward([inputs], parameters, values, weight)
    np.testing.assert_array_equal(weight, before)
    np.testing.assert_array_equal(inputs, copy)
    assert_close(gradient.inputs[0], GOLDEN[f"layer/{name}/float64/gradient/input/0"], dtype)
    assert list(gradient.parameters) == list(specs)
    for parameter, array in golden(name, "gradient/parameter", "float64").items():
        assert_close(gradient.parameters[parameter], array, dtype)


def test_the_classifier_has_the_shapes_and_parameters_that_keras_prints() -> None:
    network = Network.from_document(CLASSIFIER)
    assert network.parameter_count == 167_562
    shapes = [placed.output_shape for placed in network.layers]
    assert shapes == [(30, 30, 32), (15, 15, 32), (13, 13, 64), (6, 6, 64), (2304,), (64,), (10,)]
    trace = forward(network, np.ones((2, 32, 32, 3), dtype=np.float32))
    assert trace.output.shape == (2, 10)


@pytest.mark.parametrize("size", [(1, 40, 33, 3), (37, 9, 8, 3)])
@pytest.mark.parametrize("settings", [{}, {"padding": "same"}, {"strides": 2, "padding": "same"}, {"groups": 3}])
def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch, size: tuple[int, ...], settings: dict[str, Any]) -> None:
    """Whether a batch is done in bands of an image, in blocks of images or at once, the numbers are the same."""
    layer = {"kind": "Conv2D", "filters": 6, "kernel_size": 3, "activation": "tanh", **settings}
    network = build(layer, {"kind": "MaxPooling2D", "padding": "same"}, {"kind": "AveragePooling2D"}, shape=size[1:])
    inputs = np.random.default_rng(0).normal(size=size)
    results = []
    for block_bytes in (1, 5_000, 50_000, 1 << 30):
        monkeypatch.setattr("app.nn.layers.sliding.BLOCK_BYTES", block_bytes)
        trace = forward(network, inputs)
        gradient = np.asarray(np.random.default_rng(1).normal(size=trace.output.shape))
        arrays: list[Array] = []
        for placed in reversed(network.layers):
            held = trace.layers[placed.name]
            back = placed.layer.backward(trace.inputs_of(placed.name), network.parameters[placed.name], held, gradient)
            assert back.inputs[0] is not None
            gradient = back.inputs[0]
            arrays += [held.output, gradient, *back.parameters.values()]
        results.append(arrays)
    for other in results[1:]:
        for one, same in zip(results[0], other, strict=True):
            np.testing.assert_allclose(one, same, rtol=1e-12, atol=1e-12)
