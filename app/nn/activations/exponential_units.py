"""Exponential linear units: straight for positive inputs, an exponential curve for negative ones."""

import numpy as np

from app.nn.activations.arrays import Array
from app.nn.activations.parameter import Parameter
from app.nn.activations.record import Activation

# The fixed point of G. Klambauer et al. (2017): mean 0 and variance 1 are kept from layer to layer.
_SELU_ALPHA = 1.6732632423543772848
_SELU_SCALE = 1.0507009873554804934


def _elu(x: Array, alpha: float) -> Array:
    result: Array = np.minimum(x, 0.0)
    np.expm1(result, out=result)
    result *= alpha
    # One of the two summands is always 0.
    result += np.maximum(x, 0.0)
    return result


def _elu_derivative(x: Array, alpha: float) -> Array:
    result: Array = np.minimum(x, 0.0)
    np.exp(result, out=result)
    result *= alpha
    np.copyto(result, 1.0, where=x > 0.0)
    return result


@np.errstate(over="ignore")  # the largest numbers times 1.05 are infinity, which is the answer
def _selu(x: Array) -> Array:
    result = _elu(x, _SELU_ALPHA)
    result *= _SELU_SCALE
    return result


def _selu_derivative(x: Array) -> Array:
    result = _elu_derivative(x, _SELU_ALPHA)
    result *= _SELU_SCALE
    return result


@np.errstate(over="ignore")  # x/α may reach −∞, where the exponential is 0 anyway
def _celu(x: Array, alpha: float) -> Array:
    result: Array = np.minimum(x, 0.0)
    result /= alpha
    np.expm1(result, out=result)
    result *= alpha
    result += np.maximum(x, 0.0)
    return result


@np.errstate(over="ignore")
def _celu_derivative(x: Array, alpha: float) -> Array:
    result: Array = np.minimum(x, 0.0)
    result /= alpha
    np.exp(result, out=result)
    return result


ELU = Activation(
    name="elu",
    title="Exponential linear unit (ELU)",
    formula=r"f(x) = \begin{cases} \alpha\,(e^{x} - 1) & x \le 0 \\ x & x > 0 \end{cases}",
    derivative_formula=r"f'(x) = \begin{cases} \alpha\,e^{x} & x \le 0 \\ 1 & x > 0 \end{cases}",
    parameters=(Parameter("alpha", 1.0, "The α that negative inputs approach as −α.", minimum=0.0, maximum=1e6),),
    range=r"(-\alpha, \infty)",
    monotonic=True,
    description=(
        "Like ReLU for positive inputs; negative ones bend smoothly towards −α, which keeps the mean of a "
        "layer near 0 and its nodes alive. It costs an exponential, and for very negative inputs it "
        "saturates."
    ),
    source=(
        "Keras 3: elu. D.-A. Clevert, T. Unterthiner and S. Hochreiter, Fast and accurate deep network "
        "learning by exponential linear units, 2015."
    ),
    function=_elu,
    derivative_function=_elu_derivative,
)

SELU = Activation(
    name="selu",
    title="Scaled exponential linear unit (SELU)",
    formula=(
        r"f(x) = \lambda \begin{cases} \alpha\,(e^{x} - 1) & x \le 0 \\ x & x > 0 \end{cases} \qquad "
        r"\alpha \approx 1.6733,\ \lambda \approx 1.0507"
    ),
    derivative_formula=r"f'(x) = \lambda \begin{cases} \alpha\,e^{x} & x \le 0 \\ 1 & x > 0 \end{cases}",
    range=r"(-\lambda\alpha, \infty)",
    monotonic=True,
    description=(
        "An ELU with two fixed constants, chosen so that signals keep mean 0 and variance 1 from layer to "
        "layer without normalization. That only holds for plain dense networks with LeCun-normal weights."
    ),
    source=(
        "Keras 3: selu. G. Klambauer, T. Unterthiner, A. Mayr and S. Hochreiter, Self-normalizing neural "
        "networks, 2017, with its constants α = 1.6732632423543772 and λ = 1.0507009873554805."
    ),
    function=_selu,
    derivative_function=_selu_derivative,
)

CELU = Activation(
    name="celu",
    title="Continuously differentiable ELU (CELU)",
    formula=r"f(x) = \max(0, x) + \min\bigl(0,\ \alpha\,(e^{x/\alpha} - 1)\bigr)",
    derivative_formula=r"f'(x) = \begin{cases} e^{x/\alpha} & x \le 0 \\ 1 & x > 0 \end{cases}",
    parameters=(Parameter("alpha", 1.0, "The α that negative inputs approach as −α.", minimum=1e-6, maximum=1e6),),
    range=r"(-\alpha, \infty)",
    monotonic=True,
    description=(
        "An ELU whose slope has no jump at 0, whatever α is; for α = 1 it is the ELU. It has the ELU's cost "
        "and its saturation for very negative inputs."
    ),
    source="Keras 3: celu. J. T. Barron, Continuously differentiable exponential linear units, 2017.",
    function=_celu,
    derivative_function=_celu_derivative,
)
