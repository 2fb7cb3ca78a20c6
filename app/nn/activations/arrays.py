"""The array types that activations take and return."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating[Any]]
"""A float32 or float64 array."""

Function: TypeAlias = Callable[..., Array]
"""`function(x, **parameters)`: a new array of x's dtype; x has at least one axis and is left as it is."""

BackwardFunction: TypeAlias = Callable[..., Array]
"""`backward(x, gradient, **parameters)`: dL/dx from dL/dy."""

WriteFunction: TypeAlias = Callable[[Array, Array], None]
"""`write(x, out)`: the function's values, written into `out`."""
