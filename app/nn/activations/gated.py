"""Inputs multiplied by a gate that depends on the input itself: GELU, SiLU, Mish."""

import math

import numpy as np

from app.nn.activations.arrays import Array
from app.nn.activations.normal_distribution import cumulative, density
from app.nn.activations.parameter import Parameter
from app.nn.activations.record import Activation
from app.nn.activations.sigmoids import hard_sigmoid, sigmoid, sigmoid_derivative

# Where a gate is closed (exactly 0 in float64), the input is replaced by this bound: −∞·0 would be NaN.
_GELU_CLOSED = 40.0
_SIGMOID_CLOSED = 1000.0
# exp(2·20) is so large that adding 2 changes no digit.
_MISH_OPEN = 20.0

_GELU_CUBIC = 0.044715
_GELU_STEEPNESS = 2.0 * math.sqrt(2.0 / math.pi)


def _bounded(x: Array, bound: float) -> Array:
    """Return x, cut off at ±bound."""
    result: Array = np.maximum(x, -bound)
    np.minimum(result, bound, out=result)
    return result


def _gelu(x: Array, approximate: bool) -> Array:
    # 1 + tanh(u) would cancel for negative u; 2·sigmoid(2u) is the same and does not.
    result = sigmoid(_gelu_argument(x)) if approximate else cumulative(x)
    result *= np.maximum(x, -_GELU_CLOSED)
    return result


def _gelu_argument(x: Array) -> Array:
    """Return 2·√(2/π)·(x + 0.044715·x³)."""
    z = _bounded(x, _GELU_CLOSED)
    result = z * z
    result *= _GELU_CUBIC
    result += 1.0
    result *= z
    result *= _GELU_STEEPNESS
    return result


def _gelu_derivative(x: Array, approximate: bool) -> Array:
    z = _bounded(x, _GELU_CLOSED)
    if approximate:
        argument = _gelu_argument(z)
        result = sigmoid_derivative(argument)
        slope = z * z
        slope *= 3.0 * _GELU_CUBIC
        slope += 1.0
        slope *= _GELU_STEEPNESS
        result *= slope
        result *= z
        result += sigmoid(argument)
    else:
        result = density(z)
        result *= z
        result += cumulative(z)
    return result


def _silu(x: Array) -> Array:
    result = sigmoid(x)
    result *= np.maximum(x, -_SIGMOID_CLOSED)
    return result


def _silu_derivative(x: Array) -> Array:
    z = _bounded(x, _SIGMOID_CLOSED)
    result = sigmoid_derivative(z)
    result *= z
    result += sigmoid(z)
    return result


def _hard_silu(x: Array) -> Array:
    result = hard_sigmoid(x)
    result *= np.maximum(x, -3.0)
    # Makes 0 of −0, which would else be the result for all x ≤ −3.
    result += 0.0
    return result


def _hard_silu_derivative(x: Array) -> Array:
    result = _bounded(x, 3.0)
    result /= 3.0
    result += 0.5
    np.copyto(result, 0.0, where=x <= -3.0)
    np.copyto(result, 1.0, where=x >= 3.0)
    return result


def _mish(x: Array) -> Array:
    # With e = exp(x) and n = e² + 2e, tanh(log(1 + e)) = n/(n + 2): no logarithm and no cancellation.
    e: Array = np.exp(np.minimum(x, _MISH_OPEN))
    n = e * (e + 2.0)
    n /= n + 2.0
    n *= np.maximum(x, -_SIGMOID_CLOSED)
    return n


def _mish_derivative(x: Array) -> Array:
    # In the same terms, the gate n/(n + 2) has the slope 4e(1 + e)/(n + 2)².
    z = np.minimum(np.maximum(x, -_SIGMOID_CLOSED), 2.0 * _MISH_OPEN)
    e: Array = np.exp(z)
    n = e * (e + 2.0)
    below = n + 2.0
    slope = 4.0 * e / below
    slope *= (e + 1.0) / below
    slope *= z
    slope += n / below
    return slope


