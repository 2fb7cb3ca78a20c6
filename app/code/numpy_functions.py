"""Activation functions as NumPy programs define them: readable, and numerically stable.

Each is the same arithmetic as in `app.nn.activations`, so that the numbers are the same to the last digit, but for
exact GELU (the standard library's erfc) and the Gaussian. The text of a function may use others: `NEEDS` says which.
"""

from collections.abc import Mapping

FUNCTIONS: Mapping[str, str] = {
    "binary_step": """\
def binary_step(x):
    return np.heaviside(x, 1.0)  # 1 at 0 itself
""",
    "sigmoid": """\
def sigmoid(x):
    # 1 / (1 + exp(-x)), written so that exp cannot overflow
    e = np.exp(np.minimum(x, 40.0))
    return e / (e + 1.0)
""",
    "hard_sigmoid": """\
def hard_sigmoid(x):
    return np.minimum(np.maximum(x + 3.0, 0.0), 6.0) / 6.0
""",
    "softplus": """\
def softplus(x):
    # log(1 + exp(x)), written so that exp cannot overflow
    return np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0.0)
""",
    "log_sigmoid": """\
def log_sigmoid(x):
    return 0.0 - softplus(-x)
""",
    "tanh": """\
def tanh(x):
    return np.tanh(x)
""",
    "hard_tanh": """\
def hard_tanh(x):
    return np.minimum(np.maximum(x, -1.0), 1.0)
""",
    "tanh_shrink": """\
def tanh_shrink(x):
    # x - tanh(x) loses its digits near 0; Lambert's continued fraction for tanh does not.
    square = np.minimum(np.abs(x), 1.0) ** 2
    k = 21.0
    for odd in (19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0):
        k = odd + square / k
    near = square / (k + square) * np.minimum(np.maximum(x, -1.0), 1.0)
    return np.where(np.abs(x) > 1.0, x - np.tanh(x), near)
""",
    "relu": """\
def relu(x):
    return np.maximum(x, 0.0)
""",
    "relu6": """\
def relu6(x):
    return np.minimum(np.maximum(x, 0.0), 6.0)
""",
    "leaky_relu": """\
def leaky_relu(x, negative_slope):
    return np.where(x > 0.0, x, negative_slope * x)
""",
    "prelu": """\
def prelu(x, negative_slope):
    return np.where(x > 0.0, x, negative_slope * x)
""",
    "threshold": """\
def threshold(x, threshold, default_value):
    return np.where(x <= threshold, default_value, x)
""",
    "elu": """\
def elu(x, alpha):
    # One of the two summands is always 0.
    return alpha * np.expm1(np.minimum(x, 0.0)) + np.maximum(x, 0.0)
""",
    "selu": """\
def selu(x):
    return 1.0507009873554805 * elu(x, alpha=1.6732632423543772)
""",
    "celu": """\
def celu(x, alpha):
    return alpha * np.expm1(np.minimum(x, 0.0) / alpha) + np.maximum(x, 0.0)
""",
    "gelu": """\
def gelu(x):
    # x times the share of a normal distribution below x. NumPy has no erfc; Python's works on one number.
    erfc = np.vectorize(math.erfc, otypes=[np.float64])
    share = 0.5 * erfc(-x / math.sqrt(2.0))
    return share.astype(x.dtype) * np.maximum(x, -40.0)  # -inf * 0 would be NaN
""",
    "gelu_approximate": """\
def gelu_approximate(x):
    # (1 + tanh(u)) / 2 is sigmoid(2 * u), which keeps its digits where tanh is near -1.
    z = np.minimum(np.maximum(x, -40.0), 40.0)
    return sigmoid((0.044715 * (z * z) + 1.0) * z * (2.0 * math.sqrt(2.0 / math.pi))) * np.maximum(x, -40.0)
""",
    "silu": """\
def silu(x):
    return sigmoid(x) * np.maximum(x, -1000.0)  # -inf * 0 would be NaN
""",
    "hard_silu": """\
def hard_silu(x):
    return hard_sigmoid(x) * np.maximum(x, -3.0) + 0.0
""",
    "mish": """\
def mish(x):
    # x * tanh(log(1 + exp(x))): with e = exp(x) and n = e * (e + 2) that is x * n / (n + 2).
    e = np.exp(np.minimum(x, 20.0))
    n = e * (e + 2.0)
    return n / (n + 2.0) * np.maximum(x, -1000.0)
""",
    "squareplus": """\
def squareplus(x, b):
    # (x + sqrt(x * x + b)) / 2; for negative x that would cancel, and the conjugate does not.
    y = 0.5 * np.hypot(x, math.sqrt(b)) + 0.5 * np.abs(x)
    return np.where(x < 0.0, b / 4.0 / y, y)
""",
    "softsign": """\
def softsign(x):
    z = np.minimum(np.maximum(x, -1e18), 1e18)  # inf / inf would be NaN
    return z / (np.abs(z) + 1.0)
""",
    "soft_shrink": """\
def soft_shrink(x, threshold):
    return np.maximum(x - threshold, 0.0) + np.minimum(x + threshold, 0.0)
""",
    "hard_shrink": """\
def hard_shrink(x, threshold):
    return np.where(np.abs(x) <= threshold, 0.0, x)
""",
    "exponential": """\
def exponential(x):
    return np.exp(x)
""",
    "sine": """\
def sine(x):
    return np.sin(x)
""",
    "gaussian": """\
def gaussian(x):
    return np.exp(-x * x)
""",
    "softmax": """\
def softmax(x, axis):
    # Without the largest value of each row, exp cannot overflow; the shares stay the same.
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)
""",
    "log_softmax": """\
def log_softmax(x, axis):
    z = x - np.max(x, axis=axis, keepdims=True)
    return z - np.log(np.sum(np.exp(z), axis=axis, keepdims=True))
""",
    "sparsemax": """\
def sparsemax(x, axis):
    # The k largest values share the 1, for the largest k for which all of them lie above the threshold.
    z = np.moveaxis(x - np.max(x, axis=axis, keepdims=True), axis, -1)
    descending = np.flip(np.sort(z, axis=-1), axis=-1)
    sums = np.cumsum(descending, axis=-1)
    counts = np.arange(1, z.shape[-1] + 1, dtype=x.dtype)
    k = np.maximum(np.sum(counts * descending + 1.0 > sums, axis=-1, keepdims=True), 1)
    threshold = (np.take_along_axis(sums, k - 1, axis=-1) - 1.0) / k.astype(x.dtype)
    return np.moveaxis(np.maximum(z - threshold, 0.0), -1, axis)
""",
    "glu": """\
def glu(x, axis):
    values, gates = np.split(x, 2, axis=axis)
    return values * sigmoid(gates)
""",
}

NEEDS: Mapping[str, tuple[str, ...]] = {
    "log_sigmoid": ("softplus",),
    "selu": ("elu",),
    "gelu_approximate": ("sigmoid",),
    "silu": ("sigmoid",),
    "hard_silu": ("hard_sigmoid",),
    "glu": ("sigmoid",),
}
"""Which functions the text of another calls."""
