"""Placing the layers of a document: who reads whom, all shapes, and the parameters that the document gives."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.nn.document import Document, LayerEntry
from app.nn.errors import LimitError, Problem
from app.nn.layers import Layer, ParameterSpec, ShapeError
from app.nn.limits import Limits
from app.nn.reading import MAXIMUM_PROBLEMS, Array, Shape, describe, format_shape, pointer_to, quote, read_array

INPUT = "input"
"""The name under which layers read the network's input."""


@dataclass(frozen=True, slots=True)
class PlacedLayer:
    """A layer in its place: its name, where its inputs come from, and all shapes (without the batch).

    `pointer` says where the document has it; after a `repeat` several layers share one place.
    """

    name: str
    layer: Layer
    inputs: tuple[str, ...]
    input_shapes: tuple[Shape, ...]
    output_shape: Shape
    parameter_specs: Mapping[str, ParameterSpec]
    pointer: str

    @property
    def parameter_count(self) -> int:
        """The number of parameters, trainable or not."""
        return sum(spec.count for spec in self.parameter_specs.values())

    @property
    def multiply_adds(self) -> int:
        """The products formed for one example."""
        return self.layer.multiply_adds(self.input_shapes)


class Placement:
    """Places the layers of a document one after the other and collects what does not fit."""

    def __init__(self, document: Document, problems: list[Problem], limits: Limits) -> None:
        self.document = document
        self.limits = limits
        self.problems = problems
        self.given: dict[str, dict[str, Array]] = {}
        self.shapes: dict[str, Shape | None] = {INPUT: document.input.shape}

    def place(self) -> tuple[PlacedLayer, ...]:
        """Place every layer; those that cannot be placed are left out and reported."""
        placed = []
        previous = INPUT
        later = {entry.name for entry in self.document.layers}
        nodes = 0
        for entry in self.document.layers:
            if len(self.problems) >= MAXIMUM_PROBLEMS:
                break
            inputs = self._resolve(entry, previous, later)
            one = self._place(entry, inputs) if inputs is not None else None
            self.shapes[entry.name] = one.output_shape if one else None
            if one:
                placed.append(one)
                nodes += math.prod(one.output_shape)
                if nodes > self.limits.nodes:
                    detail = f"with {self._what(entry)} the network has over {self.limits.nodes:,} nodes"
                    raise LimitError([Problem(entry.pointer, detail, f"at most {self.limits.nodes}")])
            previous = entry.name
        classes = self.document.input.classes
        if placed and classes and not self.problems and placed[-1].output_shape[-1] != len(classes):
            nodes = placed[-1].output_shape[-1]
            self.problems.append(
                Problem(
                    "/input/classes",
                    f"there are {len(classes)} classes, but the output has {nodes} nodes",
                    f"{nodes} classes",
                    str(len(classes)),
                )
            )
        return tuple(placed)

    @staticmethod
    def _what(entry: LayerEntry) -> str:
        return f'{entry.pointer[1:]} "{entry.name}"'

    def _resolve(self, entry: LayerEntry, previous: str, later: set[str]) -> tuple[str, ...] | None:
        inputs = entry.inputs if entry.inputs is not None else (previous,)
        known = True
        for position, name in enumerate(inputs):
            if name not in self.shapes and len(self.problems) < MAXIMUM_PROBLEMS:
                place = f"{entry.pointer}/inputs/{position}"
                reason = "does not stand before it" if name in later else "does not exist"
                detail = f"{self._what(entry)}: its input {quote(name)} {reason}; expected an earlier layer, or input"
                self.problems.append(Problem(place, detail, "an earlier layer", describe(name)))
            known = known and name in self.shapes
        return inputs if known else None

    def _place(self, entry: LayerEntry, inputs: tuple[str, ...]) -> PlacedLayer | None:
        layer = entry.layer
        shapes = [self.shapes[name] for name in inputs]
        if layer is None:
            return None
        what = self._what(entry)
        place = f"{entry.pointer}/inputs" if entry.inputs is not None else entry.pointer
        most = layer.maximum_inputs
        if len(inputs) < layer.minimum_inputs or (most is not None and len(inputs) > most):
            expected = f"{layer.minimum_inputs} input" + ("s or more" if most is None else "")
            self.problems.append(
                Problem(
                    place,
                    f"{what}: {layer.kind} takes {expected}, but has {len(inputs)}",
                    expected,
                    str(len(inputs)),
                )
            )
            return None
        self._check_integers(layer, inputs, what, place)
        known = tuple(shape for shape in shapes if shape is not None)
        if len(known) < len(shapes):
            return None  # an earlier mistake: it has been reported where it is
        try:
            layer = layer.settled(known)
            output_shape = layer.output_shape(known)
            specs = layer.parameter_specs(known)
        except ShapeError as error:
            self.problems.append(Problem(entry.pointer, f"{what}: {error}"))
            return None
        self._read_parameters(entry, layer, known, specs, what)
        return PlacedLayer(entry.name, layer, inputs, known, output_shape, specs, entry.pointer)

    def _check_integers(self, layer: Layer, inputs: tuple[str, ...], what: str, place: str) -> None:
        integers = self.document.input.dtype == "int"
        default = self.document.input.default
        bound = layer.integer_bound
        if integers and bound is not None and default is not None and np.any((default < 0) | (default >= bound)):
            detail = f"the default input goes beyond {what}, which takes integers from 0 to {bound - 1}"
            self.problems.append(Problem("/input/default", detail, f"0 to {bound - 1}"))
        for name in inputs:
            if bound is not None and not (integers and name == INPUT):
                detail = f'{what}: {layer.kind} looks up integers: it must read an input with "dtype": "int"'
                self.problems.append(Problem(place, detail, 'input with "dtype": "int"', name))
            elif integers and name == INPUT and bound is None:
                detail = f"{what}: the network's input holds integers, which only Embedding reads"
                self.problems.append(Problem(place, detail, "an Embedding first", layer.kind))

    def _read_parameters(
        self,
        entry: LayerEntry,
        layer: Layer,
        input_shapes: tuple[Shape, ...],
        specs: Mapping[str, ParameterSpec],
        what: str,
    ) -> None:
        for name, value in entry.given.items():
            spec = specs.get(name)
            if spec is None:
                place = entry.pointer + pointer_to("parameters", name)
                names = ", ".join(specs) or "none"
                self.problems.append(
                    Problem(
                        place,
                        f"{what} has no parameter {quote(name)}; it has {names}",
                        names,
                        describe(name),
                    )
                )
                continue
            array, found = read_array(value, self.document.dtype)
            if array is None:
                place = entry.pointer + pointer_to("parameters", name)
                self.problems += [
                    Problem(place + p.pointer, f"{what}: {name}: {p.detail}", p.expected, p.received) for p in found
                ]
                continue
            if array.shape != spec.shape:
                place = entry.pointer + pointer_to("parameters", name)
                expected = format_shape(spec.shape)
                received = format_shape(array.shape)
                reason = (
                    f", but its input has {input_shapes[0][-1]} features"
                    if name == "kernel" and array.shape[-2:-1] != spec.shape[-2:-1]
                    else ""
                )
                self.problems.append(
                    Problem(
                        place,
                        f"{what}: {name} is {received}{reason}; expected {expected}",
                        expected,
                        received,
                    )
                )
                continue
            self.given.setdefault(entry.name, {})[name] = array
