"""Metrics: how good predictions are, in numbers for people. Nothing is differentiated.

A metric forms `sums` over the examples of a batch, as an array; those of several batches are added, and `result` makes
the number of them. So a metric over a whole epoch never depends on how it was cut into batches.

Predictions are the network's outputs (batch, …, outputs). Targets are integers without the last axis (classes), or have
the predictions' shape.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.nn.argument_types import Boolean, Integer, Number
from app.nn.argument_types import Choice as Word
from app.nn.arguments import argument
from app.nn.choices import Choice, Record, registry
from app.nn.reading import Array

Result = float | list[list[int]]


def are_classes(predictions: Array, targets: Array) -> bool:
    """Tell whether targets are numbers of classes rather than values of the predictions' shape."""
    return targets.ndim < predictions.ndim


def chosen_classes(values: Array) -> Array:
    """Return the class with the greatest value along the last axis, the first of equals."""
    result: Array = values.argmax(axis=-1)
    return result


def _true_classes(predictions: Array, targets: Array) -> Array:
    return targets if are_classes(predictions, targets) else chosen_classes(targets)


def _share(sums: Array) -> float:
    """Return sums[0] / sums[1], or 0 where there is nothing."""
    return float(sums[0] / sums[1]) if sums[1] else 0.0


@dataclass(frozen=True, kw_only=True)
class Metric(Record):
    """One metric with its arguments. `rising` says that more is better; `needs_classes` that it is for classifiers."""

    rising: ClassVar[bool] = True
    needs_classes: ClassVar[bool] = False
    scalar: ClassVar[bool] = True

    @abstractmethod
    def sums(self, predictions: Array, targets: Array) -> Array:
        """Return float64 sums over a batch."""

    def merge(self, sums: Array, more: Array) -> Array:
        """Return the sums over two batches from those over each."""
        return sums + more

    @abstractmethod
    def result(self, sums: Array) -> Result:
        """Return the metric from sums over any number of batches."""

    def problem(self, outputs: int, classes: bool) -> str | None:
        """Say why the metric does not fit a network with so many outputs, and class targets or not; else `None`."""
        if self.needs_classes and outputs == 1:
            return f"{self.name} needs an output for each class; the network has one output"
        return None


@dataclass(frozen=True, kw_only=True)
class _ShareOfRight(Metric):
    """A metric that is the share of predictions that are right."""

    @abstractmethod
    def right(self, predictions: Array, targets: Array) -> Array:
        """Return a boolean for every example and position."""

    def sums(self, predictions: Array, targets: Array) -> Array:
        """Count the right ones and all."""
        right = self.right(predictions, targets)
        return np.array([np.count_nonzero(right), right.size], dtype=np.float64)

    def result(self, sums: Array) -> float:
        """Divide."""
        return _share(sums)


@dataclass(frozen=True, kw_only=True)
class BinaryAccuracy(_ShareOfRight):
    """The share of outputs on the right side of a threshold; each output is a question of its own."""

    name = "binary_accuracy"
    aliases = ("BinaryAccuracy",)
    description = "The share of outputs that fall on the right side of a threshold."

    threshold: float = argument(Number(), "Above it an output means yes.", 0.5)

    def right(self, predictions: Array, targets: Array) -> Array:
        """Compare with 0 and 1."""
        if are_classes(predictions, targets):
            targets = targets[..., np.newaxis]
        result: Array = targets == (predictions > self.threshold)
        return result

    def problem(self, outputs: int, classes: bool) -> str | None:
        """Class numbers are answers to yes-or-no questions only where there is one output."""
        if classes and outputs > 1:
            return f"binary_accuracy needs targets of the output's shape, or one output; there are {outputs}"
        return None


@dataclass(frozen=True, kw_only=True)
class CategoricalAccuracy(_ShareOfRight):
    """The share of examples whose greatest output is that of the true class."""

    name = "categorical_accuracy"
    aliases = ("sparse_categorical_accuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy")
    description = "The share of examples whose greatest output is that of the true class."
    needs_classes = True

    def right(self, predictions: Array, targets: Array) -> Array:
        """Compare the classes."""
        result: Array = chosen_classes(predictions) == _true_classes(predictions, targets)
        return result


@dataclass(frozen=True, kw_only=True)
class Accuracy(_ShareOfRight):
    """The share of right answers: as Keras reads "accuracy", `binary_accuracy` for one output, else the categorical.

    The threshold is 0.5 even where the loss takes logits, as in Keras; `binary_accuracy` can be given another.
    """

    name = "accuracy"
    aliases = ("acc", "Accuracy")
    description = "The share of right answers: the right class, or for one output the right side of 0.5."

    def right(self, predictions: Array, targets: Array) -> Array:
        """Choose by the number of outputs."""
        kind = BinaryAccuracy() if predictions.shape[-1] == 1 else CategoricalAccuracy()
        return kind.right(predictions, targets)


