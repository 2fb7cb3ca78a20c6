"""S-shaped functions that end in 0 and 1, and the logarithm of one of them."""

import numpy as np

from app.nn.activations.arrays import Array
from app.nn.activations.record import Activation

# exp of this is so large that adding 1 changes no digit, in float64 as in float32, and far from overflow.
_SATURATED = 40.0


def sigmoid(x: Array) -> Array:
    """Return 1/(1 + exp(−x)), with full relative accuracy also where it is 1e-300.

    It is computed as e/(1 + e) with e = exp(min(x, 40)), which can neither overflow nor cancel.
    """
    result: Array = np.minimum(x, _SATURATED)
    np.exp(result, out=result)
    result /= result + 1.0
    return result


def sigmoid_derivative(x: Array) -> Array:
    """Return the slope of the sigmoid, e/(1 + e)² with e = exp(−|x|): 1 − f(x) would cancel for large x."""
    result: Array = np.abs(x)
    np.negative(result, out=result)
    np.exp(result, out=result)
    below = result + 1.0
    below *= below
    result /= below
    return result


def _sigmoid_backward_from_output(output: Array, gradient: Array) -> Array:
    result: Array = 1.0 - output
    result *= output
    result *= gradient
    return result


def softplus(x: Array) -> Array:
    """Return log(1 + exp(x)) as max(x, 0) + log(1 + exp(−|x|)), which cannot overflow."""
    result: Array = np.abs(x)
    np.negative(result, out=result)
    np.exp(result, out=result)
    np.log1p(result, out=result)
    result += np.maximum(x, 0.0)
    return result


def hard_sigmoid(x: Array) -> Array:
    """Return min(max(x + 3, 0), 6)/6."""
    result: Array = x + 3.0
    np.maximum(result, 0.0, out=result)
    np.minimum(result, 6.0, out=result)
    result /= 6.0
    return result


def _hard_sigmoid_derivative(x: Array) -> Array:
    result: Array = np.heaviside(3.0 - np.abs(x), 0.0)
    result /= 6.0
    return result


def _log_sigmoid(x: Array) -> Array:
    result = softplus(-x)
    # 0 − y and not −y: the limit for large x is 0, not −0.
    np.subtract(0.0, result, out=result)
    return result


def _log_sigmoid_derivative(x: Array) -> Array:
    return sigmoid(-x)


SIGMOID = Activation(
    name="sigmoid",
    aliases=("logistic",),
    title="Sigmoid (logistic function)",
    formula=r"f(x) = \sigma(x) = \frac{1}{1 + e^{-x}}",
    derivative_formula=r"f'(x) = \sigma(x)\,\bigl(1 - \sigma(x)\bigr)",
    range=r"(0, 1)",
    monotonic=True,
    description=(
        "Squeezes any number into the range from 0 to 1, so that it can be read as a probability; used for "
        "yes-or-no outputs and for gates. Far from 0 it saturates: its slope vanishes, and deep networks of "
        "it learn slowly."
    ),
    source=(
        "Keras 3: sigmoid. In networks trained by gradients: D. E. Rumelhart, G. E. Hinton and R. J. "
        "Williams, Learning representations by back-propagating errors, 1986."
    ),
    function=sigmoid,
    derivative_function=sigmoid_derivative,
    backward_from_output=_sigmoid_backward_from_output,
)

HARD_SIGMOID = Activation(
    name="hard_sigmoid",
    title="Hard sigmoid",
    formula=(
        r"f(x) = \frac{\min(\max(x + 3, 0), 6)}{6} = \begin{cases} 0 & x \le -3 \\ "
        r"\frac{x}{6} + \frac{1}{2} & -3 < x < 3 \\ 1 & x \ge 3 \end{cases}"
    ),
    derivative_formula=r"f'(x) = \begin{cases} \frac{1}{6} & -3 < x < 3 \\ 0 & \text{otherwise} \end{cases}",
    range=r"[0, 1]",
    monotonic=True,
    description=(
        "The sigmoid drawn with three straight lines, cheap to compute on small devices. Outside −3 to 3 its "
        "slope is exactly 0, so a node that is pushed out there stops learning."
    ),
    source=(
        "Keras 3: hard_sigmoid, and PyTorch the same. A. Howard et al., Searching for MobileNetV3, 2019; the "
        "idea: M. Courbariaux, Y. Bengio and J.-P. David, BinaryConnect, 2015, with other constants."
    ),
    function=hard_sigmoid,
    derivative_function=_hard_sigmoid_derivative,
)

LOG_SIGMOID = Activation(
    name="log_sigmoid",
    title="Log-sigmoid",
    formula=r"f(x) = \ln \frac{1}{1 + e^{-x}}",
    derivative_formula=r"f'(x) = \frac{1}{1 + e^{x}} = 1 - \sigma(x)",
    range=r"(-\infty, 0)",
    monotonic=True,
    description=(
        "The logarithm of the sigmoid, computed in one step so that it stays exact where the sigmoid itself "
        "rounds to 0 or 1. It appears in losses for yes-or-no answers rather than between layers."
    ),
    source="Keras 3: log_sigmoid; PyTorch: LogSigmoid. The logarithm of the logistic function.",
    function=_log_sigmoid,
    derivative_function=_log_sigmoid_derivative,
)
