"""Types of arguments that are a number or a list: sides of an image, and numbers for each channel."""

from dataclasses import dataclass
from typing import Any

from app.nn.argument_types import wrong
from app.nn.errors import Problem
from app.nn.reading import is_integer, is_number


@dataclass(frozen=True)
class Sides:
    """How many rows and columns at the sides of an image: ((top, bottom), (left, right))."""

    maximum: int = 2**20

    def read(self, value: object) -> tuple[Any, list[Problem]]:
        """Accept one integer, [rows, columns] on either side, or [[top, bottom], [left, right]]."""
        pair = value if isinstance(value, list) else [value, value]
        if len(pair) == 2:
            sides = [one if isinstance(one, list) else [one, one] for one in pair]
            if all(len(side) == 2 and all(is_integer(n, 0, self.maximum) for n in side) for side in sides):
                return tuple(tuple(side) for side in sides), []
        return wrong(value, "an integer, [rows, columns], or [[top, bottom], [left, right]]")

    def schema(self) -> dict[str, Any]:
        """Describe the three forms."""
        one = {"type": "integer", "minimum": 0, "maximum": self.maximum}
        pair = {"type": "array", "items": one, "minItems": 2, "maxItems": 2}
        return {"anyOf": [one, pair, {"type": "array", "items": pair, "minItems": 2, "maxItems": 2}]}

    def to_document(self, value: Any) -> Any:
        """Return the shortest form."""
        if len({n for side in value for n in side}) == 1:
            return value[0][0]
        if all(first == second for first, second in value):
            return [first for first, _ in value]
        return [list(side) for side in value]


@dataclass(frozen=True)
class Numbers:
    """A finite number, or a list of them, one for each position of an axis; from `minimum` on."""

    minimum: float | None = None

    def read(self, value: object) -> tuple[Any, list[Problem]]:
        """Accept a number, as a float, or a list, as a tuple."""
        numbers: list[Any] = value if isinstance(value, list) else [value]
        low = -float("inf") if self.minimum is None else self.minimum
        if numbers and all(is_number(one) and float(one) >= low for one in numbers):
            return (tuple(map(float, numbers)) if isinstance(value, list) else float(numbers[0])), []
        bound = "" if self.minimum is None else f" from {self.minimum:g}"
        return wrong(value, f"a finite number{bound}, or a list of them")

    def schema(self) -> dict[str, Any]:
        """Describe both forms."""
        one: dict[str, Any] = (
            {"type": "number"} if self.minimum is None else {"type": "number", "minimum": self.minimum}
        )
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}

    def to_document(self, value: Any) -> Any:
        """Return the number or the list."""
        return list(value) if isinstance(value, tuple) else value
