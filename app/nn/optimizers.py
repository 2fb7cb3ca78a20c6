"""Optimisers: how a gradient changes the parameters. Keras' formulas, names and defaults.

All trainable parameters stand in one flat vector, so that an update is a few array operations however many layers there
are. What an optimiser remembers between updates are its slots, each a vector of the same length.
"""

import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.nn.argument_types import Boolean, Nullable, Number
from app.nn.arguments import argument
from app.nn.choices import Choice, Record, registry
from app.nn.errors import Problem
from app.nn.reading import Array
from app.nn.schedules import Constant, LearningRate, Schedule

SHARE = Number(0.0, 1.0)
POSITIVE = Nullable(Number(0.0, exclusive_minimum=True))


def rate_argument(default: float) -> Any:
    """Declare the learning rate of an optimiser."""
    return argument(LearningRate(), "How far an update goes: a number or a schedule.", Constant(learning_rate=default))


def decay_argument(default: float | None) -> Any:
    """Declare the weight decay of an optimiser."""
    description = "The share (times the learning rate) by which every parameter is made smaller at each update."
    return argument(Nullable(Number(0.0)), description, default)


@dataclass(frozen=True, kw_only=True)
class Optimizer(Record):
    """One optimiser with its arguments; the state is handed to its methods.

    An update is: clip the gradient (at most one of the three ways), decay the weights, then `update`.
    """

    learning_rate: Schedule = rate_argument(0.001)
    weight_decay: float | None = decay_argument(None)
    clipnorm: float | None = argument(POSITIVE, "The greatest norm of the gradient of each parameter array.", None)
    clipvalue: float | None = argument(POSITIVE, "The greatest size of each number of the gradient.", None)
    global_clipnorm: float | None = argument(POSITIVE, "The greatest norm of the gradient of all together.", None)

    def check(self) -> tuple[Problem, ...]:
        """Allow one way of clipping only, as Keras does."""
        chosen = [name for name in ("clipnorm", "clipvalue", "global_clipnorm") if getattr(self, name) is not None]
        if len(chosen) > 1:
            detail = f"gradients are clipped in one way only; there are {' and '.join(chosen)}"
            return (Problem(f"/{chosen[1]}", detail, "one of them", ", ".join(chosen)),)
        return ()

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of what is remembered for every parameter."""
        return ()

    @property
    @abstractmethod
    def equation(self) -> str:
        """How the update is made of what `terms` returns, in the names that it uses."""

    def first_slot(self, name: str) -> float:
        """Return what a slot holds at the start."""
        return 0.0

    @property
    def clips(self) -> bool:
        """Whether gradients are clipped at all."""
        return not (self.clipnorm is self.clipvalue is self.global_clipnorm is None)

    def clip(self, gradient: Array, parts: Sequence[slice]) -> Array:
        """Clip a flat gradient in place; `parts` are the slices of the parameter arrays. Returns the factors used.

        The factors are one a part for `clipnorm`, one for `global_clipnorm`, and one for each number for `clipvalue`.
        """
        if self.clipvalue is not None:
            before = gradient.copy()
            np.clip(gradient, -self.clipvalue, self.clipvalue, out=gradient)
            return np.divide(gradient, before, out=np.ones_like(before), where=before != 0)
        limit = self.clipnorm if self.clipnorm is not None else self.global_clipnorm
        assert limit is not None
        parts = parts if self.clipnorm is not None else [slice(0, len(gradient))]
        factors = []
        for part in parts:
            norm = math.sqrt(float(np.dot(gradient[part], gradient[part])))
            # A gradient of infinite norm has no direction to keep: its NaN is left to be found.
            factor = limit / norm if norm > limit else 1.0 if math.isfinite(norm) else math.nan
            if factor != 1.0:
                gradient[part] *= factor
            factors.append(factor)
        return np.array(factors)

    def apply(self, parameters: Array, gradient: Array, slots: Sequence[Array], step: int, work: Array) -> float:
        """Change `parameters` and `slots` in place by the (clipped) gradient; return the learning rate used.

        `step` is the number of updates made before; `work` is a vector of the same length to compute in.
        """
        rate = self.learning_rate.rate(step)
        if self.weight_decay:
            parameters *= 1.0 - self.weight_decay * rate
        self.update(parameters, gradient, slots, rate, step, work)
        return rate

    @abstractmethod
    def update(
        self, parameters: Array, gradient: Array, slots: Sequence[Array], rate: float, step: int, work: Array
    ) -> None:
        """Make the update itself, in place."""

    @abstractmethod
    def terms(self, gradient: float, slots: Mapping[str, float], rate: float, step: int) -> dict[str, float]:
        """Take one parameter's update apart in float64: the new slots, what is formed of them, and `change` (added)."""


