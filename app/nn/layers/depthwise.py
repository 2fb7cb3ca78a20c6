"""Convolutions of each channel by itself: DepthwiseConv2D, and SeparableConv2D, which mixes the channels after that."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.nn.activations import BoundActivation
from app.nn.argument_types import Boolean, Choice, Integer, Sizes
from app.nn.arguments import activation_argument, argument, initializer_argument
from app.nn.initializers import BoundInitializer
from app.nn.layers.base import Layer
from app.nn.layers.convolution import check_rates
from app.nn.layers.product_forms import GatheredForm
from app.nn.layers.shapes import Box, activated_shape, before_activation
from app.nn.layers.sliding import gather_forms, split_images
from app.nn.layers.terms import Terms, single_terms
from app.nn.layers.values import LayerGradient, LayerValues, Parameters, ParameterSpec, activated
from app.nn.layers.window_terms import channel_sums, nodes_under, window_of
from app.nn.layers.windows import PADDINGS, Windows, make_windows
from app.nn.reading import Array, Shape


def convolve_channels(image: Array, kernel: Array, windows: Windows) -> Array:
    """Return Σ window · kernel of every channel by itself: (batch, rows, columns, channels · multiplier).

    `image` is (batch, rows, columns, channels), `kernel` (rows, columns, channels, multiplier).
    """
    channels, multiplier = kernel.shape[2:]
    result = np.zeros((len(image), windows.rows.count, windows.columns.count, channels, multiplier), image.dtype)
    for images in split_images(len(image), image[0].nbytes + 2 * result[0].nbytes):
        part = image[images, ..., np.newaxis]
        for row, (down, pixels) in enumerate(windows.rows.overlaps):
            for column, (across, beside) in enumerate(windows.columns.overlaps):
                result[images, down, across] += part[:, pixels, beside] * kernel[row, column]
    return result.reshape(*result.shape[:3], channels * multiplier)


def differentiate_channels(
    image: Array, kernel: Array, windows: Windows, gradient: Array, *, by_image: bool
) -> tuple[Array | None, Array]:
    """Return the derivatives by image (`None` where not asked for) and kernel, from that by the result."""
    by_kernel = np.zeros_like(kernel)
    flowing = gradient.reshape(*gradient.shape[:3], *kernel.shape[2:])
    result = np.zeros_like(image) if by_image else None
    for images in split_images(len(image), 2 * image[0].nbytes + flowing[0].nbytes):
        part, back = image[images], flowing[images]
        for row, (down, pixels) in enumerate(windows.rows.overlaps):
            for column, (across, beside) in enumerate(windows.columns.overlaps):
                held = back[:, down, across]
                by_kernel[row, column] += np.einsum("brck,brckm->km", part[:, pixels, beside], held)
                if result is not None:
                    result[images, pixels, beside] += np.einsum("brckm,km->brck", held, kernel[row, column])
    return result, by_kernel


@dataclass(frozen=True, kw_only=True)
class _ChannelConvolution(Layer):
    """What both kinds share: windows over an image, and a kernel for each channel."""

    operation = "weighted_sum"

    kernel_size: Shape = argument(Sizes(2), "Rows and columns of the window.")
    strides: Shape = argument(Sizes(2), "How far apart the windows stand.", (1, 1))
    padding: str = argument(
        Choice(PADDINGS), "Whether windows stay inside the input (valid) or it is framed with zeros (same).", "valid"
    )
    depth_multiplier: int = argument(Integer(minimum=1), "How many maps each channel makes.", 1)
    dilation_rate: Shape = argument(Sizes(2), "How far apart the cells of a window are.", (1, 1))
    activation: BoundActivation = activation_argument()
    use_bias: bool = argument(Boolean(), "Whether each map adds a bias.", True)
    depthwise_initializer: BoundInitializer = initializer_argument("glorot_uniform", "the kernel of each channel")
    bias_initializer: BoundInitializer = initializer_argument("zeros", "the bias")

    @property
    def bound_activation(self) -> BoundActivation:
        """The function applied to the weighted sums."""
        return self.activation

    def windows(self, shape: Shape) -> Windows:
        """Return where the windows stand on an input of `shape`; raise `ShapeError` if they do not fit."""
        check_rates(self.strides, self.dilation_rate)
        return make_windows(shape, self.kind, self.kernel_size, self.strides, self.dilation_rate, self.padding)

    def _maps(self, channels: int) -> int:
        """Return how many maps come out for so many channels."""
        return channels * self.depth_multiplier

    def pre_activation_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """One node a position of the window and map."""
        windows = self.windows(input_shapes[0])
        return (windows.rows.count, windows.columns.count, self._maps(input_shapes[0][-1]))

    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """One node a position of the window and map (half of the maps after glu)."""
        return activated_shape(self.activation, self.pre_activation_shape(input_shapes))

    def _depthwise_spec(self, shape: Shape) -> ParameterSpec:
        kernel = (*self.kernel_size, shape[-1], self.depth_multiplier)
        return ParameterSpec(kernel, self.depthwise_initializer, self.trainable)


@dataclass(frozen=True, kw_only=True)
class DepthwiseConv2D(_ChannelConvolution):
    """output[r, c, k·m + j] = activation(Σ window of channel k · kernel[…, k, j] + bias), m the depth multiplier.

    Shapes: input (rows, columns, channels), kernel (rows, columns, channels, m), bias (channels · m,).
    """

    kind = "DepthwiseConv2D"
    description = "Slides a window of weights over each channel by itself: channels are not mixed."

    def parameter_specs(self, input_shapes: Sequence[Shape]) -> Mapping[str, ParameterSpec]:
        """Need a kernel (*window, channels, multiplier) and, if used, a bias for each map."""
        specs = {"kernel": self._depthwise_spec(input_shapes[0])}
        if self.use_bias:
            maps = (self._maps(input_shapes[0][-1]),)
            specs["bias"] = ParameterSpec(maps, self.bias_initializer, self.trainable)
        return specs

    def multiply_adds(self, input_shapes: Sequence[Shape]) -> int:
        """Count one for every weight at every position."""
        return self.windows(input_shapes[0]).positions * self._depthwise_spec(input_shapes[0]).count

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Multiply and add cell by cell of the window."""
        sums = convolve_channels(inputs[0], parameters["kernel"], self.windows(inputs[0].shape[1:]))
        if self.use_bias:
            sums += parameters["bias"]
        return activated(self.activation, sums)

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """Each channel gets its derivative from its own maps."""
        by_sums = self.activation_gradient(values, gradient)
        windows = self.windows(inputs[0].shape[1:])
        by_input, by_kernel = differentiate_channels(inputs[0], parameters["kernel"], windows, by_sums, by_image=True)
        by_parameters = {"kernel": by_kernel}
        if self.use_bias:
            by_parameters["bias"] = by_sums.sum(axis=(0, 1, 2))
        return LayerGradient((by_input,), by_parameters, by_sums)

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One term for every value under the window in the map's own channel."""
        windows = self.windows(inputs[0].shape)
        channel, number = divmod(index[-1], self.depth_multiplier)
        under = nodes_under(inputs[0], windows, index, slice(channel, channel + 1))
        weights = parameters["kernel"][under.cells][:, :, channel, number]
        bias = float(parameters["bias"][index[-1]]) if self.use_bias else None
        terms = single_terms(under.values.reshape(-1), under.numbers.reshape(-1), weights.reshape(-1), bias=bias)
        assert terms.product is not None
        sums = channel_sums(terms.product.reshape(under.values.shape), channel)
        return replace(terms, details={"window": window_of(windows, index), "channels": sums})

    def gathered_forms(self, inputs: Sequence[Array], parameters: Parameters) -> Sequence[GatheredForm]:
        """Gather all windows, each channel by itself."""
        kernel = parameters["kernel"]
        maps = kernel.reshape(*kernel.shape[:2], 1, -1)
        return gather_forms(inputs[0][np.newaxis], maps, self.windows(inputs[0].shape), kernel.shape[2])

    def reads(self, box: Box, input_shapes: Sequence[Shape]) -> tuple[Box | None, ...]:
        """The windows of the box's positions, in the channels of its maps."""
        box = before_activation(self.activation, box, self.pre_activation_shape(input_shapes))
        windows = self.windows(input_shapes[0])
        start, stop = box[2][0] // self.depth_multiplier, (box[2][1] - 1) // self.depth_multiplier + 1
        return ((windows.rows.reads(*box[0]), windows.columns.reads(*box[1]), (start, stop)),)


