"""Activations against the numbers of other libraries, and of textbooks."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.nn.activations import ACTIVATIONS, bind
from app.nn.reading import Array
from tests.nn.activations.cases import ELEMENTWISE


@dataclass(frozen=True)
class Golden:
    """One case of tests/golden/activations.npz."""

    name: str
    parameters: dict[str, Any]
    library: str
    dtype: str
    x: Array
    value: Array
    gradient: Array
    weights: Array | None

    def __str__(self) -> str:
        chosen = "".join(f"-{name}={value}" for name, value in self.parameters.items())
        return f"{self.name}{chosen}-{self.library}-{self.dtype}-{'x'.join(map(str, self.x.shape))}"


def read_golden() -> list[Golden]:
    with np.load(Path(__file__).parents[2] / "golden" / "activations.npz", allow_pickle=False) as arrays:
        cases = json.loads(str(arrays["about"]))["cases"]
        return [
            Golden(
                **case,
                x=arrays[f"{number}/x"] if f"{number}/x" in arrays else arrays[f"points/{case['dtype']}"],
                value=arrays[f"{number}/value"],
                gradient=arrays[f"{number}/gradient"],
                weights=arrays.get(f"{number}/weights"),
            )
            for number, case in enumerate(cases)
        ]


GOLDEN = read_golden()


# Where the libraries are the less accurate ones: the error allowed in float64, and in float32.
LIBRARY_ERRORS = {
    "hard_sigmoid": (5e-9, 2e-6),  # PyTorch's slope is the float32 number nearest to 1/6
    "softplus": (2e-11, 2e-6),  # PyTorch says softplus(x) = x from 20 on
    "squareplus": (1e-13, 1e-5),  # x + √(x² + b) cancels for negative x
}


@pytest.mark.parametrize("golden", [case for case in GOLDEN if case.library != "mpmath"], ids=str)
def test_agrees_with_keras_and_pytorch(golden: Golden) -> None:
    bound = bind(golden.name, **golden.parameters)
    errors = LIBRARY_ERRORS.get(golden.name, (4e-15, 2e-6))
    relative, absolute = (1e-12, errors[0]) if golden.dtype == "float64" else (1e-6, errors[1])
    value = bound(golden.x)
    np.testing.assert_allclose(value, golden.value, rtol=relative, atol=absolute)
    weights = np.ones_like(golden.x) if golden.weights is None else golden.weights
    # Autograd divides by 0 in some tails: there the truth comes from mpmath, below.
    known = np.isfinite(golden.gradient)
    assert known.mean() > 0.9
    gradient = bound.backward(golden.x, weights)
    if golden.weights is None:
        derivative = bound.derivative(golden.x)
        assert derivative is not None
        np.testing.assert_array_equal(gradient, derivative)
    scale = max(1.0, float(np.abs(weights).max()))
    np.testing.assert_allclose(gradient[known], golden.gradient[known], rtol=relative, atol=5 * absolute * scale)


@pytest.mark.parametrize("golden", [case for case in GOLDEN if case.library == "mpmath"], ids=str)
def test_is_accurate_to_a_few_units_in_the_last_place(golden: Golden) -> None:
    bound = bind(golden.name, **golden.parameters)
    limits = np.finfo(np.dtype(golden.dtype))
    epsilon, smallest = float(limits.eps), 1e3 * float(limits.smallest_subnormal)
    known = np.isfinite(golden.gradient) & (np.abs(golden.value) < float(limits.max))
    x, value, slope = golden.x[known], golden.value[known], golden.gradient[known]
    # GELU's approximate form rounds a cubic before its exponential: far out, that alone moves the last digits.
    rounding = np.maximum(1.0, np.abs(x.astype(np.float64)) ** 3) if golden.parameters.get("approximate") else 1.0
    assert_close(bound(x), value, 6 * epsilon * rounding * np.abs(value) + smallest)
    # A derivative that crosses 0 is there the difference of two numbers of about 1.
    crossing = 0.0 if bound.activation.monotonic else 4 * epsilon
    assert_close(bound.derivative(x), slope, 12 * epsilon * rounding * np.abs(slope) + crossing + smallest)


def assert_close(actual: Array | None, expected: Array, allowed: Array) -> None:
    assert actual is not None
    error = np.abs(actual.astype(np.float64) - expected)
    worst = int(np.argmax(error / allowed))
    assert (error <= allowed).all(), f"{actual[worst]} is not {expected[worst]}"


def test_there_is_a_golden_case_for_every_activation_and_every_switch() -> None:
    assert {case.name for case in GOLDEN} == set(ACTIVATIONS)
    for activation in ELEMENTWISE:
        for parameter in activation.parameters:
            assert any(parameter.name in case.parameters for case in GOLDEN if case.name == activation.name)


def test_sparsemax_is_the_nearest_point_of_all_shares() -> None:
    x = np.array([0.5, 0.2, -1.0])
    nearest = bind("sparsemax")(x)
    np.testing.assert_allclose(nearest, [0.65, 0.35, 0.0], rtol=1e-15)
    others = np.random.default_rng(4).dirichlet([0.5] * 3, 1000)
    assert (np.square(others - x).sum(axis=-1) >= np.square(nearest - x).sum() - 1e-15).all()


def test_textbook_values() -> None:
    assert bind("tanh")(np.array([5.0]))[0] == 0.9999092042625951
    assert bind("relu")(np.array([-5.0, 5.0])).tolist() == [0.0, 5.0]
    assert not np.signbit(bind("relu")(np.array([-5.0])))[0]
    assert bind("binary_step")(np.array([-1e-300, 0.0, 1e-300])).tolist() == [0.0, 1.0, 1.0]
    assert bind("sigmoid")(np.array([0.0, -1000.0, 1000.0])).tolist() == [0.5, 0.0, 1.0]
    assert bind("softplus")(np.array([1000.0, -1000.0])).tolist() == [1000.0, 0.0]
    assert bind("log_sigmoid")(np.array([-1000.0, 1000.0])).tolist() == [-1000.0, 0.0]
    assert bind("softmax")(np.array([1000.0, 1000.0])).tolist() == [0.5, 0.5]
    assert bind("sparsemax")(np.array([0.3, 0.1, -2.0])).tolist() == pytest.approx([0.6, 0.4, 0.0])
    assert bind("sigmoid")(np.array([-50.0]))[0] == pytest.approx(1.928749847963918e-22, rel=1e-15)
