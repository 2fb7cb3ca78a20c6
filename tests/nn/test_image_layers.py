"""Layers of images and sequences against Keras' and PyTorch's numbers (tests/golden/make_images.py)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.nn.edges import edges
from app.nn.explain import explain
from app.nn.forward import forward
from app.nn.layers import LAYERS
from app.nn.network import Network
from app.nn.reading import Array
from tests.nn.networks import build, document, document_problems, trace_of

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


@pytest.mark.parametrize(
    ("layer", "shape", "said"),
    [
        ({"kind": "Conv2D", "filters": 2, "kernel_size": 3}, (2, 5, 1), "covers 3 rows, but its input has only 2"),
        ({"kind": "Conv2D", "filters": 2, "kernel_size": [1, 3], "dilation_rate": 2}, (5, 4, 1), "covers 5 columns"),
        (
            {"kind": "Conv2D", "filters": 2, "kernel_size": 3},
            (5, 5),
            "reads rows×columns×channels, but its input is 5×5",
        ),
        ({"kind": "Conv1D", "filters": 2, "kernel_size": 3}, (5,), "reads steps×channels, but its input is 5"),
        (
            {"kind": "Conv2D", "filters": 3, "kernel_size": 1, "groups": 2},
            (2, 2, 4),
            "3 filters cannot be split into 2",
        ),
        ({"kind": "Conv2D", "filters": 4, "kernel_size": 1, "groups": 2}, (2, 2, 3), "3 channels of its input cannot"),
        (
            {"kind": "Conv2D", "filters": 1, "kernel_size": 1, "strides": 2, "dilation_rate": 2},
            (3, 3, 1),
            "strides [2, 2] and dilation_rate [2, 2] are both above 1",
        ),
        (
            {"kind": "Conv2DTranspose", "filters": 1, "kernel_size": 3, "strides": 2, "output_padding": 2},
            (3, 3, 1),
            "output_padding [2, 2] is not below strides [2, 2]",
        ),
        (
            {"kind": "MaxPooling2D", "pool_size": 4},
            (3, 3, 1),
            'expected a smaller window, a larger input, or padding "same"',
        ),
        ({"kind": "Cropping2D", "cropping": 2}, (4, 5, 1), "cropping leaves nothing of its input, which is 4×5×1"),
        ({"kind": "GroupNormalization"}, (2, 2, 6), "6 channels cannot be split into 32 groups"),
        ({"kind": "GroupNormalization", "groups": 0}, (6,), "6 channels cannot be split into 0 groups"),
        ({"kind": "Normalization"}, (2,), "mean and variance must be given"),
        ({"kind": "Normalization", "mean": [1, 2], "variance": 1}, (3,), "mean has 2 numbers, but axis -1"),
        (
            {"kind": "Normalization", "mean": [1], "variance": 1, "axis": None},
            (3,),
            "with axis null, mean is one number",
        ),
        ({"kind": "Rescaling", "scale": [1, 2]}, (2, 3), "scale has 2 numbers, but the last axis of its input has 3"),
        ({"kind": "PReLU", "shared_axes": [1, -1]}, (3,), "names an axis of 3 twice"),
    ],
)
def test_what_does_not_fit_is_said(layer: dict[str, Any], shape: tuple[int, ...], said: str) -> None:
    (detail,) = document_problems(document(layer, shape=shape)).values()
    assert said in detail


def test_a_window_over_the_edge_says_what_lies_outside() -> None:
    network = build({"kind": "Conv2D", "filters": 2, "kernel_size": 3, "padding": "same", "name": "a"}, shape=(4, 5, 2))
    trace = trace_of(network, np.arange(40.0).reshape(4, 5, 2).tolist())
    answer = explain(trace, "a", (0, 4, 1)).to_dict()
    assert answer["window"] == {
        "layer": "input",
        "start": [-1, 3],
        "size": [3, 3],
        "strides": [1, 1],
        "dilation": [1, 1],
        "padding": [[1, 0], [0, 1]],
    }
    assert len(answer["terms"]) == 2 * 2 * 2
    assert [one["channel"] for one in answer["channels"]] == [0, 1]
    assert sum(one["sum"] for one in answer["channels"]) == pytest.approx(answer["value"])


def test_a_maximum_names_its_winner_even_if_all_are_zero() -> None:
    network = build({"kind": "MaxPooling2D", "name": "a"}, shape=(2, 2, 1))
    answer = explain(trace_of(network, [[[-1.0], [0.0]], [[-3.0], [0.0]]]), "a", (0, 0, 0), top=1).to_dict()
    assert answer["operation"] == "maximum"
    assert answer["terms"] == [
        {"source": {"layer": "input", "index": [0, 1, 0]}, "value": 0.0, "weight": 1.0, "product": 0.0, "winner": True}
    ]
    assert answer["others"] == {"count": 3, "sum": 0.0}


def test_the_maps_between_the_kernels_of_a_separable_convolution_are_kept() -> None:
    layer = {"kind": "SeparableConv2D", "filters": 2, "kernel_size": 2, "depth_multiplier": 3, "name": "a"}
    trace = trace_of(build(layer, shape=(4, 4, 2)), np.ones((4, 4, 2)).tolist())
    assert trace.layers["a"].named["depthwise"].shape == (1, 3, 3, 6)


@pytest.mark.parametrize("settings", [{"padding": "same"}, {"groups": 2, "strides": 2}, {"activation": "glu"}])
def test_edges_of_a_convolution_are_the_strongest_of_all_its_terms(settings: dict[str, Any]) -> None:
    layer = {"kind": "Conv2D", "filters": 6, "kernel_size": 3, "name": "a", **settings}
    network = build(layer, shape=(9, 8, 4))
    trace = forward(network, np.random.default_rng(0).normal(size=(1, 9, 8, 4)))
    every, some = edges(trace, "a", top=10**9), edges(trace, "a", top=40)
    placed = network.output
    found = []
    for index in np.ndindex(placed.layer.pre_activation_shape(placed.input_shapes)):
        terms = placed.layer.terms(index, [trace.layers["input"].output[0]], network.parameters["a"])
        assert terms.product is not None
        found.append(np.abs(terms.product))
    expected = np.sort(np.concatenate(found))[::-1]
    assert every.count == some.count == len(expected)
    for one in (every, some):
        assert one.product is not None
        np.testing.assert_allclose(np.abs(one.product), expected[: len(one.product)], rtol=1e-12)
    assert len(some.node) == 40
