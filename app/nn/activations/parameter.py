"""One named number or switch of an activation function, and the check of a value for it."""

import math
from dataclasses import dataclass

from app.nn.errors import Problem
from app.nn.reading import describe

Value = float | int | bool


@dataclass(frozen=True)
class Parameter:
    """Describe one parameter of an activation; its kind follows from the type of `default`.

    `minimum` and `maximum` are both allowed values. The limits are there so that no allowed parameter
    can overflow float32 or divide by zero.
    """

    name: str
    default: Value
    description: str
    minimum: float | None = None
    maximum: float | None = None

    @property
    def type(self) -> str:
        """Return the JSON type of a value: "boolean", "integer" or "number"."""
        if isinstance(self.default, bool):
            return "boolean"
        return "integer" if isinstance(self.default, int) else "number"

    @property
    def expected(self) -> str:
        """Return what a value must be, in words: "a number from 0 to 1"."""
        if self.type == "boolean":
            return "true or false"
        noun = "an integer" if self.type == "integer" else "a finite number"
        if self.minimum is not None and self.maximum is not None:
            return f"{noun} from {self.minimum:g} to {self.maximum:g}"
        if self.minimum is not None:
            return f"{noun}, {self.minimum:g} or more"
        if self.maximum is not None:
            return f"{noun}, {self.maximum:g} or less"
        return noun

    def check(self, value: object) -> Problem | None:
        """Return what is wrong with `value`, or None. Nothing is converted: "1" and true are no numbers."""
        if self._accepts(value):
            return None
        received = describe(value)
        return Problem(f"/{self.name}", f"{self.name} must be {self.expected}, not {received}", self.expected, received)

    def _accepts(self, value: object) -> bool:
        if self.type == "boolean":
            return isinstance(value, bool)
        allowed = int if self.type == "integer" else (int, float)
        if isinstance(value, bool) or not isinstance(value, allowed):
            return False
        if isinstance(value, float) and not math.isfinite(value):
            return False
        return (self.minimum is None or value >= self.minimum) and (self.maximum is None or value <= self.maximum)
