"""Conv2DTranspose: a convolution the other way round, which makes an image larger."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.nn.activations import BoundActivation
from app.nn.argument_types import Boolean, Choice, Integer, Nullable, Sizes
from app.nn.arguments import activation_argument, argument, initializer_argument
from app.nn.initializers import BoundInitializer
from app.nn.layers.base import Layer
from app.nn.layers.convolution import check_rates
from app.nn.layers.shapes import Box, ShapeError, activated_shape, before_activation
from app.nn.layers.sliding import differentiate_windows, multiply_windows, spread_windows
from app.nn.layers.terms import Terms, single_terms
from app.nn.layers.values import LayerGradient, LayerValues, Parameters, ParameterSpec, activated
from app.nn.layers.window_terms import channel_sums
from app.nn.layers.windows import PADDINGS, Interval, WindowAxis, Windows, spatial_axes
from app.nn.reading import Array, Shape


def transposed_axis(
    length: int, size: int, stride: int, dilation: int, padding: str, output_padding: int | None
) -> WindowAxis:
    """Return the windows that the `length` cells of an input spread over the output: its axis is that of the output.

    Lengths and the part that "same" cuts off are Keras' (and, with its padding, TensorFlow's): without
    `output_padding` the output has length · stride cells, or what the windows reach if that is more ("valid").
    """
    span = (size - 1) * dilation + 1
    if padding == "valid":
        more = max(span, stride) - span if output_padding is None else output_padding
        return WindowAxis((length - 1) * stride + span + more, size, length, stride, dilation)
    if output_padding is None:
        output, missing = length * stride, stride + span - 2
    else:
        output, missing = (length - 1) * stride + span % 2 + output_padding, span + span % 2 - 2 + output_padding
    before = span - 1 - min(missing // 2 + missing % 2, span - 1)
    if output < 1:
        raise ShapeError('its output would be empty; expected a larger output_padding, or padding "valid"')
    return WindowAxis(output, size, length, stride, dilation, before)


def sources_of(axis: WindowAxis, position: int) -> list[tuple[int, int]]:
    """Return which input cells reach an output cell, each with the cell of its window that does."""
    found = []
    for offset in range(axis.size):
        step = position + axis.before - offset * axis.dilation
        if step % axis.stride == 0 and 0 <= step // axis.stride < axis.count:
            found.append((step // axis.stride, offset))
    return found


def sources_around(axis: WindowAxis, start: int, stop: int) -> Interval:
    """Return the part of the input from the first to the last cell that may reach output cells `start` to `stop`."""
    first = -(-(start + axis.before - axis.span + 1) // axis.stride)
    last = (stop - 1 + axis.before) // axis.stride
    first, last = min(max(0, first), axis.count - 1), min(max(0, last), axis.count - 1)
    return min(first, last), max(first, last) + 1


@dataclass(frozen=True, kw_only=True)
class Conv2DTranspose(Layer):
    """Every pixel of the input spreads its window, times its value, over the output; then bias and activation.

    Shapes: input (rows, columns, channels), kernel (rows, columns, filters, channels), bias (filters,).
    """

    kind = "Conv2DTranspose"
    description = "Spreads a small window of weights from every pixel: a larger image is painted with learned patterns."
    operation = "weighted_sum"

    filters: int = argument(Integer(minimum=1), "The number of filters: each makes one map of the output.")
    kernel_size: Shape = argument(Sizes(2), "Rows and columns of the window.")
    strides: Shape = argument(Sizes(2), "How far apart the windows of neighbouring pixels stand.", (1, 1))
    padding: str = argument(
        Choice(PADDINGS), "Whether all that windows reach is kept (valid) or strides times the input (same).", "valid"
    )
    output_padding: Shape | None = argument(
        Nullable(Sizes(2, minimum=0)), "How many rows and columns are added at the end; null: as many as needed.", None
    )
    dilation_rate: Shape = argument(Sizes(2), "How far apart the cells of a window are.", (1, 1))
    activation: BoundActivation = activation_argument()
    use_bias: bool = argument(Boolean(), "Whether each filter adds a bias.", True)
    kernel_initializer: BoundInitializer = initializer_argument("glorot_uniform", "the kernel")
    bias_initializer: BoundInitializer = initializer_argument("zeros", "the bias")

    @property
    def bound_activation(self) -> BoundActivation:
        """The function applied to the weighted sums."""
        return self.activation

    def windows(self, shape: Shape) -> Windows:
        """Return the windows that an input of `shape` spreads over the output; raise `ShapeError` if that cannot be."""
        check_rates(self.strides, self.dilation_rate)
        lengths = spatial_axes(shape, 2, self.kind)
        more = self.output_padding
        if more is not None and any(one >= stride for one, stride in zip(more, self.strides, strict=True)):
            raise ShapeError(f"output_padding {list(more)} is not below strides {list(self.strides)}")
        rows, columns = (
            transposed_axis(
                lengths[axis],
                self.kernel_size[axis],
                self.strides[axis],
                self.dilation_rate[axis],
                self.padding,
                None if more is None else more[axis],
            )
            for axis in (0, 1)
        )
        return Windows(rows, columns)

    def pre_activation_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """One node a pixel of the larger image and filter."""
        windows = self.windows(input_shapes[0])
        return (windows.rows.length, windows.columns.length, self.filters)

    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """One node a pixel of the larger image and filter (half of the filters after glu)."""
        return activated_shape(self.activation, self.pre_activation_shape(input_shapes))

    def parameter_specs(self, input_shapes: Sequence[Shape]) -> Mapping[str, ParameterSpec]:
        """Need a kernel (*window, filters, channels) and, if used, a bias (filters,)."""
        shape = (*self.kernel_size, self.filters, input_shapes[0][-1])
        specs = {"kernel": ParameterSpec(shape, self.kernel_initializer, self.trainable)}
        if self.use_bias:
            specs["bias"] = ParameterSpec((self.filters,), self.bias_initializer, self.trainable)
        return specs

    def multiply_adds(self, input_shapes: Sequence[Shape]) -> int:
        """Count one for every weight at every pixel of the input."""
        return math.prod(input_shapes[0]) * math.prod(self.kernel_size) * self.filters

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Let every pixel spread its window."""
        sums = spread_windows(inputs[0], parameters["kernel"], self.windows(inputs[0].shape[1:]))
        if self.use_bias:
            sums += parameters["bias"]
        return activated(self.activation, sums)

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """The derivative by the input is the convolution whose transpose this is."""
        by_sums = np.ascontiguousarray(self.activation_gradient(values, gradient))
        windows = self.windows(inputs[0].shape[1:])
        kernel = parameters["kernel"]
        found = differentiate_windows(by_sums, kernel, windows, 1, inputs[0].__getitem__, bias=False, by_inputs=False)
        by_parameters = {"kernel": found.kernel}
        if self.use_bias:
            by_parameters["bias"] = by_sums.sum(axis=(0, 1, 2))
        return LayerGradient((multiply_windows(by_sums, kernel, None, windows),), by_parameters, by_sums)

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One term for every value whose window reaches the node: value × weight.

        `window` in `details` is the part of the input that does.
        """
        windows = self.windows(inputs[0].shape)
        _, width, channels = inputs[0].shape
        pixels = [
            (row, column, down, across)
            for row, down in sources_of(windows.rows, index[0])
            for column, across in sources_of(windows.columns, index[1])
        ]
        rows, columns, downs, acrosses = np.array(pixels, dtype=np.int64).reshape(-1, 4).T
        numbers = ((rows * width + columns) * channels)[:, np.newaxis] + np.arange(channels)
        values = inputs[0][rows, columns]
        weights = parameters["kernel"][downs, acrosses, index[-1]]
        bias = float(parameters["bias"][index[-1]]) if self.use_bias else None
        terms = single_terms(values.reshape(-1), numbers.reshape(-1), weights.reshape(-1), bias=bias)
        assert terms.product is not None
        around = [
            sources_around(axis, position, position + 1) for axis, position in zip(windows, index[:2], strict=True)
        ]
        window = {
            "start": [start for start, _ in around],
            "size": [stop - start for start, stop in around],
            "strides": [1, 1],
            "dilation": [1, 1],
            "padding": [[0, 0], [0, 0]],
        }
        sums = channel_sums(terms.product.reshape(-1, 1, channels))
        return replace(terms, details={"window": window, "channels": sums})

    def reads(self, box: Box, input_shapes: Sequence[Shape]) -> tuple[Box | None, ...]:
        """The pixels whose windows reach the box's, in all channels."""
        box = before_activation(self.activation, box, self.pre_activation_shape(input_shapes))
        windows = self.windows(input_shapes[0])
        sides = (sources_around(axis, *interval) for axis, interval in zip(windows, box[:2], strict=True))
        return ((*sides, (0, input_shapes[0][-1])),)
