"""The contract that every layer kind fulfils.

A layer is a frozen value: its arguments, nothing else. Parameters and inputs are handed to its methods, so one
layer value may stand in many networks and many times in one. Arrays have the batch as their first axis; shapes
never count it.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np

from app.nn.activations import ACTIVATIONS, BoundActivation
from app.nn.argument_types import Boolean
from app.nn.arguments import argument, arguments_schema
from app.nn.initializers import BoundInitializer
from app.nn.reading import Array, Shape

Parameters = Mapping[str, Array]
Random = np.random.Generator | None
"""Where a layer draws from in training; `None` is given to kinds that never draw."""

Box = tuple[tuple[int, int], ...]
"""A part of a tensor without its batch: start and stop along each axis."""

LINEAR = ACTIVATIONS["linear"]
UNITS_BLOCK = 2**17
"""So many weights are turned into float64 at a time."""

NOTHING: Mapping[str, Any] = MappingProxyType({})


class ShapeError(ValueError):
    """A layer cannot take the inputs that it is given; the text says what it expected."""


@dataclass(frozen=True)
class ParameterSpec:
    """A parameter that a layer needs: its shape, how it is drawn, and whether training changes it."""

    shape: Shape
    initializer: BoundInitializer
    trainable: bool = True

    @property
    def count(self) -> int:
        """The number of values."""
        return math.prod(self.shape)


class LayerValues(NamedTuple):
    """What a layer holds for a whole batch (the first axis).

    `output` is what later layers read, pinned nodes included; `pre_activation` is what stood before the activation,
    `None` where the layer has none. `unpinned` is the output before nodes were pinned, `None` where none are. `named`
    holds what else a kind keeps under names of its own, such as the mask of a dropout while training.
    """

    output: Array
    pre_activation: Array | None = None
    unpinned: Array | None = None
    named: Mapping[str, Array] = NOTHING

    @property
    def computed(self) -> Array:
        """What the layer itself made of its inputs: the output, where nothing is pinned."""
        return self.output if self.unpinned is None else self.unpinned


class LayerGradient(NamedTuple):
    """Derivatives of one number by what entered a layer: an array for each input and each parameter.

    `inputs` holds `None` for inputs that are integers; `pre_activation` is `None` where there is none.
    """

    inputs: tuple[Array | None, ...]
    parameters: Mapping[str, Array] = NOTHING
    pre_activation: Array | None = None


Forward = Callable[..., LayerValues]
"""A layer's forward pass from its inputs, a batch of each; a layer that `writes` takes an array for its output too."""


@dataclass(frozen=True)
class Terms:
    """What the value of one node, before any activation, is made of: one row a term, all in float64.

    `source` says from which of the layer's inputs a term comes, `source_node` from which of its nodes (counted in C
    order). The node is Σ `product` + `bias`, unless `weight` and `product` are `None`: then it is the product of the
    `value`s. `bias_magnitude` is given where the bias is itself a sum that may cancel. `winner` is the row that a
    maximum took. `details` holds what else a reader needs, such as a mean, or the `window` that a node looks at.
    """

    source: Array
    source_node: Array
    value: Array
    weight: Array | None
    product: Array | None
    bias: float | None = None
    bias_magnitude: float | None = None
    winner: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """The node's value done again: Σ product + bias, or the product of all values."""
        if self.product is None:
            return float(np.prod(self.value))
        return float(self.product.sum()) + (self.bias or 0.0)

    @property
    def magnitude(self) -> float:
        """Σ |product| + |bias|: what rounding errors of the total are in proportion to."""
        if self.product is None:
            return abs(self.total)
        return float(np.abs(self.product).sum()) + (
            abs(self.bias or 0.0) if self.bias_magnitude is None else self.bias_magnitude
        )


class GatheredBlock(NamedTuple):
    """What windows see at positions from `first` on: (positions, features); `padding` says what is no term."""

    first: int
    value: Array
    padding: Array


class GatheredForm(Protocol):
    """Some units of a layer of windows, for one example: at every position the same weights for what is seen there.

    Node (p, `first_unit` + u) of the pre-activation, which has `units` units, is Σ_f value[p, f] · weight[f, u] + bias.
    """

    @property
    def weight(self) -> Array:
        """(features, units of this form)."""
        ...

    @property
    def first_unit(self) -> int:
        """The first of its units."""
        ...

    @property
    def units(self) -> int:
        """How many units the layer has."""
        ...

    @property
    def positions(self) -> int:
        """How many positions there are."""
        ...

    def blocks(self) -> Iterator[GatheredBlock]:
        """Go through all positions, some at a time: all windows together may be far larger than the input."""
        ...

    def look_up(self, position: Array, feature: Array) -> tuple[Array, Array]:
        """Return which nodes of the input are seen there, and their values."""
        ...


