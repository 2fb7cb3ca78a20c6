"""Shrinkage functions: what is small becomes exactly 0."""

import numpy as np

from app.nn.activations.arrays import Array
from app.nn.activations.parameter import Parameter
from app.nn.activations.record import Activation

_THRESHOLD = Parameter("threshold", 0.5, "The λ up to which an input counts as small.", minimum=0.0, maximum=1e6)


def _soft_shrink(x: Array, threshold: float) -> Array:
    # At most one of the two summands is not 0.
    result: Array = np.maximum(x - threshold, 0.0)
    result += np.minimum(x + threshold, 0.0)
    return result


def _hard_shrink(x: Array, threshold: float) -> Array:
    result = x.copy()
    np.copyto(result, 0.0, where=np.abs(x) <= threshold)
    return result


def _shrink_derivative(x: Array, threshold: float) -> Array:
    result: Array = np.heaviside(np.abs(x) - threshold, 0.0)
    return result


SOFT_SHRINK = Activation(
    name="soft_shrink",
    title="Soft shrinkage",
    formula=(
        r"f(x) = \begin{cases} x + \lambda & x < -\lambda \\ 0 & -\lambda \le x \le \lambda \\ "
        r"x - \lambda & x > \lambda \end{cases} \qquad \lambda = \texttt{threshold}"
    ),
    derivative_formula=r"f'(x) = \begin{cases} 1 & |x| > \lambda \\ 0 & \text{otherwise} \end{cases}",
    parameters=(_THRESHOLD,),
    range=r"(-\infty, \infty)",
    monotonic=True,
    description=(
        "Moves every input towards 0 by λ, and what is smaller becomes 0: the step that makes codes sparse "
        "and removes noise. All that remains is λ too small, and small inputs pass no gradient."
    ),
    source="Keras 3: soft_shrink. D. L. Donoho, De-noising by soft-thresholding, 1995.",
    function=_soft_shrink,
    derivative_function=_shrink_derivative,
)

HARD_SHRINK = Activation(
    name="hard_shrink",
    title="Hard shrinkage",
    formula=(
        r"f(x) = \begin{cases} 0 & -\lambda \le x \le \lambda \\ x & \text{otherwise} \end{cases} \qquad "
        r"\lambda = \texttt{threshold}"
    ),
    derivative_formula=r"f'(x) = \begin{cases} 1 & |x| > \lambda \\ 0 & \text{otherwise} \end{cases}",
    parameters=(_THRESHOLD,),
    range=r"(-\infty, -\lambda) \cup \{0\} \cup (\lambda, \infty)",
    monotonic=True,
    description=(
        "Sets small inputs to 0 and keeps the others as they are; used in sparse coding. It jumps at ±λ, and "
        "the gradient does not see the jumps."
    ),
    source=(
        "Keras 3: hard_shrink. D. L. Donoho and I. M. Johnstone, Ideal spatial adaptation by wavelet shrinkage, 1994."
    ),
    function=_hard_shrink,
    derivative_function=_shrink_derivative,
)
