"""Poolings: a window slides over the input and keeps one number a channel, the largest or the average."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.nn.argument_types import Choice, Nullable, Sizes
from app.nn.arguments import argument
from app.nn.layers.base import Layer
from app.nn.layers.shapes import Box
from app.nn.layers.sliding import split_images
from app.nn.layers.terms import Terms, maximum_terms, single_terms
from app.nn.layers.values import LayerGradient, LayerValues, Parameters
from app.nn.layers.window_terms import nodes_under, window_of
from app.nn.layers.windows import PADDINGS, WindowAxis, Windows, make_windows
from app.nn.reading import Array, Shape


def slide_along(
    combine: np.ufunc, values: Array, axis: int, windows: WindowAxis, empty: float, out: Array | None = None
) -> Array:
    """Combine the cells of every window along one axis of `values`; `empty` is what padding holds."""
    ahead = (slice(None),) * axis
    parts = windows.overlaps
    if out is None:
        out = np.empty((*values.shape[:axis], windows.count, *values.shape[axis + 1 :]), values.dtype)
    if windows.inside and windows.size > 1:
        combine(values[(*ahead, parts[0][1])], values[(*ahead, parts[1][1])], out=out)
        parts = parts[2:]
    else:
        out[...] = empty
    for positions, cells in parts:
        held = out[(*ahead, positions)]
        combine(held, values[(*ahead, cells)], out=held)
    return out


@dataclass(frozen=True, kw_only=True)
class _Pooling(Layer):
    """What all poolings share. Shapes: input (…, channels), output (…, channels)."""

    dimensions: ClassVar[int]
    combine: ClassVar[np.ufunc]
    empty: ClassVar[float]

    pool_size: Shape = argument(Sizes(2), "Rows and columns of the window.", (2, 2))
    strides: Shape | None = argument(
        Nullable(Sizes(2)), "How far apart the windows stand; null: as far as they are large.", None
    )
    padding: str = argument(
        Choice(PADDINGS), "Whether windows stay inside the input (valid) or may reach over its edge (same).", "valid"
    )

    def windows(self, shape: Shape) -> Windows:
        """Return where the windows stand on an input of `shape`; raise `ShapeError` if they do not fit."""
        strides = self.pool_size if self.strides is None else self.strides
        return make_windows(shape, self.kind, self.pool_size, strides, (1,) * self.dimensions, self.padding)

    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """One node a position of the window and channel."""
        axes = self.windows(input_shapes[0])[-self.dimensions :]
        return (*(axis.count for axis in axes), input_shapes[0][-1])

    def _as_image(self, values: Array) -> Array:
        """Return a batch of sequences as one of images of one row; images as they are."""
        return values if self.dimensions == 2 else values[:, np.newaxis]

    def _pooled(self, values: Array) -> Array:
        """Combine the cells of every window: along columns of windows first, whose runs in memory are long."""
        windows = self.windows(values.shape[1:])
        image = self._as_image(values)
        output = np.empty((len(values), *self.output_shape([values.shape[1:]])), values.dtype)
        target = self._as_image(output)
        # in blocks, so that the half-combined images stay in the cache
        rows, columns = windows
        for images in split_images(len(image), image[0].nbytes + target[0].nbytes):
            part = image[images]
            if rows.size > 1 or rows.count < rows.length:
                part = slide_along(self.combine, part, 1, rows, self.empty)
            slide_along(self.combine, part, 2, columns, self.empty, target[images])
        return output

    def reads(self, box: Box, input_shapes: Sequence[Shape]) -> tuple[Box | None, ...]:
        """The windows of the box's positions, in the same channels."""
        axes = self.windows(input_shapes[0])[-self.dimensions :]
        return ((*(axis.reads(*interval) for axis, interval in zip(axes, box[:-1], strict=True)), box[-1]),)