class ProductForm(NamedTuple):
    """A layer of weighted sums for one example: at every position p the same weights for its own values.

    Node (p, u) of the pre-activation is Σ_f value[p, f] · weight[f, u] + bias[u]; value (positions, features) is the
    layer's only input with its first axes made one.
    """

    value: Array
    weight: Array
    bias: Array | None

    def totals(self, position: int) -> tuple[Array, Array]:
        """Return all nodes at a position done again in float64, and Σ |product| + |bias| of each."""
        features, units = self.weight.shape
        values = self.value[position].astype(np.float64)
        totals, magnitudes = np.empty(units), np.empty(units)
        together = max(1, UNITS_BLOCK // features)
        for start in range(0, units, together):
            part = slice(start, start + together)
            weight = self.weight[:, part].astype(np.float64)
            totals[part] = values @ weight
            magnitudes[part] = np.abs(values) @ np.abs(weight)
        if self.bias is not None:
            totals += self.bias
            magnitudes += np.abs(self.bias)
        return totals, magnitudes


def single_terms(value: Array, source_node: Array, weight: Array, **rest: Any) -> Terms:
    """Make the terms of a layer with one input from values and weights of the same length."""
    value = value.astype(np.float64)
    weight = weight.astype(np.float64)
    return Terms(np.zeros(len(value), dtype=np.int64), source_node, value, weight, value * weight, **rest)


def copied(source: int, source_node: int, value: float) -> Terms:
    """Make the terms of a node that is one node of one input, unchanged."""
    values = np.array([value], dtype=np.float64)
    return Terms(np.array([source]), np.array([source_node]), values, np.ones(1), values)


def maximum_terms(value: Array, source_node: Array, **rest: Any) -> Terms:
    """Make the terms of a node that is the largest of several: the winner has weight 1, all others 0."""
    value = value.astype(np.float64)
    winner = int(np.argmax(value))
    weight = np.zeros(len(value))
    weight[winner] = 1.0
    product = np.zeros(len(value))  # not value · 0, which is NaN for an infinity
    product[winner] = value[winner]
    return Terms(np.zeros(len(value), dtype=np.int64), source_node, value, weight, product, winner=winner, **rest)


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


def whole(shape: Shape) -> Box:
    """Return the box that holds all nodes of a tensor."""
    return tuple((0, length) for length in shape)


def before_activation(activation: BoundActivation, box: Box, shape: Shape) -> Box:
    """Return the part of the pre-activation, which has `shape`, that a part of the output depends on."""
    if activation.activation.elementwise:
        return box
    axis = int(activation.parameters["axis"]) + len(shape)
    return (*box[:axis], (0, shape[axis]), *box[axis + 1 :])


def activated(activation: BoundActivation, pre_activation: Array) -> LayerValues:
    """Apply an activation; a linear one keeps the very same array."""
    linear = activation.activation is LINEAR
    return LayerValues(pre_activation if linear else activation(pre_activation), pre_activation)


def activated_shape(activation: BoundActivation, shape: Shape) -> Shape:
    """Return the shape that `activation` makes of `shape`; raise `ShapeError` where it cannot be applied."""
    try:
        return activation.output_shape(shape)
    except ValueError as error:
        raise ShapeError(str(error)) from None


def resolve_axis(axis: int, shape: Shape) -> int:
    """Turn an axis counted as Keras does (batch = 0) into one of `shape`, which has no batch; else `ShapeError`."""
    position = axis - 1 if axis > 0 else axis + len(shape)
    if not 0 <= position < len(shape):
        raise ShapeError(f"axis {axis} is not one of the {len(shape)} axes after the batch")
    return position


def describe_layer(layer: type[Layer]) -> dict[str, Any]:
    """Describe a layer kind: its name, a sentence, its operation and its arguments as JSON Schema."""
    return {
        "kind": layer.kind,
        "description": layer.description,
        "operation": layer.operation,
        "arguments": arguments_schema(layer),
    }