@dataclass(frozen=True, kw_only=True)
class SGD(Optimizer):
    """w ← w − rate · g; with momentum, a velocity m ← momentum · m − rate · g is added instead.

    With Nesterov's look-ahead (1983, in Sutskever's form of 2013) it is momentum · m − rate · g that is added.
    """

    name = "sgd"
    aliases = ("SGD",)
    description = "Steps straight down the gradient; with momentum, steps build up speed."

    learning_rate: Schedule = rate_argument(0.01)
    momentum: float = argument(SHARE, "The share of the last step's velocity that is kept.", 0.0)
    nesterov: bool = argument(Boolean(), "Whether the velocity looks one step ahead.", False)

    @property
    def equation(self) -> str:
        """With a velocity, or plain."""
        if not self.momentum:
            return "new = old − learning_rate · gradient"
        velocity = "velocity ← momentum · velocity − learning_rate · gradient"
        step = "momentum · velocity − learning_rate · gradient" if self.nesterov else "velocity"
        return f"{velocity}; new = old + {step}"

    @property
    def slots(self) -> tuple[str, ...]:
        """The velocity, if there is momentum."""
        return ("velocity",) if self.momentum else ()

    def update(
        self, parameters: Array, gradient: Array, slots: Sequence[Array], rate: float, step: int, work: Array
    ) -> None:
        """Follow the formula."""
        np.multiply(gradient, rate, out=work)
        if not self.momentum:
            parameters -= work
            return
        velocity = slots[0]
        velocity *= self.momentum
        velocity -= work
        if self.nesterov:
            parameters -= work
            np.multiply(velocity, self.momentum, out=work)
            parameters += work
        else:
            parameters += velocity

    def terms(self, gradient: float, slots: Mapping[str, float], rate: float, step: int) -> dict[str, float]:
        """The velocity, if there is one."""
        if not self.momentum:
            return {"change": -rate * gradient}
        velocity = self.momentum * slots["velocity"] - rate * gradient
        change = self.momentum * velocity - rate * gradient if self.nesterov else velocity
        return {"velocity": velocity, "change": change}


