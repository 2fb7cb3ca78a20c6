"""A step taken apart: its numbers are those of the step that is then made."""

from typing import Any

import numpy as np
import pytest

from app.nn.errors import NetworkError
from app.nn.network import Network
from app.nn.training import Trainer, Training, read_weight, take_apart
from tests.nn.networks import build, dense, problems_of

RANDOM = np.random.default_rng(8)
INPUTS = RANDOM.normal(size=(20, 3))
CLASSES = RANDOM.integers(0, 3, 20)


def network(dtype: str = "float64") -> Network:
    return build(
        dense(5, "relu", name="first"),
        {"kind": "Dropout", "name": "dropped", "rate": 0.4},
        {"kind": "BatchNormalization", "name": "even"},
        dense(3, "softmax", name="output"),
        shape=(3,),
        dtype=dtype,
    )


def trainer(dtype: str = "float64", **more: Any) -> Trainer:
    document = {
        "loss": "sparse_categorical_crossentropy",
        "optimizer": {"name": "adam", "learning_rate": 0.01},
        "metrics": ["accuracy"],
        "batch_size": 8,
        "epochs": 5,
        **more,
    }
    built = network(dtype)
    return Trainer(built, Training.from_document(document, built), INPUTS, CLASSES)


OPTIMIZERS: list[Any] = [
    {"name": "sgd", "momentum": 0.9, "nesterov": True, "learning_rate": 0.1},
    {"name": "adam", "learning_rate": 0.01, "amsgrad": True},
    {"name": "adamw", "learning_rate": 0.01, "global_clipnorm": 0.05},
    {"name": "rmsprop", "centered": True, "momentum": 0.5, "clipvalue": 0.001},
    "adagrad",
]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_update_of_a_weight_is_the_one_that_is_made(optimizer: Any, dtype: str) -> None:
    one = trainer(dtype, optimizer=optimizer, regularizers=[{"l2": 0.01}], class_weight={"1": 2.0})
    for _ in range(4):
        one.step()
    for layer, parameter, index in (("first", "kernel", (1, 2)), ("even", "gamma", (3,)), ("output", "bias", (0,))):
        apart = take_apart(one, 2, (layer, parameter, index))
        weight = apart.weight
        assert weight is not None
        assert weight.old == one.vector.arrays[layer][parameter][index]
        before = weight.batch_gradient + weight.penalty_gradient
        assert weight.gradient == pytest.approx(before * weight.clip_factor, rel=1e-6)
        assert weight.decayed + weight.change == weight.new
        report = one.step()
        assert report.loss == apart.loss.total
        assert report.learning_rate == weight.learning_rate
        assert report.step == apart.step
        assert one.vector.arrays[layer][parameter][index] == weight.stored
        assert weight.difference <= (1e-6 if dtype == "float32" else 1e-14)


def test_looking_changes_nothing() -> None:
    looked, other = trainer(), trainer()
    for _ in range(3):
        take_apart(looked, 1, ("first", "kernel", (0, 0)))
        assert looked.step() == other.step()
    np.testing.assert_array_equal(looked.vector.values, other.vector.values)
    np.testing.assert_array_equal(
        looked.vector.arrays["even"]["moving_mean"], other.vector.arrays["even"]["moving_mean"]
    )
    assert looked.logs() == other.logs()


def test_examples_add_up_to_the_gradient_of_the_batch() -> None:
    one = trainer()
    place = ("output", "kernel", (1, 2))
    found = [take_apart(one, example, place) for example in range(8)]
    weights = [apart.weight for apart in found]
    assert all(weights)
    total = sum(weight.example_gradient for weight in weights if weight)
    assert weights[0] is not None
    assert total == pytest.approx(weights[0].batch_gradient, rel=1e-12)
    assert sum(apart.loss.example for apart in found) / 8 == pytest.approx(found[0].loss.batch, rel=1e-12)


def test_values_and_derivatives_of_an_example() -> None:
    one = trainer()
    apart = take_apart(one, 5)
    assert apart.weight is None
    data = apart.examples[5]
    layers = {layer.name: layer for layer in apart.layers}
    assert list(layers) == ["input", "first", "dropped", "even", "output"]
    np.testing.assert_array_equal(layers["input"].output, INPUTS[data])
    np.testing.assert_allclose(layers["dropped"].output, layers["first"].output * layers["dropped"].named["mask"])
    output = layers["output"]
    assert output.pre_activation is not None
    exponentials = np.exp(output.pre_activation)
    np.testing.assert_allclose(output.output, exponentials / exponentials.sum())
    assert apart.loss.example == pytest.approx(-np.log(output.output[CLASSES[data]]))
    expected = output.output.copy()
    expected[CLASSES[data]] -= 1.0
    assert output.by_pre_activation is not None
    np.testing.assert_allclose(output.by_pre_activation, expected / 8)
    assert layers["input"].by_output is None  # nothing before it is trained
    by_first, by_sums = layers["first"].by_output, layers["first"].by_pre_activation
    assert by_first is not None
    assert by_sums is not None
    np.testing.assert_allclose(by_sums, by_first * (layers["first"].output > 0))
    assert apart.to_document()["layers"][0]["name"] == "input"


def test_what_is_frozen_is_not_changed() -> None:
    one = trainer(freeze=[{"layer": "first"}, {"layer": "output", "parameter": "bias", "index": [1]}])
    for weight in (("first", "kernel", (0, 0)), ("output", "bias", (1,))):
        apart = take_apart(one, 0, weight).weight
        assert apart is not None
        assert not apart.trained
        assert apart.new == apart.old == apart.stored


def test_wrong_weights_and_examples_are_named() -> None:
    one = trainer()
    assert read_weight(one, {"layer": "first", "parameter": "kernel", "index": [2, 4]}) == ("first", "kernel", (2, 4))
    place = {"layer": "first", "parameter": "kernel", "index": [3, 0]}
    assert "0 to 2" in problems_of(lambda: read_weight(one, place))["/index/0"]
    assert "bias" in problems_of(lambda: read_weight(one, {**place, "parameter": "beta"}))["/parameter"]
    assert "layer" in problems_of(lambda: read_weight(one, {**place, "layer": "none"}))["/layer"]
    assert "8 examples" in problems_of(lambda: take_apart(one, 8))["/example"]
    while not one.finished:
        one.step()
    with pytest.raises(NetworkError, match="over"):
        take_apart(one)
