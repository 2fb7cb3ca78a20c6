"""Layers that change the size of an image: ZeroPadding2D, Cropping2D and UpSampling2D."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.nn.argument_lists import Sides
from app.nn.argument_types import Choice, Sizes
from app.nn.arguments import argument
from app.nn.layers.base import Layer
from app.nn.layers.shapes import Box, ShapeError
from app.nn.layers.terms import Terms, copied, single_terms
from app.nn.layers.values import LayerGradient, LayerValues, Parameters
from app.nn.layers.windows import spatial_axes
from app.nn.reading import Array, Shape, format_shape

Pairs = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class ZeroPadding2D(Layer):
    """output = the image with rows and columns of zeros around it."""

    kind = "ZeroPadding2D"
    description = "Frames an image with zeros."
    operation = "copy"

    padding: Pairs = argument(Sides(), "Rows and columns of zeros on each side.", ((1, 1), (1, 1)))

    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """Add the frame."""
        height, width = spatial_axes(input_shapes[0], 2, self.kind)
        return (height + sum(self.padding[0]), width + sum(self.padding[1]), input_shapes[0][-1])

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Copy the image into zeros."""
        return LayerValues(np.pad(inputs[0], ((0, 0), *self.padding, (0, 0))))

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """Cut the frame off."""
        (top, _), (left, _) = self.padding
        _, height, width, _ = inputs[0].shape
        return LayerGradient((gradient[:, top : top + height, left : left + width],))

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One term, the pixel that is copied; none in the frame."""
        place = (index[0] - self.padding[0][0], index[1] - self.padding[1][0], index[2])
        shape = inputs[0].shape
        if all(0 <= position < length for position, length in zip(place, shape, strict=True)):
            return copied(0, int(np.ravel_multi_index(place, shape)), inputs[0][place])
        nothing = np.empty(0)
        return single_terms(nothing, nothing.astype(np.int64), nothing)

    def reads(self, box: Box, input_shapes: Sequence[Shape]) -> tuple[Box | None, ...]:
        """The part of the image that is not frame, if any."""
        sides = [
            (max(0, start - before), min(length, stop - before))
            for (start, stop), (before, _), length in zip(box[:2], self.padding, input_shapes[0], strict=False)
        ]
        return ((*sides, box[2]) if all(start < stop for start, stop in sides) else None,)


@dataclass(frozen=True, kw_only=True)
class Cropping2D(Layer):
    """output = the image without some rows and columns at its sides."""

    kind = "Cropping2D"
    description = "Cuts rows and columns off the sides of an image."
    operation = "copy"

    cropping: Pairs = argument(Sides(), "Rows and columns cut off on each side.", ((0, 0), (0, 0)))

    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """Subtract what is cut off; raise `ShapeError` if nothing is left."""
        height, width = spatial_axes(input_shapes[0], 2, self.kind)
        shape = (height - sum(self.cropping[0]), width - sum(self.cropping[1]), input_shapes[0][-1])
        if min(shape[:2]) < 1:
            raise ShapeError(f"cropping leaves nothing of its input, which is {format_shape(input_shapes[0])}")
        return shape

    def _kept(self, shape: Shape) -> tuple[slice, slice]:
        (top, bottom), (left, right) = self.cropping
        return slice(top, shape[0] - bottom), slice(left, shape[1] - right)

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Copy the part that is kept."""
        return LayerValues(inputs[0][(slice(None), *self._kept(inputs[0].shape[1:]))].copy())

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """What was cut off has no influence."""
        by_input = np.zeros_like(inputs[0])
        by_input[(slice(None), *self._kept(inputs[0].shape[1:]))] = gradient
        return LayerGradient((by_input,))

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One term: the pixel that is copied."""
        place = (index[0] + self.cropping[0][0], index[1] + self.cropping[1][0], index[2])
        return copied(0, int(np.ravel_multi_index(place, inputs[0].shape)), inputs[0][place])

    def reads(self, box: Box, input_shapes: Sequence[Shape]) -> tuple[Box | None, ...]:
        """The same pixels, which stand further down and right in the input."""
        (rows, columns, channels), (top, _), (left, _) = box, *self.cropping
        return (((rows[0] + top, rows[1] + top), (columns[0] + left, columns[1] + left), channels),)


def resampling(length: int, factor: int, interpolation: str) -> tuple[Array, Array, Array]:
    """Return, for every position of an axis made `factor` times as long, two cells and the share of the second.

    Bilinear: the centre of position p lies at (p + ½) / factor − ½ of the old axis; beyond its ends the last cell
    counts. Nearest: both cells are the same.
    """
    if interpolation == "nearest":
        near = np.arange(length * factor) // factor
        return near, near, np.zeros(length * factor)
    place = np.clip((np.arange(length * factor) + 0.5) / factor - 0.5, 0.0, length - 1.0)
    first = np.floor(place).astype(np.int64)
    return first, np.minimum(first + 1, length - 1), place - first


@dataclass(frozen=True, kw_only=True)
class UpSampling2D(Layer):
    """output = the image with rows and columns repeated (nearest), or with lines drawn between pixels (bilinear)."""

    kind = "UpSampling2D"
    description = "Makes an image larger: pixels are repeated, or those between them interpolated."
    operation = "weighted_sum"

    size: Shape = argument(Sizes(2), "How many times as many rows and columns.", (2, 2))
    interpolation: str = argument(Choice(("nearest", "bilinear")), "What stands between the pixels.", "nearest")

    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """Multiply rows and columns."""
        height, width = spatial_axes(input_shapes[0], 2, self.kind)
        return (height * self.size[0], width * self.size[1], input_shapes[0][-1])

    def multiply_adds(self, input_shapes: Sequence[Shape]) -> int:
        """Count four a pixel for interpolation, nothing for copies."""
        return 0 if self.interpolation == "nearest" else 4 * math.prod(self.output_shape(input_shapes))

    def _matrix(self, length: int, factor: int, dtype: np.dtype[np.floating]) -> Array:
        """Return the matrix that an axis is multiplied by: (new length, length)."""
        first, second, share = resampling(length, factor, self.interpolation)
        matrix = np.zeros((len(first), length), dtype)
        rows = np.arange(len(first))
        np.add.at(matrix, (rows, first), (1.0 - share).astype(dtype))
        np.add.at(matrix, (rows, second), share.astype(dtype))
        return matrix

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Repeat, or interpolate along rows, then along columns."""
        image = inputs[0]
        if self.interpolation == "nearest":
            return LayerValues(image.repeat(self.size[0], axis=1).repeat(self.size[1], axis=2))
        for axis in (1, 2):
            first, second, share = resampling(image.shape[axis], self.size[axis - 1], self.interpolation)
            share = share.astype(image.dtype).reshape([-1 if one == axis else 1 for one in range(4)])
            image = np.take(image, first, axis) * (1 - share) + np.take(image, second, axis) * share
        return LayerValues(image)

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """Every pixel gets the gradient of those that it is in, times its share."""
        count, height, width, channels = inputs[0].shape
        if self.interpolation == "nearest":
            parts = gradient.reshape(count, height, self.size[0], width, self.size[1], channels)
            return LayerGradient((parts.sum(axis=(2, 4)),))
        rows = self._matrix(height, self.size[0], gradient.dtype)
        columns = self._matrix(width, self.size[1], gradient.dtype)
        down = np.tensordot(rows, gradient, axes=([0], [1]))  # (height, batch, new width, channels)
        return LayerGradient((np.tensordot(columns, down, axes=([0], [2])).transpose(2, 1, 0, 3),))

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One term for every pixel that has a share, up to four."""
        shares: list[dict[int, float]] = []
        for axis in (0, 1):
            first, second, share = resampling(inputs[0].shape[axis], self.size[axis], self.interpolation)
            part = float(share[index[axis]])
            found = {int(first[index[axis]]): 1.0 - part}
            if part:
                found[int(second[index[axis]])] = found.get(int(second[index[axis]]), 0.0) + part
            shares.append(found)
        places = [(row, column, index[2]) for row in shares[0] for column in shares[1]]
        numbers = np.array([np.ravel_multi_index(place, inputs[0].shape) for place in places], dtype=np.int64)
        weights = np.array([shares[0][row] * shares[1][column] for row, column, _ in places])
        return single_terms(np.array([inputs[0][place] for place in places]), numbers, weights)

    def reads(self, box: Box, input_shapes: Sequence[Shape]) -> tuple[Box | None, ...]:
        """The pixels that have a share, in the same channels."""
        sides = []
        for axis in (0, 1):
            first, second, share = resampling(input_shapes[0][axis], self.size[axis], self.interpolation)
            start, stop = box[axis]
            last = second if share[stop - 1] else first
            sides.append((int(first[start]), int(last[stop - 1]) + 1))
        return ((*sides, box[2]),)
