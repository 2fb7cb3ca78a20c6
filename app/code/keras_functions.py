"""Activation functions as Keras programs name them, and those that Keras does not have or gets wrong."""

from collections.abc import Mapping

from app.code.literals import number
from app.nn.activations import BoundActivation

FUNCTIONS: Mapping[str, str] = {
    "binary_step": """\
def binary_step(x):
    return keras.ops.where(x >= 0.0, keras.ops.ones_like(x), x * 0.0)  # 1 at 0 itself
""",
    "prelu": """\
def prelu(x, negative_slope):
    return keras.ops.where(x > 0.0, x, negative_slope * x)
""",
    "softplus": """\
def softplus(x):
    # log(1 + exp(x)); on PyTorch, keras.activations.softplus leaves out exp(-20) of 20.
    return keras.ops.maximum(x, 0.0) + keras.ops.log1p(keras.ops.exp(-keras.ops.abs(x)))
""",
    "squareplus": """\
def squareplus(x, b):
    # (x + sqrt(x * x + b)) / 2; for negative x that would cancel, and the conjugate does not.
    y = 0.5 * keras.ops.sqrt(x * x + b) + 0.5 * keras.ops.abs(x)
    return keras.ops.where(x < 0.0, b / 4.0 / y, y)
""",
    "sine": """\
def sine(x):
    return keras.ops.sin(x)
""",
    "gaussian": """\
def gaussian(x):
    return keras.ops.exp(-x * x)
""",
    "sparsemax": """\
def sparsemax(x, axis):
    # The k largest values share the 1, for the largest k for which all of them lie above the threshold.
    # In Keras 3.15, the shares of keras.activations.sparsemax do not add up to 1.
    z = keras.ops.moveaxis(x - keras.ops.max(x, axis=axis, keepdims=True), axis, -1)
    descending = keras.ops.flip(keras.ops.sort(z, axis=-1), axis=-1)
    sums = keras.ops.cumsum(descending, axis=-1)
    counts = keras.ops.arange(1, z.shape[-1] + 1, dtype=z.dtype)
    inside = counts * descending + 1.0 > sums
    k = keras.ops.maximum(keras.ops.sum(keras.ops.cast(inside, "int32"), axis=-1, keepdims=True), 1)
    threshold = (keras.ops.take_along_axis(sums, k - 1, axis=-1) - 1.0) / keras.ops.cast(k, z.dtype)
    return keras.ops.moveaxis(keras.ops.maximum(z - threshold, 0.0), -1, axis)
""",
}
"""What Keras lacks, by the name of the function."""

_OWN = frozenset(
    {
        *("sigmoid", "hard_sigmoid", "log_sigmoid", "tanh", "hard_tanh", "tanh_shrink", "softsign"),
        *("relu", "relu6", "leaky_relu", "threshold", "elu", "selu", "celu", "soft_shrink", "hard_shrink"),
        *("gelu", "silu", "hard_silu", "mish", "exponential", "softmax", "log_softmax", "glu", "linear"),
    }
)

COVERED = _OWN | frozenset(FUNCTIONS)
"""The activations that can be written."""


def call(activation: BoundActivation, argument: str) -> str:
    """Return the call of an activation on `argument`, an expression."""
    function = activation.name if activation.name in FUNCTIONS else f"keras.activations.{activation.name}"
    settings = "".join(f", {name}={number(value)}" for name, value in activation.parameters.items())
    if activation.parameters.get("negative_slope") == 0.0:
        return f"keras.activations.relu({argument})"  # where minus infinity is 0, not 0 times infinity
    return f"{function}({argument}{settings})"


def reference(activation: BoundActivation) -> str:
    """Return what an `activation=` argument is given: a name of Keras, a function, or a lambda with its settings.

    The defaults of leaky_relu and of the functions along an axis are the same in Keras.
    """
    default = dict(activation.parameters) == activation.activation.complete({})
    if activation.name in _OWN and default and activation.name != "threshold":
        return f'"{activation.name}"'
    if activation.name in FUNCTIONS and not activation.parameters:
        return activation.name
    return f"lambda x: {call(activation, 'x')}"