@dataclass(frozen=True, kw_only=True)
class TopKAccuracy(_ShareOfRight):
    """The share of examples whose true class is among the k greatest outputs."""

    name = "top_k_categorical_accuracy"
    aliases = ("sparse_top_k_categorical_accuracy", "TopKCategoricalAccuracy", "SparseTopKCategoricalAccuracy")
    description = "The share of examples whose true class is among the k greatest outputs."
    needs_classes = True

    k: int = argument(Integer(minimum=1), "How many of the greatest outputs count.", 5)

    def right(self, predictions: Array, targets: Array) -> Array:
        """Count how many outputs are greater than that of the true class; NaN is never right."""
        true = np.take_along_axis(predictions, _true_classes(predictions, targets)[..., np.newaxis], axis=-1)
        result: Array = np.count_nonzero(~(predictions <= true), axis=-1) < self.k
        return result


@dataclass(frozen=True, kw_only=True)
class _Counted(Metric):
    """A metric made of each class's true positives, false positives and false negatives (rows of `sums`).

    With one output there is one class: yes. With several, the greatest output is the answer; where `multi_label`, each
    output is a yes or no of its own instead. `average` says how the classes' numbers become one, in scikit-learn's
    words; a class for which a number is 0/0 counts as 0.
    """

    threshold: float = argument(Number(), "Above it an output means yes, where outputs are questions.", 0.5)
    average: str = argument(
        Word(("macro", "micro", "weighted")),
        "How several classes become one number: all classes alike, all examples alike, or classes by their frequency.",
        "macro",
    )
    multi_label: bool = argument(Boolean(), "Whether each of several outputs is a question of its own.", False)

    def problem(self, outputs: int, classes: bool) -> str | None:
        """Several questions need an answer each."""
        if self.multi_label and classes:
            return f"{self.name} with multi_label needs targets of the output's shape"
        return None

    def sums(self, predictions: Array, targets: Array) -> Array:
        """Count for every class."""
        outputs = predictions.shape[-1]
        if outputs == 1 or self.multi_label:
            said = (predictions > self.threshold).reshape(-1, outputs)
            true = (targets > 0.5).reshape(-1, outputs)
        else:
            classes = np.arange(outputs)
            said = chosen_classes(predictions).reshape(-1, 1) == classes
            true = _true_classes(predictions, targets).reshape(-1, 1) == classes
        counts = (said & true, said & ~true, ~said & true)
        return np.array([np.count_nonzero(one, axis=0) for one in counts], dtype=np.float64)

    @abstractmethod
    def fraction(self, sums: Array) -> tuple[Array, Array]:
        """Return numerator and denominator for every class."""

    def result(self, sums: Array) -> float:
        """Average over the classes."""
        if self.average == "micro":
            sums = sums.sum(axis=1, keepdims=True)
        above, below = self.fraction(sums)
        each = np.divide(above, below, out=np.zeros_like(above), where=below != 0)
        weight = sums[0] + sums[2] if self.average == "weighted" else np.ones_like(each)
        return float((each * weight).sum() / weight.sum()) if weight.sum() else 0.0


@dataclass(frozen=True, kw_only=True)
class Precision(_Counted):
    """True positives / all that were called positive."""

    name = "precision"
    aliases = ("Precision",)
    description = "Of what was called yes (or a class), the share that is."

    def fraction(self, sums: Array) -> tuple[Array, Array]:
        """TP and TP + FP."""
        return sums[0], sums[0] + sums[1]


@dataclass(frozen=True, kw_only=True)
class Recall(_Counted):
    """True positives / all that are positive."""

    name = "recall"
    aliases = ("Recall",)
    description = "Of what is yes (or a class), the share that was found."

    def fraction(self, sums: Array) -> tuple[Array, Array]:
        """TP and TP + FN."""
        return sums[0], sums[0] + sums[2]


@dataclass(frozen=True, kw_only=True)
class F1Score(_Counted):
    """The harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN)."""

    name = "f1_score"
    aliases = ("f1", "F1Score")
    description = "Precision and recall in one number, near the smaller of the two."

    def fraction(self, sums: Array) -> tuple[Array, Array]:
        """2 TP and 2 TP + FP + FN."""
        return 2.0 * sums[0], 2.0 * sums[0] + sums[1] + sums[2]


