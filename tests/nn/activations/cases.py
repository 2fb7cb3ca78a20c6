"""What the tests of activations are parametrised with."""

from typing import Any

import numpy as np
import pytest

from app.nn.activations import ACTIVATIONS

ELEMENTWISE = [activation for activation in ACTIVATIONS.values() if activation.elementwise]
ALONG_AXIS = [activation for activation in ACTIVATIONS.values() if not activation.elementwise]
DTYPES = [np.float64, np.float32]
VARIANTS: list[tuple[str, dict[str, Any]]] = [
    *((activation.name, {}) for activation in ELEMENTWISE),
    ("leaky_relu", {"negative_slope": 0}),
    ("leaky_relu", {"negative_slope": 3.0}),
    ("prelu", {"negative_slope": -0.5}),
    ("threshold", {"threshold": -0.5, "default_value": 2}),
    ("elu", {"alpha": 2.5}),
    ("celu", {"alpha": 0.5}),
    ("gelu", {"approximate": True}),
    ("squareplus", {"b": 0.25}),
    ("soft_shrink", {"threshold": 0}),
    ("hard_shrink", {"threshold": 2.0}),
]

each = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=lambda activation: activation.name)
each_elementwise = pytest.mark.parametrize("activation", ELEMENTWISE, ids=lambda activation: activation.name)
each_along_axis = pytest.mark.parametrize("activation", ALONG_AXIS, ids=lambda activation: activation.name)
each_variant = pytest.mark.parametrize(("name", "parameters"), VARIANTS)
each_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=["float64", "float32"])
