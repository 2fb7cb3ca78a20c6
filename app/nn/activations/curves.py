"""Well-known curves that are used as activations: the exponential, the sine and the bell."""

import numpy as np

from app.nn.activations.arrays import Array
from app.nn.activations.normal_distribution import exponential_of_square
from app.nn.activations.record import Activation


@np.errstate(over="ignore")  # infinity is the answer: the network diverges, and that is to be seen
def _exponential(x: Array) -> Array:
    result: Array = np.exp(x)
    return result


@np.errstate(invalid="ignore")  # an infinite angle has no sine: NaN is the answer
def _sine(x: Array) -> Array:
    result: Array = np.sin(x)
    return result


@np.errstate(invalid="ignore")
def _sine_derivative(x: Array) -> Array:
    result: Array = np.cos(x)
    return result


def _gaussian(x: Array) -> Array:
    return exponential_of_square(x, -1.0)


def _gaussian_derivative(x: Array) -> Array:
    z: Array = np.maximum(x, -40.0)
    np.minimum(z, 40.0, out=z)
    result = exponential_of_square(z, -1.0)
    result *= z
    result *= -2.0
    return result


EXPONENTIAL = Activation(
    name="exponential",
    title="Exponential",
    formula=r"f(x) = e^{x}",
    derivative_formula=r"f'(x) = e^{x}",
    range=r"(0, \infty)",
    monotonic=True,
    description=(
        "The exponential function: makes any number positive, for rates and counts in a last layer. It grows "
        "so fast that in hidden layers values soon overflow."
    ),
    source="Keras 3: exponential. The exponential function.",
    function=_exponential,
    derivative_function=_exponential,
)

SINE = Activation(
    name="sine",
    aliases=("sin",),
    title="Sine",
    formula=r"f(x) = \sin x",
    derivative_formula=r"f'(x) = \cos x",
    range=r"[-1, 1]",
    monotonic=False,
    description=(
        "A wave: lets a network represent sounds, images and other fine periodic detail. It has endlessly "
        "many equally good solutions, so it needs careful initial weights. At ±∞ it has no value (NaN)."
    ),
    source=(
        "V. Sitzmann, J. Martel, A. Bergman, D. Lindell and G. Wetzstein, Implicit neural representations "
        "with periodic activation functions, 2020, with ω₀ = 1. Not an activation in Keras or PyTorch."
    ),
    function=_sine,
    derivative_function=_sine_derivative,
)

GAUSSIAN = Activation(
    name="gaussian",
    title="Gaussian",
    formula=r"f(x) = e^{-x^2}",
    derivative_formula=r"f'(x) = -2x\,e^{-x^2}",
    range=r"(0, 1]",
    monotonic=False,
    description=(
        "A bell: 1 at 0 and falling to 0 on both sides, so a node answers only near one place. Used in "
        "radial basis function networks; far from 0 its slope vanishes."
    ),
    source=(
        "D. S. Broomhead and D. Lowe, Multivariable functional interpolation and adaptive networks, 1988, "
        "with width 1. Not an activation in Keras or PyTorch."
    ),
    function=_gaussian,
    derivative_function=_gaussian_derivative,
)
