"""Derivatives by finite differences."""

from collections.abc import Callable

import numpy as np

from app.nn.reading import Array


def numerical_gradient(function: Callable[[], float], array: Array, step: float = 1e-6) -> Array:
    """Differentiate a number by every element of an array that it is computed from, by central differences."""
    result = np.zeros_like(array)
    for place in np.ndindex(array.shape):
        before = array[place]
        array[place] = before + step
        high = function()
        array[place] = before - step
        low = function()
        array[place] = before
        result[place] = (high - low) / (2 * step)
    return result
