"""What a training's document says about single parameters: regularisation and freezing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.nn.argument_types import Number
from app.nn.arguments import argument, read_arguments
from app.nn.errors import Problem
from app.nn.network import Network
from app.nn.reading import MAXIMUM_PROBLEMS, Shape, describe, pointer_to, quote, read_fields, read_index

LONGEST_LIST = 10_000
"""No list in a training's document is longer."""


@dataclass(frozen=True)
class Text:
    """A text, such as the name of a parameter."""

    def read(self, value: object) -> tuple[Any, list[Problem]]:
        """Accept a text of 1 to 200 characters."""
        if isinstance(value, str) and 0 < len(value) <= 200:
            return value, []
        return None, [Problem("", f"expected a text, received {describe(value)}", "a text", describe(value))]

    def schema(self) -> dict[str, Any]:
        """Describe the text."""
        return {"type": "string", "minLength": 1, "maxLength": 200}

    def to_document(self, value: Any) -> Any:
        """Return the text."""
        return value


@dataclass(frozen=True)
class Texts:
    """A list of texts, or null for all there are."""

    def read(self, value: object) -> tuple[Any, list[Problem]]:
        """Accept null, or a list of texts, as a tuple."""
        if value is None:
            return None, []
        if isinstance(value, list) and 0 < len(value) <= LONGEST_LIST and all(isinstance(one, str) for one in value):
            return tuple(value), []
        expected = "a list of names"
        return None, [Problem("", f"expected {expected}, received {describe(value)}", expected, describe(value))]

    def schema(self) -> dict[str, Any]:
        """Describe the list."""
        return {"anyOf": [{"type": "array", "items": {"type": "string"}, "minItems": 1}, {"type": "null"}]}

    def to_document(self, value: Any) -> Any:
        """Return the list."""
        return None if value is None else list(value)


@dataclass(frozen=True, kw_only=True)
class Regularizer:
    """A penalty added to the loss: l1 · Σ|w| + l2 · Σw², over one parameter of some layers (all that have it).

    What Keras writes as `kernel_regularizer=L1L2(l1, l2)` on each layer is
    `{"parameter": "kernel", "layers": [names], "l1": …, "l2": …}` in the training: a network's document says what the
    network computes, and this changes nothing in that.
    """

    parameter: str = argument(Text(), "The parameter that is kept small.", "kernel")
    layers: tuple[str, ...] | None = argument(Texts(), "The layers it is kept small in; null is every one.", None)
    l1: float = argument(Number(0.0), "What each unit of size costs: drives weights to exactly 0.", 0.0)
    l2: float = argument(Number(0.0), "What the squares cost: keeps all weights small.", 0.0)

    def problems(self, network: Network) -> list[Problem]:
        """Return what does not fit the network."""
        found = []
        for position, name in enumerate(self.layers or ()):
            if name not in {placed.name for placed in network.layers}:
                place = pointer_to("layers", position)
                found.append(Problem(place, f"no layer is called {quote(name)}", "a layer's name", describe(name)))
            elif self.parameter not in network.placed(name).parameter_specs:
                names = ", ".join(network.placed(name).parameter_specs) or "none"
                detail = f'"{name}" has no parameter {quote(self.parameter)}; it has {names}'
                found.append(Problem(pointer_to("layers", position), detail, names, describe(self.parameter)))
        if self.layers is None and not any(self.parameter in placed.parameter_specs for placed in network.layers):
            names = ", ".join(sorted({name for placed in network.layers for name in placed.parameter_specs})) or "none"
            detail = f"no layer has a parameter {quote(self.parameter)}; there are {names}"
            found.append(Problem("/parameter", detail, names, describe(self.parameter)))
        return found

    def covers(self, layer: str, parameter: str) -> bool:
        """Tell whether the penalty is for this parameter of this layer."""
        return parameter == self.parameter and (self.layers is None or layer in self.layers)


