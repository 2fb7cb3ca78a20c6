"""Smooth versions of the ReLU that stay above 0."""

import math

import numpy as np

from app.nn.activations.arrays import Array
from app.nn.activations.parameter import Parameter
from app.nn.activations.record import Activation
from app.nn.activations.sigmoids import sigmoid, softplus


def _squareplus(x: Array, b: float) -> Array:
    # For negative x the sum x + √(x² + b) cancels. The conjugate does not: f(x) = (b/4)/f(−x).
    result: Array = np.hypot(x, math.sqrt(b))
    result *= 0.5
    result += np.abs(x) * 0.5
    np.divide(b / 4.0, result, out=result, where=x < 0.0)
    return result


def _squareplus_derivative(x: Array, b: float) -> Array:
    # (1 + x/√(x² + b))/2 is f(x)/√(x² + b); for large x it is exactly 1, and ∞/∞ must not arise.
    z = np.minimum(x, 1e18)
    result = _squareplus(z, b)
    result /= np.hypot(z, math.sqrt(b))
    return result


SOFTPLUS = Activation(
    name="softplus",
    title="Softplus",
    formula=r"f(x) = \ln(1 + e^{x})",
    derivative_formula=r"f'(x) = \sigma(x) = \frac{1}{1 + e^{-x}}",
    range=r"(0, \infty)",
    monotonic=True,
    description=(
        "A ReLU with its corner rounded off, always positive; used where a result must be positive, such as "
        "a variance. Dearer than ReLU, and never exactly 0, so its outputs are not sparse."
    ),
    source=(
        "Keras 3: softplus (PyTorch's beta is 1). C. Dugas, Y. Bengio, F. Bélisle, C. Nadeau and R. Garcia, "
        "Incorporating second-order functional knowledge for better option pricing, 2000."
    ),
    function=softplus,
    derivative_function=sigmoid,
)

SQUAREPLUS = Activation(
    name="squareplus",
    title="Squareplus",
    formula=r"f(x) = \frac{x + \sqrt{x^2 + b}}{2}",
    derivative_formula=r"f'(x) = \frac{1}{2}\left(1 + \frac{x}{\sqrt{x^2 + b}}\right)",
    parameters=(
        Parameter("b", 4.0, "How round the corner at 0 is; towards 0 it is the ReLU.", minimum=1e-6, maximum=1e6),
    ),
    range=r"(0, \infty)",
    monotonic=True,
    description=(
        "A ReLU with its corner rounded off like softplus, but with a square root in place of exponential "
        "and logarithm. Its tail falls only like 1/|x|, so strongly negative inputs still leak through."
    ),
    source="Keras 3: squareplus, b = 4. J. T. Barron, Squareplus: a softplus-like algebraic rectifier, 2021.",
    function=_squareplus,
    derivative_function=_squareplus_derivative,
)
