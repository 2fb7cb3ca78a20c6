"""A network document while it is being edited: every layer written out, with its name, its inputs and its values."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from app.nn.document import LAYER_FIELDS, snake_case
from app.nn.editing.step import Step
from app.nn.errors import LimitError, NetworkError, Problem
from app.nn.initializers import draw_parameter
from app.nn.layers import ParameterSpec
from app.nn.limits import Limits
from app.nn.network import INPUT, Network, PlacedLayer
from app.nn.reading import Array, describe, quote

MOST_DRAWN_VALUES = 1_000_000
"""More drawn values than this are not written into a document: it would be too large to send about."""


@dataclass(frozen=True, eq=False)
class Origin:
    """Where a layer stood in the document that is edited, and how it was written there.

    `entry` counts the entries of `layers`, `position` the layers that this entry expands to. `written` is the object
    that describes the layer, the rest is what was read from it.
    """

    entry: int
    position: int
    repeated: bool
    written: Mapping[str, Any]
    name: str
    inputs: tuple[str, ...]
    arguments: Mapping[str, Any]
    values: Mapping[str, Array]


@dataclass(frozen=True, eq=False)
class DraftLayer:
    """A layer of a draft. `inputs` are names; `arguments` are as in the document.

    `values` holds the parameters that are given, in float64, so that numbers of a float32 network keep the digits that
    were typed. `unread` holds those of a layer that was just added.
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    arguments: Mapping[str, Any]
    values: Mapping[str, Array] = field(default_factory=dict)
    unread: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin | None = None

    @property
    def is_as_written(self) -> bool:
        """Whether arguments and values are those of the edited document (fields not replaced stay the same object)."""
        origin = self.origin
        return origin is not None and self.arguments is origin.arguments and self.values is origin.values


