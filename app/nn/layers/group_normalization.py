"""GroupNormalization: mean 0 and variance 1 over groups of an example's channels (Wu and He 2018)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.nn.argument_types import Axes, Boolean, Integer, Number
from app.nn.arguments import argument, initializer_argument
from app.nn.initializers import BoundInitializer
from app.nn.layers.base import Layer
from app.nn.layers.shapes import Box, ShapeError, resolve_axis
from app.nn.layers.terms import Terms, single_terms
from app.nn.layers.values import LayerGradient, LayerValues, Parameters, ParameterSpec
from app.nn.reading import Array, Shape


@dataclass(frozen=True, kw_only=True)
class GroupNormalization(Layer):
    """output = γ · (input − mean) / √(variance + ε) + β, mean and variance over all positions of a group of channels.

    One γ and β a channel. Names and defaults follow Keras: 32 groups, ε 0.001 (PyTorch: 0.00001); −1 groups means one
    for each channel.
    """

    kind = "GroupNormalization"
    description = "Shifts and scales groups of channels so that an example's mean in each is 0 and its variance 1."
    operation = "normalize"

    groups: int = argument(Integer(minimum=-1), "The number of groups; -1: every channel is one.", 32)
    axis: tuple[int, ...] = argument(Axes(), "The axis of the channels.", (-1,))
    epsilon: float = argument(Number(0.0), "Added to the variance so that it is never 0.", 0.001)
    center: bool = argument(Boolean(), "Whether β is added.", True)
    scale: bool = argument(Boolean(), "Whether the result is multiplied by γ.", True)
    beta_initializer: BoundInitializer = initializer_argument("zeros", "β")
    gamma_initializer: BoundInitializer = initializer_argument("ones", "γ")

    def _count(self, channels: int) -> int:
        """Return the number of groups; raise `ShapeError` if they do not divide the channels."""
        groups = channels if self.groups == -1 else self.groups
        if groups < 1 or channels % groups:
            raise ShapeError(f"{channels} channels cannot be split into {self.groups} groups of equal size")
        return groups

    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """Keep the shape."""
        self._count(input_shapes[0][resolve_axis(self.axis[0], input_shapes[0])])
        return input_shapes[0]

    def parameter_specs(self, input_shapes: Sequence[Shape]) -> Mapping[str, ParameterSpec]:
        """Need γ and β (unless switched off), one value a channel."""
        shape = (input_shapes[0][resolve_axis(self.axis[0], input_shapes[0])],)
        specs = {}
        if self.scale:
            specs["gamma"] = ParameterSpec(shape, self.gamma_initializer, self.trainable)
        if self.center:
            specs["beta"] = ParameterSpec(shape, self.beta_initializer, self.trainable)
        return specs

    def multiply_adds(self, input_shapes: Sequence[Shape]) -> int:
        """Count two a value: its square for the variance, and its scaling."""
        return 2 * math.prod(input_shapes[0])

    def _split(self, values: Array) -> Array:
        """Return a batch as (batch, positions before the axis, groups, channels of a group, positions behind it)."""
        shape = values.shape[1:]
        axis = resolve_axis(self.axis[0], shape)
        groups = self._count(shape[axis])
        before, behind = math.prod(shape[:axis]), math.prod(shape[axis + 1 :])
        return values.reshape(len(values), before, groups, shape[axis] // groups, behind)

    @staticmethod
    def _over(parameter: Array, split: Array) -> Array:
        """Shape γ or β so that it broadcasts over a split batch."""
        return parameter.reshape(split.shape[2], split.shape[3], 1)

    def _standardise(self, split: Array) -> tuple[Array, Array]:
        centered = split - split.mean(axis=(1, 3, 4), keepdims=True)
        variance = np.mean(np.square(centered), axis=(1, 3, 4), keepdims=True)
        inverse = 1.0 / np.sqrt(variance + split.dtype.type(self.epsilon))
        return centered * inverse, inverse

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Standardise each group, then scale and shift each channel."""
        output, _ = self._standardise(self._split(inputs[0]))
        if self.scale:
            output = output * self._over(parameters["gamma"], output)
        if self.center:
            output = output + self._over(parameters["beta"], output)
        return LayerValues(output.reshape(inputs[0].shape))

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """Differentiate through mean and variance too, as LayerNormalization does."""
        standard, inverse = self._standardise(self._split(inputs[0]))
        flowing = gradient.reshape(standard.shape)
        by_parameters = {}
        if self.scale:
            by_parameters["gamma"] = (flowing * standard).sum(axis=(0, 1, 4)).reshape(-1)
        if self.center:
            by_parameters["beta"] = flowing.sum(axis=(0, 1, 4)).reshape(-1)
        scaled = flowing * self._over(parameters["gamma"], standard) if self.scale else flowing
        mean = scaled.mean(axis=(1, 3, 4), keepdims=True)
        along = (scaled * standard).mean(axis=(1, 3, 4), keepdims=True)
        by_input = inverse * (scaled - mean - standard * along)
        return LayerGradient((by_input.reshape(inputs[0].shape),), by_parameters)

    def _group(self, shape: Shape, first: int, last: int) -> tuple[int, slice]:
        """Return the axis of the channels, and the channels of the groups that channels `first` to `last` are in."""
        axis = resolve_axis(self.axis[0], shape)
        width = shape[axis] // self._count(shape[axis])
        return axis, slice(first // width * width, (last // width + 1) * width)

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One term for every value of the group; see `LayerNormalization.terms`."""
        shape = inputs[0].shape
        axis = resolve_axis(self.axis[0], shape)
        _, channels = self._group(shape, index[axis], index[axis])
        place = (*(slice(None),) * axis, channels)
        nodes = np.arange(math.prod(shape)).reshape(shape)
        source_node = nodes[place].reshape(-1)
        value = inputs[0][place].reshape(-1).astype(np.float64)
        mean = float(value.mean())
        variance = float(np.mean(np.square(value - mean)))
        gamma = float(parameters["gamma"][index[axis]]) if self.scale else 1.0
        beta = float(parameters["beta"][index[axis]]) if self.center else None
        own = source_node == nodes[index]
        weight = (own - 1.0 / len(value)) * (gamma / np.sqrt(np.float64(variance + self.epsilon)))
        details = {"mean": mean, "variance": variance, "gamma": gamma, "beta": beta or 0.0, "epsilon": self.epsilon}
        return single_terms(value, source_node, weight, bias=beta, details=details)

    def reads(self, box: Box, input_shapes: Sequence[Shape]) -> tuple[Box | None, ...]:
        """All positions, in the groups of the box's channels."""
        shape = input_shapes[0]
        axis = resolve_axis(self.axis[0], shape)
        _, channels = self._group(shape, box[axis][0], box[axis][1] - 1)
        sides = [(0, length) for length in shape]
        sides[axis] = (channels.start, channels.stop)
        return (tuple(sides),)
