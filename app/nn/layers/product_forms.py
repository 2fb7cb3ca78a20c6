"""Layers of weighted sums seen as a whole: the terms of all nodes as products with one matrix, or a few."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np

from app.nn.reading import Array

UNITS_BLOCK = 2**17
"""So many weights are turned into float64 at a time."""


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
