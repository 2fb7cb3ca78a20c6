"""Global poolings: one number for each channel, over all pixels of an image or all steps of a sequence."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.nn.argument_types import Boolean
from app.nn.arguments import argument
from app.nn.layers.base import Layer
from app.nn.layers.shapes import Box
from app.nn.layers.terms import Terms, maximum_terms, single_terms
from app.nn.layers.values import LayerGradient, LayerValues, Parameters
from app.nn.layers.windows import spatial_axes
from app.nn.reading import Array, Shape


@dataclass(frozen=True, kw_only=True)
class _GlobalPooling(Layer):
    """What all global poolings share. Shapes: input (…, channels), output (channels,), or (1, …, channels)."""

    dimensions: ClassVar[int]

    keepdims: bool = argument(Boolean(), "Whether the axes stay, with length 1.", False)

    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """One node a channel."""
        spatial_axes(input_shapes[0], self.dimensions, self.kind)
        return (*((1,) * self.dimensions if self.keepdims else ()), input_shapes[0][-1])

    def _rows(self, values: Array) -> Array:
        """Return a batch as (batch, pixels or steps, channels)."""
        return values.reshape(len(values), -1, values.shape[-1])

    def _shaped(self, pooled: Array) -> Array:
        return pooled.reshape(len(pooled), *((1,) * self.dimensions), -1) if self.keepdims else pooled

    def _channel(self, index: Shape, values: Array) -> tuple[Array, Array]:
        """Return the nodes and values of one example that the node at `index` reads."""
        channels = values.shape[-1]
        nodes = np.arange(index[-1], values.size, channels)
        return nodes, values.reshape(-1)[nodes].astype(np.float64)

    def reads(self, box: Box, input_shapes: Sequence[Shape]) -> tuple[Box | None, ...]:
        """Everything, in the same channels."""
        return ((*((0, length) for length in input_shapes[0][:-1]), box[-1]),)


class _GlobalAveragePooling(_GlobalPooling):
    """output[k] = the average of channel k."""

    operation = "weighted_sum"

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Take the average of every channel."""
        return LayerValues(self._shaped(self._rows(inputs[0]).mean(axis=1)))

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """Every value gets the same share of its channel's gradient."""
        count = math.prod(inputs[0].shape[1:-1])
        share = gradient.reshape(len(gradient), *((1,) * self.dimensions), -1) / gradient.dtype.type(count)
        return LayerGradient((np.broadcast_to(share, inputs[0].shape).copy(),))

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One term for every value of the channel, all with weight 1 / count."""
        nodes, value = self._channel(index, inputs[0])
        return single_terms(value, nodes, np.full(len(value), 1.0 / len(value)))


class _GlobalMaxPooling(_GlobalPooling):
    """output[k] = the largest value of channel k."""

    operation = "maximum"

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Take the largest value of every channel; NaN if there is one."""
        return LayerValues(self._shaped(self._rows(inputs[0]).max(axis=1)))

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """Give the gradient to the winner; of equal ones to the first."""
        by_input = np.zeros_like(inputs[0])
        winners = self._rows(inputs[0]).argmax(axis=1)[:, np.newaxis]
        np.put_along_axis(self._rows(by_input), winners, gradient.reshape(winners.shape), axis=1)
        return LayerGradient((by_input,))

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One term for every value of the channel: the winner with weight 1, all others with 0."""
        nodes, value = self._channel(index, inputs[0])
        return maximum_terms(value, nodes)


@dataclass(frozen=True, kw_only=True)
class GlobalAveragePooling2D(_GlobalAveragePooling):
    """output[k] = the average of channel k over all pixels."""

    kind = "GlobalAveragePooling2D"
    description = "Replaces each map by its average: how much of its pattern there is, wherever it is."
    dimensions = 2


@dataclass(frozen=True, kw_only=True)
class GlobalMaxPooling2D(_GlobalMaxPooling):
    """output[k] = the largest value of channel k over all pixels."""

    kind = "GlobalMaxPooling2D"
    description = "Replaces each map by its largest value: whether its pattern is anywhere."
    dimensions = 2


@dataclass(frozen=True, kw_only=True)
class GlobalAveragePooling1D(_GlobalAveragePooling):
    """output[k] = the average of channel k over all steps."""

    kind = "GlobalAveragePooling1D"
    description = "Replaces a sequence by the average of its steps."
    dimensions = 1


@dataclass(frozen=True, kw_only=True)
class GlobalMaxPooling1D(_GlobalMaxPooling):
    """output[k] = the largest value of channel k over all steps."""

    kind = "GlobalMaxPooling1D"
    description = "Replaces a sequence by the largest value of each channel."
    dimensions = 1
