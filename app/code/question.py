"""What a program is written for, and what every Python target needs to know of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from app.code.literals import number, numbers
from app.code.names import Identifiers, comment, file_stem, quoted
from app.nn.inputs import Override
from app.nn.layers import Layer
from app.nn.network import INPUT, Network, PlacedLayer
from app.nn.reading import Array, Shape, format_shape

Kind = TypeVar("Kind", bound=Layer)

MOST_LITERALS = 200
"""A network with more parameters than this keeps them in a file."""

_CONSTANT_INITIALIZERS = frozenset({"zeros", "ones", "constant", "identity"})


@dataclass(frozen=True)
class Question:
    """A network, a batch of inputs (whether it was one in the request), and the pinned nodes."""

    network: Network
    inputs: Array
    batched: bool
    overrides: tuple[Override, ...] = ()

    @property
    def stem(self) -> str:
        """How the names of its files begin."""
        return file_stem(self.network.name)

    @property
    def parameter_file(self) -> str:
        """The name of the file that the programs read."""
        return f"{self.stem}.npz"

    @cached_property
    def needs_file(self) -> bool:
        """Whether the parameters are in a file: there are many, or they were drawn at random."""
        network = self.network
        return network.parameter_count > MOST_LITERALS or any(
            spec.initializer.initializer.name not in _CONSTANT_INITIALIZERS
            for placed in network.layers
            for name, spec in placed.parameter_specs.items()
            if name not in network.given.get(placed.name, {})
        )

    def pinned(self, layer: str) -> list[Override]:
        """Return the pinned nodes of a layer, or of the input."""
        return [override for override in self.overrides if override.layer == layer]


class Writer:
    """What the writers of Python programs share: names, literals and the comments on layers.

    `reserved` are the names that a target's code uses itself.
    """

    def __init__(self, question: Question, reserved: Iterable[str]) -> None:
        self.question = question
        self.network = question.network
        self.identifiers = Identifiers([*reserved, "x", "parameters", "file"])
        self.variables = {INPUT: "x"}
        for placed in self.network.layers:
            self.variables[placed.name] = self.identifiers.make(placed.name)

    @property
    def float32(self) -> bool:
        """Whether the network computes in float32."""
        return self.network.dtype.name == "float32"

    def heading(self) -> list[str]:
        """Return comments that say which network this is; never the first line of a file, which Python may obey."""
        titles = [self.network.document.get("title"), self.network.name]
        lines = [comment(str(title)) for title in dict.fromkeys(titles) if title]
        return ["", *lines] if lines else []

    def loading(self) -> list[str]:
        """Return the lines that open the file of parameters, if it is needed."""
        if not self.question.needs_file:
            return []
        path = quoted(self.question.parameter_file)
        return [
            "# All parameters, from the file beside this program, under <layer>/<parameter>.",
            f"with np.load({path}, allow_pickle=False) as file:",
            "    parameters = dict(file)",
        ]

    def sources(self, placed: PlacedLayer) -> list[str]:
        """Return the variables that a layer reads."""
        return [self.variables[source] for source in placed.inputs]

    def stored(self, placed: PlacedLayer, parameter: str) -> str:
        """Return the expression of a parameter in the file."""
        return f"parameters[{quoted(f'{placed.name}/{parameter}')}]"

    def literal(self, placed: PlacedLayer, parameter: str, indent: int = 0, before: int = 0) -> str:
        """Return a parameter as nested lists; see `numbers`."""
        return numbers(self.network.parameters[placed.name][parameter], indent, before)

    def pins(self, layer: str) -> list[tuple[Shape, str]]:
        """Return index and value of each pinned node of a layer."""
        integer = layer == INPUT and self.network.input.dtype == "int"
        return [
            (override.index, number(int(override.value) if integer else float(override.value)))
            for override in self.question.pinned(layer)
        ]

    def shown(self, expression: str) -> str:
        """Return the expression of what is printed: all examples, or the only one."""
        return expression if self.question.batched else f"{expression}[0]"

    def input_comment(self) -> str:
        """Return the comment on the input."""
        count = len(self.question.inputs)
        if not self.question.batched:
            return "# The input: one example, in a batch of one."
        return f"# The inputs: {count} examples." if count > 1 else "# The inputs: a batch of one example."

    def layer_comment(self, placed: PlacedLayer) -> str:
        """Return the comment above a layer: its name, kind, shape and activation."""
        shape = format_shape(placed.output_shape)
        if len(placed.output_shape) == 1:
            shape += " node" if placed.output_shape == (1,) else " nodes"
        words = [placed.layer.kind, shape]
        activation = placed.layer.bound_activation
        if activation and activation.name != "linear" and placed.layer.kind != "Softmax":
            words.append(activation.name)
        return comment(f"{placed.name}: {', '.join(words)}")


def arguments(layer: Layer, names: Sequence[str]) -> str:
    """Return arguments of a layer that are not the default, as keywords behind others: `, axis=1`."""
    parts = []
    for name in names:
        value: Any = getattr(layer, name)
        if value != type(layer).__dataclass_fields__[name].default:
            if isinstance(value, tuple):
                value = value[0] if len(value) == 1 else value
            parts.append(f", {name}={value!r}")
    return "".join(parts)


def axes(values: Sequence[int]) -> str:
    """Return one axis as a number, several as a tuple."""
    return str(values[0]) if len(values) == 1 else str(tuple(values))


def layer_of(placed: PlacedLayer, kind: type[Kind]) -> Kind:
    """Return the layer, known to be of a kind."""
    assert isinstance(placed.layer, kind)
    return placed.layer
