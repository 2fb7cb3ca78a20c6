"""Rectifiers made of straight lines: ReLU and its relatives."""

import numpy as np

from app.nn.activations.arrays import Array
from app.nn.activations.parameter import Parameter
from app.nn.activations.record import Activation

# A 0 of x's own kind: NumPy would turn a Python number into one at every call, which shows on small layers.
_ZERO = {np.dtype(kind): np.zeros((), dtype=kind) for kind in (np.float32, np.float64)}


def _relu(x: Array) -> Array:
    result: Array = np.maximum(x, _ZERO[x.dtype])
    return result


def _write_relu(x: Array, out: Array) -> None:
    np.maximum(x, _ZERO[x.dtype], out=out)


def _relu_derivative(x: Array) -> Array:
    result: Array = np.heaviside(x, 0.0)
    return result


def _relu_backward_from_output(output: Array, gradient: Array) -> Array:
    result: Array = np.multiply(gradient, output > 0.0)
    return result


def _relu6(x: Array) -> Array:
    result: Array = np.maximum(x, 0.0)
    np.minimum(result, 6.0, out=result)
    return result


def _relu6_derivative(x: Array) -> Array:
    result: Array = np.heaviside(x, 0.0)
    result *= np.heaviside(6.0 - x, 0.0)
    return result


@np.errstate(over="ignore")  # a slope beyond ±1 can carry the largest numbers to infinity, which is the answer
def _two_slopes(x: Array, negative_slope: float) -> Array:
    if negative_slope == 0.0:
        return _relu(x)  # −∞·0 would be NaN
    # Of x and slope·x, the right one is the larger for every slope up to 1, and the smaller beyond.
    result: Array = x * negative_slope
    choose = np.maximum if negative_slope <= 1.0 else np.minimum
    choose(x, result, out=result)
    return result


def _two_slopes_derivative(x: Array, negative_slope: float) -> Array:
    result: Array = np.heaviside(x, 0.0)
    np.copyto(result, negative_slope, where=x <= 0.0)
    return result


def _threshold(x: Array, threshold: float, default_value: float) -> Array:
    result = x.copy()
    np.copyto(result, default_value, where=x <= threshold)
    return result


def _threshold_derivative(x: Array, threshold: float, **_: float) -> Array:
    result: Array = np.heaviside(x - threshold, 0.0)
    return result


RELU = Activation(
    name="relu",
    title="Rectified linear unit (ReLU)",
    formula=r"f(x) = \max(0, x) = \begin{cases} 0 & x \le 0 \\ x & x > 0 \end{cases}",
    derivative_formula=r"f'(x) = \begin{cases} 0 & x \le 0 \\ 1 & x > 0 \end{cases}",
    range=r"[0, \infty)",
    monotonic=True,
    description=(
        "Passes positive numbers on and turns negative ones into 0. Cheap, and the usual choice for hidden "
        "layers; but a node whose input is always negative is stuck at 0 and no longer learns: it is dead."
    ),
    source=(
        "Keras 3: relu with its default arguments. V. Nair and G. E. Hinton, Rectified linear units improve "
        "restricted Boltzmann machines, 2010; K. Fukushima, 1969."
    ),
    function=_relu,
    derivative_function=_relu_derivative,
    write_function=_write_relu,
    backward_from_output=_relu_backward_from_output,
)

RELU6 = Activation(
    name="relu6",
    title="ReLU, cut off at 6 (ReLU6)",
    formula=r"f(x) = \min(\max(0, x), 6)",
    derivative_formula=r"f'(x) = \begin{cases} 1 & 0 < x < 6 \\ 0 & \text{otherwise} \end{cases}",
    range=r"[0, 6]",
    monotonic=True,
    description=(
        "A ReLU that never exceeds 6, so that its values fit into few bits; used in networks for phones such "
        "as MobileNet. Below 0 and above 6 its slope is 0."
    ),
    source="Keras 3: relu6. A. Krizhevsky, Convolutional deep belief networks on CIFAR-10, 2010.",
    function=_relu6,
    derivative_function=_relu6_derivative,
)

