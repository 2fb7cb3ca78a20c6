"""Parameters that were drawn lately, by what they are drawn from: a layer is drawn once, whatever document has it.

An optimisation only: a drawn parameter depends on its initialiser, shape, dtype, seed and names, and on nothing else.
"""

import math
from typing import Any

import numpy as np

from app.api.kept import Kept
from app.nn.initializers import BoundInitializer, draw_parameter
from app.nn.reading import Array, Shape

FEW = 2**14
"""So many equal numbers are written sooner than they are looked up."""

BYTES_OF_AN_ENTRY = 500  # its key, and the array without its numbers


class DrawnParameters:
    """Draws parameters and keeps them, in `memory_bytes` at most; called like `draw_parameter`, from any thread.

    The arrays that are kept cannot be written.
    """

    def __init__(self, memory_bytes: int) -> None:
        self.kept: Kept[Array] = Kept(memory_bytes)

    def __call__(
        self, initializer: BoundInitializer, shape: Shape, dtype: np.dtype[Any], seed: int, layer: str, parameter: str
    ) -> Array:
        """Return what `draw_parameter` returns, drawn now or lately."""
        if not initializer.initializer.random and math.prod(shape) <= FEW:
            return draw_parameter(initializer, shape, dtype, seed, layer, parameter)

        def draw() -> Array:
            values = draw_parameter(initializer, shape, dtype, seed, layer, parameter)
            values.setflags(write=False)
            return values

        key = (initializer.initializer.name, initializer.parameters, shape, dtype.char, seed, layer, parameter)
        return self.kept.find(key, draw, _size)


def _size(values: Array) -> int:
    return values.nbytes + BYTES_OF_AN_ENTRY
