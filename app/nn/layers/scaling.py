"""Layers that change every node by itself, with numbers of their own: Rescaling, Normalization and PReLU."""

import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.nn.argument_lists import Numbers
from app.nn.argument_types import Axes, Boolean, Nullable
from app.nn.arguments import argument, initializer_argument
from app.nn.initializers import BoundInitializer
from app.nn.layers.base import Layer
from app.nn.layers.shapes import Box, ShapeError, resolve_axis
from app.nn.layers.terms import Terms, single_terms
from app.nn.layers.values import LayerGradient, LayerValues, Parameters, ParameterSpec
from app.nn.reading import Array, Shape, format_shape

SMALLEST_DEVIATION = 1e-7
"""What Keras divides by at least in Normalization."""


class _Linear(Layer):
    """What Rescaling and Normalization share: output = input · weight + bias, the same for every example."""

    operation = "weighted_sum"

    @abstractmethod
    def numbers(self, shape: Shape, dtype: np.dtype[np.floating]) -> tuple[Array, Array]:
        """Return weight and bias, which broadcast over an example of `shape`; raise `ShapeError` if they do not."""

    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """Keep the shape."""
        self.numbers(input_shapes[0], np.dtype(np.float64))
        return input_shapes[0]

    def multiply_adds(self, input_shapes: Sequence[Shape]) -> int:
        """Count one a value."""
        return math.prod(input_shapes[0])

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Multiply, then add."""
        weight, bias = self.numbers(inputs[0].shape[1:], inputs[0].dtype)
        return LayerValues(inputs[0] * weight + bias)

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """Multiply by the weight."""
        weight, _ = self.numbers(inputs[0].shape[1:], inputs[0].dtype)
        return LayerGradient((gradient * weight,))

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One term: the node at the same place."""
        shape = inputs[0].shape
        weight, bias = (np.broadcast_to(one, shape)[index] for one in self.numbers(shape, np.dtype(np.float64)))
        node = np.array([np.ravel_multi_index(index, shape)])
        # in float32 the bias of a Normalization is a rounded product: bound it by what it was made of
        return single_terms(
            np.array([inputs[0][index]]),
            node,
            np.array([weight]),
            bias=float(bias),
            bias_magnitude=2 * abs(float(bias)),
        )

    def reads(self, box: Box, input_shapes: Sequence[Shape]) -> tuple[Box | None, ...]:
        """The same nodes."""
        return (box,)


@dataclass(frozen=True, kw_only=True)
class Rescaling(_Linear):
    """output = input · scale + offset; lists of numbers go along the last axis."""

    kind = "Rescaling"
    description = "Multiplies every value by a number and adds another: pixels from 0 to 255 become numbers up to 1."

    scale: float | tuple[float, ...] = argument(Numbers(), "What values are multiplied by.")
    offset: float | tuple[float, ...] = argument(Numbers(), "What is added then.", 0.0)

    def numbers(self, shape: Shape, dtype: np.dtype[np.floating]) -> tuple[Array, Array]:
        """Return both as they are."""
        for name, value in (("scale", self.scale), ("offset", self.offset)):
            if isinstance(value, tuple) and len(value) not in (1, shape[-1]):
                raise ShapeError(f"{name} has {len(value)} numbers, but the last axis of its input has {shape[-1]}")
        return np.asarray(self.scale, dtype), np.asarray(self.offset, dtype)