LEAKY_RELU = Activation(
    name="leaky_relu",
    title="Leaky ReLU",
    formula=(
        r"f(x) = \begin{cases} s\,x & x \le 0 \\ x & x > 0 \end{cases} "
        r"\qquad s = \texttt{negative\_slope}"
    ),
    derivative_formula=r"f'(x) = \begin{cases} s & x \le 0 \\ 1 & x > 0 \end{cases}",
    parameters=(Parameter("negative_slope", 0.2, "The slope s for negative inputs.", minimum=0.0, maximum=1e6),),
    range=r"(-\infty, \infty)",
    monotonic=True,
    description=(
        "A ReLU that lets a small part of negative inputs through, so that no node can die. The slope is one "
        "more number to choose, and the gain over ReLU is often small."
    ),
    source=(
        "Keras 3: leaky_relu, negative_slope 0.2 (PyTorch: 0.01). A. L. Maas, A. Y. Hannun and A. Y. Ng, "
        "Rectifier nonlinearities improve neural network acoustic models, 2013."
    ),
    function=_two_slopes,
    derivative_function=_two_slopes_derivative,
)

PRELU = Activation(
    name="prelu",
    title="Parametric ReLU (PReLU)",
    formula=(
        r"f(x) = \begin{cases} a\,x & x \le 0 \\ x & x > 0 \end{cases} "
        r"\qquad a = \texttt{negative\_slope}"
    ),
    derivative_formula=r"f'(x) = \begin{cases} a & x \le 0 \\ 1 & x > 0 \end{cases}",
    parameters=(
        Parameter(
            "negative_slope",
            0.25,
            "The slope a for negative inputs, as it was learned; it may be negative.",
            minimum=-1e6,
            maximum=1e6,
        ),
    ),
    range=r"(-\infty, \infty)",
    monotonic=True,
    description=(
        "A leaky ReLU whose slope for negative inputs is learned together with the weights. Here one slope "
        "holds for the whole layer. With few examples the extra freedom can overfit."
    ),
    source=(
        "PyTorch: PReLU with one parameter, at first 0.25 (Keras: one per feature, at first 0). K. He, X. "
        "Zhang, S. Ren and J. Sun, Delving deep into rectifiers, 2015."
    ),
    function=_two_slopes,
    derivative_function=_two_slopes_derivative,
)

THRESHOLD = Activation(
    name="threshold",
    title="Threshold",
    formula=(
        r"f(x) = \begin{cases} v & x \le \theta \\ x & x > \theta \end{cases} \qquad "
        r"\theta = \texttt{threshold},\ v = \texttt{default\_value}"
    ),
    derivative_formula=r"f'(x) = \begin{cases} 0 & x \le \theta \\ 1 & x > \theta \end{cases}",
    parameters=(
        Parameter(
            "threshold",
            1.0,
            "Inputs up to and including this θ are replaced.",
            minimum=-1e6,
            maximum=1e6,
        ),
        Parameter("default_value", 0.0, "The value v that replaces them.", minimum=-1e6, maximum=1e6),
    ),
    range=r"\{v\} \cup (\theta, \infty)",
    monotonic=True,
    description=(
        "Passes on what is larger than a threshold and replaces the rest by a fixed value; with both at 0 it "
        "is the ReLU. It gives sparse codes, but it jumps at the threshold, and the gradient does not see "
        "the jump."
    ),
    source=(
        "Keras 3: threshold(x, threshold, default_value); PyTorch calls the latter value. Neither has defaults: these "
        "are those of Keras' former ThresholdedReLU, θ = 1 and v = 0. K. Konda, R. Memisevic and D. Krueger, "
        "Zero-bias autoencoders and the benefits of co-adapting features, 2015."
    ),
    function=_threshold,
    derivative_function=_threshold_derivative,
)
