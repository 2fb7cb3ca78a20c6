"""Dense: every node is a weighted sum of all features of its input."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.nn.activations import BoundActivation
from app.nn.argument_types import Boolean, Integer
from app.nn.arguments import activation_argument, argument, initializer_argument
from app.nn.initializers import BoundInitializer
from app.nn.layers.base import Layer
from app.nn.layers.product_forms import ProductForm
from app.nn.layers.shapes import Box, activated_shape, before_activation
from app.nn.layers.terms import Terms, single_terms
from app.nn.layers.values import Forward, LayerGradient, LayerValues, Parameters, ParameterSpec, Random
from app.nn.reading import Array, Shape


@dataclass(frozen=True, kw_only=True)
class Dense(Layer):
    """output = activation(input · kernel + bias), over the last axis.

    Shapes: input (…, features), kernel (features, units), bias (units,), output (…, units).
    """

    kind = "Dense"
    description = "Every node adds up all its inputs, each times a weight, plus a bias, and applies an activation."
    operation = "weighted_sum"

    units: int = argument(Integer(minimum=1), "The number of nodes.")
    activation: BoundActivation = activation_argument()
    use_bias: bool = argument(Boolean(), "Whether each node adds a bias.", True)
    kernel_initializer: BoundInitializer = initializer_argument("glorot_uniform", "the kernel")
    bias_initializer: BoundInitializer = initializer_argument("zeros", "the bias")

    @property
    def bound_activation(self) -> BoundActivation:
        """The function applied to the weighted sums."""
        return self.activation

    def pre_activation_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """Replace the last axis by the units."""
        return (*input_shapes[0][:-1], self.units)

    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """Replace the last axis by the units (half of them after glu)."""
        return activated_shape(self.activation, self.pre_activation_shape(input_shapes))

    def parameter_specs(self, input_shapes: Sequence[Shape]) -> Mapping[str, ParameterSpec]:
        """Need a kernel (features, units) and, if used, a bias (units,)."""
        kernel = ParameterSpec((input_shapes[0][-1], self.units), self.kernel_initializer, self.trainable)
        if not self.use_bias:
            return {"kernel": kernel}
        return {"kernel": kernel, "bias": ParameterSpec((self.units,), self.bias_initializer, self.trainable)}

    def multiply_adds(self, input_shapes: Sequence[Shape]) -> int:
        """Count one for every weight at every position; the bias is an addition only."""
        return math.prod(input_shapes[0]) * self.units

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Compute the weighted sums and their activation."""
        return self.prepared(parameters)(inputs)

    @property
    def writes(self) -> bool:
        """Write the output unless it is the sums themselves."""
        return self.activation.function is not None

    def prepared(self, parameters: Parameters) -> Forward:
        """Return the forward pass with all at hand that does not depend on the inputs, which small layers feel."""
        kernel = parameters["kernel"]
        # With an axis for the batch, because arrays of one shape are added without broadcasting.
        bias = parameters["bias"][np.newaxis] if self.use_bias else None
        function = self.activation.function
        write = self.activation.activation.write_function or self.activation.write

        def run(inputs: Sequence[Array], output: Array | None = None) -> LayerValues:
            features = inputs[0]
            # The same product, but `dot` starts sooner; only `@` is fast beyond matrices.
            sums = features.dot(kernel) if features.ndim == 2 else features @ kernel
            if bias is not None:
                sums += bias
            if function is None:
                return LayerValues(sums, sums)
            if output is None:
                return LayerValues(function(sums), sums)
            write(sums, output)
            return LayerValues(output, sums)

        return run

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """Through the activation to the sums s: d kernel = inputᵀ · ds, d bias = Σ ds, d input = ds · kernelᵀ."""
        by_sums = self.activation_gradient(values, gradient)
        rows = by_sums.reshape(-1, self.units)
        by_parameters = {"kernel": inputs[0].reshape(len(rows), -1).T @ rows}
        if self.use_bias:
            by_parameters["bias"] = rows.sum(axis=0)
        return LayerGradient((by_sums @ parameters["kernel"].T,), by_parameters, by_sums)

    def training_forward(self, inputs: Sequence[Array], parameters: Parameters, random: Random) -> LayerValues:
        """Do the same as `forward`, with fewer calls, which small layers feel."""
        features = inputs[0]
        if features.ndim != 2:
            return self.forward(inputs, parameters)
        sums = features.dot(parameters["kernel"])
        if self.use_bias:
            sums += parameters["bias"]
        function = self.activation.function
        return LayerValues(sums if function is None else function(sums), sums)

    def training_backward(
        self,
        inputs: Sequence[Array],
        parameters: Parameters,
        values: LayerValues,
        gradient: Array,
        *,
        inputs_needed: bool = True,
    ) -> LayerGradient:
        """Do the same with fewer calls, which small layers feel."""
        by_sums, features, kernel = self.training_gradient(values, gradient), inputs[0], parameters["kernel"]
        by_input = by_sums.dot(kernel.T) if inputs_needed else None
        if features.ndim > 2:
            features, by_sums = features.reshape(-1, features.shape[-1]), by_sums.reshape(-1, self.units)
        by_parameters = {"kernel": features.T.dot(by_sums)}
        if self.use_bias:
            by_parameters["bias"] = np.add.reduce(by_sums, axis=0)
        return LayerGradient((by_input,), by_parameters, by_sums)

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One term a feature: value × weight."""
        features = inputs[0][index[:-1]]
        first = 0
        for position, length in zip(index[:-1], inputs[0].shape, strict=False):
            first = first * length + position
        source_node = first * len(features) + np.arange(len(features))
        bias = float(parameters["bias"][index[-1]]) if self.use_bias else None
        return single_terms(features, source_node, parameters["kernel"][:, index[-1]], bias=bias)

    def reads(self, box: Box, input_shapes: Sequence[Shape]) -> tuple[Box | None, ...]:
        """All features, at the same positions."""
        box = before_activation(self.activation, box, self.pre_activation_shape(input_shapes))
        return ((*box[:-1], (0, input_shapes[0][-1])),)

    def product_form(self, inputs: Sequence[Array], parameters: Parameters) -> ProductForm:
        """Return features, kernel and bias."""
        features = inputs[0].reshape(-1, inputs[0].shape[-1])
        return ProductForm(features, parameters["kernel"], parameters["bias"] if self.use_bias else None)

    def factors(self, parameter: str, inputs: Sequence[Array]) -> Array | None:
        """The feature that a weight multiplies, 1 for a bias; `None` where there are several positions."""
        if inputs[0].ndim > 1:
            return None
        return inputs[0][:, np.newaxis] if parameter == "kernel" else np.ones(1)
