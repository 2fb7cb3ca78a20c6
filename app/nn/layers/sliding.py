"""Products of windows and kernels, block by block: the arithmetic of all convolutions.

Arrays are images with channels last: inputs (batch, rows, columns, channels), kernels (rows, columns, channels /
groups, filters). Windows are gathered as the rows of a matrix, in blocks small enough to stay in the processor's
cache, and one matrix product a block does the work (Chellapilla, Puri and Simard 2006). The runs that are copied are
as long as a window's row; a last column of ones lets the bias ride along in the product.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from app.nn.layers.windows import Windows
from app.nn.reading import Array

BLOCK_BYTES = 1 << 20
"""How large a block of gathered windows may be: it is written and read once more while it is in the cache."""

Block = tuple[slice, slice]
"""Some images of a batch, and some rows of windows: all of them where a block holds several images."""

Finish = Callable[[Block, Array], None]


def split_blocks(batch: int, windows: Windows, window_bytes: int) -> Iterator[Block]:
    """Split a batch into blocks of whole images, or images into bands of rows, of about `BLOCK_BYTES`."""
    row_bytes = max(1, windows.columns.count * window_bytes)
    rows = min(windows.rows.count, max(1, BLOCK_BYTES // row_bytes))
    images = max(1, BLOCK_BYTES // (row_bytes * windows.rows.count)) if rows == windows.rows.count else 1
    for image in range(0, batch, images):
        for row in range(0, windows.rows.count, rows):
            yield slice(image, min(batch, image + images)), slice(row, min(windows.rows.count, row + rows))


class WindowMatrix:
    """The windows of a batch as rows of a matrix, a block at a time: (windows, cells · channels), and a 1 if `ones`.

    Iterating yields (block, matrix); the matrix is overwritten by the next one. Windows of one cell that stand on
    every pixel need no copy: then the matrix is part of the inputs, and never has the ones.
    """

    def __init__(self, inputs: Array, windows: Windows, ones: bool) -> None:
        self.inputs = inputs
        self.windows = windows
        self.plain = windows.size == 1 and windows.inside and windows.positions == inputs.shape[1] * inputs.shape[2]
        self.ones = ones and not self.plain
        self.width = windows.size * inputs.shape[3]

    def __iter__(self) -> Iterator[tuple[Block, Array]]:
        inputs, windows, width = self.inputs, self.windows, self.width
        columns = windows.columns.count
        dtype = inputs.dtype
        blocks = list(split_blocks(len(inputs), windows, (width + self.ones) * dtype.itemsize))
        if self.plain:
            for images, rows in blocks:
                yield (images, rows), inputs[images, rows].reshape(-1, width)
            return
        images, rows = blocks[0]
        matrix = np.empty(((images.stop - images.start) * (rows.stop - rows.start) * columns, width + self.ones), dtype)
        if self.ones:
            matrix[:, width] = 1.0
        padded = None if windows.inside else self._padded_buffer(images.stop - images.start)
        seen = -1
        for images, rows in blocks:
            shape = (images.stop - images.start, rows.stop - rows.start)
            source = inputs[images]
            if padded is not None:
                if images.start != seen:
                    self._pad(source, padded)
                source, seen = padded[: shape[0]], images.start
            part = matrix[: shape[0] * shape[1] * columns]
            target = part[:, :width].reshape(*shape, columns, *self._window_shape)
            target[...] = self._view(source)[:, rows]
            yield (images, rows), part

    @property
    def _window_shape(self) -> tuple[int, int, int]:
        return self.windows.rows.size, self.windows.columns.size, self.inputs.shape[3]

    def _padded_buffer(self, images: int) -> Array:
        rows, columns = self.windows
        height = max(rows.reach, rows.before + rows.length)
        width = max(columns.reach, columns.before + columns.length)
        return np.zeros((images, height, width, self.inputs.shape[3]), self.inputs.dtype)

    def _pad(self, source: Array, padded: Array) -> None:
        rows, columns = self.windows
        inner = padded[: len(source), rows.before : rows.before + rows.length]
        inner[:, :, columns.before : columns.before + columns.length] = source

    def _view(self, source: Array) -> Array:
        """Return every window of some images without copying: (images, rows, columns, *window)."""
        rows, columns = self.windows
        image, down, right, channel = source.strides
        strides = (image, down * rows.stride, right * columns.stride)
        inner = (down * rows.dilation, right * columns.dilation, channel)
        shape = (len(source), rows.count, columns.count, *self._window_shape)
        return as_strided(source, shape, (*strides, *inner), writeable=False)


def _groups(channels: int, filters: int, groups: int) -> Iterator[tuple[slice, slice]]:
    """Go through the groups: which channels and which filters belong together."""
    for group in range(groups):
        yield (
            slice(group * channels // groups, (group + 1) * channels // groups),
            slice(group * filters // groups, (group + 1) * filters // groups),
        )


def multiply_windows(
    inputs: Array, kernel: Array, bias: Array | None, windows: Windows, groups: int = 1, finish: Finish | None = None
) -> Array:
    """Return Σ window · kernel + bias at every position: (batch, rows, columns, filters).

    `finish` is called with every block and its sums, while they are still in the cache.
    """
    filters = kernel.shape[3]
    inputs = np.ascontiguousarray(inputs)
    sums = np.empty((len(inputs), windows.rows.count, windows.columns.count, filters), inputs.dtype)
    pairs = list(_groups(inputs.shape[3], filters, groups))
    for number, (channels, chosen) in enumerate(pairs):
        matrix = WindowMatrix(inputs[..., channels], windows, ones=bias is not None)
        weights = kernel[..., chosen].reshape(matrix.width, -1)
        if matrix.ones and bias is not None:
            weights = np.concatenate([weights, bias[np.newaxis, chosen]])
        for block, gathered in matrix:
            held = sums[block].reshape(len(gathered), filters)
            np.matmul(gathered, weights, out=held[:, chosen])
            if bias is not None and not matrix.ones:
                held[:, chosen] += bias[chosen]
            if finish is not None and number == len(pairs) - 1:
                finish(block, sums[block])
    return sums


def differentiate_kernel(
    inputs: Array, gradient: Array, kernel: Array, windows: Windows, groups: int = 1, with_bias: bool = True
) -> tuple[Array, Array | None]:
    """Return the derivatives by kernel and bias of what has the derivative `gradient` by the sums of the windows."""
    filters = kernel.shape[3]
    inputs, gradient = np.ascontiguousarray(inputs), np.ascontiguousarray(gradient)
    by_kernel = np.empty_like(kernel)
    by_bias = np.empty(filters, kernel.dtype) if with_bias else None
    for channels, chosen in _groups(inputs.shape[3], filters, groups):
        matrix = WindowMatrix(inputs[..., channels], windows, ones=with_bias)
        total = np.zeros((matrix.width + matrix.ones, chosen.stop - chosen.start), kernel.dtype)
        for block, gathered in matrix:
            total += gathered.T @ gradient[block].reshape(len(gathered), filters)[:, chosen]
        by_kernel[..., chosen] = total[: matrix.width].reshape(*kernel.shape[:3], -1)
        if by_bias is not None:
            by_bias[chosen] = total[-1] if matrix.ones else gradient[..., chosen].sum(axis=(0, 1, 2))
    return by_kernel, by_bias


def spread_windows(gradient: Array, kernel: Array, windows: Windows, groups: int = 1) -> Array:
    """Return what the windows add up to when each spreads its kernel, times the number at its position.

    `gradient` is (batch, window rows, window columns, filters), the result (batch, rows, columns, channels): the
    derivative by a convolution's input, and the transposed convolution.
    """
    rows, columns = windows
    filters = kernel.shape[3]
    gradient = np.ascontiguousarray(gradient)
    result = np.zeros((len(gradient), rows.length, columns.length, kernel.shape[2] * groups), gradient.dtype)
    for channels, chosen in _groups(result.shape[3], filters, groups):
        width = channels.stop - channels.start
        # one product for every cell of the window: its results lie as the pixels do that they are added to
        weights = kernel[..., chosen].reshape(windows.size, width, -1).transpose(0, 2, 1).copy()
        target = result[..., channels]
        products: Any = None
        for images, band in split_blocks(len(gradient), windows, windows.size * width * gradient.itemsize):
            held = gradient[images, band]
            flat = held.reshape(-1, filters)[:, chosen]
            if products is None:
                products = np.empty((windows.size, len(flat), width), gradient.dtype)
            part = np.matmul(flat, weights, out=products[:, : len(flat)])
            for cell, (row, column) in enumerate(windows.offsets()):
                places, pixels = rows.overlap(row, band.start, band.stop)
                across, beside = columns.overlap(column)
                spread = part[cell].reshape(*held.shape[:3], width)
                target[images, pixels, beside] += spread[:, places, across]
    return result
