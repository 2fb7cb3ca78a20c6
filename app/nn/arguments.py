"""The arguments of layers: how each is read from a document, and its JSON Schema.

A layer declares an argument as a dataclass field: `units: int = argument(Integer(minimum=1), "Number of nodes.")`.
That one line is the check, the default, the schema in `GET /layers` and the form in the page.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any

from app.nn.activations import ACTIVATIONS, BoundActivation, bind, find_activation
from app.nn.argument_types import ArgumentType
from app.nn.errors import Problem
from app.nn.initializers import INITIALIZERS, default_initializer, read_initializer
from app.nn.reading import describe, pointer_to, quote, read_fields


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
                    f"no activation is called {quote(name)}; there are {names}",
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
