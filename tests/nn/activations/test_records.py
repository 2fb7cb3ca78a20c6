"""What the record of each activation says is true."""

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from app.nn.activations import ACTIVATIONS, Activation, bind, find_activation
from tests.nn.activations.cases import each, each_elementwise

NAMES = [
    "linear",
    "binary_step",
    "sigmoid",
    "hard_sigmoid",
    "log_sigmoid",
    "tanh",
    "hard_tanh",
    "tanh_shrink",
    "relu",
    "relu6",
    "leaky_relu",
    "prelu",
    "threshold",
    "elu",
    "selu",
    "celu",
    "gelu",
    "silu",
    "hard_silu",
    "mish",
    "softplus",
    "squareplus",
    "softsign",
    "soft_shrink",
    "hard_shrink",
    "exponential",
    "sine",
    "gaussian",
    "softmax",
    "log_softmax",
    "sparsemax",
    "glu",
]


def test_the_list_is_complete_and_in_the_order_of_the_gallery() -> None:
    assert list(ACTIVATIONS) == NAMES
    assert all(name == activation.name for name, activation in ACTIVATIONS.items())
    with pytest.raises(TypeError):
        ACTIVATIONS["mine"] = ACTIVATIONS["relu"]  # type: ignore[index]


@each
def test_a_record_says_everything(activation: Activation) -> None:
    for text in (activation.title, activation.range, activation.description, activation.source):
        assert text.strip() == text
        assert text
    assert activation.formula.startswith("f(")
    assert activation.derivative_formula.startswith(("f'(x) = ", r"\frac{\partial y_i}{\partial "))
    assert 1 <= activation.description.count(". ") + 1 <= 3
    assert activation.description.endswith(".")
    assert activation.source.endswith(".")
    for formula in (activation.formula, activation.derivative_formula, activation.range):
        assert "$" not in formula
        assert formula.count(r"\left") == formula.count(r"\right")
        assert formula.count("{") == formula.count("}")
        assert formula.count(r"\begin") == formula.count(r"\end")
    for parameter in activation.parameters:
        assert parameter.description.endswith(".")
        assert parameter.check(parameter.default) is None
    assert (activation.parameters[0].name == "axis") if not activation.elementwise else True
    with pytest.raises(FrozenInstanceError):
        activation.name = "other"  # type: ignore[misc]


def test_names_and_aliases() -> None:
    for activation in ACTIVATIONS.values():
        for name in (activation.name, *activation.aliases):
            assert find_activation(name) is activation
    assert find_activation("swish") is ACTIVATIONS["silu"]
    assert find_activation("hard_swish") is ACTIVATIONS["hard_silu"]
    assert find_activation("ReLU") is None
    every = [name for activation in ACTIVATIONS.values() for name in (activation.name, *activation.aliases)]
    assert len(every) == len(set(every))


# The range of each record, as numbers at the default parameters, and whether the ends belong to it.
RANGES: dict[str, tuple[str, float, float]] = {
    "linear": (r"(-\infty, \infty)", -math.inf, math.inf),
    "binary_step": (r"\{0, 1\}", 0, 1),
    "sigmoid": ("(0, 1)", 0, 1),
    "hard_sigmoid": ("[0, 1]", 0, 1),
    "log_sigmoid": (r"(-\infty, 0)", -math.inf, 0),
    "tanh": ("(-1, 1)", -1, 1),
    "hard_tanh": ("[-1, 1]", -1, 1),
    "tanh_shrink": (r"(-\infty, \infty)", -math.inf, math.inf),
    "relu": (r"[0, \infty)", 0, math.inf),
    "relu6": ("[0, 6]", 0, 6),
    "leaky_relu": (r"(-\infty, \infty)", -math.inf, math.inf),
    "prelu": (r"(-\infty, \infty)", -math.inf, math.inf),
    "threshold": (r"\{v\} \cup (\theta, \infty)", 0, math.inf),
    "elu": (r"(-\alpha, \infty)", -1, math.inf),
    "selu": (r"(-\lambda\alpha, \infty)", -1.7580993408473766, math.inf),
    "celu": (r"(-\alpha, \infty)", -1, math.inf),
    "gelu": (r"[{\approx} -0.170, \infty)", -0.170, math.inf),
    "silu": (r"[{\approx} -0.278, \infty)", -0.278, math.inf),
    "hard_silu": (r"\left[-\tfrac{3}{8}, \infty\right)", -0.375, math.inf),
    "mish": (r"[{\approx} -0.309, \infty)", -0.309, math.inf),
    "softplus": (r"(0, \infty)", 0, math.inf),
    "squareplus": (r"(0, \infty)", 0, math.inf),
    "softsign": ("(-1, 1)", -1, 1),
    "soft_shrink": (r"(-\infty, \infty)", -math.inf, math.inf),
    "hard_shrink": (r"(-\infty, -\lambda) \cup \{0\} \cup (\lambda, \infty)", -math.inf, math.inf),
    "exponential": (r"(0, \infty)", 0, math.inf),
    "sine": ("[-1, 1]", -1, 1),
    "gaussian": ("(0, 1]", 0, 1),
}


@each_elementwise
def test_range_is_true(activation: Activation) -> None:
    text, low, high = RANGES[activation.name]
    assert activation.range == text
    value = activation.evaluate(np.linspace(-1e4, 1e4, 2_000_001))
    assert value.min() >= low - 5e-4
    assert value.max() <= high
    # … and both ends are approached; a range without end is at least left far behind.
    assert value.min() <= (low + 1e-3 if math.isfinite(low) else -1000)
    assert value.max() >= (high - 1e-3 if math.isfinite(high) else 1000)


def test_ranges_along_an_axis_are_true() -> None:
    x = np.random.default_rng(5).standard_normal((1000, 4)) * 3
    softmax, log_softmax, sparsemax = (bind(name)(x) for name in ("softmax", "log_softmax", "sparsemax"))
    assert ACTIVATIONS["softmax"].range == "(0, 1)"
    assert ((softmax > 0) & (softmax < 1)).all()
    np.testing.assert_allclose(softmax.sum(axis=-1), 1.0, rtol=1e-14)
    assert ACTIVATIONS["log_softmax"].range == r"(-\infty, 0)"
    np.testing.assert_allclose(log_softmax, np.log(softmax), rtol=1e-12, atol=1e-15)
    assert ACTIVATIONS["sparsemax"].range == "[0, 1]"
    assert sparsemax.min() == 0
    assert sparsemax.max() == 1
    np.testing.assert_allclose(sparsemax.sum(axis=-1), 1.0, rtol=1e-14)


@each
def test_monotonic_is_true(activation: Activation) -> None:
    if activation.elementwise:
        steps = np.diff(activation.evaluate(np.linspace(-12.0, 12.0, 20_001)))
        assert (steps >= -1e-15).all() == activation.monotonic
        return
    x = np.random.default_rng(2).standard_normal((200, 4))
    falls = []
    for column in range(4):
        more = x.copy()
        more[:, column] += 0.1
        difference = activation.evaluate(more) - activation.evaluate(x)
        falls.append((difference[:, column % difference.shape[-1]] < -1e-15).any())
    assert any(falls) != activation.monotonic
