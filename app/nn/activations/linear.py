"""The straight line and the step: the two extremes between which the other activations lie."""

import numpy as np

from app.nn.activations.arrays import Array
from app.nn.activations.record import Activation


def _linear(x: Array) -> Array:
    # A copy, so that pinning a node of the output cannot change the pre-activation as well.
    return x.copy()


def _linear_derivative(x: Array) -> Array:
    result = np.ones_like(x)
    np.copyto(result, x, where=np.isnan(x))
    return result


def _binary_step(x: Array) -> Array:
    result: Array = np.heaviside(x, 1.0)
    return result


def _binary_step_derivative(x: Array) -> Array:
    result = np.zeros_like(x)
    np.copyto(result, x, where=np.isnan(x))
    return result


LINEAR = Activation(
    name="linear",
    aliases=("identity",),
    title="Linear (identity)",
    formula=r"f(x) = x",
    derivative_formula=r"f'(x) = 1",
    range=r"(-\infty, \infty)",
    monotonic=True,
    description=(
        "Passes its input on unchanged. It is used in the last layer of regression networks; between hidden "
        "layers it adds nothing, because linear layers in a row are together still one linear layer."
    ),
    source="Keras 3: linear. The identity function.",
    function=_linear,
    derivative_function=_linear_derivative,
)

BINARY_STEP = Activation(
    name="binary_step",
    aliases=("heaviside",),
    title="Binary step (Heaviside)",
    formula=r"f(x) = \begin{cases} 0 & x < 0 \\ 1 & x \ge 0 \end{cases}",
    derivative_formula=r"f'(x) = 0 \quad (\text{not defined at } x = 0\text{; 0 is used})",
    range=r"\{0, 1\}",
    monotonic=True,
    description=(
        "Fires (1) or does not (0): the activation of the first artificial neurons and of the perceptron. "
        "Its slope is 0 everywhere, so gradient descent cannot train through it."
    ),
    source=(
        "W. S. McCulloch and W. Pitts, A logical calculus of the ideas immanent in nervous activity, 1943. "
        "Neither Keras nor PyTorch has it as a layer; f(0) = 1 as in F. Rosenblatt's perceptron, 1958."
    ),
    function=_binary_step,
    derivative_function=_binary_step_derivative,
)
