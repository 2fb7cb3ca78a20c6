"""The plain types of arguments: numbers, switches, axes and shapes. Each reads a JSON value and describes itself."""

from dataclasses import dataclass
from typing import Any, Protocol

from app.nn.errors import Problem
from app.nn.reading import describe, is_integer, is_number


class ArgumentType(Protocol):
    """Reads one kind of argument and describes it."""

    def read(self, value: object) -> tuple[Any, list[Problem]]:
        """Return the value as the layer holds it, or the problems (pointers relative to the value)."""
        ...

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of what `read` accepts."""
        ...

    def to_document(self, value: Any) -> Any:
        """Return the JSON form of a value that `read` made."""
        ...


def wrong(value: object, expected: str) -> tuple[None, list[Problem]]:
    """Refuse a value: say what was expected, and what came."""
    return None, [Problem("", f"expected {expected}, received {describe(value)}", expected, describe(value))]


@dataclass(frozen=True)
class Integer:
    """A JSON integer from `minimum` on."""

    minimum: int = 0
    maximum: int = 2**31 - 1

    def read(self, value: object) -> tuple[Any, list[Problem]]:
        """Accept an integer in range."""
        if is_integer(value, self.minimum, self.maximum):
            return value, []
        return wrong(value, f"an integer from {self.minimum} to {self.maximum}")

    def schema(self) -> dict[str, Any]:
        """Describe the range."""
        return {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}

    def to_document(self, value: Any) -> Any:
        """Return the integer."""
        return value


@dataclass(frozen=True)
class Number:
    """A finite JSON number from `minimum` to `maximum`; the bounds themselves only where not `exclusive`."""

    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: bool = False
    exclusive_maximum: bool = False

    def read(self, value: object) -> tuple[Any, list[Problem]]:
        """Accept a number in range, as a float."""
        if isinstance(value, int | float) and is_number(value):
            number = float(value)
            low = (
                self.minimum is None or number > self.minimum or (number == self.minimum and not self.exclusive_minimum)
            )
            high = (
                self.maximum is None or number < self.maximum or (number == self.maximum and not self.exclusive_maximum)
            )
            if low and high:
                return number, []
        bounds = []
        if self.minimum is not None:
            bounds.append(f"{'above' if self.exclusive_minimum else 'from'} {self.minimum:g}")
        if self.maximum is not None:
            bounds.append(f"{'below' if self.exclusive_maximum else 'to'} {self.maximum:g}")
        return wrong(value, " ".join(["a finite number", *bounds]))

    def schema(self) -> dict[str, Any]:
        """Describe the range."""
        schema: dict[str, Any] = {"type": "number"}
        if self.minimum is not None:
            schema["exclusiveMinimum" if self.exclusive_minimum else "minimum"] = self.minimum
        if self.maximum is not None:
            schema["exclusiveMaximum" if self.exclusive_maximum else "maximum"] = self.maximum
        return schema

    def to_document(self, value: Any) -> Any:
        """Return the number."""
        return value


@dataclass(frozen=True)
class Nullable:
    """What `inner` reads, or null."""

    inner: ArgumentType

    def read(self, value: object) -> tuple[Any, list[Problem]]:
        """Accept null, as `None`, or what `inner` accepts."""
        return (None, []) if value is None else self.inner.read(value)

    def schema(self) -> dict[str, Any]:
        """Describe both."""
        return {"anyOf": [self.inner.schema(), {"type": "null"}]}

    def to_document(self, value: Any) -> Any:
        """Return null or the form of `inner`."""
        return None if value is None else self.inner.to_document(value)


@dataclass(frozen=True)
class Boolean:
    """A JSON boolean."""

    def read(self, value: object) -> tuple[Any, list[Problem]]:
        """Accept true or false, not 0 or 1."""
        return (value, []) if isinstance(value, bool) else wrong(value, "true or false")

    def schema(self) -> dict[str, Any]:
        """Describe a boolean."""
        return {"type": "boolean"}

    def to_document(self, value: Any) -> Any:
        """Return the boolean."""
        return value


@dataclass(frozen=True)
class Axes:
    """One axis, or a list of them where `several`, counted as Keras does: the batch is axis 0, the last is −1."""

    several: bool = False

    def read(self, value: object) -> tuple[Any, list[Problem]]:
        """Accept an integer, or a list of different integers, as a tuple; axis 0, the batch, is refused."""
        axes = value if self.several and isinstance(value, list) else [value]
        limit = 16
        if axes and all(is_integer(axis, -limit, limit) and axis != 0 for axis in axes) and len(set(axes)) == len(axes):
            return tuple(axes), []
        return wrong(
            value,
            "an axis (1 is the first after the batch, -1 the last)" + (", or a list of them" if self.several else ""),
        )

    def schema(self) -> dict[str, Any]:
        """Describe one axis, or one or several."""
        axis = {"type": "integer", "not": {"const": 0}}
        several = {"type": "array", "items": axis, "minItems": 1, "uniqueItems": True}
        return {"anyOf": [axis, several]} if self.several else axis

    def to_document(self, value: Any) -> Any:
        """Return an integer for one axis, a list for several."""
        return value[0] if len(value) == 1 else list(value)


@dataclass(frozen=True)
class TargetShape:
    """A shape without the batch, in which one length may be −1: worked out from the others."""

    def read(self, value: object) -> tuple[Any, list[Problem]]:
        """Accept a list of positive integers and at most one −1, as a tuple."""
        if (
            isinstance(value, list)
            and 0 < len(value) <= 16
            and all(is_integer(n, -1, 2**31 - 1) and n != 0 for n in value)
            and value.count(-1) <= 1
        ):
            return tuple(value), []
        return wrong(value, "a list of positive integers, at most one of them -1")

    def schema(self) -> dict[str, Any]:
        """Describe the list."""
        return {
            "type": "array",
            "items": {"type": "integer", "minimum": -1, "not": {"const": 0}},
            "minItems": 1,
        }

    def to_document(self, value: Any) -> Any:
        """Return the list."""
        return list(value)


@dataclass(frozen=True)
class Sizes:
    """One integer for each of so many `dimensions`, or a single one for all of them; from `minimum` on."""

    dimensions: int
    minimum: int = 1
    maximum: int = 2**20

    def read(self, value: object) -> tuple[Any, list[Problem]]:
        """Accept an integer, or a list of `dimensions` integers, as a tuple of that length."""
        sizes = value if isinstance(value, list) else [value] * self.dimensions
        if len(sizes) == self.dimensions and all(is_integer(one, self.minimum, self.maximum) for one in sizes):
            return tuple(sizes), []
        one = f"an integer from {self.minimum} to {self.maximum}"
        return wrong(value, one if self.dimensions == 1 else f"{one}, or a list of {self.dimensions} of them")

    def schema(self) -> dict[str, Any]:
        """Describe both forms."""
        one = {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}
        length = {"minItems": self.dimensions, "maxItems": self.dimensions}
        return {"anyOf": [one, {"type": "array", "items": one, **length}]}

    def to_document(self, value: Any) -> Any:
        """Return one integer where all are equal, else the list."""
        return value[0] if len(set(value)) == 1 else list(value)


@dataclass(frozen=True)
class Choice:
    """One of several words."""

    options: tuple[str, ...]

    def read(self, value: object) -> tuple[Any, list[Problem]]:
        """Accept one of the words as it is written."""
        if isinstance(value, str) and value in self.options:
            return value, []
        return wrong(value, " or ".join(f'"{option}"' for option in self.options))

    def schema(self) -> dict[str, Any]:
        """List the words."""
        return {"enum": list(self.options)}

    def to_document(self, value: Any) -> Any:
        """Return the word."""
        return value
