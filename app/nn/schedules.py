"""Learning-rate schedules: the learning rate as a function of the number of updates made so far. Keras' formulas."""

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from app.nn.argument_types import Boolean, Integer, Nullable, Number
from app.nn.arguments import argument
from app.nn.choices import Choice, Record, registry
from app.nn.errors import Problem
from app.nn.reading import describe, is_number

RATE = Number(0.0)
STEPS = Integer(minimum=1)


@dataclass(frozen=True)
class Numbers:
    """A list of finite numbers."""

    def read(self, value: object) -> tuple[Any, list[Problem]]:
        """Accept a list of 1 to 1,000 numbers, as a tuple."""
        if isinstance(value, list) and 0 < len(value) <= 1000 and all(is_number(one) for one in value):
            return tuple(value), []
        expected = "a list of 1 to 1000 finite numbers"
        return None, [Problem("", f"expected {expected}, received {describe(value)}", expected, describe(value))]

    def schema(self) -> dict[str, Any]:
        """Describe the list."""
        return {"type": "array", "items": {"type": "number"}, "minItems": 1, "maxItems": 1000}

    def to_document(self, value: Any) -> Any:
        """Return the list."""
        return list(value)


@dataclass(frozen=True, kw_only=True)
class Schedule(Record):
    """A learning rate that depends on `step`, the number of updates made before (0 at the first).

    During the first `warmup_steps` it rises in a straight line towards the schedule's first value; the schedule itself
    begins after them. (Keras has a warm-up in `cosine_decay` only, which keeps Keras' own form of it.)
    """

    warmup_steps: int = argument(Integer(), "The number of updates over which the learning rate first rises.", 0)

    @abstractmethod
    def scheduled(self, step: int) -> float:
        """Return the learning rate without warm-up."""

    def rate(self, step: int) -> float:
        """Return the learning rate of the update that follows `step` others."""
        if step < self.warmup_steps:
            return self.scheduled(0) * (step + 1) / (self.warmup_steps + 1)
        return self.scheduled(step - self.warmup_steps)


@dataclass(frozen=True, kw_only=True)
class Constant(Schedule):
    """The same learning rate at every update."""

    name = "constant"
    description = "The same learning rate at every update."

    learning_rate: float = argument(RATE, "The learning rate.")

    def scheduled(self, step: int) -> float:
        """Return the learning rate."""
        return self.learning_rate


@dataclass(frozen=True, kw_only=True)
class ExponentialDecay(Schedule):
    """initial · decay_rate ^ (step / decay_steps); in stairs, the exponent is rounded down."""

    name = "exponential_decay"
    aliases = ("ExponentialDecay",)
    description = "Multiplies the learning rate by the same factor every so many updates."

    initial_learning_rate: float = argument(RATE, "The learning rate at the start.")
    decay_steps: int = argument(STEPS, "The number of updates in which it is multiplied by decay_rate once.")
    decay_rate: float = argument(Number(0.0, 1e3, exclusive_minimum=True), "The factor.")
    staircase: bool = argument(Boolean(), "Whether it changes in steps instead of smoothly.", False)

    def scheduled(self, step: int) -> float:
        """Follow the formula; beyond what a number can hold it is infinite."""
        exponent = step / self.decay_steps
        try:
            return self.initial_learning_rate * self.decay_rate ** (
                math.floor(exponent) if self.staircase else exponent
            )
        except OverflowError:
            return math.inf


