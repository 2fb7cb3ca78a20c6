"""Losses: how wrong predictions are, as one number an example, with the derivative by the predictions.

Names, formulas and defaults are Keras'. Predictions have shape (batch, …, outputs). A loss takes the last axis
together, so that there is one number for each example (and each position, where there are axes between); the loss of a
batch is the mean of them.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np

from app.nn.argument_types import Boolean, Number
from app.nn.arguments import argument
from app.nn.choices import Choice, Record, registry
from app.nn.reading import Array

EPSILON = 1e-7
"""Probabilities are kept this far from 0 and 1 before a logarithm is taken, as Keras does."""

Targets = Literal["values", "classes"]


@dataclass(frozen=True, kw_only=True)
class Loss(Record):
    """One loss with its arguments.

    `targets` says what it compares with: `"values"` of the predictions' shape, or `"classes"`, one integer instead of
    the last axis. `formula` is LaTeX, for one example with predictions y and targets t.
    """

    formula: ClassVar[str]
    targets: ClassVar[Targets] = "values"

    @abstractmethod
    def evaluate(self, predictions: Array, targets: Array) -> tuple[Array, Array]:
        """Return (the loss of every example and position, its derivative by the predictions)."""

    def from_activation(self, activation: str) -> "Loss | None":
        """Return the loss that equals this one after the output's `activation`, but takes what stood before it.

        A softmax or sigmoid followed by a logarithm is exact and cheap together, and neither when apart: the
        derivative by the logits is then probabilities − targets, with nothing to overflow or to divide by. `None` for
        pairs without such a form.
        """
        return None

    def prepare(self, targets: Array) -> Array:
        """Return the targets as `evaluate` takes them; done once for a whole data set."""
        return targets


def _flat(predictions: Array) -> Array:
    return predictions.reshape(-1, predictions.shape[-1])


@dataclass(frozen=True, kw_only=True)
class MeanSquaredError(Loss):
    """mean((y − t)²) over the outputs."""

    name = "mean_squared_error"
    aliases = ("mse", "MSE", "MeanSquaredError")
    description = "The mean of squared differences: large mistakes count most."
    formula = r"\frac{1}{n}\sum_i (y_i - t_i)^2"

    def evaluate(self, predictions: Array, targets: Array) -> tuple[Array, Array]:
        """The derivative is 2(y − t)/n."""
        difference = predictions - targets
        count = predictions.shape[-1]
        values = np.square(difference).mean(axis=-1) if count > 1 else np.square(difference[..., 0])
        difference *= 2.0 / count
        return values, difference


@dataclass(frozen=True, kw_only=True)
class MeanAbsoluteError(Loss):
    """mean(|y − t|) over the outputs."""

    name = "mean_absolute_error"
    aliases = ("mae", "MAE", "MeanAbsoluteError")
    description = "The mean of absolute differences: outliers count no more than in proportion."
    formula = r"\frac{1}{n}\sum_i |y_i - t_i|"

    def evaluate(self, predictions: Array, targets: Array) -> tuple[Array, Array]:
        """The derivative is sign(y − t)/n, 0 where they are equal."""
        difference = predictions - targets
        values = np.abs(difference).mean(axis=-1)
        gradient = np.sign(difference)
        gradient /= predictions.shape[-1]
        return values, gradient


@dataclass(frozen=True, kw_only=True)
class Huber(Loss):
    """Squared near 0, absolute from δ on (Huber 1964): mean of e²/2 where |e| ≤ δ, else δ|e| − δ²/2."""

    name = "huber"
    aliases = ("Huber",)
    description = "Squared for small differences, absolute for large ones."
    formula = r"\frac{1}{n}\sum_i \begin{cases} e_i^2/2 & |e_i| \le \delta \\ \delta |e_i| - \delta^2/2 \end{cases}"

    delta: float = argument(
        Number(0.0, exclusive_minimum=True), "The difference from which on the loss is a straight line.", 1.0
    )

    def evaluate(self, predictions: Array, targets: Array) -> tuple[Array, Array]:
        """The derivative is the difference cut to ±δ, over n. With c that cut difference the loss is c(e − c/2)."""
        difference = predictions - targets
        clipped = np.clip(difference, -self.delta, self.delta)
        difference -= 0.5 * clipped
        difference *= clipped
        clipped /= predictions.shape[-1]
        return difference.mean(axis=-1), clipped


@dataclass(frozen=True, kw_only=True)
class Hinge(Loss):
    """mean(max(0, 1 − t·y)) over the outputs, with targets −1 and 1; targets 0 and 1 are turned into those."""

    name = "hinge"
    aliases = ("Hinge",)
    description = "Zero once a prediction is on the right side with a margin of 1, growing in a straight line before."
    formula = r"\frac{1}{n}\sum_i \max(0, 1 - t_i y_i)"

    def prepare(self, targets: Array) -> Array:
        """Turn targets that are all 0 or 1 into −1 and 1, as Keras does."""
        return 2.0 * targets - 1.0 if np.all((targets == 0) | (targets == 1)) else targets

    def evaluate(self, predictions: Array, targets: Array) -> tuple[Array, Array]:
        """The derivative is −t/n where the margin is not kept, else 0."""
        margin = 1.0 - targets * predictions
        gradient = np.where(margin > 0, -targets, np.zeros_like(targets))
        gradient /= predictions.shape[-1]
        values: Array = np.maximum(margin, 0.0).mean(axis=-1)
        return values, gradient


@dataclass(frozen=True, kw_only=True)
class KLDivergence(Loss):
    """Σ t · log(t/y) over the outputs (Kullback and Leibler 1951), both kept within [1e-7, 1]."""

    name = "kl_divergence"
    aliases = ("kld", "KLD", "kullback_leibler_divergence", "KLDivergence")
    description = "How far predicted probabilities are from the true ones, in nats."
    formula = r"\sum_i t_i \log \frac{t_i}{y_i}"

    def evaluate(self, predictions: Array, targets: Array) -> tuple[Array, Array]:
        """The derivative is −t/y, 0 where y was cut."""
        probabilities = np.clip(predictions, EPSILON, 1.0)
        shares = np.clip(targets, EPSILON, 1.0)
        gradient = shares / probabilities
        values = (shares * np.log(gradient)).sum(axis=-1)
        gradient *= -1.0
        gradient[probabilities != predictions] = 0.0
        return values, gradient


@dataclass(frozen=True, kw_only=True)
class BinaryCrossentropy(Loss):
    """−t·log(y) − (1 − t)·log(1 − y), the mean over the outputs, for probabilities y of "yes"."""

    name = "binary_crossentropy"
    aliases = ("bce", "BCE", "BinaryCrossentropy")
    description = "How surprising the answers are to someone who believes the predicted probabilities of yes."
    formula = r"-\frac{1}{n}\sum_i \left( t_i \log y_i + (1 - t_i) \log(1 - y_i) \right)"

    from_logits: bool = argument(Boolean(), "Whether predictions stand before the sigmoid.", False)
    label_smoothing: float = argument(Number(0.0, 1.0), "How far targets are moved towards 1/2.", 0.0)

    def from_activation(self, activation: str) -> Loss | None:
        """After a sigmoid: from logits."""
        return replace(self, from_logits=True) if activation == "sigmoid" and not self.from_logits else None

    def prepare(self, targets: Array) -> Array:
        """Smooth the targets."""
        smoothing = self.label_smoothing
        return targets * (1.0 - smoothing) + 0.5 * smoothing if smoothing else targets

    def evaluate(self, predictions: Array, targets: Array) -> tuple[Array, Array]:
        """From logits z: max(z, 0) − t·z + log(1 + exp(−|z|)), with derivative sigmoid(z) − t."""
        count = predictions.shape[-1]
        if self.from_logits:
            small = np.exp(-np.abs(predictions))  # never above 1
            values = np.maximum(predictions, 0.0) - predictions * targets
            values += np.log1p(small)
            # sigmoid(z) is 1/(1 + e) for z ≥ 0 and e/(1 + e) below, with e = exp(−|z|)
            gradient = np.maximum(small, predictions >= 0.0)
            small += 1.0
            gradient /= small
            gradient -= targets
        else:
            kept = np.clip(predictions, EPSILON, 1.0 - EPSILON)
            values = -(targets * np.log(kept) + (1.0 - targets) * np.log1p(-kept))
            gradient = (kept - targets) / (kept * (1.0 - kept))
            gradient[kept != predictions] = 0.0
        if count == 1:
            return values[..., 0], gradient
        gradient /= count
        return values.mean(axis=-1), gradient


def _softmax_terms(logits: Array) -> tuple[Array, Array, Array]:
    """Return (logits − their maximum, their exponentials, the sums of those), over the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    exponentials = np.exp(shifted)
    return shifted, exponentials, exponentials.sum(axis=-1, keepdims=True)


