"""Convolutions: the same small window of weights slides over a sequence (Conv1D) or an image (Conv2D)."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from app.nn.activations import BoundActivation
from app.nn.activations.linear import LINEAR
from app.nn.argument_types import Boolean, Choice, Integer, Sizes
from app.nn.arguments import activation_argument, argument, initializer_argument
from app.nn.initializers import BoundInitializer
from app.nn.layers.base import Layer
from app.nn.layers.product_forms import GatheredForm
from app.nn.layers.shapes import Box, ShapeError, activated_shape, before_activation
from app.nn.layers.sliding import Block, differentiate_windows, gather_forms, multiply_windows
from app.nn.layers.terms import Terms, single_terms
from app.nn.layers.values import LayerGradient, LayerValues, Parameters, ParameterSpec, activated
from app.nn.layers.window_terms import channel_sums, nodes_under, window_of
from app.nn.layers.windows import PADDINGS, Windows, make_windows
from app.nn.reading import Array, Shape


def check_rates(strides: Shape, dilation_rate: Shape) -> None:
    """Raise `ShapeError` where windows are both dilated and more than one step apart, which Keras refuses."""
    if max(strides) > 1 and max(dilation_rate) > 1:
        raise ShapeError(
            f"strides {list(strides)} and dilation_rate {list(dilation_rate)} are both above 1; expected one of them 1"
        )


@dataclass(frozen=True, kw_only=True)
class _Convolution(Layer):
    """What Conv1D and Conv2D share.

    Shapes: input (…, channels), kernel (*window, channels / groups, filters), bias (filters,), output (…, filters).
    A sequence is done as an image of one row.
    """

    operation = "weighted_sum"
    dimensions: ClassVar[int]

    filters: int = argument(Integer(minimum=1), "The number of filters: each makes one map of the output.")
    kernel_size: Shape = argument(Sizes(2), "Rows and columns of the window.")
    strides: Shape = argument(Sizes(2), "How far apart the windows stand.", (1, 1))
    padding: str = argument(
        Choice(PADDINGS), "Whether windows stay inside the input (valid) or it is framed with zeros (same).", "valid"
    )
    dilation_rate: Shape = argument(Sizes(2), "How far apart the cells of a window are.", (1, 1))
    groups: int = argument(Integer(minimum=1), "Into how many groups channels and filters are split.", 1)
    activation: BoundActivation = activation_argument()
    use_bias: bool = argument(Boolean(), "Whether each filter adds a bias.", True)
    kernel_initializer: BoundInitializer = initializer_argument("glorot_uniform", "the kernel")
    bias_initializer: BoundInitializer = initializer_argument("zeros", "the bias")

    @property
    def bound_activation(self) -> BoundActivation:
        """The function applied to the weighted sums."""
        return self.activation

    def windows(self, shape: Shape) -> Windows:
        """Return where the windows stand on an input of `shape`; raise `ShapeError` if they do not fit."""
        check_rates(self.strides, self.dilation_rate)
        return make_windows(shape, self.kind, self.kernel_size, self.strides, self.dilation_rate, self.padding)

    def _kernel_shape(self, shape: Shape) -> Shape:
        """Return the shape of the kernel for an input of `shape`; raise `ShapeError` if the groups do not divide it."""
        for what, count in (("channels of its input", shape[-1]), ("filters", self.filters)):
            if count % self.groups:
                raise ShapeError(f"{count} {what} cannot be split into {self.groups} groups of equal size")
        return (*self.kernel_size, shape[-1] // self.groups, self.filters)

    def pre_activation_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """One node a position of the window and filter."""
        windows = self.windows(input_shapes[0])
        return (*(axis.count for axis in windows[-self.dimensions :]), self.filters)

    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """One node a position of the window and filter (half of the filters after glu)."""
        shape = self.pre_activation_shape(input_shapes)
        self._kernel_shape(input_shapes[0])
        return activated_shape(self.activation, shape)

    def parameter_specs(self, input_shapes: Sequence[Shape]) -> Mapping[str, ParameterSpec]:
        """Need a kernel (*window, channels / groups, filters) and, if used, a bias (filters,)."""
        kernel = ParameterSpec(self._kernel_shape(input_shapes[0]), self.kernel_initializer, self.trainable)
        if not self.use_bias:
            return {"kernel": kernel}
        return {"kernel": kernel, "bias": ParameterSpec((self.filters,), self.bias_initializer, self.trainable)}

    def multiply_adds(self, input_shapes: Sequence[Shape]) -> int:
        """Count one for every weight at every position, also where the window hangs over the edge."""
        return self.windows(input_shapes[0]).positions * math.prod(self._kernel_shape(input_shapes[0]))

    def _as_image(self, values: Array) -> Array:
        """Return a batch of sequences as one of images of one row; images as they are."""
        return values if self.dimensions == 2 else values[:, np.newaxis]

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Multiply all windows by the kernel, block by block; the activation follows while a block is in the cache."""
        values = inputs[0]
        windows = self.windows(values.shape[1:])
        image = self._as_image(values)
        kernel = self._as_kernel(parameters["kernel"])
        bias = parameters["bias"] if self.use_bias else None
        shape = (len(image), *(axis.count for axis in windows[-self.dimensions :]), self.filters)
        activation, record = self.activation, self.activation.activation
        if record is LINEAR or not (record.elementwise or activation.parameters["axis"] == -1):
            sums = multiply_windows(image, kernel, bias, windows, self.groups).reshape(shape)
            return activated(activation, sums)
        output = np.empty((*shape[:-1], *activation.output_shape(shape[-1:])), image.dtype)
        blocks = self._as_image(output)
        sums = multiply_windows(
            image, kernel, bias, windows, self.groups, lambda place, block: activation.write(block, blocks[place])
        ).reshape(shape)
        return LayerValues(output, sums)

    def _as_kernel(self, kernel: Array) -> Array:
        return kernel if self.dimensions == 2 else kernel[np.newaxis]

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """Through the activation to the sums s: d kernel = Σ windowᵀ · ds, d bias = Σ ds.

        A node of the input gets ds · kernelᵀ from every window that covers it.
        """
        by_sums = self.activation_gradient(values, gradient)
        return self._backward(inputs[0], parameters, by_sums, self._as_image(by_sums).__getitem__)

    def training_backward(
        self,
        inputs: Sequence[Array],
        parameters: Parameters,
        values: LayerValues,
        gradient: Array,
        *,
        inputs_needed: bool = True,
    ) -> LayerGradient:
        """Do what `backward` does, but for the derivative by the pre-activation, of which only blocks are made."""
        activation, sums = self.activation, values.pre_activation
        if sums is None or activation.activation is LINEAR or not activation.activation.elementwise:
            by_sums = self._as_image(self.training_gradient(values, gradient))
            return self._backward(inputs[0], parameters, None, by_sums.__getitem__, inputs_needed)
        held, output, flowing = self._as_image(sums), self._as_image(values.output), self._as_image(gradient)
        return self._backward(
            inputs[0],
            parameters,
            None,
            lambda block: activation.training_backward(held[block], output[block], flowing[block]),
            inputs_needed,
        )

    def _backward(
        self,
        values: Array,
        parameters: Parameters,
        by_sums: Array | None,
        by_block: Callable[[Block], Array],
        inputs_needed: bool = True,
    ) -> LayerGradient:
        found = differentiate_windows(
            self._as_image(values),
            self._as_kernel(parameters["kernel"]),
            self.windows(values.shape[1:]),
            self.groups,
            by_block,
            bias=self.use_bias,
            by_inputs=inputs_needed,
        )
        by_parameters = {"kernel": found.kernel.reshape(parameters["kernel"].shape)}
        if found.bias is not None:
            by_parameters["bias"] = found.bias
        by_input = None if found.inputs is None else found.inputs.reshape(values.shape)
        return LayerGradient((by_input,), by_parameters, by_sums)

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One term for every value under the window: value × weight.

        `details` says where the window stands and what each channel of the input adds.
        """
        windows = self.windows(inputs[0].shape)
        width = inputs[0].shape[-1] // self.groups
        first = index[-1] * self.groups // self.filters * width
        under = nodes_under(inputs[0], windows, index, slice(first, first + width))
        weights = self._as_kernel(parameters["kernel"])[under.cells][..., index[-1]]
        bias = float(parameters["bias"][index[-1]]) if self.use_bias else None
        terms = single_terms(under.values.reshape(-1), under.numbers.reshape(-1), weights.reshape(-1), bias=bias)
        assert terms.product is not None
        sums = channel_sums(terms.product.reshape(under.values.shape), first)
        return replace(terms, details={"window": window_of(windows, index), "channels": sums})

    def gathered_forms(self, inputs: Sequence[Array], parameters: Parameters) -> Sequence[GatheredForm]:
        """Gather all windows; each group has channels, filters and weights of its own."""
        kernel = self._as_kernel(parameters["kernel"])
        windows = self.windows(inputs[0].shape)
        return gather_forms(self._as_image(inputs[0][np.newaxis]), kernel, windows, self.groups)

    def reads(self, box: Box, input_shapes: Sequence[Shape]) -> tuple[Box | None, ...]:
        """The windows of the box's positions; all channels, but of the groups that are not asked for."""
        box = before_activation(self.activation, box, self.pre_activation_shape(input_shapes))
        axes = self.windows(input_shapes[0])[-self.dimensions :]
        width = input_shapes[0][-1] // self.groups
        start, stop = box[-1]
        first, last = start * self.groups // self.filters, (stop - 1) * self.groups // self.filters
        spatial = (axis.reads(*interval) for axis, interval in zip(axes, box[:-1], strict=True))
        return ((*spatial, (first * width, (last + 1) * width)),)


@dataclass(frozen=True, kw_only=True)
class Conv2D(_Convolution):
    """output[r, c, f] = activation(Σ window at (r, c) · kernel[…, f] + bias[f]); images (rows, columns, channels)."""

    kind = "Conv2D"
    description = (
        "Slides small windows of weights over an image: each filter makes a map of where its pattern is found."
    )
    dimensions = 2


@dataclass(frozen=True, kw_only=True)
class Conv1D(_Convolution):
    """output[s, f] = activation(Σ window at step s · kernel[…, f] + bias[f]); sequences (steps, channels)."""

    kind = "Conv1D"
    description = "Slides windows of weights along a sequence: each filter marks where its pattern is found."
    dimensions = 1

    kernel_size: Shape = argument(Sizes(1), "The number of steps in the window.")
    strides: Shape = argument(Sizes(1), "How far apart the windows stand.", (1,))
    padding: str = argument(
        Choice((*PADDINGS, "causal")),
        "Whether windows stay inside the input (valid), zeros are put around it (same) or all in front (causal).",
        "valid",
    )
    dilation_rate: Shape = argument(Sizes(1), "How far apart the cells of a window are.", (1,))
