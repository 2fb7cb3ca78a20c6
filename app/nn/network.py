"""Network: named layers in an acyclic graph, in topological order, with their shapes and parameters."""

import math
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from app.nn.document import DocumentReader
from app.nn.edits import Edit, read_edits
from app.nn.errors import LimitError, NetworkError, Problem
from app.nn.given import read_parameter
from app.nn.initializers import BoundInitializer, draw_parameter
from app.nn.input_spec import InputSpec
from app.nn.layers.values import Forward, ParameterSpec
from app.nn.limits import Limits
from app.nn.placement import INPUT, PlacedLayer, Placement
from app.nn.reading import MAXIMUM_PROBLEMS, Array, Shape

__all__ = ["INPUT", "Limits", "Network", "PlacedLayer"]


Draw = Callable[[BoundInitializer, Shape, np.dtype[Any], int, str, str], Array]
"""Draws a parameter from its initialiser, shape, dtype, seed, layer and name."""

FEWEST_TO_STACK = 4
"""From so many layers of one shape on it is worth keeping their outputs side by side."""


class Step(NamedTuple):
    """One layer of a forward pass; it reads the layers `sources`, `None` for the one before it."""

    name: str
    sources: tuple[str, ...] | None
    run: Forward


@dataclass(frozen=True)
class Network:
    """A checked network. Nothing is drawn before `parameters` is first read.

    `given` holds the parameters that stand in the document, as arrays of `dtype`; `document` is what it was built from.
    `draw` draws the others as `draw_parameter` does. `tracer`, if there is one, computes traces as `forward` does, of
    this network alone: one that is made from it has none. `beside` says that some of what is given does not stand in
    the document: see `app.nn.editing.complete_document`.
    """

    name: str | None
    dtype: np.dtype[Any]
    seed: int
    input: InputSpec
    layers: tuple[PlacedLayer, ...]
    given: Mapping[str, Mapping[str, Array]]
    document: Mapping[str, Any]
    edits: tuple[Edit, ...] = ()
    draw: Draw = field(default=draw_parameter, repr=False, compare=False)
    beside: bool = field(default=False, repr=False, compare=False)
    tracer: Callable[..., Any] | None = field(default=None, init=False, repr=False, compare=False)
    _by_name: Mapping[str, PlacedLayer] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {placed.name: placed for placed in self.layers})

    @classmethod
    def from_document(
        cls,
        document: object,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        draw: Draw = draw_parameter,
    ) -> "Network":
        """Build and check a network from a document (the JSON object as Python values).

        Raises `NetworkError` with every mistake that was found, or `LimitError` if it is larger than `limits`.
        """
        reader = DocumentReader(limits)
        placement = Placement(reader.read(document), reader.problems, limits)
        layers = placement.place()
        if placement.problems:
            raise NetworkError(placement.problems[:MAXIMUM_PROBLEMS])
        count = sum(placed.parameter_count for placed in layers)
        if count > limits.parameters:
            detail = f"the network has {count:,} parameters; at most {limits.parameters:,} are allowed"
            raise LimitError([Problem("/layers", detail, f"at most {limits.parameters}", str(count))])
        read = placement.document
        source = document if isinstance(document, dict) else {}
        network = cls(read.name, read.dtype, read.seed, read.input, layers, placement.given, source, draw=draw)
        vars(network)["parameter_count"] = count  # it has been counted, and does not change
        return network

    def placed(self, name: str) -> PlacedLayer:
        """Return the layer called `name`; `KeyError` if there is none."""
        return self._by_name[name]

    def written(self, placed: PlacedLayer) -> Mapping[str, Any]:
        """Return the object that describes a layer in the document; layers of a `repeat` share one."""
        found: Any = self.document
        for part in placed.pointer.split("/")[1:]:
            found = found[int(part) if part.isdigit() else part]
        described: Mapping[str, Any] = found
        return described

    def specs_of(self, name: str) -> Mapping[str, ParameterSpec] | None:
        """Return the parameters that a layer needs, `None` if there is no layer of that name."""
        return self._by_name[name].parameter_specs if name in self._by_name else None

    def __contains__(self, name: object) -> bool:
        """Tell whether a layer, or the input, has this name."""
        return name == INPUT or name in self._by_name

    def shape_of(self, name: str) -> Shape:
        """Return the shape of one example's output of a layer, or of the input."""
        return self.input.shape if name == INPUT else self._by_name[name].output_shape

    @property
    def output(self) -> PlacedLayer:
        """The layer whose output is the network's: the last."""
        return self.layers[-1]

    @cached_property
    def parameter_count(self) -> int:
        """The number of all parameters."""
        return sum(placed.parameter_count for placed in self.layers)

    @cached_property
    def drawn_parameter_count(self) -> int:
        """The number of parameters that are drawn because the document does not give them."""
        given = sum(array.size for layer in self.given.values() for array in layer.values())
        return self.parameter_count - given

    @cached_property
    def multiply_adds(self) -> int:
        """The products formed for one example."""
        return sum(placed.multiply_adds for placed in self.layers)

    @cached_property
    def value_count(self) -> int:
        """The number of nodes, input included."""
        return math.prod(self.input.shape) + sum(math.prod(placed.output_shape) for placed in self.layers)

    @cached_property
    def integer_bound(self) -> int | None:
        """The number below which integer inputs must stay: the rows of the smallest table that reads them."""
        bounds = [placed.layer.integer_bound for placed in self.layers if INPUT in placed.inputs]
        return min((bound for bound in bounds if bound is not None), default=None)

    @cached_property
    def parameters(self) -> Mapping[str, Mapping[str, Array]]:
        """All parameters by layer and name: given ones, drawn ones, with the edits applied."""
        parameters: dict[str, dict[str, Array]] = {}
        for placed in self.layers:
            if placed.parameter_specs:
                given = self.given.get(placed.name, {})
                parameters[placed.name] = {
                    name: given[name]
                    if name in given
                    else self.draw(spec.initializer, spec.shape, self.dtype, self.seed, placed.name, name)
                    for name, spec in placed.parameter_specs.items()
                }
            else:
                parameters[placed.name] = {}
        copied = set()
        for edit in self.edits:
            if (edit.layer, edit.parameter) not in copied:
                parameters[edit.layer][edit.parameter] = parameters[edit.layer][edit.parameter].copy()
                copied.add((edit.layer, edit.parameter))
            parameters[edit.layer][edit.parameter][edit.index] = edit.value
        return MappingProxyType({layer: MappingProxyType(values) for layer, values in parameters.items()})

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """What a forward pass does, layer by layer, with the parameters at hand."""
        steps = []
        before = INPUT
        for placed, parameters in zip(self.layers, self.parameters.values(), strict=True):
            sources = None if placed.inputs == (before,) else placed.inputs
            steps.append(Step(placed.name, sources, placed.layer.prepared(parameters)))
            before = placed.name
        return tuple(steps)

    @cached_property
    def stacks(self) -> tuple[tuple[Shape, tuple[str, ...]], ...]:
        """Layers whose outputs have one shape and can be written side by side into one array, by that shape."""
        alike: dict[Shape, list[str]] = {}
        for placed in self.layers:
            if placed.layer.writes:
                alike.setdefault(placed.output_shape, []).append(placed.name)
        return tuple((shape, tuple(names)) for shape, names in alike.items() if len(names) >= FEWEST_TO_STACK)

    @property
    def parameter_bytes(self) -> int:
        """What all parameters take, given or drawn, whether they are drawn yet or not."""
        return self.parameter_count * self.dtype.itemsize

    def anew(self, draw: Draw | None = None) -> "Network":
        """Return the same network with nothing drawn yet, from now on drawn by `draw` if that is given."""
        network = copy(self)
        for name in ("parameters", "steps"):
            vars(network).pop(name, None)
        if draw is not None:
            vars(network)["draw"] = draw
        return network

    def traced_by(self, tracer: Callable[..., Any]) -> "Network":
        """Return the same network with something that knows how to come by its traces."""
        network = copy(self)
        vars(network)["tracer"] = tracer
        return network

    def with_parameters(self, arrays: Mapping[str, Array]) -> "Network":
        """Return the network with whole parameters replaced, each given as `<layer>/<name>`; edits come after them.

        Layers have the names that they have after expansion, so that those of a `repeat` can be given too. The arrays
        are used as they are where their dtype is the network's. Raises `NetworkError` with every mistake, its pointer
        `/parameters/<layer>/<name>`.
        """
        given = {layer: dict(values) for layer, values in self.given.items()}
        problems: list[Problem] = []
        for place, values in arrays.items():
            layer, _, name = place.rpartition("/")
            array, found = read_parameter(self.specs_of(layer), layer, name, values, self.dtype)
            problems += [problem.within(f"/parameters/{place}") for problem in found]
            if array is not None:
                given.setdefault(layer, {})[name] = array
            if len(problems) >= MAXIMUM_PROBLEMS:
                break
        if problems:
            raise NetworkError(problems[:MAXIMUM_PROBLEMS])
        return replace(self, given=given, beside=True)

    def with_edits(self, edits: object) -> "Network":
        """Return the network with single parameter values replaced.

        `edits` is a list of `{"layer", "parameter", "index", "value"}`; raises `NetworkError` with pointers into it.
        """
        specs = {placed.name: placed.parameter_specs for placed in self.layers}
        return replace(self, edits=(*self.edits, *read_edits(specs, self.dtype, edits)))
