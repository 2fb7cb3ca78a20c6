"""Losses: values by hand, derivatives by finite differences, and what happens at the extremes."""

from typing import Any

import numpy as np
import pytest

from app.nn.activations import bind
from app.nn.choices import describe_record
from app.nn.losses import LOSS, LOSSES, Loss
from app.nn.reading import Array
from tests.nn.numerical import numerical_gradient

RANDOM = np.random.default_rng(0)

DOCUMENTS: list[Any] = [
    "mean_squared_error",
    "mean_absolute_error",
    "huber",
    {"name": "huber", "delta": 0.3},
    "binary_crossentropy",
    {"name": "binary_crossentropy", "from_logits": True, "label_smoothing": 0.2},
    "categorical_crossentropy",
    {"name": "categorical_crossentropy", "from_logits": True, "label_smoothing": 0.1},
    "sparse_categorical_crossentropy",
    {"name": "sparse_categorical_crossentropy", "from_logits": True},
    "hinge",
    "kl_divergence",
]


def read(value: object) -> Loss:
    loss, problems = LOSS.read(value)
    assert not problems, problems
    assert isinstance(loss, Loss)
    return loss


def examples(loss: Loss, shape: tuple[int, ...]) -> tuple[Array, Array]:
    """Draw predictions and targets as a loss takes them."""
    logits = RANDOM.normal(0.0, 1.5, shape)
    if "crossentropy" in loss.name or loss.name == "kl_divergence":
        kind = "sigmoid" if loss.name.startswith("binary") else "softmax"
        predictions = logits if getattr(loss, "from_logits", False) else bind(kind)(logits)
    else:
        predictions = logits
    if loss.targets == "classes":
        return predictions, RANDOM.integers(0, shape[-1], shape[:-1])
    if loss.name in ("hinge", "binary_crossentropy"):
        return predictions, loss.prepare(RANDOM.integers(0, 2, shape).astype(float))
    if loss.name in ("categorical_crossentropy", "kl_divergence"):
        return predictions, loss.prepare(bind("softmax")(RANDOM.normal(0.0, 1.0, shape)))
    return predictions, RANDOM.normal(0.0, 1.5, shape)


@pytest.mark.parametrize("shape", [(5, 4), (3, 2, 4)])
@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_derivatives_equal_finite_differences(document: object, shape: tuple[int, ...]) -> None:
    loss = read(document)
    predictions, targets = examples(loss, shape)
    before = predictions.copy(), targets.copy()
    values, gradient = loss.evaluate(predictions, targets)
    assert values.shape == shape[:-1]
    np.testing.assert_array_equal(predictions, before[0])
    np.testing.assert_array_equal(targets, before[1])
    expected = numerical_gradient(lambda: float(loss.evaluate(predictions, targets)[0].sum()), predictions)
    np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_float32_stays_float32(document: object) -> None:
    loss = read(document)
    predictions, targets = examples(loss, (4, 3))
    targets = targets if targets.dtype.kind == "i" else targets.astype(np.float32)
    values, gradient = loss.evaluate(predictions.astype(np.float32), targets)
    assert values.dtype == gradient.dtype == np.float32


@pytest.mark.parametrize(
    ("activation", "name"),
    [
        ("softmax", "categorical_crossentropy"),
        ("softmax", "sparse_categorical_crossentropy"),
        ("sigmoid", "binary_crossentropy"),
    ],
)
def test_activation_and_loss_together_equal_both_apart(activation: str, name: str) -> None:
    loss = read(name)
    together = loss.from_activation(activation)
    assert together is not None
    assert loss.from_activation("relu") is None
    assert together.from_activation(activation) is None
    logits = RANDOM.normal(0.0, 2.0, (6, 4))
    _, targets = examples(loss, (6, 4))
    function = bind(activation)
    values, by_output = loss.evaluate(function(logits), targets)
    expected_values, expected = together.evaluate(logits, targets)
    np.testing.assert_allclose(values, expected_values, rtol=1e-6)
    np.testing.assert_allclose(function.backward(logits, by_output), expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_logits_stay_finite(dtype: type) -> None:
    logits: Array = np.array([[1000.0, -1000.0], [-1000.0, 1000.0]], dtype=dtype)
    sparse = read({"name": "sparse_categorical_crossentropy", "from_logits": True})
    values, gradient = sparse.evaluate(logits, np.array([0, 0]))
    np.testing.assert_array_equal(values, [0.0, 2000.0])
    np.testing.assert_array_equal(gradient, [[0.0, 0.0], [-1.0, 1.0]])
    binary = read({"name": "binary_crossentropy", "from_logits": True})
    values, gradient = binary.evaluate(logits, np.array([[1.0, 0.0], [1.0, 0.0]], dtype=dtype))
    np.testing.assert_array_equal(values, [0.0, 1000.0])
    np.testing.assert_array_equal(gradient, [[0.0, 0.0], [-0.5, 0.5]])


@pytest.mark.parametrize("name", ["binary_crossentropy", "categorical_crossentropy", "kl_divergence"])
def test_probabilities_of_0_and_1_stay_finite(name: str) -> None:
    certain = np.array([[0.0, 1.0], [1.0, 0.0]])
    for predictions in (certain, certain[::-1].copy()):
        values, gradient = read(name).evaluate(predictions, certain)
        assert np.isfinite(values).all()
        assert np.isfinite(gradient).all()


def test_values_by_hand() -> None:
    predictions, targets = np.array([[1.0, 3.0]]), np.array([[0.0, 1.0]])
    assert read("mse").evaluate(predictions, targets)[0].tolist() == [2.5]
    assert read("mae").evaluate(predictions, targets)[0].tolist() == [1.5]
    assert read("huber").evaluate(predictions, targets)[0].tolist() == [(0.5 + 1.5) / 2]
    hinge = read("hinge")
    assert hinge.evaluate(predictions, hinge.prepare(targets))[0].tolist() == [1.0]  # margins 1 − (−1)·1 and 1 − 1·3
    np.testing.assert_allclose(
        read("sparse_categorical_crossentropy").evaluate(np.array([[0.25, 0.75]]), np.array([1]))[0], -np.log(0.75)
    )


def test_every_loss_is_tested_and_described() -> None:
    assert {read(document).name for document in DOCUMENTS} == set(LOSSES)
    for record in LOSSES.values():
        described = describe_record(record)
        assert described["description"].endswith(".")
        for alias in record.aliases:
            assert LOSS.find(alias) is record


def test_mistakes_are_named_where_they_are() -> None:
    _, problems = LOSS.read("cross_entropy")
    assert problems[0].pointer == ""
    assert "sparse_categorical_crossentropy" in problems[0].detail
    _, problems = LOSS.read({"name": "huber", "delta": 0, "gamma": 1})
    assert {problem.pointer for problem in problems} == {"/delta", "/gamma"}
    assert read("huber").to_document() == "huber"
    assert read({"name": "Huber", "delta": 2}).to_document() == {"name": "huber", "delta": 2.0}