@dataclass(frozen=True, kw_only=True)
class Normalization(_Linear):
    """output = (input − mean) / √variance, with numbers that are given; with `invert`, the way back.

    Keras takes them from data too (`adapt`): in a document they are always given.
    """

    kind = "Normalization"
    description = "Shifts and scales values by a mean and a variance that are given."

    axis: tuple[int, ...] | None = argument(
        Nullable(Axes()), "The axis that lists of numbers go along; null: one number for all.", (-1,)
    )
    mean: float | tuple[float, ...] | None = argument(Nullable(Numbers()), "What is subtracted.", None)
    variance: float | tuple[float, ...] | None = argument(
        Nullable(Numbers(minimum=0.0)), "The square of what is divided by.", None
    )
    invert: bool = argument(
        Boolean(), "Whether values are brought back instead: times √variance, plus the mean.", False
    )

    def numbers(self, shape: Shape, dtype: np.dtype[np.floating]) -> tuple[Array, Array]:
        """Return 1/√variance and −mean/√variance (√variance and mean with `invert`)."""
        if self.mean is None or self.variance is None:
            raise ShapeError("mean and variance must be given: a document holds nothing to take them from")
        mean, variance = self._along(self.mean, shape, "mean"), self._along(self.variance, shape, "variance")
        deviation = np.maximum(np.sqrt(variance), SMALLEST_DEVIATION)
        weight, bias = (deviation, mean) if self.invert else (1.0 / deviation, -mean / deviation)
        return weight.astype(dtype), bias.astype(dtype)

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Subtract the mean before dividing: as a weight and a bias, digits would be lost where the mean is large."""
        if self.invert:
            return super().forward(inputs, parameters)
        weight, _ = self.numbers(inputs[0].shape[1:], inputs[0].dtype)
        assert self.mean is not None, "the shapes were checked"
        mean = self._along(self.mean, inputs[0].shape[1:], "mean").astype(inputs[0].dtype)
        return LayerValues((inputs[0] - mean) * weight)

    def _along(self, value: float | tuple[float, ...], shape: Shape, name: str) -> Array:
        numbers = np.asarray(value, dtype=np.float64)
        if numbers.ndim == 0:
            return numbers
        if self.axis is None:
            raise ShapeError(f"with axis null, {name} is one number, not {len(numbers)}")
        axis = resolve_axis(self.axis[0], shape)
        if len(numbers) not in (1, shape[axis]):
            raise ShapeError(
                f"{name} has {len(numbers)} numbers, but axis {self.axis[0]} of its input has {shape[axis]}"
            )
        return numbers.reshape([-1 if one == axis else 1 for one in range(len(shape))])


@dataclass(frozen=True, kw_only=True)
class PReLU(Layer):
    """output = input where it is positive, else alpha · input, with a trained alpha for every node (He et al. 2015).

    Along `shared_axes` all nodes have the same alpha: alpha has length 1 there.
    """

    kind = "PReLU"
    description = "Passes positive numbers on and multiplies negative ones by a slope that is learned."
    operation = "weighted_sum"

    alpha_initializer: BoundInitializer = initializer_argument("zeros", "the slopes")
    shared_axes: tuple[int, ...] | None = argument(
        Nullable(Axes(several=True)), "The axes along which all nodes share a slope.", None
    )

    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """Keep the shape."""
        self._alpha_shape(input_shapes[0])
        return input_shapes[0]

    def _alpha_shape(self, shape: Shape) -> Shape:
        shared = {resolve_axis(axis, shape) for axis in self.shared_axes or ()}
        if len(shared) < len(self.shared_axes or ()):
            raise ShapeError(f"shared_axes names an axis of {format_shape(shape)} twice")
        return tuple(1 if axis in shared else length for axis, length in enumerate(shape))

    def parameter_specs(self, input_shapes: Sequence[Shape]) -> Mapping[str, ParameterSpec]:
        """Need the slopes."""
        return {"alpha": ParameterSpec(self._alpha_shape(input_shapes[0]), self.alpha_initializer, self.trainable)}

    def multiply_adds(self, input_shapes: Sequence[Shape]) -> int:
        """Count one a value."""
        return math.prod(input_shapes[0])

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Add up both halves, of which one is always 0."""
        values = inputs[0]
        return LayerValues(np.maximum(values, 0.0) + parameters["alpha"] * np.minimum(values, 0.0))

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """At 0 the slope is alpha, as in PyTorch."""
        alpha = parameters["alpha"]
        by_alpha = gradient * np.minimum(inputs[0], 0.0)
        stretched = tuple(axis + 1 for axis, length in enumerate(alpha.shape) if length == 1)
        slopes = np.where(inputs[0] > 0.0, np.ones_like(alpha), alpha)
        return LayerGradient((gradient * slopes,), {"alpha": by_alpha.sum(axis=(0, *stretched)).reshape(alpha.shape)})

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One term: the node at the same place, with weight 1 or its alpha."""
        value = inputs[0][index]
        alpha = parameters["alpha"]
        place = tuple(0 if length == 1 else position for position, length in zip(index, alpha.shape, strict=True))
        weight = 1.0 if value > 0 else float(alpha[place])
        node = np.array([np.ravel_multi_index(index, inputs[0].shape)])
        return single_terms(np.array([value]), node, np.array([weight]), details={"alpha": float(alpha[place])})

    def reads(self, box: Box, input_shapes: Sequence[Shape]) -> tuple[Box | None, ...]:
        """The same nodes."""
        return (box,)