@dataclass(frozen=True, kw_only=True)
class RMSprop(Optimizer):
    """v ← ρv + (1 − ρ)g²; w ← w − rate · g / √(v + ε) (Hinton 2012).

    Centred, the square of the gradient's own moving mean is taken from v. With momentum, steps add up in a velocity.
    """

    name = "rmsprop"
    aliases = ("RMSprop", "RMSProp")
    description = "Divides each step by how large that parameter's gradients have been lately."

    rho: float = argument(SHARE, "The share of the old mean of squares that is kept.", 0.9)
    momentum: float = argument(SHARE, "The share of the last step's velocity that is kept.", 0.0)
    epsilon: float = argument(Number(0.0), "Added before the root so that nothing is divided by 0.", 1e-7)
    centered: bool = argument(Boolean(), "Whether the variance is used instead of the mean square.", False)

    @property
    def equation(self) -> str:
        """With the variance or the mean square, with a velocity or plain."""
        inside = "mean_square − mean² + epsilon" if self.centered else "mean_square + epsilon"
        means = "mean_square ← rho · mean_square + (1 − rho) · gradient²"
        if self.centered:
            means += "; mean ← rho · mean + (1 − rho) · gradient"
        step = "learning_rate · gradient / denominator"
        if self.momentum:
            step = f"velocity, velocity ← momentum · velocity + {step}"
        return f"{means}; denominator = √({inside}); new = old − {step}"

    @property
    def slots(self) -> tuple[str, ...]:
        """The mean square, and where they are used the mean and the velocity."""
        return (
            "mean_square",
            *(["mean"] if self.centered else []),
            *(["velocity"] if self.momentum else []),
        )

    def update(
        self, parameters: Array, gradient: Array, slots: Sequence[Array], rate: float, step: int, work: Array
    ) -> None:
        """Follow the formula."""
        square = slots[0]
        np.multiply(gradient, gradient, out=work)
        work *= 1.0 - self.rho
        square *= self.rho
        square += work
        if self.centered:
            mean = slots[1]
            np.multiply(gradient, 1.0 - self.rho, out=work)
            mean *= self.rho
            mean += work
            np.multiply(mean, mean, out=work)
            np.subtract(square, work, out=work)
            work += self.epsilon
        else:
            np.add(square, self.epsilon, out=work)
        np.sqrt(work, out=work)
        np.divide(gradient, work, out=work)
        work *= rate
        if self.momentum:
            velocity = slots[-1]
            velocity *= self.momentum
            velocity += work
            parameters -= velocity
        else:
            parameters -= work

    def terms(self, gradient: float, slots: Mapping[str, float], rate: float, step: int) -> dict[str, float]:
        """The moving means, the denominator and the velocity."""
        square = self.rho * slots["mean_square"] + (1.0 - self.rho) * gradient * gradient
        terms = {"mean_square": square}
        inside = square + self.epsilon
        if self.centered:
            terms["mean"] = self.rho * slots["mean"] + (1.0 - self.rho) * gradient
            inside -= terms["mean"] ** 2
        terms["denominator"] = math.sqrt(inside) if inside >= 0 else math.nan
        change = -_divide(rate * gradient, terms["denominator"])
        if self.momentum:
            terms["velocity"] = self.momentum * slots["velocity"] - change
            change = -terms["velocity"]
        return {**terms, "change": change}


@dataclass(frozen=True, kw_only=True)
class Adagrad(Optimizer):
    """a ← a + g²; w ← w − rate · g / √(a + ε) (Duchi, Hazan and Singer 2011)."""

    name = "adagrad"
    aliases = ("Adagrad",)
    description = "Steps become smaller the more a parameter has already been changed."

    initial_accumulator_value: float = argument(Number(0.0), "The sum of squares at the start.", 0.1)
    epsilon: float = argument(Number(0.0), "Added before the root so that nothing is divided by 0.", 1e-7)

    @property
    def equation(self) -> str:
        """Of the sum of squares."""
        return (
            "accumulator ← accumulator + gradient²; denominator = √(accumulator + epsilon); "
            "new = old − learning_rate · gradient / denominator"
        )

    @property
    def slots(self) -> tuple[str, ...]:
        """The sum of squares."""
        return ("accumulator",)

    def first_slot(self, name: str) -> float:
        """Begin at the given sum."""
        return self.initial_accumulator_value

    def update(
        self, parameters: Array, gradient: Array, slots: Sequence[Array], rate: float, step: int, work: Array
    ) -> None:
        """Follow the formula."""
        accumulator = slots[0]
        np.multiply(gradient, gradient, out=work)
        accumulator += work
        np.add(accumulator, self.epsilon, out=work)
        np.sqrt(work, out=work)
        np.divide(gradient, work, out=work)
        work *= rate
        parameters -= work

    def terms(self, gradient: float, slots: Mapping[str, float], rate: float, step: int) -> dict[str, float]:
        """The sum and the denominator."""
        accumulator = slots["accumulator"] + gradient * gradient
        denominator = math.sqrt(accumulator + self.epsilon)
        return {
            "accumulator": accumulator,
            "denominator": denominator,
            "change": -_divide(rate * gradient, denominator),
        }


