"""Functions along an axis: every output depends on all inputs of its row.

A row is what lies along the axis. A row that holds NaN or +∞ becomes NaN as a whole, as in Keras and
PyTorch: the shares would be ∞/∞. −∞ takes no share; a row of nothing else is NaN.
"""

import numpy as np

from app.nn.activations.arrays import Array
from app.nn.activations.parameter import Parameter
from app.nn.activations.record import Activation
from app.nn.activations.sigmoids import sigmoid, sigmoid_derivative

_AXIS = Parameter(
    "axis",
    -1,
    "The axis, counted from the end: −1 is the last one. Never the batch, so 0 and more are refused.",
    maximum=-1,
)

# inf − inf is NaN and says so in the result; −1e308 − 1e308 is −inf and takes no share. Neither is a mistake.
_quiet = np.errstate(over="ignore", invalid="ignore")


def _below_maximum(x: Array, axis: int) -> Array:
    """Return x minus the largest value of its row: it cannot overflow in an exponential."""
    result: Array = x - np.maximum.reduce(x, axis=axis, keepdims=True)
    return result


def _row_sum(x: Array, axis: int) -> Array:
    result: Array = np.add.reduce(x, axis=axis, keepdims=True)
    return result


@_quiet
def _softmax(x: Array, axis: int) -> Array:
    result = _below_maximum(x, axis)
    np.exp(result, out=result)
    result /= _row_sum(result, axis)
    return result


def _softmax_derivative(x: Array, axis: int) -> Array:
    result = _softmax(x, axis)
    result *= 1.0 - result
    return result


def _softmax_backward(x: Array, gradient: Array, axis: int) -> Array:
    y = _softmax(x, axis)
    result = gradient - _row_sum(gradient * y, axis)
    result *= y
    return result


@_quiet
def _log_softmax(x: Array, axis: int) -> Array:
    result = _below_maximum(x, axis)
    result -= np.log(_row_sum(np.exp(result), axis))
    return result


def _log_softmax_derivative(x: Array, axis: int) -> Array:
    result: Array = 1.0 - _softmax(x, axis)
    return result


def _log_softmax_backward(x: Array, gradient: Array, axis: int) -> Array:
    result = _softmax(x, axis)
    result *= _row_sum(gradient, axis)
    np.subtract(gradient, result, out=result)
    return result


@_quiet
def _sparsemax(x: Array, axis: int) -> Array:
    # Algorithm 1 of the paper: the k largest values share the 1, for the largest k for which all of them
    # lie above the threshold τ = (their sum − 1)/k.
    z = np.moveaxis(_below_maximum(x, axis), axis, -1)
    descending = np.flip(np.sort(z, axis=-1), axis=-1)
    sums = np.cumsum(descending, axis=-1)
    counts = np.arange(1, z.shape[-1] + 1, dtype=x.dtype)
    # The largest value always has a share; without it a row of NaN would ask for value −1 of the sums.
    size = np.maximum(np.count_nonzero(counts * descending + 1.0 > sums, axis=-1, keepdims=True), 1)
    threshold = (np.take_along_axis(sums, size - 1, axis=-1) - 1.0) / size.astype(x.dtype)
    result: Array = np.moveaxis(np.maximum(z - threshold, 0.0), -1, axis)
    return result


def _sparsemax_derivative(x: Array, axis: int) -> Array:
    return _sparsemax_projection(_sparsemax(x, axis), np.ones_like(x), axis, diagonal=True)


def _sparsemax_backward(x: Array, gradient: Array, axis: int) -> Array:
    return _sparsemax_projection(_sparsemax(x, axis), gradient, axis, diagonal=False)


def _sparsemax_projection(y: Array, gradient: Array, axis: int, *, diagonal: bool) -> Array:
    """Return gradient minus its mean over the row's support (where y > 0), and 0 elsewhere.

    For the diagonal of the Jacobian each input counts alone, so that 1/(size of the support) is subtracted.
    """
    support = (y > 0.0).astype(y.dtype)
    size = np.maximum(_row_sum(support, axis), 1.0)
    share = 1.0 / size if diagonal else _row_sum(np.where(support > 0.0, gradient, 0.0), axis) / size
    result: Array = np.where(support > 0.0, gradient - share, 0.0).astype(y.dtype, copy=False)
    np.copyto(result, y, where=np.isnan(y))
    return result


@_quiet
def _glu(x: Array, axis: int) -> Array:
    values, gates = _halves(x, axis)
    result = sigmoid(gates)
    result *= values
    return result


def _glu_backward(x: Array, gradient: Array, axis: int) -> Array:
    values, gates = _halves(x, axis)
    result: Array = np.concatenate(
        (gradient * sigmoid(gates), gradient * values * sigmoid_derivative(gates)), axis=axis
    )
    return result


