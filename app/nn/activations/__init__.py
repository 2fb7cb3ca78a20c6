"""Activation functions: one frozen record each, and the list of all of them.

Adding one is one record in the file of its family and its name in the list below; the API, the gallery, the
network document and the tests read the list.
"""

from collections.abc import Mapping
from types import MappingProxyType

from app.nn.activations.along_axis import GLU, LOG_SOFTMAX, SOFTMAX, SPARSEMAX
from app.nn.activations.arrays import Array
from app.nn.activations.curves import EXPONENTIAL, GAUSSIAN, SINE
from app.nn.activations.exponential_units import CELU, ELU, SELU
from app.nn.activations.gated import GELU, HARD_SILU, MISH, SILU
from app.nn.activations.linear import BINARY_STEP, LINEAR
from app.nn.activations.parameter import Parameter, Value
from app.nn.activations.record import Activation, BoundActivation
from app.nn.activations.rectifiers import LEAKY_RELU, PRELU, RELU, RELU6, THRESHOLD
from app.nn.activations.shrinkage import HARD_SHRINK, SOFT_SHRINK
from app.nn.activations.sigmoids import HARD_SIGMOID, LOG_SIGMOID, SIGMOID
from app.nn.activations.smooth_rectifiers import SOFTPLUS, SQUAREPLUS
from app.nn.activations.tanhs import HARD_TANH, SOFTSIGN, TANH, TANH_SHRINK
from app.nn.errors import NetworkError, Problem
from app.nn.reading import describe, quote

__all__ = ["ACTIVATIONS", "Activation", "Array", "BoundActivation", "Parameter", "bind", "find_activation"]

ACTIVATIONS: Mapping[str, Activation] = MappingProxyType(
    {
        activation.name: activation
        for activation in (
            LINEAR,
            BINARY_STEP,
            SIGMOID,
            HARD_SIGMOID,
            LOG_SIGMOID,
            TANH,
            HARD_TANH,
            TANH_SHRINK,
            RELU,
            RELU6,
            LEAKY_RELU,
            PRELU,
            THRESHOLD,
            ELU,
            SELU,
            CELU,
            GELU,
            SILU,
            HARD_SILU,
            MISH,
            SOFTPLUS,
            SQUAREPLUS,
            SOFTSIGN,
            SOFT_SHRINK,
            HARD_SHRINK,
            EXPONENTIAL,
            SINE,
            GAUSSIAN,
            SOFTMAX,
            LOG_SOFTMAX,
            SPARSEMAX,
            GLU,
        )
    }
)
"""All activations by their canonical name, in the order of the gallery."""

_BY_ANY_NAME = MappingProxyType(
    {name: activation for activation in ACTIVATIONS.values() for name in (activation.name, *activation.aliases)}
)


def find_activation(name: str) -> Activation | None:
    """Return the activation with this name or alias, or None."""
    return _BY_ANY_NAME.get(name)


def bind(name: str, **parameters: Value) -> BoundActivation:
    """Return the activation `name` (or alias) with these parameters, the others at their defaults.

    Raises NetworkError for an unknown name or wrong parameters.
    """
    activation = find_activation(name)
    if activation is None:
        expected = "one of " + ", ".join(ACTIVATIONS)
        raise NetworkError(
            [Problem("", f"no activation is called {quote(name)}; expected {expected}", expected, describe(name))]
        )
    return BoundActivation(activation, parameters)
