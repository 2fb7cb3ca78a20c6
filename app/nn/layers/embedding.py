"""Embedding: whole numbers look up rows of a learned table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.nn.argument_types import Integer
from app.nn.arguments import argument, initializer_argument
from app.nn.initializers import BoundInitializer
from app.nn.layers.base import Layer
from app.nn.layers.shapes import Box
from app.nn.layers.terms import Terms
from app.nn.layers.values import LayerGradient, LayerValues, Parameters, ParameterSpec
from app.nn.reading import Array, Shape


@dataclass(frozen=True, kw_only=True)
class Embedding(Layer):
    """output[i] = embeddings[input[i]]: a table looked up by integers.

    Shapes: input (…) of integers from 0 to input_dim − 1, embeddings (input_dim, output_dim), output (…, output_dim).
    """

    kind = "Embedding"
    description = "Looks up a row of a learned table for every whole number in the input."
    operation = "lookup"

    input_dim: int = argument(Integer(minimum=1), "The number of rows: inputs are 0 to input_dim - 1.")
    output_dim: int = argument(Integer(minimum=1), "The length of a row.")
    embeddings_initializer: BoundInitializer = initializer_argument("random_uniform", "the table")

    @property
    def integer_bound(self) -> int:
        """The number of rows."""
        return self.input_dim

    def output_shape(self, input_shapes: Sequence[Shape]) -> Shape:
        """Add an axis for the row."""
        return (*input_shapes[0], self.output_dim)

    def parameter_specs(self, input_shapes: Sequence[Shape]) -> Mapping[str, ParameterSpec]:
        """Need the table."""
        shape = (self.input_dim, self.output_dim)
        return {"embeddings": ParameterSpec(shape, self.embeddings_initializer, self.trainable)}

    def forward(self, inputs: Sequence[Array], parameters: Parameters) -> LayerValues:
        """Look the rows up."""
        return LayerValues(parameters["embeddings"][inputs[0]])

    def backward(
        self, inputs: Sequence[Array], parameters: Parameters, values: LayerValues, gradient: Array
    ) -> LayerGradient:
        """Add the gradient of every place to the row that was looked up there; integers have no derivative."""
        by_table = np.zeros_like(parameters["embeddings"])
        np.add.at(by_table, inputs[0], gradient)
        return LayerGradient((None,), {"embeddings": by_table})

    def reads(self, box: Box, input_shapes: Sequence[Shape]) -> tuple[Box | None, ...]:
        """The integers at the same places."""
        return (box[:-1],)

    def terms(self, index: Shape, inputs: Sequence[Array], parameters: Parameters) -> Terms:
        """One term: `value` is the integer, `weight` and `product` the number found in its row."""
        place = index[:-1]
        row = int(inputs[0][place])
        found = np.array([parameters["embeddings"][row, index[-1]]], dtype=np.float64)
        node = np.array([np.ravel_multi_index(place, inputs[0].shape)])
        return Terms(np.zeros(1, dtype=np.int64), node, np.array([float(row)]), found, found)