@dataclass(frozen=True, kw_only=True)
class PiecewiseConstantDecay(Schedule):
    """values[0] up to and with step boundaries[0], then values[1] up to and with boundaries[1], and so on."""

    name = "piecewise_constant_decay"
    aliases = ("PiecewiseConstantDecay",)
    description = "One learning rate after the other, changed at chosen updates."

    boundaries: tuple[float, ...] = argument(Numbers(), "The updates after which the next value is taken, rising.")
    values: tuple[float, ...] = argument(Numbers(), "The learning rates: one more than there are boundaries.")

    def check(self) -> tuple[Problem, ...]:
        """Compare the two lists."""
        problems = []
        expected = len(self.boundaries) + 1
        if len(self.values) != expected:
            detail = f"{len(self.boundaries)} boundaries need {expected} values; there are {len(self.values)}"
            problems.append(Problem("/values", detail, f"{expected} values", str(len(self.values))))
        if any(one >= other for one, other in pairwise(self.boundaries)):
            problems.append(Problem("/boundaries", "boundaries must rise", "rising numbers"))
        if any(value < 0 for value in self.values):
            problems.append(Problem("/values", "a learning rate is never negative", "numbers from 0"))
        return tuple(problems)

    def scheduled(self, step: int) -> float:
        """Take the value of the interval that `step` falls into."""
        return float(self.values[sum(step > boundary for boundary in self.boundaries)])


@dataclass(frozen=True, kw_only=True)
class CosineDecay(Schedule):
    """Half a cosine from the initial learning rate to `alpha` times it (Loshchilov and Hutter 2016).

    With a `warmup_target` it first rises from the initial learning rate to that in `warmup_steps`, then falls from it.
    """

    name = "cosine_decay"
    aliases = ("CosineDecay",)
    description = "Lets the learning rate fall along half a cosine: slowly, fast, slowly."

    initial_learning_rate: float = argument(RATE, "The learning rate at the start.")
    decay_steps: int = argument(STEPS, "The number of updates until the lowest learning rate.")
    alpha: float = argument(Number(0.0, 1.0), "The lowest learning rate, as a share of the highest.", 0.0)
    warmup_target: float | None = argument(Nullable(RATE), "The learning rate that the warm-up rises to.", None)

    def check(self) -> tuple[Problem, ...]:
        """A warm-up needs to know where it goes."""
        if self.warmup_steps and self.warmup_target is None:
            return (Problem("/warmup_steps", "a warm-up of cosine_decay needs warmup_target", "warmup_target too"),)
        return ()

    def scheduled(self, step: int) -> float:
        """Fall from the target of the warm-up, or from the start."""
        highest = self.initial_learning_rate if self.warmup_target is None else self.warmup_target
        fallen = 0.5 * (1.0 + math.cos(math.pi * min(step, self.decay_steps) / self.decay_steps))
        return highest * ((1.0 - self.alpha) * fallen + self.alpha)

    def rate(self, step: int) -> float:
        """Rise as Keras does, then fall."""
        if self.warmup_target is not None and step < self.warmup_steps:
            rise = self.warmup_target - self.initial_learning_rate
            return self.initial_learning_rate + rise * step / self.warmup_steps
        return self.scheduled(step - (self.warmup_steps if self.warmup_target is not None else 0))


SCHEDULES: Mapping[str, type[Schedule]] = registry(Constant, ExponentialDecay, PiecewiseConstantDecay, CosineDecay)
"""All schedules by their canonical names."""

SCHEDULE = Choice("learning-rate schedule", SCHEDULES)


@dataclass(frozen=True)
class LearningRate:
    """An argument that is a number, or a schedule with its arguments."""

    def read(self, value: object) -> tuple[Any, list[Problem]]:
        """Accept 0.001 or `{"name": "cosine_decay", …}`; a number becomes a constant schedule."""
        if isinstance(value, dict | str):
            return SCHEDULE.read(value)
        number, problems = RATE.read(value)
        if problems:
            expected = "a number from 0, or a schedule"
            detail = f"expected {expected}, received {describe(value)}"
            return None, [Problem("", detail, expected, describe(value))]
        return Constant(learning_rate=number), []

    def schema(self) -> dict[str, Any]:
        """Describe both forms."""
        return {"anyOf": [RATE.schema(), *SCHEDULE.schema()["anyOf"][1:]]}

    def to_document(self, value: Schedule) -> Any:
        """Return the number where that says everything."""
        if isinstance(value, Constant) and not value.warmup_steps:
            return value.learning_rate
        return value.to_document()