def _normalised(predictions: Array) -> tuple[Array, Array, Array]:
    """Return (predictions over their sum, the same kept away from 0 and 1, the sums), as Keras prepares them."""
    total = predictions.sum(axis=-1, keepdims=True)
    shares = predictions / total
    return shares, np.clip(shares, EPSILON, 1.0 - EPSILON), total


def _through_normalisation(by_kept: Array, shares: Array, kept: Array, total: Array) -> Array:
    """Carry a derivative by kept shares back to the predictions that were divided by their sum."""
    by_shares = np.where(kept == shares, by_kept, np.zeros_like(by_kept))
    result: Array = by_shares - (by_shares * shares).sum(axis=-1, keepdims=True)
    result /= total
    return result


@dataclass(frozen=True, kw_only=True)
class CategoricalCrossentropy(Loss):
    """−Σ t · log(y) over the outputs, for probabilities y and targets t that add up to 1 (one-hot)."""

    name = "categorical_crossentropy"
    aliases = ("CategoricalCrossentropy",)
    description = (
        "How surprising the true class is to someone who believes the predicted probabilities; one-hot targets."
    )
    formula = r"-\sum_i t_i \log y_i"

    from_logits: bool = argument(Boolean(), "Whether predictions stand before the softmax.", False)
    label_smoothing: float = argument(Number(0.0, 1.0), "How far targets are moved towards equal shares.", 0.0)

    def from_activation(self, activation: str) -> Loss | None:
        """After a softmax: from logits."""
        return replace(self, from_logits=True) if activation == "softmax" and not self.from_logits else None

    def prepare(self, targets: Array) -> Array:
        """Smooth the targets."""
        smoothing = self.label_smoothing
        return targets * (1.0 - smoothing) + smoothing / targets.shape[-1] if smoothing else targets

    def evaluate(self, predictions: Array, targets: Array) -> tuple[Array, Array]:
        """From logits: log Σ exp(z) Σt − Σ t·z, with derivative softmax(z) Σt − t."""
        if not self.from_logits:
            shares, kept, total = _normalised(predictions)
            values = -(targets * np.log(kept)).sum(axis=-1)
            return values, _through_normalisation(-targets / kept, shares, kept, total)
        shifted, exponentials, sums = _softmax_terms(predictions)
        weight = targets.sum(axis=-1, keepdims=True)
        values = (weight * np.log(sums))[..., 0] - (targets * shifted).sum(axis=-1)
        exponentials *= weight / sums
        exponentials -= targets
        return values, exponentials


