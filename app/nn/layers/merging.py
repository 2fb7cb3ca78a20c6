"""Layers with several inputs: Add, Multiply and Concatenate; they close branches and skip connections."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.nn.argument_types import Axes
from app.nn.arguments import argument
from app.nn.layers.base import Layer
from app.nn.layers.shapes import Box, ShapeError, resolve_axis
from app.nn.layers.terms import Terms, copied
from app.nn.layers.values import LayerGradient, LayerValues, Parameters
from app.nn.reading import Array, Shape, format_shape


class _ElementwiseMerge(Layer):
    """What Add and Multiply share: inputs of one shape; a length of 1 is stretched to that of the others."""

    minimum_inputs = 2
    maximum_inputs = None

    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """Return the common shape."""
        shapes = ", ".join(format_shape(shape) for shape in input_shapes)
        if len({len(shape) for shape in input_shapes}) > 1:
            raise ShapeError(f"its inputs have different numbers of axes: {shapes}")
        try:
            return tuple(np.broadcast_shapes(*input_shapes))
        except ValueError:
            raise ShapeError(
                f"its inputs have different shapes: {shapes}; expected the same (or lengths of 1)"
            ) from None

    def _sources(self, index: Shape, inputs: Sequence[Array]) -> tuple[Array, Array]:
        """Return, for the node at `index`, which node of each input enters it, and those nodes' values."""
        nodes = []
        values = []
        for one in inputs:
            place = tuple(0 if length == 1 else position for position, length in zip(index, one.shape, strict=True))
            nodes.append(int(np.ravel_multi_index(place, one.shape)))
            values.append(float(one[place]))
        return np.array(nodes), np.array(values, dtype=np.float64)

    def reads(self, box: Box, input_shapes: Sequence[Shape]) -> tuple[Box | None, ...]:
        """The same nodes of every input; of one that is stretched along an axis, the only one there."""
        return tuple(
            tuple((0, 1) if length == 1 else side for side, length in zip(box, shape, strict=True))
            for shape in input_shapes
        )


def _sum_to_shape(gradient: Array, shape: Shape) -> Array:
    """Add up a gradient along the axes in which an input of `shape` was stretched."""
    stretched = tuple(axis for axis, length in enumerate(shape) if length == 1 and gradient.shape[axis] != 1)
    return gradient.sum(axis=stretched, keepdims=True) if stretched else gradient


@dataclass(frozen=True, kw_only=True)
class Add(_ElementwiseMerge):
    """output = the sum of all inputs, node by node."""

    kind = "Add"
    description = "Adds its inputs node by node: the end of a skip connection."
    operation = "sum"

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Add from the first to the last."""
        output = inputs[0] + inputs[1]
        for one in inputs[2:]:
            output = output + one
        return LayerValues(output)

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """Every input gets the gradient as it is."""
        return LayerGradient(tuple(_sum_to_shape(gradient, one.shape) for one in inputs))

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One term an input, with weight 1."""
        nodes, values = self._sources(index, inputs)
        return Terms(np.arange(len(inputs)), nodes, values, np.ones(len(inputs)), values)


@dataclass(frozen=True, kw_only=True)
class Multiply(_ElementwiseMerge):
    """output = the product of all inputs, node by node."""

    kind = "Multiply"
    description = "Multiplies its inputs node by node: a gate that lets values through or not."
    operation = "product"

    def multiply_adds(self, input_shapes: Sequence[Shape]) -> int:
        """Count one for every further factor of a node."""
        return (len(input_shapes) - 1) * math.prod(self.output_shape(input_shapes))

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Multiply from the first to the last."""
        output = inputs[0] * inputs[1]
        for one in inputs[2:]:
            output = output * one
        return LayerValues(output)

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """Every input gets the gradient times all other factors (multiplied, not divided: factors may be 0)."""
        by_inputs = []
        for position, one in enumerate(inputs):
            product = gradient
            for other in (*inputs[:position], *inputs[position + 1 :]):
                product = product * other
            by_inputs.append(_sum_to_shape(product, one.shape))
        return LayerGradient(tuple(by_inputs))

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One factor an input."""
        nodes, values = self._sources(index, inputs)
        return Terms(np.arange(len(inputs)), nodes, values, None, None)


@dataclass(frozen=True, kw_only=True)
class Concatenate(Layer):
    """output = the inputs one after the other along an axis."""

    kind = "Concatenate"
    description = "Puts its inputs side by side: the branches of a network come together."
    operation = "copy"
    minimum_inputs = 2
    maximum_inputs = None

    axis: tuple[int, ...] = argument(Axes(), "The axis along which the inputs follow each other.", (-1,))

    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """Add up the lengths of the axis; all others must agree."""
        axis = resolve_axis(self.axis[0], input_shapes[0])
        rests = {(*shape[:axis], *shape[axis + 1 :]) for shape in input_shapes}
        if len(rests) > 1 or len({len(shape) for shape in input_shapes}) > 1:
            shapes = ", ".join(format_shape(shape) for shape in input_shapes)
            raise ShapeError(f"its inputs differ in more than axis {self.axis[0]}: {shapes}")
        first = input_shapes[0]
        return (*first[:axis], sum(shape[axis] for shape in input_shapes), *first[axis + 1 :])

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Put the inputs side by side."""
        axis = resolve_axis(self.axis[0], inputs[0].shape[1:]) + 1
        return LayerValues(np.concatenate(inputs, axis=axis))

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """Cut the gradient into the inputs' parts."""
        axis = resolve_axis(self.axis[0], inputs[0].shape[1:]) + 1
        ends = np.cumsum([one.shape[axis] for one in inputs])[:-1]
        return LayerGradient(tuple(np.split(gradient, ends, axis=axis)))

    def reads(self, box: Box, input_shapes: Sequence[Shape]) -> tuple[Box | None, ...]:
        """The part of every input that stands there, if any."""
        axis = resolve_axis(self.axis[0], input_shapes[0])
        found: list[Box | None] = []
        begin = 0
        for shape in input_shapes:
            start, stop = max(0, box[axis][0] - begin), min(shape[axis], box[axis][1] - begin)
            found.append((*box[:axis], (start, stop), *box[axis + 1 :]) if start < stop else None)
            begin += shape[axis]
        return tuple(found)

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One term: the node of the input that stands at this place."""
        axis = resolve_axis(self.axis[0], inputs[0].shape)
        position = index[axis]
        source = 0
        while position >= inputs[source].shape[axis]:
            position -= inputs[source].shape[axis]
            source += 1
        place = (*index[:axis], position, *index[axis + 1 :])
        return copied(source, int(np.ravel_multi_index(place, inputs[source].shape)), inputs[source][place])
