"""A convolution and the pooling behind it as one step of training: less memory moved, and nothing that no one reads.

A convolutional network spends its time on moving values as much as on multiplying them. Where a MaxPooling2D whose
windows do not overlap is the only reader of a Conv2D (linear or ReLU), both can be done together:

- The windows are gathered by their place under the pooling: first all that are a pooling window's upper left cell, then
  all upper right ones, and so on. The sums come out as one plane for each cell, and pooling is the maximum of planes.
- The largest of several ReLUs is the ReLU of the largest: it is applied after pooling, to a quarter of the values.
- Rows and columns at the edge that pooling leaves out are never computed.
- The gathered windows are kept for the way back, which needs them again. A last column of ones brings the bias along.

The results are those of the two layers, up to the order in which products are added.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from app.nn.layers import Layer, LayerGradient, LayerValues, Parameters
from app.nn.layers.convolution import Conv2D
from app.nn.layers.pooling import MaxPooling2D
from app.nn.layers.sliding import spread_windows
from app.nn.layers.values import Random
from app.nn.layers.windows import Windows
from app.nn.reading import Array, Shape


class PooledConvolution:
    """Does what `convolution` and then `pooling` do in training, for inputs of `shape` (rows, columns, channels).

    It owns the memory that it computes in, which the next call overwrites: the values of one call must be carried
    back before the next.
    """

    def __init__(self, convolution: Conv2D, pooling: MaxPooling2D, shape: Shape) -> None:
        self.convolution = convolution
        self.rectified = convolution.activation.name == "relu"
        windows = convolution.windows(shape)
        pools = pooling.windows(convolution.output_shape([shape]))
        self.cells = (pools.rows.size, pools.columns.size)
        self.pooled: Shape = (pools.rows.count, pools.columns.count, convolution.filters)
        # only the positions that a pooling window covers
        self.windows = Windows(
            replace(windows.rows, count=pools.rows.count * pools.rows.size),
            replace(windows.columns, count=pools.columns.count * pools.columns.size),
        )
        self.width = windows.size * shape[2]
        self._memory: tuple[int, Array, Array, Array | None] | None = None

    def _buffers(self, inputs: Array) -> tuple[Array, Array, Array | None]:
        """Return the gathered windows, the planes of sums, and the padded input, all for so many examples."""
        count = len(inputs)
        if self._memory is None or self._memory[0] != count:
            rows, columns, filters = self.pooled
            positions = self.cells[0] * self.cells[1] * count * rows * columns
            gathered = np.empty((positions, self.width + self.convolution.use_bias), inputs.dtype)
            gathered[:, self.width :] = 1.0
            planes = np.empty((positions, filters), inputs.dtype)
            padded = None if self.windows.inside else self._padded(inputs)
            self._memory = (count, gathered, planes, padded)
        return self._memory[1:]

    def _padded(self, inputs: Array) -> Array:
        rows, columns = self.windows
        height = max(rows.reach, rows.before + rows.length)
        width = max(columns.reach, columns.before + columns.length)
        return np.zeros((len(inputs), height, width, inputs.shape[3]), inputs.dtype)

    def _gather(self, inputs: Array, gathered: Array) -> None:
        """Copy every window into a row; rows go by (cell row, cell column, example, row, column) of the pooling."""
        rows, columns = self.windows
        image, down, right, channel = inputs.strides
        step_down, step_right = down * rows.stride, right * columns.stride
        outer = (*self.cells, len(inputs), *self.pooled[:2])
        strides = (step_down, step_right, image, step_down * self.cells[0], step_right * self.cells[1])
        if columns.dilation == 1 and right == channel * inputs.shape[3]:  # a window's row is one run in memory
            inner: Any = (rows.size, columns.size * inputs.shape[3])
            inner_strides: Any = (down * rows.dilation, channel)
        else:
            inner = (rows.size, columns.size, inputs.shape[3])
            inner_strides = (down * rows.dilation, right * columns.dilation, channel)
        source = as_strided(inputs, (*outer, *inner), (*strides, *inner_strides), writeable=False)
        gathered[:, : self.width].reshape(*outer, *inner)[...] = source

    def _weights(self, parameters: Parameters) -> Array:
        kernel = parameters["kernel"].reshape(self.width, -1)
        if not self.convolution.use_bias:
            return kernel
        return np.concatenate([kernel, parameters["bias"][np.newaxis]])

    def training_forward(self, inputs: Sequence[Array], parameters: Parameters, random: Random) -> LayerValues:
        """Return the pooled values; `named` holds what the way back needs."""
        values = np.ascontiguousarray(inputs[0])
        gathered, planes, padded = self._buffers(values)
        if padded is not None:
            rows, columns = self.windows
            inner = padded[:, max(rows.before, 0) :, max(columns.before, 0) :]
            inner[:, : rows.length, : columns.length] = values
            values = padded
        self._gather(values, gathered)
        np.matmul(gathered, self._weights(parameters), out=planes)
        parts = planes.reshape(self.cells[0] * self.cells[1], -1, self.pooled[2])
        largest = parts[0].copy() if len(parts) == 1 else np.maximum(parts[0], parts[1])
        for part in parts[2:]:
            np.maximum(largest, part, out=largest)
        if self.rectified:
            np.maximum(largest, 0.0, out=largest)
        output = largest.reshape(len(inputs[0]), *self.pooled)
        return LayerValues(output, named={"windows": gathered, "planes": parts})

    def training_backward(
        self,
        inputs: Sequence[Array],
        parameters: Parameters,
        values: LayerValues,
        gradient: Array,
        *,
        inputs_needed: bool = True,
    ) -> LayerGradient:
        """Give the gradient to the first of the largest under each pooling window, and go back through the sums."""
        parts, gathered = values.named["planes"], values.named["windows"]
        largest = values.output.reshape(parts.shape[1:])
        flowing = gradient.reshape(largest.shape)
        if self.rectified:
            flowing = flowing * (largest > 0.0)  # where it is 0 no plane need be right below
        waiting = None
        for number, part in enumerate(parts):
            hit = np.equal(part, largest)
            if waiting is None:
                waiting = ~hit
            else:
                hit &= waiting
                if number < len(parts) - 1:
                    waiting ^= hit
            np.multiply(flowing, hit, out=part)  # the sums are not needed any more: their derivatives take their place
        by_sums = parts.reshape(-1, self.pooled[2])
        total = gathered.T @ by_sums
        by_parameters = {"kernel": total[: self.width].reshape(parameters["kernel"].shape)}
        if self.convolution.use_bias:
            by_parameters["bias"] = total[self.width]
        by_input = None
        if inputs_needed:
            rows, columns, filters = self.pooled
            images = by_sums.reshape(*self.cells, len(gradient), rows, columns, filters).transpose(2, 3, 0, 4, 1, 5)
            in_order = images.reshape(len(gradient), rows * self.cells[0], columns * self.cells[1], filters)
            by_input = spread_windows(in_order, parameters["kernel"], self.windows)
        return LayerGradient((by_input,), by_parameters)


def pooled_convolution(layer: Layer, reader: Layer, shape: Shape) -> PooledConvolution | None:
    """Return both as one, or `None` where they cannot be; `shape` is that of the convolution's input."""
    if not (isinstance(layer, Conv2D) and isinstance(reader, MaxPooling2D)):
        return None
    if layer.groups > 1 or layer.activation.name not in ("linear", "relu"):
        return None
    pools = reader.windows(layer.output_shape([shape]))
    apart = all(axis.stride == axis.size and axis.inside for axis in pools)
    apart = apart and min(axis.before for axis in layer.windows(shape)) >= 0
    return PooledConvolution(layer, reader, shape) if apart and min(axis.count for axis in pools) > 0 else None