def _halves(x: Array, axis: int) -> tuple[Array, Array]:
    first, second = np.split(x, 2, axis=axis)
    return first, second


SOFTMAX = Activation(
    name="softmax",
    title="Softmax",
    formula=r"f(x)_i = \frac{e^{x_i}}{\sum_j e^{x_j}}",
    derivative_formula=(
        r"\frac{\partial y_i}{\partial x_j} = y_i\,(\delta_{ij} - y_j) \qquad y = f(x),\ "
        r"\delta_{ij} = \begin{cases} 1 & i = j \\ 0 & i \ne j \end{cases}"
    ),
    parameters=(_AXIS,),
    range=r"(0, 1)",
    monotonic=True,
    elementwise=False,
    description=(
        "Turns a row of numbers into shares that are positive and add up to 1; the last layer of nearly "
        "every classifier, and the heart of attention. It always gives some share to everything, and tends "
        "to be too sure."
    ),
    source=(
        "Keras 3: softmax. J. S. Bridle, Probabilistic interpretation of feedforward classification network "
        "outputs, 1990."
    ),
    function=_softmax,
    derivative_function=_softmax_derivative,
    backward_function=_softmax_backward,
)

LOG_SOFTMAX = Activation(
    name="log_softmax",
    title="Log-softmax",
    formula=r"f(x)_i = x_i - \ln \sum_j e^{x_j}",
    derivative_formula=(
        r"\frac{\partial y_i}{\partial x_j} = \delta_{ij} - e^{y_j} \qquad y = f(x),\ "
        r"\delta_{ij} = \begin{cases} 1 & i = j \\ 0 & i \ne j \end{cases}"
    ),
    parameters=(_AXIS,),
    range=r"(-\infty, 0)",
    monotonic=True,
    elementwise=False,
    description=(
        "The logarithm of the softmax, computed in one step so that tiny shares are not lost. Used with "
        "losses of the log-likelihood kind; its outputs are not shares before they are put through exp."
    ),
    source="Keras 3: log_softmax; PyTorch: LogSoftmax. The logarithm of the softmax.",
    function=_log_softmax,
    derivative_function=_log_softmax_derivative,
    backward_function=_log_softmax_backward,
)

SPARSEMAX = Activation(
    name="sparsemax",
    title="Sparsemax",
    formula=(r"f(x)_i = \max(0, x_i - \tau) \qquad \tau \text{ such that } \sum_i f(x)_i = 1"),
    derivative_formula=(
        r"\frac{\partial y_i}{\partial x_j} = \begin{cases} \delta_{ij} - \frac{1}{|S|} & i, j \in S \\ "
        r"0 & \text{otherwise} \end{cases} \qquad S = \{k : y_k > 0\},\ "
        r"\delta_{ij} = \begin{cases} 1 & i = j \\ 0 & i \ne j \end{cases}"
    ),
    parameters=(_AXIS,),
    range=r"[0, 1]",
    monotonic=True,
    elementwise=False,
    description=(
        "Like softmax a row of shares that add up to 1, but small ones are exactly 0: the nearest point of "
        "all such shares. Used for attention that one can read; what has no share passes no gradient."
    ),
    source=(
        "A. F. T. Martins and R. F. Astudillo, From softmax to sparsemax: a sparse model of attention and "
        "multi-label classification, 2016. Keras 3 has it too, but in 3.15 its shares do not add up to 1."
    ),
    function=_sparsemax,
    derivative_function=_sparsemax_derivative,
    backward_function=_sparsemax_backward,
)

GLU = Activation(
    name="glu",
    title="Gated linear unit (GLU)",
    formula=r"f([a, b]) = a \odot \sigma(b) \qquad a, b: \text{the two halves of } x",
    derivative_formula=(
        r"\frac{\partial y_i}{\partial a_i} = \sigma(b_i) \qquad "
        r"\frac{\partial y_i}{\partial b_i} = a_i\,\sigma(b_i)\,\bigl(1 - \sigma(b_i)\bigr)"
    ),
    parameters=(_AXIS,),
    range=r"(-\infty, \infty)",
    monotonic=False,
    elementwise=False,
    description=(
        "Splits a row in two and lets the second half decide how much of the first passes. Used in "
        "convolutional and language models; the layer before it must be twice as wide."
    ),
    source=(
        "Keras 3: glu, and PyTorch the same. Y. N. Dauphin, A. Fan, M. Auli and D. Grangier, Language "
        "modeling with gated convolutional networks, 2016."
    ),
    function=_glu,
    derivative_function=None,
    backward_function=_glu_backward,
    halves_axis=True,
)
