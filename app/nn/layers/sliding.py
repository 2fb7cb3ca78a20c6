"""Products of windows and kernels, block by block: the arithmetic of all convolutions.

Arrays are images with channels last: inputs (batch, rows, columns, channels), kernels (rows, columns, channels /
groups, filters). Windows are gathered as the rows of a matrix, in blocks small enough to stay in the processor's
cache, and one matrix product a block does the work (Chellapilla, Puri and Simard 2006). The runs that are copied are
as long as a window's row; a last column of ones lets the bias ride along in the product.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from app.nn.layers.product_forms import GatheredBlock
from app.nn.layers.windows import WindowAxis, Windows
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


def split_images(batch: int, image_bytes: int) -> Iterator[slice]:
    """Split a batch into blocks of whole images of about `BLOCK_BYTES`."""
    images = max(1, BLOCK_BYTES // max(1, image_bytes))
    return (slice(image, min(batch, image + images)) for image in range(0, batch, images))


class WindowMatrix:
    """The windows of a batch as rows of a matrix, a block at a time: (windows, cells · channels), and a 1 if `ones`.

    Iterating yields (block, matrix); the matrix is overwritten by the next one. Of the inputs, which must be
    contiguous, only some `channels` are looked at. Windows of one cell that stand on every pixel need no copy: then
    the matrix is part of the inputs, and never has the ones.
    """

    def __init__(self, inputs: Array, windows: Windows, channels: slice, ones: bool) -> None:
        self.inputs = inputs
        self.windows = windows
        self.channels = channels
        self.inside = windows.inside
        depth = channels.stop - channels.start
        whole = depth == inputs.shape[3] and windows.positions == inputs.shape[1] * inputs.shape[2]
        self.plain = whole and self.inside and windows.size == 1
        self.ones = ones and not self.plain
        self.window = (windows.rows.size, windows.columns.size, depth)
        self.width = windows.size * depth

    def __iter__(self) -> Iterator[tuple[Block, Array]]:
        inputs, windows, width = self.inputs, self.windows, self.width
        dtype, columns = inputs.dtype, windows.columns.count
        blocks = list(split_blocks(len(inputs), windows, (width + self.ones) * dtype.itemsize))
        if self.plain:
            for images, rows in blocks:
                yield (images, rows), inputs[images, rows].reshape(-1, width)
            return
        images, rows = blocks[0]
        shape = (images.stop - images.start, rows.stop - rows.start, columns)
        matrix = np.empty((shape[0] * shape[1] * columns, width + self.ones), dtype)
        if self.ones:
            matrix[:, width] = 1.0
        first = self.channels.start if self.inside else 0
        padded = None if self.inside else self._padded_buffer(shape[0])
        seen = -1
        for images, rows in blocks:
            shape = (images.stop - images.start, rows.stop - rows.start, columns)
            source = inputs[images]
            if padded is not None:
                if images.start != seen:
                    self._pad(source, padded)
                source, seen = padded[: shape[0]], images.start
            part = matrix[: shape[0] * shape[1] * columns]
            part[:, :width].reshape(*shape, *self.window)[...] = self._view(source, first)[:, rows]
            yield (images, rows), part

    def _padded_buffer(self, images: int) -> Array:
        rows, columns = self.windows
        height = max(rows.reach, rows.before + rows.length)
        width = max(columns.reach, columns.before + columns.length)
        return np.zeros((images, height, width, self.window[2]), self.inputs.dtype)

    def _pad(self, source: Array, padded: Array) -> None:
        rows, columns = self.windows
        inner = padded[: len(source), rows.before : rows.before + rows.length]
        inner[:, :, columns.before : columns.before + columns.length] = source[..., self.channels]

    def _view(self, source: Array, first: int) -> Array:
        """Return every window of some images, from channel `first` on, without copying: (images, rows, columns, …)."""
        rows, columns = self.windows
        image, down, right, channel = source.strides
        shape = (len(source), rows.count, columns.count, *self.window)
        strides = (image, down * rows.stride, right * columns.stride)
        inner = (down * rows.dilation, right * columns.dilation, channel)
        # what as_strided does, in a tenth of the time
        return np.ndarray(shape, source.dtype, source, first * channel, (*strides, *inner))


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
        matrix = WindowMatrix(inputs, windows, channels, ones=bias is not None)
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


@dataclass(frozen=True)
class WindowForm:
    """One group of a convolution of one image, a `GatheredForm`; features are (row, column, channel) of a window."""

    image: Array
    kernel: Array
    windows: Windows
    channels: slice
    filters: slice

    @property
    def weight(self) -> Array:
        """The kernel as a matrix."""
        return self.kernel[..., self.filters].reshape(-1, self.filters.stop - self.filters.start)

    @property
    def first_unit(self) -> int:
        """The first filter of the group."""
        first: int = self.filters.start
        return first

    @property
    def units(self) -> int:
        """All filters."""
        filters: int = self.kernel.shape[3]
        return filters

    @property
    def positions(self) -> int:
        """How many windows there are."""
        return self.windows.positions

    def blocks(self) -> Iterator[GatheredBlock]:
        """Gather some rows of windows at a time."""
        rows, columns = self.windows
        across = self._beyond(columns, range(columns.count))
        depth = self.channels.stop - self.channels.start
        for (_, band), gathered in WindowMatrix(self.image, self.windows, self.channels, ones=False):
            down = self._beyond(rows, range(band.start, band.stop))
            padding = down[:, np.newaxis, :, np.newaxis] | across[np.newaxis, :, np.newaxis, :]
            flat = np.repeat(padding.reshape(len(gathered), -1), depth, axis=1)
            yield GatheredBlock(band.start * columns.count, gathered, flat)

    @staticmethod
    def _beyond(axis: WindowAxis, positions: range) -> Array:
        """Tell of each cell of the windows at some positions whether it lies beyond an end."""
        first = np.array([axis.first(position) for position in positions])
        cells = first[:, np.newaxis] + np.arange(axis.size) * axis.dilation
        return (cells < 0) | (cells >= axis.length)

    def look_up(self, position: Array, feature: Array) -> tuple[Array, Array]:
        """Return the pixels, numbered as nodes, that features of windows are, and their values."""
        rows, columns = self.windows
        down, across = np.divmod(position, columns.count)
        cell, channel = np.divmod(feature, self.channels.stop - self.channels.start)
        row = down * rows.stride - rows.before + cell // columns.size * rows.dilation
        column = across * columns.stride - columns.before + cell % columns.size * columns.dilation
        channel = channel + self.channels.start
        number = (row * columns.length + column) * self.image.shape[3] + channel
        return number, self.image[0, row, column, channel]


def gather_forms(image: Array, kernel: Array, windows: Windows, groups: int) -> list[WindowForm]:
    """Return each group of a convolution as products with a matrix, for the one image of a batch."""
    image = np.ascontiguousarray(image)
    pairs = _groups(image.shape[3], kernel.shape[3], groups)
    return [WindowForm(image, kernel, windows, channels, chosen) for channels, chosen in pairs]


class KernelGradient(NamedTuple):
    """Derivatives by what a convolution is made of; `inputs` and `bias` are `None` where they were not asked for."""

    inputs: Array | None
    kernel: Array
    bias: Array | None


def differentiate_windows(
    inputs: Array,
    kernel: Array,
    windows: Windows,
    groups: int,
    gradient: Callable[[Block], Array],
    *,
    bias: bool,
    by_inputs: bool,
) -> KernelGradient:
    """Return the derivatives by inputs, kernel and bias of what has the derivative `gradient` by the sums.

    `gradient` gives the derivative by the sums of a block (images, rows, columns, filters): it is asked for block by
    block, and used while it is in the cache.
    """
    filters = kernel.shape[3]
    inputs = np.ascontiguousarray(inputs)
    by_kernel = np.empty_like(kernel)
    by_bias = np.empty(filters, kernel.dtype) if bias else None
    result = np.zeros_like(inputs) if by_inputs else None
    for channels, chosen in _groups(inputs.shape[3], filters, groups):
        matrix = WindowMatrix(inputs, windows, channels, ones=bias)
        total = np.zeros((matrix.width + matrix.ones, chosen.stop - chosen.start), kernel.dtype)
        summed = np.zeros(chosen.stop - chosen.start, kernel.dtype)
        spread = None if result is None else WindowSpread(result, kernel, windows, channels, chosen)
        for block, gathered in matrix:
            held = gradient(block)
            flat = held.reshape(len(gathered), filters)[:, chosen]
            total += gathered.T @ flat
            if bias and not matrix.ones:
                summed += flat.sum(axis=0)
            if spread is not None:
                spread.add(block, flat)
        by_kernel[..., chosen] = total[: matrix.width].reshape(*kernel.shape[:3], -1)
        if by_bias is not None:
            by_bias[chosen] = total[-1] if matrix.ones else summed
    return KernelGradient(result, by_kernel, by_bias)


class WindowSpread:
    """Adds to `target` what windows spread: each the kernel (of some channels and filters) times its numbers.

    That is the derivative by a convolution's input, and the transposed convolution.
    """

    def __init__(self, target: Array, kernel: Array, windows: Windows, channels: slice, filters: slice) -> None:
        self.target = target[..., channels]
        self.windows = windows
        width = channels.stop - channels.start
        # one product for every cell of the window: its results lie as the pixels do that they are added to
        self.weights = kernel[..., filters].reshape(windows.size, width, -1).transpose(0, 2, 1).copy()
        self.products: Any = None

    def add(self, block: Block, numbers: Array) -> None:
        """Spread the windows of a block; `numbers` is (windows, filters)."""
        images, band = block
        rows, columns = self.windows
        size, _, width = self.weights.shape
        if self.products is None or self.products.shape[1] < len(numbers):
            self.products = np.empty((size, len(numbers), width), numbers.dtype)
        products = np.matmul(numbers, self.weights, out=self.products[:, : len(numbers)])
        shape = (size, images.stop - images.start, band.stop - band.start, columns.count, width)
        target = self.target[images]
        whole = band.stop - band.start == rows.count
        cell = 0
        spread = products.reshape(shape)
        for row in range(rows.size):
            places, pixels = rows.overlaps[row] if whole else rows.overlap(row, band.start, band.stop)
            for across, beside in columns.overlaps:
                target[:, pixels, beside] += spread[cell, :, places, across]
                cell += 1


def spread_windows(numbers: Array, kernel: Array, windows: Windows, groups: int = 1) -> Array:
    """Return what the windows add up to when each spreads its kernel, times the number at its position.

    `numbers` is (batch, window rows, window columns, filters), the result (batch, rows, columns, channels).
    """
    filters = kernel.shape[3]
    shape = (len(numbers), windows.rows.length, windows.columns.length, kernel.shape[2] * groups)
    result = np.zeros(shape, numbers.dtype)
    for channels, chosen in _groups(shape[3], filters, groups):
        spread = WindowSpread(result, kernel, windows, channels, chosen)
        window_bytes = windows.size * kernel.shape[2] * numbers.itemsize
        for block in split_blocks(len(numbers), windows, window_bytes):
            spread.add(block, np.ascontiguousarray(numbers[block]).reshape(-1, filters)[:, chosen])
    return result
