"""S-shaped functions that are odd and end in −1 and 1, and what tanh takes away."""

import numpy as np

from app.nn.activations.arrays import Array
from app.nn.activations.record import Activation

# x/(1 + |x|) is exactly ±1 from here on, in float64 as in float32.
_SATURATED = 1e18


def _tanh(x: Array) -> Array:
    result: Array = np.tanh(x)
    return result


def _write_tanh(x: Array, out: Array) -> None:
    np.tanh(x, out=out)


def _tanh_derivative(x: Array) -> Array:
    # 4e/(1 + e)² with e = exp(−2|x|): 1 − tanh²(x) would cancel for large x.
    result: Array = np.minimum(np.abs(x), 1000.0)
    result *= -2.0
    np.exp(result, out=result)
    below = result + 1.0
    below *= below
    result /= below
    result *= 4.0
    return result


def _tanh_backward_from_output(output: Array, gradient: Array) -> Array:
    result: Array = output * output
    np.subtract(1.0, result, out=result)
    result *= gradient
    return result


def _hard_tanh(x: Array) -> Array:
    result: Array = np.maximum(x, -1.0)
    np.minimum(result, 1.0, out=result)
    return result


def _hard_tanh_derivative(x: Array) -> Array:
    result: Array = np.heaviside(1.0 - np.abs(x), 0.0)
    return result


def _tanh_shrink(x: Array) -> Array:
    # Near 0 the difference x − tanh(x) ≈ x³/3 cancels. Lambert's continued fraction (1761) is
    # tanh(x) = x/(1 + x²/k) with k = 3 + x²/(5 + x²/(7 + …)), hence x − tanh(x) = x·x²/(k + x²): only sums
    # of positive numbers. Up to |x| = 1, ending it at 21 leaves no error in float64.
    square: Array = np.minimum(np.abs(x), 1.0)
    square *= square
    k = np.full_like(x, 21.0)
    for odd in (19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0):
        k = odd + square / k
    k += square
    square /= k
    square *= np.minimum(np.maximum(x, -1.0), 1.0)
    np.subtract(x, np.tanh(x), out=square, where=np.abs(x) > 1.0)
    return square


def _tanh_shrink_derivative(x: Array) -> Array:
    result: Array = np.tanh(x)
    result *= result
    return result


def _softsign(x: Array) -> Array:
    result: Array = np.maximum(x, -_SATURATED)
    np.minimum(result, _SATURATED, out=result)
    below = np.abs(result)
    below += 1.0
    result /= below
    return result


def _softsign_derivative(x: Array) -> Array:
    result: Array = 1.0 / (1.0 + np.abs(x))
    result *= result
    return result


TANH = Activation(
    name="tanh",
    title="Hyperbolic tangent (tanh)",
    formula=r"f(x) = \tanh x = \frac{e^{x} - e^{-x}}{e^{x} + e^{-x}}",
    derivative_formula=r"f'(x) = 1 - \tanh^2 x",
    range=r"(-1, 1)",
    monotonic=True,
    description=(
        "An S-curve from −1 to 1 through the origin; its outputs are centred on 0, which makes training "
        "easier than with the sigmoid. Used in recurrent networks. Far from 0 it saturates and its slope "
        "vanishes."
    ),
    source="Keras 3: tanh. Y. LeCun, L. Bottou, G. Orr and K.-R. Müller, Efficient BackProp, 1998.",
    function=_tanh,
    derivative_function=_tanh_derivative,
    write_function=_write_tanh,
    backward_from_output=_tanh_backward_from_output,
)

HARD_TANH = Activation(
    name="hard_tanh",
    title="Hard tanh",
    formula=r"f(x) = \max(-1, \min(1, x)) = \begin{cases} -1 & x < -1 \\ x & -1 \le x \le 1 \\ 1 & x > 1 \end{cases}",
    derivative_formula=r"f'(x) = \begin{cases} 1 & -1 < x < 1 \\ 0 & \text{otherwise} \end{cases}",
    range=r"[-1, 1]",
    monotonic=True,
    description=(
        "The tanh drawn with three straight lines: the input, cut off at −1 and 1. Cheap, and used in "
        "networks with few bits per number; outside −1 to 1 its slope is 0 and nothing is learned."
    ),
    source="Keras 3: hard_tanh. R. Collobert, Large scale machine learning (thesis), 2004.",
    function=_hard_tanh,
    derivative_function=_hard_tanh_derivative,
)

TANH_SHRINK = Activation(
    name="tanh_shrink",
    title="Tanh shrink",
    formula=r"f(x) = x - \tanh x",
    derivative_formula=r"f'(x) = \tanh^2 x",
    range=r"(-\infty, \infty)",
    monotonic=True,
    description=(
        "What tanh takes away: it presses small inputs towards 0 and moves large ones by 1. Used in sparse "
        "coding; rare in deep networks, because it is nearly flat around 0."
    ),
    source="Keras 3: tanh_shrink; PyTorch: Tanhshrink. The difference of the identity and tanh.",
    function=_tanh_shrink,
    derivative_function=_tanh_shrink_derivative,
)

SOFTSIGN = Activation(
    name="softsign",
    title="Softsign",
    formula=r"f(x) = \frac{x}{1 + |x|}",
    derivative_formula=r"f'(x) = \frac{1}{(1 + |x|)^2}",
    range=r"(-1, 1)",
    monotonic=True,
    description=(
        "An S-curve like tanh that approaches −1 and 1 much more slowly, so that it saturates less and needs "
        "no exponential. In practice rectifiers have replaced it in hidden layers."
    ),
    source=(
        "Keras 3: softsign. J. Bergstra, G. Desjardins, P. Lamblin and Y. Bengio, Quadratic polynomials "
        "learn better image features, 2009."
    ),
    function=_softsign,
    derivative_function=_softsign_derivative,
)
