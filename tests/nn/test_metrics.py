"""Metrics: values by hand, sums over batches, what they refuse (scikit-learn's numbers: test_training_golden.py)."""

from fractions import Fraction
from functools import reduce

import numpy as np
import pytest

from app.nn.metrics import METRIC, METRICS, Metric
from app.nn.reading import Array

RANDOM = np.random.default_rng(3)


def read(value: object) -> Metric:
    metric, problems = METRIC.read(value)
    assert not problems, problems
    assert isinstance(metric, Metric)
    return metric


def measure(value: object, predictions: Array, targets: Array) -> object:
    metric = read(value)
    return metric.result(metric.sums(predictions, targets))


def test_accuracy_is_read_as_keras_reads_it() -> None:
    assert measure("accuracy", np.array([[0.4], [0.6], [0.9]]), np.array([[0.0], [0.0], [1.0]])) == 2 / 3
    three = np.array([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2]])
    assert measure("accuracy", three, np.array([1, 1])) == 0.5
    assert measure("acc", three, np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])) == 1.0
    assert measure("binary_accuracy", three, np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])) == 5 / 6


def test_top_k() -> None:
    predictions = np.array([[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1], [0.25, 0.25, 0.25, np.nan]])
    top = {"name": "top_k_categorical_accuracy", "k": 2}
    assert measure(top, predictions, np.array([2, 2, 3])) == 1 / 3
    assert measure(top, predictions, np.eye(4)[[2, 1, 3]]) == 2 / 3


def test_precision_recall_and_f1_of_one_output() -> None:
    predictions = np.array([[0.9], [0.8], [0.2], [0.7]])
    targets = np.array([[1.0], [0.0], [1.0], [1.0]])
    assert measure("precision", predictions, targets) == 2 / 3
    assert measure("recall", predictions, targets) == 2 / 3
    assert measure({"name": "recall", "threshold": 0.1}, predictions, targets) == 1.0
    assert measure("f1_score", predictions, targets) == pytest.approx(2 / 3)
    assert measure("precision", np.zeros((2, 1)), targets[:2]) == 0.0


def test_confusion_matrix_has_the_truth_in_rows() -> None:
    predictions = np.eye(3)[[0, 1, 1, 2]]
    assert measure("confusion_matrix", predictions, np.array([0, 1, 2, 2])) == [[1, 0, 0], [0, 1, 0], [0, 1, 1]]
    assert measure("confusion_matrix", np.array([[0.9], [0.1]]), np.array([[0.0], [0.0]])) == [[1, 1], [0, 0]]


def test_r2() -> None:
    targets = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]])
    assert measure("r2_score", targets[:, :1], targets[:, :1]) == 1.0
    assert measure("r2_score", np.full((3, 1), 2.0), targets[:, :1]) == 0.0
    assert measure("r2_score", targets, targets) == 0.5  # the second output never varies


@pytest.mark.parametrize("batch", [1, 7, 100])
def test_r2_keeps_its_digits_far_from_zero(batch: int) -> None:
    """In exact arithmetic: 1 − Σ(t − y)² / Σ(t − mean t)²."""
    random = np.random.default_rng(0)
    targets = 1e8 + random.normal(size=(100, 1))
    guesses = targets + random.normal(scale=0.3, size=(100, 1))
    true = [Fraction(float(t)) for t in targets[:, 0]]
    missed = sum((t - Fraction(float(y))) ** 2 for t, y in zip(true, guesses[:, 0], strict=True))
    mean = sum(true) / len(true)
    expected = float(1 - missed / sum((t - mean) ** 2 for t in true))
    metric = METRICS["r2_score"]()
    parts = [metric.sums(guesses[at : at + batch], targets[at : at + batch]) for at in range(0, 100, batch)]
    assert metric.result(reduce(metric.merge, parts)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e8 + 0.1, -3e-300])
def test_r2_of_targets_that_are_all_equal_is_0(value: float) -> None:
    targets = np.full((1000, 1), value)
    metric = METRICS["r2_score"]()
    parts = [metric.sums(targets[at : at + 37] + 1, targets[at : at + 37]) for at in range(0, 1000, 37)]
    assert metric.result(reduce(metric.merge, parts)) == 0.0


@pytest.mark.parametrize("name", METRICS)
def test_batches_do_not_matter(name: str) -> None:
    classes = name not in ("binary_accuracy", "r2_score") and "error" not in name
    predictions = RANDOM.random((40, 6))
    targets = RANDOM.integers(0, 6, 40) if classes else RANDOM.random((40, 6)).round()
    metric = read(name)
    whole = metric.result(metric.sums(predictions, targets))
    parts = [metric.sums(predictions[place : place + 7], targets[place : place + 7]) for place in range(0, 40, 7)]
    np.testing.assert_allclose(metric.result(reduce(metric.merge, parts)), whole, rtol=1e-12)


def test_what_does_not_fit_is_said() -> None:
    assert "one output" in str(read("categorical_accuracy").problem(1, classes=False))
    assert "classes" in str(read("mae").problem(3, classes=True))
    assert read("mae").problem(3, classes=False) is None
    assert read("accuracy").problem(1, classes=False) is None