GELU = Activation(
    name="gelu",
    title="Gaussian error linear unit (GELU)",
    formula=(
        r"f(x) = x\,\Phi(x) = \frac{x}{2}\left(1 + \operatorname{erf}\frac{x}{\sqrt{2}}\right) \qquad "
        r"\text{approximate: } \frac{x}{2}\left(1 + \tanh\left(\sqrt{\tfrac{2}{\pi}}\,"
        r"\bigl(x + 0.044715\,x^3\bigr)\right)\right)"
    ),
    derivative_formula=(r"f'(x) = \Phi(x) + x\,\varphi(x) \qquad \varphi(x) = \frac{1}{\sqrt{2\pi}}\,e^{-x^2/2}"),
    parameters=(
        Parameter(
            "approximate",
            False,
            "Whether to use the older form with tanh instead of the exact one; they differ by up to 0.0005.",
        ),
    ),
    range=r"[{\approx} -0.170, \infty)",
    monotonic=False,
    description=(
        "Multiplies the input by Φ(x), the probability that a standard normal number is smaller: a smooth "
        "ReLU that dips a little below 0. The usual choice in transformers; it is dearer than ReLU."
    ),
    source=(
        "Keras 3: gelu, approximate false (PyTorch says approximate='none' and 'tanh'). D. Hendrycks and K. "
        "Gimpel, Gaussian error linear units, 2016."
    ),
    function=_gelu,
    derivative_function=_gelu_derivative,
)

SILU = Activation(
    name="silu",
    aliases=("swish",),
    title="Sigmoid linear unit (SiLU, Swish)",
    formula=r"f(x) = x\,\sigma(x) = \frac{x}{1 + e^{-x}}",
    derivative_formula=r"f'(x) = \sigma(x)\,\bigl(1 + x\,(1 - \sigma(x))\bigr)",
    range=r"[{\approx} -0.278, \infty)",
    monotonic=False,
    description=(
        "Multiplies the input by its own sigmoid: a smooth ReLU that dips below 0 around −1.28. Used in "
        "EfficientNet and in language models; it costs an exponential."
    ),
    source=(
        "Keras 3: silu. S. Elfwing, E. Uchibe and K. Doya, Sigmoid-weighted linear units, 2017; P. "
        "Ramachandran, B. Zoph and Q. V. Le, Searching for activation functions, 2017 (Swish)."
    ),
    function=_silu,
    derivative_function=_silu_derivative,
)

HARD_SILU = Activation(
    name="hard_silu",
    aliases=("hard_swish",),
    title="Hard SiLU (hard Swish)",
    formula=(
        r"f(x) = x\,\frac{\min(\max(x + 3, 0), 6)}{6} = \begin{cases} 0 & x \le -3 \\ "
        r"\frac{x\,(x + 3)}{6} & -3 < x < 3 \\ x & x \ge 3 \end{cases}"
    ),
    derivative_formula=(
        r"f'(x) = \begin{cases} 0 & x \le -3 \\ \frac{x}{3} + \frac{1}{2} & -3 < x < 3 \\ "
        r"1 & x \ge 3 \end{cases}"
    ),
    range=r"\left[-\tfrac{3}{8}, \infty\right)",
    monotonic=False,
    description=(
        "The SiLU with the hard sigmoid as its gate: needs no exponential, made for small devices. Below −3 "
        "it is exactly 0 and passes no gradient."
    ),
    source="Keras 3: hard_silu. A. Howard et al., Searching for MobileNetV3, 2019.",
    function=_hard_silu,
    derivative_function=_hard_silu_derivative,
)

MISH = Activation(
    name="mish",
    title="Mish",
    formula=r"f(x) = x \tanh\bigl(\ln(1 + e^{x})\bigr)",
    derivative_formula=(r"f'(x) = \tanh(s) + x\,\sigma(x)\,\bigl(1 - \tanh^2 s\bigr) \qquad s = \ln(1 + e^{x})"),
    range=r"[{\approx} -0.309, \infty)",
    monotonic=False,
    description=(
        "A smooth ReLU very close to SiLU, with a slightly deeper dip below 0; known from object detectors "
        "such as YOLOv4. It is dearer than SiLU, and seldom much better."
    ),
    source="Keras 3: mish. D. Misra, Mish: A self regularized non-monotonic activation function, 2019.",
    function=_mish,
    derivative_function=_mish_derivative,
)