@dataclass(frozen=True)
class Freeze:
    """What training must not change: a layer, one of its parameters, one value of it, or all that makes one node.

    `parameter` and `index` are `None` for all; `node` is an index into the layer's output.
    """

    layer: str
    parameter: str | None = None
    index: Shape | None = None
    node: Shape | None = None

    def to_document(self) -> dict[str, Any]:
        """Return the document's form."""
        form: dict[str, Any] = {"layer": self.layer}
        if self.parameter is not None:
            form["parameter"] = self.parameter
        for name, index in (("index", self.index), ("node", self.node)):
            if index is not None:
                form[name] = list(index)
        return form

    def places(self, specs: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
        """Return the index of what is frozen in each parameter; `specs` are those of the layer."""
        if self.node is not None:
            # The last axis of every parameter that makes a node (kernels, biases, γ, β) counts the nodes of a position.
            return dict.fromkeys(specs, (..., self.node[-1]))
        if self.parameter is None:
            return dict.fromkeys(specs, (...,))
        return {self.parameter: (...,) if self.index is None else self.index}


def read_freeze(network: Network, value: object) -> tuple[Freeze | None, list[Problem]]:
    """Read one entry of `freeze`: `{"layer"}`, with `"parameter"`, with `"index"` too, or with `"node"`."""
    entry, problems = read_fields(value, ("layer", "parameter", "index", "node"), "an entry of freeze", ("layer",))
    if problems:
        return None, problems
    name = entry["layer"]
    if not isinstance(name, str) or name not in {placed.name for placed in network.layers}:
        return None, [Problem("/layer", f"no layer is called {quote(name)}", "a layer's name", describe(name))]
    placed = network.placed(name)
    if "node" in entry:
        if len(entry) > 2:
            return None, [Problem("/node", "a node is frozen as a whole, without parameter or index", "node alone")]
        return _read_node(network, name, entry["node"])
    if "parameter" not in entry:
        if "index" in entry:
            return None, [Problem("/index", "an index needs the parameter that it is in", "parameter too")]
        return Freeze(name), []
    parameter = entry["parameter"]
    spec = placed.parameter_specs.get(parameter) if isinstance(parameter, str) else None
    if spec is None:
        names = ", ".join(placed.parameter_specs) or "none"
        detail = f'"{name}" has no parameter {quote(parameter)}; it has {names}'
        return None, [Problem("/parameter", detail, names, describe(parameter))]
    if "index" not in entry:
        return Freeze(name, parameter), []
    index, problems = read_index(entry["index"], spec.shape, f"{name}/{parameter}")
    return (Freeze(name, parameter, index), []) if index is not None else (None, _within("/index", problems))


def _read_node(network: Network, name: str, value: object) -> tuple[Freeze | None, list[Problem]]:
    placed = network.placed(name)
    index, problems = read_index(value, placed.output_shape, f'"{name}"')
    if index is None:
        return None, _within("/node", problems)
    nodes = placed.output_shape[-1]
    if not placed.parameter_specs or any(spec.shape[-1:] != (nodes,) for spec in placed.parameter_specs.values()):
        detail = f'the nodes of "{name}" have no parameters of their own; freeze a parameter or single values of it'
        return None, [Problem("/node", detail, "a parameter", placed.layer.kind)]
    return Freeze(name, node=index), []


def _within(place: str, problems: Sequence[Problem]) -> list[Problem]:
    return [problem.within(place) for problem in problems]


def read_freezes(network: Network, value: object) -> tuple[tuple[Freeze, ...], list[Problem]]:
    """Read the list `freeze`."""
    return _read_list(value, "freeze", lambda one: read_freeze(network, one))


def read_regularizers(network: Network, value: object) -> tuple[tuple[Regularizer, ...], list[Problem]]:
    """Read the list `regularizers`."""

    def read(one: object) -> tuple[Regularizer | None, list[Problem]]:
        if not isinstance(one, dict):
            return None, [Problem("", f"a regularizer is {describe(one)}; expected an object", "an object")]
        arguments, problems = read_arguments(Regularizer, one, (), "the regularizer")
        if problems:
            return None, problems
        made = Regularizer(**arguments)
        problems = made.problems(network)
        return (None, problems) if problems else (made, [])

    return _read_list(value, "regularizers", read)


def _read_list(value: object, what: str, read: Any) -> tuple[tuple[Any, ...], list[Problem]]:
    if not isinstance(value, list) or len(value) > LONGEST_LIST:
        return (), [Problem("", f"{what} is {describe(value)}; expected a list", "a list", describe(value))]
    problems: list[Problem] = []
    results = []
    for position, one in enumerate(value):
        result, found = read(one)
        problems += _within(pointer_to(position), found)
        if result is not None:
            results.append(result)
        if len(problems) >= MAXIMUM_PROBLEMS:
            break
    return tuple(results), problems
