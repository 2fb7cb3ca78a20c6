"""The contract that every layer kind fulfils.

A layer is a frozen value: its arguments, nothing else. Parameters and inputs are handed to its methods, so one
layer value may stand in many networks and many times in one. Arrays have the batch as their first axis; shapes
never count it.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from app.nn.activations import BoundActivation
from app.nn.activations.linear import LINEAR
from app.nn.argument_types import Boolean
from app.nn.arguments import argument, arguments_schema
from app.nn.layers.product_forms import GatheredForm, ProductForm
from app.nn.layers.shapes import Box, whole
from app.nn.layers.terms import Terms
from app.nn.layers.values import NOTHING, Forward, LayerGradient, LayerValues, Parameters, ParameterSpec, Random
from app.nn.reading import Array, Shape


@dataclass(frozen=True, kw_only=True)
class Layer(ABC):
    """One kind of layer with its arguments.

    Subclasses are frozen dataclasses whose fields are declared with `arguments.argument`. They set `kind` (the Keras
    class name), `description` (a sentence for a learner) and `operation` (the word that explanations use).
    """

    kind: ClassVar[str]
    description: ClassVar[str]
    operation: ClassVar[str]
    minimum_inputs: ClassVar[int] = 1
    maximum_inputs: ClassVar[int | None] = 1
    random_in_training: ClassVar[bool] = False
    """Whether `training_forward` draws random numbers."""
    couples_examples: ClassVar[bool] = False
    """Whether, in training, the examples of a batch depend on each other, so that it cannot be done in parts."""

    trainable: bool = argument(Boolean(), "Whether training may change the layer's parameters.", True)

    @property
    def integer_bound(self) -> int | None:
        """The integers below which the layer's input must stay; `None` for kinds that read real numbers."""
        return None

    @property
    def bound_activation(self) -> BoundActivation | None:
        """The activation that the layer ends with, or `None` for a kind that has none."""
        return None

    def settled(self, input_shapes: Sequence[Shape]) -> "Layer":
        """Return the layer with whatever depends on its inputs' shapes made definite; most kinds need nothing."""
        return self

    @abstractmethod
    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """Return the shape of one example's output; raise `ShapeError` for inputs that do not fit."""

    def pre_activation_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """Return the shape before the activation: that of the output, but for functions that halve an axis."""
        return self.output_shape(input_shapes)

    def parameter_specs(self, input_shapes: Sequence[Shape]) -> Mapping[str, ParameterSpec]:
        """Return the parameters that the layer needs for inputs of these shapes, in Keras' order."""
        return {}

    def multiply_adds(self, input_shapes: Sequence[Shape]) -> int:
        """Return how many products are formed (and mostly added up) for one example; see `summary.py`."""
        return 0

    @abstractmethod
    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Compute the layer for a batch."""

    @property
    def writes(self) -> bool:
        """Whether what `prepared` returns can write its output into an array that is given to it."""
        return False

    def prepared(self, parameters: Parameters) -> Forward:
        """Return `forward` with its parameters at hand: what a network calls again and again."""
        return partial(self.forward, parameters=parameters)

    @abstractmethod
    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """Carry the derivative by the output (`gradient`, its shape) back to inputs and parameters."""

    def training_forward(self, inputs: Sequence[Array], parameters: Parameters, random: Random) -> LayerValues:
        """Compute the layer for a batch as training does; most kinds do then what they always do.

        `random` is seeded for this layer and step; only a kind with `random_in_training` may draw from it. What
        `training_backward` needs beyond inputs and output, such as a mask, is kept in `named`.
        """
        return self.forward(inputs, parameters)

    def training_backward(
        self,
        inputs: Sequence[Array],
        parameters: Parameters,
        values: LayerValues,
        gradient: Array,
        *,
        inputs_needed: bool = True,
    ) -> LayerGradient:
        """Do what `backward` does, for values made by `training_forward`.

        Derivatives by parameters that training does not change may be left out. Where `inputs_needed` is false nobody
        reads the derivatives by the inputs: a kind that saves work by it may give `None` for them.
        """
        return self.backward(inputs, parameters, values, gradient)

    def moving_updates(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues
    ) -> Mapping[str, Array]:
        """Return new values of the parameters that training moves without a gradient, such as a moving mean."""
        return NOTHING

    @abstractmethod
    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """Take apart the node at `index` of the pre-activation (of the output where there is no activation).

        `inputs` are those of one example, without the batch axis.
        """

    def reads(self, box: Box, input_shapes: Sequence[Shape]) -> tuple[Box | None, ...]:
        """Return the part of each input that a part of the output depends on, `None` for an input that it does not.

        Boxes are never empty. Where nodes are not read contiguously, a box reaches from the first to the last of them.
        By default it is all of every input.
        """
        return tuple(whole(shape) for shape in input_shapes)

    def product_form(self, inputs: Sequence[Array], parameters: Parameters) -> ProductForm | None:
        """Return the layer as products with one matrix, for one example, if it is that: the `terms` of all nodes."""
        return None

    def gathered_forms(self, inputs: Sequence[Array], parameters: Parameters) -> Sequence[GatheredForm] | None:
        """Return the layer as products of windows with matrices, for one example, if it is that: all its `terms`."""
        return None

    def factors(self, parameter: str, inputs: Sequence[Array]) -> Array | None:
        """Return what each value of a parameter is multiplied by in one example, to be broadcast over the parameter.

        `None` where a value is used at several places of the example, or not as a factor.
        """
        return None

    def activation_gradient(self, values: LayerValues, gradient: Array) -> Array:
        """Carry the derivative by the output back to the pre-activation."""
        activation = self.bound_activation
        if activation is None or values.pre_activation is None or activation.activation is LINEAR:
            return gradient
        return activation.backward(values.pre_activation, gradient)

    def training_gradient(self, values: LayerValues, gradient: Array) -> Array:
        """Do the same in training, where the output may be used: cheaper, and as exact as an update needs."""
        activation = self.bound_activation
        if activation is None or values.pre_activation is None or activation.activation is LINEAR:
            return gradient
        return activation.training_backward(values.pre_activation, values.output, gradient)


def describe_layer(layer: type[Layer]) -> dict[str, Any]:
    """Describe a layer kind: its name, a sentence, its operation and its arguments as JSON Schema."""
    return {
        "kind": layer.kind,
        "description": layer.description,
        "operation": layer.operation,
        "arguments": arguments_schema(layer),
    }
