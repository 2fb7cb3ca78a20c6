"""Layers that move values without changing them: Flatten, Reshape, and Dropout, which is silent when evaluating."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.nn.argument_types import Integer, Nullable, Number, TargetShape
from app.nn.arguments import argument
from app.nn.layers.base import Layer
from app.nn.layers.shapes import Box, ShapeError, whole
from app.nn.layers.terms import Terms, copied
from app.nn.layers.values import LayerGradient, LayerValues, Parameters, Random
from app.nn.layers.windows import spatial_axes
from app.nn.reading import Array, Shape, format_shape


class _CopyLayer(Layer):
    """What these kinds share: the values in C order are those of the input."""

    operation = "copy"

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Give the same values the output's shape."""
        return LayerValues(inputs[0].reshape(len(inputs[0]), *self.output_shape([inputs[0].shape[1:]])))

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """Give the gradient the input's shape."""
        return LayerGradient((gradient.reshape(inputs[0].shape),))

    def reads(self, box: Box, input_shapes: Sequence[Shape]) -> tuple[Box | None, ...]:
        """The nodes at the same places in C order, and all between the first and the last of them."""
        (shape,) = input_shapes
        output = self.output_shape(input_shapes)
        if output == shape:
            return (box,)
        first = np.unravel_index(np.ravel_multi_index(tuple(start for start, _ in box), output), shape)
        last = np.unravel_index(np.ravel_multi_index(tuple(stop - 1 for _, stop in box), output), shape)
        # up to the first axis along which they differ; behind it, nodes from one end to the other lie in between
        differing = next((axis for axis in range(len(shape)) if first[axis] != last[axis]), len(shape))
        sides = zip(first[: differing + 1], last[: differing + 1], strict=True)
        return ((*((int(start), int(stop) + 1) for start, stop in sides), *whole(shape[differing + 1 :])),)

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One term: the node at the same place in C order."""
        node = int(np.ravel_multi_index(index, self.output_shape([inputs[0].shape])))
        return copied(0, node, inputs[0].reshape(-1)[node])


@dataclass(frozen=True, kw_only=True)
class Flatten(_CopyLayer):
    """output = all values of an example in one row, in C order (the last axis runs fastest)."""

    kind = "Flatten"
    description = "Lays all values of an example out in one row."

    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """Multiply the axes."""
        return (math.prod(input_shapes[0]),)


@dataclass(frozen=True, kw_only=True)
class Reshape(_CopyLayer):
    """output = the same values in C order with another shape."""

    kind = "Reshape"
    description = "Arranges the same values in another shape."

    target_shape: Shape = argument(TargetShape(), "The new shape without the batch; one length may be -1.")

    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """Return the target shape, with −1 worked out."""
        count = math.prod(input_shapes[0])
        known = math.prod(length for length in self.target_shape if length != -1)
        if count % known or (-1 not in self.target_shape and count != known):
            target = format_shape(self.target_shape)
            raise ShapeError(
                f"target_shape {target} cannot hold its input's {count} values ({format_shape(input_shapes[0])})"
            )
        return tuple(count // known if length == -1 else length for length in self.target_shape)


@dataclass(frozen=True, kw_only=True)
class Dropout(_CopyLayer):
    """output = input: nodes are dropped while training only (Srivastava et al. 2014).

    In training every node is dropped (is 0) with probability `rate`, and those kept are multiplied by 1/(1 − rate), so
    that sums stay as large as they are when nothing is dropped. That factor, 0 where a node is dropped, is kept as
    `mask`. With a `seed` the choice depends on it, the layer's name and the step; else on the training's seed.
    """

    kind = "Dropout"
    description = "Drops random nodes while training; when a trained network is used it changes nothing."
    random_in_training = True

    rate: float = argument(Number(0.0, 1.0, exclusive_maximum=True), "The share of nodes dropped while training.")
    seed: int | None = argument(Nullable(Integer()), "The seed of the choice while training.", None)

    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """Keep the shape."""
        return input_shapes[0]

    def mask_shape(self, shape: Shape) -> Shape:
        """Return the shape of the mask for inputs of `shape` (with the batch): every node has a choice of its own."""
        return shape

    def training_forward(self, inputs: Sequence[Array], parameters: Parameters, random: Random) -> LayerValues:
        """Multiply by the mask."""
        if self.rate == 0.0:
            return LayerValues(inputs[0])
        assert random is not None, "dropping needs a generator"
        dtype = inputs[0].dtype
        # Drawn in float32 whatever the dtype, so that the same seed drops the same nodes at either precision.
        kept = random.random(self.mask_shape(inputs[0].shape), dtype=np.float32) >= self.rate
        mask = kept * dtype.type(1.0 / (1.0 - self.rate))
        return LayerValues(inputs[0] * mask, named={"mask": mask})

    def training_backward(
        self,
        inputs: Sequence[Array],
        parameters: Parameters,
        values: LayerValues,
        gradient: Array,
        *,
        inputs_needed: bool = True,
    ) -> LayerGradient:
        """Multiply by the same mask."""
        mask = values.named.get("mask")
        return LayerGradient((gradient if mask is None else gradient * mask,))


@dataclass(frozen=True, kw_only=True)
class SpatialDropout2D(Dropout):
    """output = input: whole maps of an image are dropped while training only (Tompson et al. 2015).

    As `Dropout`, but all pixels of a map share one choice.
    """

    kind = "SpatialDropout2D"
    description = "Drops whole maps of an image while training; when a trained network is used it changes nothing."

    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """Keep the shape of an image."""
        spatial_axes(input_shapes[0], 2, self.kind)
        return input_shapes[0]

    def mask_shape(self, shape: Shape) -> Shape:
        """One choice for each example and channel."""
        return (shape[0], 1, 1, shape[3])