@dataclass(frozen=True, kw_only=True)
class SparseCategoricalCrossentropy(Loss):
    """−log(y of the true class), for probabilities y and targets that are the classes' numbers, from 0."""

    name = "sparse_categorical_crossentropy"
    aliases = ("SparseCategoricalCrossentropy",)
    description = (
        "How surprising the true class is to someone who believes the predicted probabilities; classes by number."
    )
    formula = r"-\log y_t"
    targets = "classes"

    from_logits: bool = argument(Boolean(), "Whether predictions stand before the softmax.", False)

    def from_activation(self, activation: str) -> Loss | None:
        """After a softmax: from logits."""
        return replace(self, from_logits=True) if activation == "softmax" and not self.from_logits else None

    def evaluate(self, predictions: Array, targets: Array) -> tuple[Array, Array]:
        """From logits: log Σ exp(z) − z of the class, with derivative softmax(z), less 1 at the class."""
        predictions = np.ascontiguousarray(predictions)  # so that rows of it, and of what is made of it, are views
        classes = targets.reshape(-1)
        rows = np.arange(len(classes))
        if not self.from_logits:
            shares, kept, total = _normalised(predictions)
            values = -np.log(_flat(kept)[rows, classes]).reshape(predictions.shape[:-1])
            by_kept = np.zeros_like(kept)
            _flat(by_kept)[rows, classes] = -1.0 / _flat(kept)[rows, classes]
            return values, _through_normalisation(by_kept, shares, kept, total)
        shifted, exponentials, sums = _softmax_terms(predictions)
        values = np.log(sums[..., 0])
        values -= _flat(shifted)[rows, classes].reshape(values.shape)
        exponentials /= sums
        _flat(exponentials)[rows, classes] -= 1.0
        return values, exponentials


LOSSES: Mapping[str, type[Loss]] = registry(
    MeanSquaredError,
    MeanAbsoluteError,
    Huber,
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
    Hinge,
    KLDivergence,
)
"""All losses by their canonical names."""

LOSS = Choice("loss", LOSSES)