class _MaxPooling(_Pooling):
    """output = the largest value under the window."""

    operation = "maximum"
    combine = np.maximum
    empty = -np.inf

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Take the largest value under every window; NaN if there is one."""
        return LayerValues(self._pooled(inputs[0]))

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """Give the gradient to the winner; of equal ones to the first, row by row, as PyTorch does."""
        windows = self.windows(inputs[0].shape[1:])
        by_input = np.zeros_like(inputs[0])
        image, target = self._as_image(inputs[0]), self._as_image(by_input)
        won, flowing = self._as_image(values.output), self._as_image(gradient)
        cells = [(row, column) for row in windows.rows.overlaps for column in windows.columns.overlaps]
        apart = all(axis.stride >= axis.size for axis in windows)
        # True times a number is that number, and False times it is 0, unless it is infinite
        plain = apart and bool(np.isfinite(flowing).all())
        undefined = bool(np.isnan(np.min(won)))
        for images in split_images(len(image), image[0].nbytes + 2 * won[0].nbytes):
            waiting = np.ones(won[images].shape, dtype=bool)
            for (down, pixels), (across, beside) in cells:
                place = (images, down, across)
                left = waiting[:, down, across]
                cell = image[images, pixels, beside]
                hit = np.equal(cell, won[place])
                if undefined:
                    hit |= np.isnan(cell)
                hit &= left
                left ^= hit
                held = target[images, pixels, beside]
                if plain:
                    np.multiply(flowing[place], hit, out=held)
                else:
                    held += np.where(hit, flowing[place], 0.0).astype(held.dtype, copy=False)
        return LayerGradient((by_input,))

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One term for every value under the window: the winner with weight 1, all others with 0."""
        windows = self.windows(inputs[0].shape)
        under = nodes_under(inputs[0], windows, index, slice(index[-1], index[-1] + 1))
        details = {"window": window_of(windows, index)}
        return maximum_terms(under.values.reshape(-1), under.numbers.reshape(-1), details=details)


class _AveragePooling(_Pooling):
    """output = the average of the values under the window; what hangs over the edge is not counted."""

    operation = "weighted_sum"
    combine = np.add
    empty = 0.0

    def _counts(self, windows: Windows, dtype: np.dtype[np.floating]) -> Array:
        """Return how many cells of each window lie on the input: (rows, columns, 1), without rows for sequences."""
        counts = np.outer(windows.rows.counts(), windows.columns.counts()).astype(dtype)[..., np.newaxis]
        return counts if self.dimensions == 2 else counts[0]

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Add up every window and divide."""
        output = self._pooled(inputs[0])
        output /= self._counts(self.windows(inputs[0].shape[1:]), output.dtype)
        return LayerValues(output)

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """Every value under a window gets the same share of its gradient."""
        windows = self.windows(inputs[0].shape[1:])
        by_input = np.zeros_like(inputs[0])
        target = self._as_image(by_input)
        shares = self._as_image(gradient / self._counts(windows, gradient.dtype))
        for down, pixels in windows.rows.overlaps:
            for across, beside in windows.columns.overlaps:
                target[:, pixels, beside] += shares[:, down, across]
        return LayerGradient((by_input,))

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One term for every value under the window, all with weight 1 / count."""
        windows = self.windows(inputs[0].shape)
        under = nodes_under(inputs[0], windows, index, slice(index[-1], index[-1] + 1))
        value = under.values.reshape(-1)
        weight = np.full(len(value), 1.0 / len(value))
        return single_terms(value, under.numbers.reshape(-1), weight, details={"window": window_of(windows, index)})


@dataclass(frozen=True, kw_only=True)
class MaxPooling2D(_MaxPooling):
    """output[r, c, k] = the largest value of channel k under the window at (r, c)."""

    kind = "MaxPooling2D"
    description = "Keeps the largest value of each small window: whether a pattern was found there at all."
    dimensions = 2


@dataclass(frozen=True, kw_only=True)
class AveragePooling2D(_AveragePooling):
    """output[r, c, k] = the average of channel k under the window at (r, c)."""

    kind = "AveragePooling2D"
    description = "Keeps the average of each small window: a smaller, smoother image."
    dimensions = 2


@dataclass(frozen=True, kw_only=True)
class MaxPooling1D(_MaxPooling):
    """output[s, k] = the largest value of channel k under the window at step s."""

    kind = "MaxPooling1D"
    description = "Keeps the largest value of each few steps of a sequence."
    dimensions = 1

    pool_size: Shape = argument(Sizes(1), "The number of steps in the window.", (2,))
    strides: Shape | None = argument(
        Nullable(Sizes(1)), "How far apart the windows stand; null: as far as they are large.", None
    )


@dataclass(frozen=True, kw_only=True)
class AveragePooling1D(_AveragePooling):
    """output[s, k] = the average of channel k under the window at step s."""

    kind = "AveragePooling1D"
    description = "Keeps the average of each few steps of a sequence."
    dimensions = 1

    pool_size: Shape = argument(Sizes(1), "The number of steps in the window.", (2,))
    strides: Shape | None = argument(
        Nullable(Sizes(1)), "How far apart the windows stand; null: as far as they are large.", None
    )