@dataclass(frozen=True, kw_only=True)
class SeparableConv2D(_ChannelConvolution):
    """A depthwise convolution, whose maps are then mixed at every pixel: output = activation(maps · pointwise + bias).

    Shapes: input (rows, columns, channels), depthwise_kernel (rows, columns, channels, m), pointwise_kernel
    (1, 1, channels · m, filters), bias (filters,). The maps in between are kept as `depthwise`.
    """

    kind = "SeparableConv2D"
    description = "Slides a window over each channel by itself, then mixes the channels: far fewer weights than Conv2D."

    filters: int = argument(Integer(minimum=1), "The number of filters: each makes one map of the output.")
    pointwise_initializer: BoundInitializer = initializer_argument("glorot_uniform", "the kernel that mixes channels")

    def _maps(self, channels: int) -> int:
        return self.filters

    def parameter_specs(self, input_shapes: Sequence[Shape]) -> Mapping[str, ParameterSpec]:
        """Need both kernels and, if used, a bias for each filter."""
        depthwise = self._depthwise_spec(input_shapes[0])
        pointwise = (1, 1, math.prod(depthwise.shape[2:]), self.filters)
        specs = {
            "depthwise_kernel": depthwise,
            "pointwise_kernel": ParameterSpec(pointwise, self.pointwise_initializer, self.trainable),
        }
        if self.use_bias:
            specs["bias"] = ParameterSpec((self.filters,), self.bias_initializer, self.trainable)
        return specs

    def multiply_adds(self, input_shapes: Sequence[Shape]) -> int:
        """Count one for every weight of both kernels at every position."""
        specs = self.parameter_specs(input_shapes)
        weights = specs["depthwise_kernel"].count + specs["pointwise_kernel"].count
        return self.windows(input_shapes[0]).positions * weights

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Do each channel by itself, then one product at every pixel."""
        maps = self._channel_maps(inputs[0], parameters)
        sums = maps @ parameters["pointwise_kernel"][0, 0]
        if self.use_bias:
            sums += parameters["bias"]
        return activated(self.activation, sums)._replace(named={"depthwise": maps})

    def _channel_maps(self, image: Array, parameters: Parameters) -> Array:
        return convolve_channels(image, parameters["depthwise_kernel"], self.windows(image.shape[1:]))

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """Through the activation to the mixing, from there to the channels."""
        by_sums = self.activation_gradient(values, gradient)
        maps = values.named["depthwise"] if "depthwise" in values.named else self._channel_maps(inputs[0], parameters)
        pointwise = parameters["pointwise_kernel"]
        rows = by_sums.reshape(-1, self.filters)
        by_maps = by_sums @ pointwise[0, 0].T
        by_input, by_depthwise = differentiate_channels(
            inputs[0], parameters["depthwise_kernel"], self.windows(inputs[0].shape[1:]), by_maps, by_image=True
        )
        by_parameters = {
            "depthwise_kernel": by_depthwise,
            "pointwise_kernel": (maps.reshape(len(rows), -1).T @ rows).reshape(pointwise.shape),
        }
        if self.use_bias:
            by_parameters["bias"] = rows.sum(axis=0)
        return LayerGradient((by_input,), by_parameters, by_sums)

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One term for every value under the window: both kernels make one weight of it.

        That weight is Σ over the maps of its channel of depthwise · pointwise.
        """
        windows = self.windows(inputs[0].shape)
        under = nodes_under(inputs[0], windows, index, slice(0, inputs[0].shape[-1]))
        depthwise = parameters["depthwise_kernel"][under.cells].astype(np.float64)
        mixed = parameters["pointwise_kernel"][0, 0, :, index[-1]].astype(np.float64).reshape(depthwise.shape[2:])
        weights = (depthwise * mixed).sum(axis=-1)
        bias = float(parameters["bias"][index[-1]]) if self.use_bias else None
        terms = single_terms(under.values.reshape(-1), under.numbers.reshape(-1), weights.reshape(-1), bias=bias)
        assert terms.product is not None
        # what cancels in a weight has been added up all the same
        parts = np.abs(under.values) * (np.abs(depthwise * mixed).sum(axis=-1) - np.abs(weights))
        details: dict[str, Any] = {
            "window": window_of(windows, index),
            "channels": channel_sums(terms.product.reshape(under.values.shape)),
        }
        magnitude = abs(bias or 0.0) + self.depth_multiplier * float(parts.sum())
        return replace(terms, bias_magnitude=magnitude, details=details)

    def reads(self, box: Box, input_shapes: Sequence[Shape]) -> tuple[Box | None, ...]:
        """The windows of the box's positions, in all channels."""
        windows = self.windows(input_shapes[0])
        box = before_activation(self.activation, box, self.pre_activation_shape(input_shapes))
        return ((windows.rows.reads(*box[0]), windows.columns.reads(*box[1]), (0, input_shapes[0][-1])),)
