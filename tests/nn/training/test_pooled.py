"""A convolution and the pooling behind it, done together: the same numbers as one after the other."""

from typing import Any

import numpy as np
import pytest

from app.nn.layers import LAYERS
from app.nn.layers.convolution import Conv2D
from app.nn.layers.pooling import MaxPooling2D
from app.nn.training import Trainer, Training
from app.nn.training.pooled import PooledConvolution, pooled_convolution
from tests.nn.networks import build, dense

CASES: list[tuple[dict[str, Any], dict[str, Any], tuple[int, int, int]]] = [
    ({"kernel_size": (3, 3)}, {}, (8, 8, 3)),
    ({"kernel_size": (3, 3)}, {}, (9, 11, 2)),  # pooling leaves rows and columns out
    ({"kernel_size": (2, 3), "padding": "same", "use_bias": False}, {"pool_size": (3, 2)}, (9, 8, 2)),
    ({"kernel_size": (3, 3), "strides": (2, 2), "padding": "same"}, {}, (11, 12, 2)),
    ({"kernel_size": (2, 2), "dilation_rate": (2, 3)}, {"pool_size": (2, 2)}, (8, 9, 2)),
    ({"kernel_size": (1, 1)}, {"pool_size": (1, 1)}, (3, 4, 2)),
]


@pytest.mark.parametrize("activation", ["relu", "linear"])
@pytest.mark.parametrize(("convolution", "pooling", "shape"), CASES)
def test_both_together_equal_one_after_the_other(
    convolution: dict[str, Any], pooling: dict[str, Any], shape: tuple[int, int, int], activation: str
) -> None:
    read = {"activation": activation, "filters": 4, **convolution}
    document = {name: list(value) if isinstance(value, tuple) else value for name, value in read.items()}
    size = {name: list(value) for name, value in pooling.items()}
    network = build({"kind": "Conv2D", **document}, {"kind": "MaxPooling2D", **size}, shape=shape)
    first, second = (placed.layer for placed in network.layers)
    assert isinstance(first, Conv2D)
    assert isinstance(second, MaxPooling2D)
    random = np.random.default_rng(1)
    parameters = {name: random.normal(size=spec.shape) for name, spec in first.parameter_specs([shape]).items()}
    both = pooled_convolution(first, second, shape)
    assert isinstance(both, PooledConvolution)
    for count in (3, 2):  # the memory is for another number of examples then
        inputs = [random.normal(size=(count, *shape)).round(1)]
        sums = first.training_forward(inputs, parameters, None)
        pooled = second.training_forward([sums.output], {}, None)
        values = both.training_forward(inputs, parameters, None)
        np.testing.assert_allclose(values.output, pooled.output, rtol=1e-12, atol=1e-14)
        gradient = np.asarray(random.normal(size=pooled.output.shape))
        by_sums = second.training_backward([sums.output], {}, pooled, gradient).inputs[0]
        assert by_sums is not None
        expected = first.training_backward(inputs, parameters, sums, by_sums)
        back = both.training_backward(inputs, parameters, values, gradient)
        assert back.inputs[0] is not None
        assert expected.inputs[0] is not None
        np.testing.assert_allclose(back.inputs[0], expected.inputs[0], rtol=1e-11, atol=1e-12)
        assert set(back.parameters) == set(expected.parameters)
        for name, array in expected.parameters.items():
            np.testing.assert_allclose(back.parameters[name], array, rtol=1e-11, atol=1e-12)
        values = both.training_forward(inputs, parameters, None)
        assert both.training_backward(inputs, parameters, values, gradient, inputs_needed=False).inputs == (None,)


def test_of_equal_values_the_first_gets_the_gradient() -> None:
    first = Conv2D(filters=1, kernel_size=(1, 1), use_bias=False)
    both = pooled_convolution(first, MaxPooling2D(), (2, 2, 1))
    assert both is not None
    parameters = {"kernel": np.ones((1, 1, 1, 1))}
    inputs = [np.array([0.0, 5.0, 5.0, 5.0]).reshape(1, 2, 2, 1)]
    values = both.training_forward(inputs, parameters, None)
    back = both.training_backward(inputs, parameters, values, np.ones((1, 1, 1, 1)))
    assert back.inputs[0] is not None
    assert back.inputs[0].ravel().tolist() == [0.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("convolution", "pooling"),
    [
        ({"activation": "tanh"}, {}),
        ({"groups": 2}, {}),
        ({}, {"strides": [1, 1]}),
        ({}, {"padding": "same", "pool_size": [4, 4]}),
    ],
    ids=["tanh", "groups", "overlapping", "padded"],
)
def test_what_cannot_be_done_together_is_not(convolution: dict[str, Any], pooling: dict[str, Any]) -> None:
    read = {"kind": "Conv2D", "filters": 4, "kernel_size": [3, 3], **convolution}
    network = build(read, {"kind": "MaxPooling2D", **pooling}, shape=(8, 8, 2))
    assert pooled_convolution(network.layers[0].layer, network.layers[1].layer, (8, 8, 2)) is None
    assert "Conv2D" in LAYERS


def test_a_training_is_the_same_with_layers_apart() -> None:
    convolution = {"kind": "Conv2D", "kernel_size": [3, 3], "activation": "relu"}
    network = build(
        {**convolution, "filters": 4, "name": "first"},
        {"kind": "MaxPooling2D", "name": "pool"},
        {**convolution, "filters": 3, "name": "left", "padding": "same"},
        {**convolution, "filters": 3, "name": "right", "padding": "same", "inputs": ["pool"]},
        {"kind": "Add", "name": "sum", "inputs": ["left", "right"]},
        {"kind": "MaxPooling2D"},
        {"kind": "Flatten"},
        dense(3, "softmax"),
        shape=(10, 10, 2),
    )
    random = np.random.default_rng(0)
    inputs, classes = random.normal(size=(20, 10, 10, 2)), random.integers(0, 3, 20)
    document = {"loss": "sparse_categorical_crossentropy", "optimizer": "adam", "batch_size": 8, "epochs": 3}
    trainers = [Trainer(network, Training.from_document(document, network), inputs, classes) for _ in range(2)]
    trainers[1].passes = trainers[1].plain_passes()
    assert [len(one.passes.places) for one in trainers] == [7, 8]
    for one in trainers:
        while not one.finished:
            one.step()
    np.testing.assert_allclose(trainers[0].history["loss"], trainers[1].history["loss"], rtol=1e-9)
