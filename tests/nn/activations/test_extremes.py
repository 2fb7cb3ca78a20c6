"""Activations at infinities, NaN, and the largest and smallest numbers."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.nn.activations import Activation, bind
from app.nn.reading import Array
from tests.nn.activations.cases import ALONG_AXIS, VARIANTS, each, each_dtype, each_elementwise, each_variant

INFINITY = math.inf
LIMITS: dict[str, tuple[float, float]] = {
    "linear": (-INFINITY, INFINITY),
    "binary_step": (0, 1),
    "sigmoid": (0, 1),
    "hard_sigmoid": (0, 1),
    "log_sigmoid": (-INFINITY, 0),
    "tanh": (-1, 1),
    "hard_tanh": (-1, 1),
    "tanh_shrink": (-INFINITY, INFINITY),
    "relu": (0, INFINITY),
    "relu6": (0, 6),
    "leaky_relu": (-INFINITY, INFINITY),
    "prelu": (-INFINITY, INFINITY),
    "threshold": (0, INFINITY),
    "elu": (-1, INFINITY),
    "selu": (-1.7580993408473766, INFINITY),
    "celu": (-1, INFINITY),
    "gelu": (0, INFINITY),
    "silu": (0, INFINITY),
    "hard_silu": (0, INFINITY),
    "mish": (0, INFINITY),
    "softplus": (0, INFINITY),
    "squareplus": (0, INFINITY),
    "softsign": (-1, 1),
    "soft_shrink": (-INFINITY, INFINITY),
    "hard_shrink": (-INFINITY, INFINITY),
    "exponential": (0, INFINITY),
    "sine": (math.nan, math.nan),
    "gaussian": (0, 0),
}
# The slopes of all others end in 0 or 1.
SLOPES_AT_INFINITY: dict[str, tuple[float, float]] = {
    "linear": (1, 1),
    "log_sigmoid": (1, 0),
    "tanh_shrink": (1, 1),
    "leaky_relu": (0.2, 1),
    "prelu": (0.25, 1),
    "selu": (0, 1.0507009873554805),
    "soft_shrink": (1, 1),
    "hard_shrink": (1, 1),
    "exponential": (0, INFINITY),
    "sine": (math.nan, math.nan),
}


@each_elementwise
@each_dtype
def test_infinity_gives_the_limit(activation: Activation, dtype: type[Any]) -> None:
    x: Array = np.array([-INFINITY, INFINITY], dtype)
    limits = LIMITS[activation.name]
    np.testing.assert_array_equal(activation.evaluate(x), np.array(limits, dtype))
    bounded = all(map(math.isfinite, limits))
    slopes = SLOPES_AT_INFINITY.get(activation.name, (0, 0) if bounded else (0, 1))
    np.testing.assert_array_equal(activation.derivative(x), np.array(slopes, dtype))


@each_variant
@each_dtype
def test_nan_passes_through(name: str, parameters: dict[str, Any], dtype: type[Any]) -> None:
    bound = bind(name, **parameters)
    x = np.array([math.nan, 1.0, math.nan, -3.0] * 5, dtype)
    expected = np.isnan(x)
    np.testing.assert_array_equal(np.isnan(bound(x)), expected)
    np.testing.assert_array_equal(np.isnan(np.asarray(bound.derivative(x))), expected)
    np.testing.assert_array_equal(np.isnan(bound.backward(x, np.ones_like(x))), expected)


@each_variant
@each_dtype
def test_no_finite_number_is_too_large_or_too_small(name: str, parameters: dict[str, Any], dtype: type[Any]) -> None:
    limits = np.finfo(dtype)
    sizes = [limits.max, limits.max / 2, limits.max / 1e5, 1e30, 1e6, 1000.0, limits.tiny, limits.smallest_subnormal, 0]
    x = np.array([sign * size for size in sizes for sign in (1, -1)], dtype)
    bound = bind(name, **parameters)
    value, derivative, gradient = bound(x), bound.derivative(x), bound.backward(x, np.ones_like(x))
    assert derivative is not None
    assert not np.isnan(value).any()
    assert not np.isnan(derivative).any()
    assert not np.isnan(gradient).any()
    if name not in ("exponential", "selu", "leaky_relu"):
        assert np.isfinite(value).all()
        assert np.isfinite(derivative).all()


@each
@each_dtype
def test_extreme_parameters_give_no_warning(activation: Activation, dtype: type[Any]) -> None:
    x = np.array([[-INFINITY, -1e38, -1.0, 0.0], [1e-30, 1.0, 1e38, INFINITY]], dtype)
    for parameter in activation.parameters:
        if parameter.type != "number":
            continue
        for value in (parameter.minimum, parameter.maximum):
            assert value is not None
            result = activation.evaluate(x, **{parameter.name: value})
            derivative = activation.derivative(x, **{parameter.name: value})
            assert derivative is not None
            assert not np.isnan(result).any()
            assert not np.isnan(derivative).any()


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "sparsemax"])
@each_dtype
def test_rows_with_large_infinite_and_missing_numbers(name: str, dtype: type[Any]) -> None:
    nan = math.nan
    large = float(np.finfo(dtype).max)
    x = np.array(
        [
            [large, -large, 0.0],
            [1000.0, -1000.0, 0.0],
            [-INFINITY, 2.0, -INFINITY],
            [INFINITY, 0.0, 1.0],
            [nan, 0.0, 1.0],
            [-INFINITY, -INFINITY, -INFINITY],
        ],
        dtype,
    )
    value = bind(name)(x)
    shares = np.exp(value) if name == "log_softmax" else value
    expected = [[1, 0, 0], [1, 0, 0], [0, 1, 0], [nan] * 3, [nan] * 3, [nan] * 3]
    np.testing.assert_array_equal(shares, np.array(expected, dtype))
    derivative = bind(name).derivative(x)
    assert derivative is not None
    np.testing.assert_array_equal(np.isnan(derivative), np.isnan(value))
    assert np.isnan(bind(name).backward(x, np.ones_like(x))[3:]).all()


def test_glu_at_the_extremes() -> None:
    x = np.array([1e308, -5.0, INFINITY, 3.0, 1000.0, -1000.0, 0.0, math.nan])
    np.testing.assert_array_equal(bind("glu")(x), [1e308, 0.0, INFINITY, math.nan])


@given(x=st.lists(st.floats(width=64), min_size=1, max_size=6))
def test_any_numbers_at_all_give_no_warning(x: list[float]) -> None:
    array = np.array(x * 2)
    with np.errstate(all="raise", under="ignore"):
        for name, parameters in [*VARIANTS, *((activation.name, {}) for activation in ALONG_AXIS)]:
            bound = bind(name, **parameters)
            value = bound(array)
            bound.derivative(array)
            gradient = bound.backward(array, np.ones_like(value))
            assert gradient.shape == array.shape
            if bound.activation.elementwise and name != "sine":
                np.testing.assert_array_equal(np.isnan(value), np.isnan(array))
