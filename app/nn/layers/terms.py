"""What the value of one node is made of, term by term: what explanations and edges show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.nn.reading import Array


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
