"""Normalising layers: BatchNormalization (with stored statistics) and LayerNormalization (with an example's own)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.nn.argument_types import Axes, Boolean, Number
from app.nn.arguments import argument, initializer_argument
from app.nn.initializers import BoundInitializer
from app.nn.layers.base import Layer
from app.nn.layers.shapes import Box, ShapeError, resolve_axis
from app.nn.layers.terms import Terms, single_terms
from app.nn.layers.values import NOTHING, LayerGradient, LayerValues, Parameters, ParameterSpec, Random
from app.nn.reading import Array, Shape


@dataclass(frozen=True, kw_only=True)
class BatchNormalization(Layer):
    """output = γ · (input − moving mean) / √(moving variance + ε) + β, one γ, β, mean and variance a feature.

    That is the evaluating form, with the statistics stored in training (Ioffe and Szegedy 2015). In training it is the
    batch's own mean and population variance that are used, and the stored ones move towards them. Names and defaults
    follow Keras: ε is 0.001 (PyTorch: 0.00001), momentum 0.99 is the share of the old value (PyTorch: 0.1 of the new),
    the population variance is what is stored (PyTorch: that of a sample), and a layer that is not trainable uses and
    keeps the stored statistics in training too.
    """

    kind = "BatchNormalization"
    description = "Shifts and scales every feature by the mean and variance that were stored in training."
    operation = "weighted_sum"
    couples_examples = True

    axis: tuple[int, ...] = argument(Axes(), "The axis of the features.", (-1,))
    momentum: float = argument(Number(0.0, 1.0), "The share of the old statistics kept at a training step.", 0.99)
    epsilon: float = argument(Number(0.0), "Added to the variance so that it is never 0.", 0.001)
    center: bool = argument(Boolean(), "Whether β is added.", True)
    scale: bool = argument(Boolean(), "Whether the result is multiplied by γ.", True)
    beta_initializer: BoundInitializer = initializer_argument("zeros", "β")
    gamma_initializer: BoundInitializer = initializer_argument("ones", "γ")
    moving_mean_initializer: BoundInitializer = initializer_argument("zeros", "the moving mean")
    moving_variance_initializer: BoundInitializer = initializer_argument("ones", "the moving variance")

    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """Keep the shape."""
        resolve_axis(self.axis[0], input_shapes[0])
        return input_shapes[0]

    def parameter_specs(self, input_shapes: Sequence[Shape]) -> Mapping[str, ParameterSpec]:
        """Need γ and β (unless switched off) and the statistics, which are not trainable: one value a feature each."""
        shape = (input_shapes[0][resolve_axis(self.axis[0], input_shapes[0])],)
        specs = {}
        if self.scale:
            specs["gamma"] = ParameterSpec(shape, self.gamma_initializer, self.trainable)
        if self.center:
            specs["beta"] = ParameterSpec(shape, self.beta_initializer, self.trainable)
        specs["moving_mean"] = ParameterSpec(shape, self.moving_mean_initializer, trainable=False)
        specs["moving_variance"] = ParameterSpec(shape, self.moving_variance_initializer, trainable=False)
        return specs

    def multiply_adds(self, input_shapes: Sequence[Shape]) -> int:
        """Count one a value: the statistics fold into one weight and one bias."""
        return math.prod(input_shapes[0])

    def _over_features(self, vector: Array, dimensions: int) -> Array:
        """Shape a vector of one value a feature so that it broadcasts over `dimensions` axes without a batch."""
        shape = [1] * dimensions
        shape[self.axis[0] - 1 if self.axis[0] > 0 else self.axis[0]] = -1
        return vector.reshape(shape)

    def _weight_and_bias(self, parameters: Parameters, dtype: np.dtype[np.floating]) -> tuple[Array, Array]:
        """Return weight = γ/√(variance + ε) and bias = β − mean · weight, one value a feature."""
        variance = parameters["moving_variance"].astype(dtype, copy=False)
        weight = 1.0 / np.sqrt(variance + dtype.type(self.epsilon))
        if self.scale:
            weight = weight * parameters["gamma"]
        bias = -parameters["moving_mean"] * weight
        return weight, bias + parameters["beta"] if self.center else bias

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Subtract the mean before scaling: the folded form would lose digits where the mean is large."""
        dimensions = inputs[0].ndim - 1
        mean = self._over_features(parameters["moving_mean"], dimensions)
        weight = self._over_features(self._weight_and_bias(parameters, inputs[0].dtype)[0], dimensions)
        output = inputs[0] - mean
        output *= weight
        if self.center:
            output += self._over_features(parameters["beta"], dimensions)
        return LayerValues(output)

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """Differentiate the evaluating form, in which mean and variance are parameters like the others."""
        dimensions = inputs[0].ndim - 1
        dtype = inputs[0].dtype
        weight = self._weight_and_bias(parameters, dtype)[0]
        inverse = 1.0 / np.sqrt(parameters["moving_variance"] + dtype.type(self.epsilon))
        centered = inputs[0] - self._over_features(parameters["moving_mean"], dimensions)
        others = self._other_axes(inputs[0])
        by_scaled = (gradient * centered).sum(axis=others)
        by_output = gradient.sum(axis=others)
        by_parameters = {}
        if self.scale:
            by_parameters["gamma"] = by_scaled * inverse
        if self.center:
            by_parameters["beta"] = by_output
        by_parameters["moving_mean"] = -by_output * weight
        by_parameters["moving_variance"] = by_scaled * weight * inverse * inverse * dtype.type(-0.5)
        return LayerGradient((gradient * self._over_features(weight, dimensions),), by_parameters)

    def _other_axes(self, values: Array) -> tuple[int, ...]:
        """Return every axis, the batch included, but that of the features."""
        feature = self.axis[0] if self.axis[0] > 0 else values.ndim + self.axis[0]
        return tuple(axis for axis in range(values.ndim) if axis != feature)

    def training_forward(self, inputs: Sequence[Array], parameters: Parameters, random: Random) -> LayerValues:
        """Use the mean and the variance of the batch; keep them, and the standardised input, in `named`."""
        if not self.trainable:
            return self.forward(inputs, parameters)
        values, dimensions = inputs[0], inputs[0].ndim - 1
        others = self._other_axes(values)
        mean = values.mean(axis=others)
        standard = values - self._over_features(mean, dimensions)
        variance = np.mean(np.square(standard), axis=others)
        inverse = 1.0 / np.sqrt(variance + values.dtype.type(self.epsilon))
        standard *= self._over_features(inverse, dimensions)
        output = standard
        if self.scale:
            output = output * self._over_features(parameters["gamma"], dimensions)
        if self.center:
            output = output + self._over_features(parameters["beta"], dimensions)
        return LayerValues(output, named={"mean": mean, "variance": variance, "standardised": standard})

    def training_backward(
        self,
        inputs: Sequence[Array],
        parameters: Parameters,
        values: LayerValues,
        gradient: Array,
        *,
        inputs_needed: bool = True,
    ) -> LayerGradient:
        """Differentiate through the batch's mean and variance too; the formula is that of `LayerNormalization`."""
        if not self.trainable:
            return self.backward(inputs, parameters, values, gradient)
        dimensions, dtype = inputs[0].ndim - 1, inputs[0].dtype
        others = self._other_axes(inputs[0])
        standard = values.named["standardised"]
        along = (gradient * standard).sum(axis=others)
        total = gradient.sum(axis=others)
        by_parameters = {}
        if self.scale:
            by_parameters["gamma"] = along
        if self.center:
            by_parameters["beta"] = total
        weight = 1.0 / np.sqrt(values.named["variance"] + dtype.type(self.epsilon))
        if self.scale:
            weight = weight * parameters["gamma"]
        share = dtype.type(total.size / gradient.size)
        by_input = standard * self._over_features(along * -share, dimensions)
        by_input += gradient
        by_input -= self._over_features(total * share, dimensions)
        by_input *= self._over_features(weight, dimensions)
        return LayerGradient((by_input,), by_parameters)

    def moving_updates(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues
    ) -> Mapping[str, Array]:
        """Move the stored statistics towards those of the batch: momentum · old + (1 − momentum) · new."""
        if not self.trainable:
            return NOTHING
        new = {"moving_mean": values.named["mean"], "moving_variance": values.named["variance"]}
        kept = inputs[0].dtype.type(self.momentum)
        return {name: parameters[name] * kept + (1 - kept) * statistic for name, statistic in new.items()}

    def reads(self, box: Box, input_shapes: Sequence[Shape]) -> tuple[Box | None, ...]:
        """The same nodes."""
        return (box,)

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One term, with weight γ/√(variance + ε) and bias β − mean · weight."""
        feature = index[resolve_axis(self.axis[0], inputs[0].shape)]
        one = {name: values[feature : feature + 1].astype(np.float64) for name, values in parameters.items()}
        weight, bias = self._weight_and_bias(one, np.dtype(np.float64))
        node = np.array([np.ravel_multi_index(index, inputs[0].shape)])
        details = {name: float(values[0]) for name, values in one.items()} | {"epsilon": self.epsilon}
        magnitude = abs(details["moving_mean"] * float(weight[0])) + abs(details.get("beta", 0.0))
        value = np.array([inputs[0][index]])
        return single_terms(value, node, weight, bias=float(bias[0]), bias_magnitude=magnitude, details=details)


@dataclass(frozen=True, kw_only=True)
class LayerNormalization(Layer):
    """output = γ · (input − mean) / √(variance + ε) + β, with an example's own mean and population variance over axes.

    Ba, Kiros and Hinton 2016. Names and defaults follow Keras: ε is 0.001 (PyTorch: 0.00001).
    """

    kind = "LayerNormalization"
    description = "Shifts and scales an example's values so that their mean is 0 and their variance 1."
    operation = "normalize"

    axis: tuple[int, ...] = argument(Axes(several=True), "The axes that mean and variance are taken over.", (-1,))
    epsilon: float = argument(Number(0.0), "Added to the variance so that it is never 0.", 0.001)
    center: bool = argument(Boolean(), "Whether β is added.", True)
    scale: bool = argument(Boolean(), "Whether the result is multiplied by γ.", True)
    beta_initializer: BoundInitializer = initializer_argument("zeros", "β")
    gamma_initializer: BoundInitializer = initializer_argument("ones", "γ")

    def _axes(self, shape: Shape) -> tuple[int, ...]:
        axes = tuple(sorted(resolve_axis(axis, shape) for axis in self.axis))
        if len(set(axes)) != len(axes):
            raise ShapeError("axis names the same axis twice")
        return axes

    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """Keep the shape."""
        self._axes(input_shapes[0])
        return input_shapes[0]

    def parameter_specs(self, input_shapes: Sequence[Shape]) -> Mapping[str, ParameterSpec]:
        """Need γ and β (unless switched off) with the lengths of the normalised axes."""
        shape = tuple(input_shapes[0][axis] for axis in self._axes(input_shapes[0]))
        specs = {}
        if self.scale:
            specs["gamma"] = ParameterSpec(shape, self.gamma_initializer, self.trainable)
        if self.center:
            specs["beta"] = ParameterSpec(shape, self.beta_initializer, self.trainable)
        return specs

    def multiply_adds(self, input_shapes: Sequence[Shape]) -> int:
        """Count two a value: its square for the variance, and its scaling."""
        return 2 * math.prod(input_shapes[0])

    def _over_axes(self, parameter: Array, shape: Shape) -> Array:
        """Shape γ or β so that it broadcasts over an example of `shape`."""
        axes = self._axes(shape)
        return parameter.reshape([length if axis in axes else 1 for axis, length in enumerate(shape)])

    def _standardise(self, values: Array, shape: Shape) -> tuple[Array, Array]:
        """Return the values with mean 0 and variance 1, and 1/√(variance + ε), over axes behind a batch."""
        axes = tuple(axis + 1 for axis in self._axes(shape))
        centered = values - values.mean(axis=axes, keepdims=True)
        variance = np.mean(np.square(centered), axis=axes, keepdims=True)
        inverse = 1.0 / np.sqrt(variance + values.dtype.type(self.epsilon))
        return centered * inverse, inverse

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Standardise, then scale and shift."""
        shape = inputs[0].shape[1:]
        output, _ = self._standardise(inputs[0], shape)
        if self.scale:
            output = output * self._over_axes(parameters["gamma"], shape)
        if self.center:
            output = output + self._over_axes(parameters["beta"], shape)
        return LayerValues(output)

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """Differentiate through mean and variance too.

        With x̂ the standardised input and g = γ · gradient: d input = (g − mean(g) − x̂ · mean(g · x̂)) / √(variance + ε).
        """
        shape = inputs[0].shape[1:]
        axes = tuple(axis + 1 for axis in self._axes(shape))
        others = tuple(axis for axis in range(inputs[0].ndim) if axis not in axes)
        standard, inverse = self._standardise(inputs[0], shape)
        by_parameters = {}
        if self.scale:
            by_parameters["gamma"] = (gradient * standard).sum(axis=others)
        if self.center:
            by_parameters["beta"] = gradient.sum(axis=others)
        scaled = gradient * self._over_axes(parameters["gamma"], shape) if self.scale else gradient
        mean = scaled.mean(axis=axes, keepdims=True)
        along = (scaled * standard).mean(axis=axes, keepdims=True)
        return LayerGradient((inverse * (scaled - mean - standard * along),), by_parameters)

    def reads(self, box: Box, input_shapes: Sequence[Shape]) -> tuple[Box | None, ...]:
        """The same nodes, and all along the axes that are normalised."""
        axes = self._axes(input_shapes[0])
        sides = zip(box, input_shapes[0], strict=True)
        return (tuple((0, length) if axis in axes else side for axis, (side, length) in enumerate(sides)),)

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One term for every value that the mean is taken over.

        The node is Σ value · weight + β with weight = γ/√(variance + ε) · (1 if it is the node's own value, else
        0, minus 1/n): the subtraction of the mean written out. `details` holds mean, variance, γ, β and ε.
        """
        shape = inputs[0].shape
        axes = self._axes(shape)
        nodes = np.arange(math.prod(shape)).reshape(shape)
        group = tuple(slice(None) if axis in axes else position for axis, position in enumerate(index))
        source_node = nodes[group].reshape(-1)
        value = inputs[0][group].reshape(-1).astype(np.float64)
        mean = float(value.mean())
        variance = float(np.mean(np.square(value - mean)))
        place = tuple(index[axis] for axis in axes)
        gamma = float(parameters["gamma"][place]) if self.scale else 1.0
        beta = float(parameters["beta"][place]) if self.center else None
        own = source_node == nodes[index]
        weight = (own - 1.0 / len(value)) * (gamma / np.sqrt(np.float64(variance + self.epsilon)))
        details = {
            "mean": mean,
            "variance": variance,
            "gamma": gamma,
            "beta": beta or 0.0,
            "epsilon": self.epsilon,
        }
        return single_terms(value, source_node, weight, bias=beta, details=details)
