"""The arguments of layers: how each is read from a document, and its JSON Schema.

A layer declares an argument as a dataclass field: `units: int = argument(Integer(minimum=1), "Number of nodes.")`.
That one line is the check, the default, the schema in `GET /layers` and the form in the page.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, Protocol

from app.nn.activations import ACTIVATIONS, BoundActivation, bind, find_activation
from app.nn.errors import Problem
from app.nn.initializers import INITIALIZERS, default_initializer, read_initializer
from app.nn.reading import describe, is_integer, is_number, pointer_to, read_fields


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


def _wrong(value: object, expected: str) -> tuple[None, list[Problem]]:
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
        return _wrong(value, f"an integer from {self.minimum} to {self.maximum}")

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
        return _wrong(value, " ".join(["a finite number", *bounds]))

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
class Boolean:
    """A JSON boolean."""

    def read(self, value: object) -> tuple[Any, list[Problem]]:
        """Accept true or false, not 0 or 1."""
        return (value, []) if isinstance(value, bool) else _wrong(value, "true or false")

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
        return _wrong(
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
        return _wrong(value, "a list of positive integers, at most one of them -1")

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
class ActivationChoice:
    """The name of an activation, or an object with its name and parameters."""

    def read(self, value: object) -> tuple[Any, list[Problem]]:
        """Accept `"relu"` or `{"name": "leaky_relu", "negative_slope": 0.1}`."""
        parameters: dict[str, Any] = dict(value) if isinstance(value, dict) else {"name": value}
        name = parameters.pop("name", None)
        activation = find_activation(name) if isinstance(name, str) else None
        if activation is None or not isinstance(name, str):
            names = ", ".join(ACTIVATIONS)
            place = "/name" if isinstance(value, dict) else ""
            return None, [
                Problem(
                    place,
                    f"no activation is called {describe(name)}; there are {names}",
                    f"one of {names}",
                    describe(name),
                )
            ]
        problems = list(activation.check_parameters(parameters))
        return (None, problems) if problems else (bind(name, **parameters), [])

    def schema(self) -> dict[str, Any]:
        """Describe both forms."""
        names = [name for record in ACTIVATIONS.values() for name in (record.name, *record.aliases)]
        named = {"type": "object", "required": ["name"], "properties": {"name": {"enum": names}}}
        return {"anyOf": [{"enum": names}, named]}

    def to_document(self, value: BoundActivation) -> Any:
        """Return the shorter of the two forms that says everything."""
        return value.to_document()


@dataclass(frozen=True)
class InitializerChoice:
    """The name of an initialiser, or an object with its name and settings."""

    def read(self, value: object) -> tuple[Any, list[Problem]]:
        """Accept `"he_normal"` or `{"name": "constant", "value": 0.5}`."""
        return read_initializer(value)

    def schema(self) -> dict[str, Any]:
        """Describe both forms."""
        names = [name for record in INITIALIZERS.values() for name in (record.name, *record.aliases)]
        named = {"type": "object", "required": ["name"], "properties": {"name": {"enum": names}}}
        return {"anyOf": [{"enum": names}, named]}

    def to_document(self, value: Any) -> Any:
        """Return the shorter of the two forms that says everything."""
        return value.to_document()


def argument(argument_type: ArgumentType, description: str, default: Any = MISSING) -> Any:
    """Declare an argument of a layer; without `default` it is required. `default` is what the layer holds."""
    metadata = {"type": argument_type, "description": description}
    if default is MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


def activation_argument(default: str | None = "linear") -> Any:
    """Declare an argument that chooses an activation; required where `default` is `None`."""
    description = "The function applied to every node's weighted sum." if default else "The function to apply."
    return argument(ActivationChoice(), description, MISSING if default is None else bind(default))


def initializer_argument(default: str, parameter: str) -> Any:
    """Declare an argument that chooses how `parameter` is drawn."""
    return argument(
        InitializerChoice(), f"How {parameter} is drawn when it is not given.", default_initializer(default)
    )


def declared_arguments(layer: type[Any]) -> tuple[Field[Any], ...]:
    """Return the dataclass fields of a layer class that are arguments."""
    return tuple(one for one in fields(layer) if "type" in one.metadata)


def arguments_schema(layer: type[Any]) -> dict[str, Any]:
    """Return the JSON Schema of an object that holds the arguments of a layer class."""
    properties = {}
    required = []
    for one in declared_arguments(layer):
        properties[one.name] = {**one.metadata["type"].schema(), "description": one.metadata["description"]}
        if one.default is MISSING:
            required.append(one.name)
        else:
            properties[one.name]["default"] = one.metadata["type"].to_document(one.default)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def read_arguments(
    layer: type[Any], values: Mapping[str, Any], other_fields: tuple[str, ...], what: str
) -> tuple[dict[str, Any], list[Problem]]:
    """Read the arguments of a layer class from a document's object.

    `other_fields` may stand in the object too and are not read here; `what` names the layer in messages.
    """
    declared = declared_arguments(layer)
    _, problems = read_fields(values, [*other_fields, *(one.name for one in declared)], what)
    arguments: dict[str, Any] = {}
    for one in declared:
        if one.name in values:
            value, found = one.metadata["type"].read(values[one.name])
            place = pointer_to(one.name)
            problems += [
                Problem(place + p.pointer, f"{what}: {one.name}: {p.detail}", p.expected, p.received) for p in found
            ]
            arguments[one.name] = value
        elif one.default is MISSING:
            detail = f"{what} needs {one.name}: {one.metadata['description']}"
            problems.append(Problem("", detail, one.name, "nothing"))
    return arguments, problems