@dataclass(frozen=True, kw_only=True)
class Adam(Optimizer):
    """m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; w ← w − α · m / (√v + ε) (Kingma and Ba 2014).

    α = rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ) corrects for both beginning at 0, t counting updates from 1. As in Keras, ε
    stands beside the uncorrected root ("epsilon hat" in the paper; PyTorch corrects the root first) and is 1e-7
    (PyTorch: 1e-8). AMSGrad (Reddi et al. 2018) divides by the greatest v so far.
    """

    name = "adam"
    aliases = ("Adam",)
    description = "Follows a moving mean of the gradient, each step divided by how large gradients have been lately."

    beta_1: float = argument(Number(0.0, 1.0, exclusive_maximum=True), "The share of the old mean kept.", 0.9)
    beta_2: float = argument(Number(0.0, 1.0, exclusive_maximum=True), "The share of the old mean square kept.", 0.999)
    epsilon: float = argument(Number(0.0), "Added to the root so that nothing is divided by 0.", 1e-7)
    amsgrad: bool = argument(Boolean(), "Whether the greatest mean square so far is used.", False)

    @property
    def equation(self) -> str:
        """Of both means, corrected in the learning rate; t counts updates from 1."""
        root = "greatest_mean_square" if self.amsgrad else "mean_square"
        decay = "old · (1 − learning_rate · weight_decay)" if self.weight_decay else "old"
        return (
            "mean ← beta_1 · mean + (1 − beta_1) · gradient; "
            "mean_square ← beta_2 · mean_square + (1 − beta_2) · gradient²; "
            "corrected_rate = learning_rate · √(1 − beta_2^t) / (1 − beta_1^t); "
            f"denominator = √{root} + epsilon; new = {decay} − corrected_rate · mean / denominator"
        )

    @property
    def slots(self) -> tuple[str, ...]:
        """Mean and mean square, and the greatest of the latter where it is used."""
        return ("mean", "mean_square", *(["greatest_mean_square"] if self.amsgrad else []))

    def _corrected_rate(self, rate: float, step: int) -> float:
        return rate * math.sqrt(1.0 - self.beta_2 ** (step + 1)) / (1.0 - self.beta_1 ** (step + 1))

    def update(
        self, parameters: Array, gradient: Array, slots: Sequence[Array], rate: float, step: int, work: Array
    ) -> None:
        """Follow the formula."""
        mean, square = slots[0], slots[1]
        np.subtract(gradient, mean, out=work)
        work *= 1.0 - self.beta_1
        mean += work
        np.multiply(gradient, gradient, out=work)
        work -= square
        work *= 1.0 - self.beta_2
        square += work
        if self.amsgrad:
            square = np.maximum(slots[2], square, out=slots[2])
        np.sqrt(square, out=work)
        work += self.epsilon
        np.divide(mean, work, out=work)
        work *= self._corrected_rate(rate, step)
        parameters -= work

    def terms(self, gradient: float, slots: Mapping[str, float], rate: float, step: int) -> dict[str, float]:
        """Both means, the same corrected for their beginning at 0, the corrected rate and the denominator."""
        mean = slots["mean"] + (gradient - slots["mean"]) * (1.0 - self.beta_1)
        square = slots["mean_square"] + (gradient * gradient - slots["mean_square"]) * (1.0 - self.beta_2)
        terms = {"mean": mean, "mean_square": square}
        if self.amsgrad:
            square = terms["greatest_mean_square"] = max(slots["greatest_mean_square"], square)
        terms["corrected_mean"] = mean / (1.0 - self.beta_1 ** (step + 1))
        terms["corrected_mean_square"] = square / (1.0 - self.beta_2 ** (step + 1))
        terms["corrected_rate"] = self._corrected_rate(rate, step)
        terms["denominator"] = math.sqrt(square) + self.epsilon
        return {**terms, "change": -_divide(terms["corrected_rate"] * mean, terms["denominator"])}


@dataclass(frozen=True, kw_only=True)
class AdamW(Adam):
    """Adam with weight decay: w ← w − rate · decay · w before each update (Loshchilov and Hutter 2019)."""

    name = "adamw"
    aliases = ("AdamW",)
    description = "Adam, with every parameter drawn towards 0 apart from the gradient."

    weight_decay: float | None = decay_argument(0.004)


def _divide(numerator: float, denominator: float) -> float:
    """Divide as IEEE 754 does, where Python raises an error."""
    with np.errstate(all="ignore"):
        return float(np.float64(numerator) / np.float64(denominator))


OPTIMIZERS: Mapping[str, type[Optimizer]] = registry(SGD, RMSprop, Adagrad, Adam, AdamW)
"""All optimisers by their canonical names."""

OPTIMIZER = Choice("optimizer", OPTIMIZERS)
