"""Layers that are an activation and nothing else: Activation and Softmax."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from app.nn.activations import BoundActivation, bind
from app.nn.argument_types import Axes
from app.nn.arguments import activation_argument, argument
from app.nn.layers.base import Layer
from app.nn.layers.shapes import Box, activated_shape, before_activation, resolve_axis
from app.nn.layers.terms import Terms, copied
from app.nn.layers.values import LayerGradient, LayerValues, Parameters, activated
from app.nn.reading import Array, Shape


class _ActivationLayer(Layer):
    """What both kinds share: the pre-activation is the input itself."""

    operation = "activation"

    @property
    @abstractmethod
    def bound_activation(self) -> BoundActivation:
        """The function that the layer applies."""

    def pre_activation_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """The shape of the input."""
        return input_shapes[0]

    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """Keep the shape, but for functions that halve an axis."""
        return activated_shape(self.bound_activation, input_shapes[0])

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Apply the function."""
        return activated(self.bound_activation, inputs[0])

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """Carry the gradient through the function."""
        by_input = self.activation_gradient(values, gradient)
        return LayerGradient((by_input,), pre_activation=by_input)

    def reads(self, box: Box, input_shapes: Sequence[Shape]) -> tuple[Box | None, ...]:
        """The same nodes; all along the axis of a function along an axis."""
        return (before_activation(self.bound_activation, box, input_shapes[0]),)

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One term: the node of the input that the function is applied to."""
        node = int(np.ravel_multi_index(index, inputs[0].shape))
        return copied(0, node, inputs[0][index])


@dataclass(frozen=True, kw_only=True)
class Activation(_ActivationLayer):
    """output = activation(input)."""

    kind = "Activation"
    description = "Applies a function to every node of its input."

    activation: BoundActivation = activation_argument(default=None)

    @property
    def bound_activation(self) -> BoundActivation:
        """The function of the `activation` argument."""
        return self.activation


@dataclass(frozen=True, kw_only=True)
class Softmax(_ActivationLayer):
    """output = softmax(input) along one axis: positive numbers that add up to 1."""

    kind = "Softmax"
    description = "Turns numbers into shares of one: each exponential divided by the sum of all along an axis."

    axis: tuple[int, ...] = argument(Axes(), "The axis whose values add up to 1.", (-1,))

    @cached_property
    def _function(self) -> BoundActivation:
        return bind("softmax", axis=self.axis[0])

    @property
    def bound_activation(self) -> BoundActivation:
        """Softmax along the axis."""
        return self._function

    def settled(self, input_shapes: Sequence[Shape]) -> "Softmax":
        """Count the axis from the end, as activations do."""
        shape = input_shapes[0]
        return replace(self, axis=(resolve_axis(self.axis[0], shape) - len(shape),))