@dataclass(frozen=True, kw_only=True)
class ConfusionMatrix(Metric):
    """How often each true class (row) was taken for each class (column); with one output, the classes no and yes."""

    name = "confusion_matrix"
    description = "How often each true class (row) was taken for each class (column)."
    scalar = False

    threshold: float = argument(Number(), "Above it a single output means yes.", 0.5)

    def sums(self, predictions: Array, targets: Array) -> Array:
        """Count pairs."""
        outputs = predictions.shape[-1]
        if outputs == 1:
            said, true, count = predictions[..., 0] > self.threshold, targets.reshape(predictions.shape[:-1]) > 0.5, 2
        else:
            said, true, count = chosen_classes(predictions), _true_classes(predictions, targets), outputs
        pairs = true.reshape(-1).astype(np.int64) * count + said.reshape(-1)
        return np.bincount(pairs, minlength=count * count).reshape(count, count).astype(np.float64)

    def result(self, sums: Array) -> list[list[int]]:
        """Return whole numbers."""
        matrix: list[list[int]] = sums.astype(np.int64).tolist()
        return matrix


@dataclass(frozen=True, kw_only=True)
class _Regression(Metric):
    """A metric of differences between predictions and targets of one shape."""

    def problem(self, outputs: int, classes: bool) -> str | None:
        """Classes are no quantities."""
        if classes and outputs > 1:
            return f"{self.name} compares values; the targets are classes"
        return None


@dataclass(frozen=True, kw_only=True)
class MeanAbsoluteError(_Regression):
    """mean(|y − t|)."""

    name = "mean_absolute_error"
    aliases = ("mae", "MAE", "MeanAbsoluteError")
    description = "The mean distance of predictions from targets."
    rising = False

    def sums(self, predictions: Array, targets: Array) -> Array:
        """Add up distances."""
        difference = predictions - targets.reshape(predictions.shape)
        return np.array([np.abs(difference).sum(dtype=np.float64), difference.size])

    def result(self, sums: Array) -> float:
        """Divide."""
        return _share(sums)


@dataclass(frozen=True, kw_only=True)
class MeanSquaredError(_Regression):
    """mean((y − t)²)."""

    name = "mean_squared_error"
    aliases = ("mse", "MSE", "MeanSquaredError")
    description = "The mean squared distance of predictions from targets."
    rising = False

    def sums(self, predictions: Array, targets: Array) -> Array:
        """Add up squares."""
        difference = predictions - targets.reshape(predictions.shape)
        return np.array([np.square(difference, dtype=np.float64).sum(), difference.size])

    def result(self, sums: Array) -> float:
        """Divide."""
        return _share(sums)


@dataclass(frozen=True, kw_only=True)
class RootMeanSquaredError(MeanSquaredError):
    """√ mean((y − t)²)."""

    name = "root_mean_squared_error"
    aliases = ("rmse", "RMSE", "RootMeanSquaredError")
    description = "The root of the mean squared distance: in the unit of the targets."

    def result(self, sums: Array) -> float:
        """Divide and take the root."""
        return float(np.sqrt(_share(sums)))


@dataclass(frozen=True, kw_only=True)
class R2Score(_Regression):
    """1 − Σ(t − y)² / Σ(t − mean t)², the mean over the outputs; an output whose targets are all equal counts as 0."""

    name = "r2_score"
    aliases = ("r2", "R2Score")
    description = (
        "The share of the targets' variance that predictions explain: 1 is perfect, 0 is no better than the mean."
    )

    def sums(self, predictions: Array, targets: Array) -> Array:
        """Rows: count, mean t, Σ(t − mean t)², Σ(t − y)², a column for each output."""
        outputs = predictions.shape[-1]
        true = targets.reshape(-1, outputs).astype(np.float64)
        mean = true.mean(axis=0)
        varied = np.square(true - mean).sum(axis=0)
        missed = np.square(true - predictions.reshape(-1, outputs)).sum(axis=0)
        return np.array([np.full(outputs, float(len(true))), mean, varied, missed])

    def merge(self, sums: Array, more: Array) -> Array:
        """Add up what is missed, and the variances around the common mean.

        Chan, Golub & LeVeque (1983), «Algorithms for computing the sample variance», eq. 1.5: Σt² − n·mean², which sums
        alone would allow, loses all digits where the targets lie far from 0.
        """
        count = sums[0] + more[0]
        apart = more[1] - sums[1]
        mean = sums[1] + apart * (more[0] / count)
        varied = sums[2] + more[2] + np.square(apart) * (sums[0] * more[0] / count)
        return np.array([count, mean, varied, sums[3] + more[3]])

    def result(self, sums: Array) -> float:
        """Compare what is missed with the variance."""
        count, mean, total, missed = sums
        # What is left of equal targets is the rounding of their mean.
        varies = total > count * np.square(4 * np.finfo(np.float64).eps * mean)
        scores = np.where(varies, 1.0 - missed / np.where(varies, total, 1.0), 0.0)
        return float(scores.mean())


METRICS: Mapping[str, type[Metric]] = registry(
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    TopKAccuracy,
    Precision,
    Recall,
    F1Score,
    ConfusionMatrix,
    MeanAbsoluteError,
    MeanSquaredError,
    RootMeanSquaredError,
    R2Score,
)
"""All metrics by their canonical names."""

METRIC = Choice("metric", METRICS)