class Draft:
    """A network document that operations change, one after the other.

    `network` is the network that the draft describes, as it was before the operation at work: shapes and names without
    values. Operations change `header`, `input` and `layers`, and note in `step` what weights have to follow. `original`
    are the entries of `layers` in the edited document, `lengths` how many layers each expands to.
    """

    def __init__(self, network: Network, limits: Limits) -> None:
        document = network.document
        self.limits = limits
        self.network = network
        self.original = document["layers"]
        self.header = {name: value for name, value in document.items() if name not in ("input", "layers")}
        self.input: dict[str, Any] = dict(document["input"])
        self.layers = list(_expanded(network))
        self.lengths = Counter(layer.origin.entry for layer in self.layers if layer.origin is not None)
        self.step = Step()
        self.drawn_values = 0
        self.renamed: dict[str, str] = {}
        self.notes: list[str] = []
        self._apply_edits()

    def _apply_edits(self) -> None:
        """Write the network's own edits into the draft."""
        edited: dict[tuple[str, str], Array] = {}
        for edit in self.network.edits:
            place = edit.layer, edit.parameter
            if place not in edited:
                edited[place] = self.values(self.network.placed(edit.layer), edit.parameter).copy()
            edited[place][edit.index] = edit.value
        for (layer, parameter), values in edited.items():
            self.give(layer, {parameter: values})

    def position(self, name: str) -> int:
        """Return the place of a layer among all layers."""
        return next(place for place, layer in enumerate(self.layers) if layer.name == name)

    def layer(self, name: str) -> DraftLayer:
        """Return the layer called `name`."""
        return self.layers[self.position(name)]

    def change(self, name: str, /, **fields: Any) -> None:
        """Replace fields of the layer called `name`."""
        place = self.position(name)
        self.layers[place] = replace(self.layers[place], **fields)

    def readers(self, name: str) -> list[DraftLayer]:
        """Return the layers that read `name`, in order."""
        return [layer for layer in self.layers if name in layer.inputs]

    def reroute(self, reader: str, source: str, other: str) -> None:
        """Let a layer read `other` wherever it reads `source`."""
        inputs = self.layer(reader).inputs
        self.change(reader, inputs=tuple(other if one == source else one for one in inputs))

    def keep_inputs(self, reader: str, kept: list[int]) -> None:
        """Let a layer keep those of its inputs that stand at these positions."""
        inputs = self.layer(reader).inputs
        former = self.step.inputs.get(reader, tuple(range(len(inputs))))
        carried = [self.step.carried.pop((reader, position), None) for position in range(len(inputs))]
        self.change(reader, inputs=tuple(inputs[position] for position in kept))
        self.step.inputs[reader] = tuple(former[position] for position in kept)
        for now, position in enumerate(kept):
            if carried[position] is not None:
                self.step.carried[reader, now] = carried[position]

    def make_output(self, name: str) -> None:
        """Make a layer the last, and with that the output, unless others read it."""
        if not self.readers(name):
            layer = self.layer(name)
            self.layers.remove(layer)
            self.layers.append(layer)

    def fresh_name(self, kind: str) -> str:
        """Return the name that Keras would give another layer of this kind, with the first number that is free."""
        taken = {layer.name for layer in self.layers}
        number = 1
        while f"{snake_case(kind)}_{number}" in taken:
            number += 1
        return f"{snake_case(kind)}_{number}"

    def give(self, name: str, values: Mapping[str, Array], removed: Iterable[str] = ()) -> None:
        """Put values of parameters into the document, and take out those called `removed`."""
        kept = {key: value for key, value in self.layer(name).values.items() if key not in set(removed)}
        self.change(name, values={**kept, **values})

    def values(self, placed: PlacedLayer, parameter: str) -> Array:
        """Return the values of a parameter as they are to be written: in float64, those given or those drawn."""
        given = self.layer(placed.name).values
        if parameter in given:
            return given[parameter]
        spec = placed.parameter_specs[parameter]
        self.count_drawn(spec.count)
        return self.draw(spec, placed.name, parameter)

    def draw(self, spec: ParameterSpec, layer: str, parameter: str) -> Array:
        """Draw a parameter as the network would, in float64; refuse a large one, and one that no document can hold."""
        if spec.count > MOST_DRAWN_VALUES:
            self.count_drawn(spec.count)
        drawn = draw_parameter(spec.initializer, spec.shape, self.network.dtype, self.network.seed, layer, parameter)
        if not np.isfinite(drawn).all():
            detail = f'"{layer}": {parameter} is drawn too large for {self.network.dtype.name} and cannot be written'
            raise NetworkError([Problem("", detail, "finite values", "an infinity")])
        return drawn.astype(np.float64)

    def count_drawn(self, count: int) -> None:
        """Account for drawn values that are written into the document; raises `LimitError` for too many."""
        self.drawn_values += count
        if self.drawn_values > MOST_DRAWN_VALUES:
            detail = (
                f"this would write {self.drawn_values:,} values that are drawn from the seed into the document, to "
                f"keep them as they are; at most {MOST_DRAWN_VALUES:,} are written: edit smaller layers"
            )
            raise LimitError([Problem("", detail, f"at most {MOST_DRAWN_VALUES}", str(self.drawn_values))])

    def read_layer(self, operation: Mapping[str, Any], name: str = "layer", *, or_input: bool = False) -> str:
        """Read the name of a layer (or "input", where that is meant too) in a field of an operation."""
        value = operation[name]
        if isinstance(value, str) and value in self.network and (or_input or value != INPUT):
            return value
        if value == INPUT:
            detail = f"{name} is the network's input; expected a layer"
            raise NetworkError([Problem(f"/{name}", detail, "a layer's name", INPUT)])
        detail = f"{name}: no layer is called {quote(value)}"
        raise NetworkError([Problem(f"/{name}", detail, "a layer's name", describe(value))])


def _expanded(network: Network) -> Iterable[DraftLayer]:
    """Return the layers of a network's document, `repeat` written out, each with what the document says of it."""
    positions: dict[int, int] = {}
    for placed in network.layers:
        written = network.written(placed)
        entry = int(placed.pointer.split("/")[2])
        position = positions[entry] = positions.get(entry, -1) + 1
        arguments = {name: value for name, value in written.items() if name not in LAYER_FIELDS}
        given = written.get("parameters", {})
        exact = network.dtype == np.float64  # then the network holds the very numbers of the document
        values = {
            name: network.given[placed.name][name] if exact else np.array(value, dtype=np.float64)
            for name, value in given.items()
        }
        repeated = "repeat" in network.document["layers"][entry]
        origin = Origin(entry, position, repeated, written, placed.name, placed.inputs, arguments, values)
        yield DraftLayer(placed.name, placed.layer.kind, placed.inputs, arguments, values, origin=origin)
