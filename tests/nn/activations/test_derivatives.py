"""Derivatives of activations: against finite differences, and at kinks."""

from typing import Any

import numpy as np
import pytest

from app.nn.activations import Activation, BoundActivation, bind
from app.nn.reading import Array
from tests.nn.activations.cases import each_along_axis, each_dtype, each_elementwise, each_variant


@each_variant
def test_derivative_agrees_with_finite_differences(name: str, parameters: dict[str, Any]) -> None:
    bound = bind(name, **parameters)
    # Away from the kinks and jumps of every variant, which all lie on multiples of 0.5.
    x = np.arange(-8.0, 8.0, 0.5)[:, None] + np.array([0.1, 0.2, 0.3, 0.4])
    step = 1e-5
    numerical = (bound(x + step) - bound(x - step)) / (2 * step)
    # The values are as large as exp(8), and the difference loses as many digits as the step has zeros.
    derivative = bound.derivative(x)
    assert derivative is not None
    np.testing.assert_allclose(derivative, numerical, rtol=1e-8, atol=1e-9)


def jacobian(bound: BoundActivation, x: Array) -> Array:
    """Return ∂y/∂x of one example by central differences, shaped y.shape + x.shape."""
    step = 1e-6
    columns = []
    for index in np.ndindex(x.shape):
        shift = np.zeros_like(x)
        shift[index] = step
        columns.append((bound(x + shift) - bound(x - shift)) / (2 * step))
    return np.stack(columns, axis=-1).reshape(*columns[0].shape, *x.shape)


@each_along_axis
@pytest.mark.parametrize(("shape", "axis"), [((6,), -1), ((3, 4), -1), ((4, 3), -2), ((2, 2, 3), -2), ((2, 3, 1), -3)])
def test_backward_along_an_axis_agrees_with_the_numerical_jacobian(
    activation: Activation, shape: tuple[int, ...], axis: int
) -> None:
    generator = np.random.default_rng(3)
    x = generator.standard_normal(shape)
    bound = BoundActivation(activation, {"axis": axis})
    gradient = generator.standard_normal(bound.output_shape(shape))
    numerical = jacobian(bound, x)
    expected = np.tensordot(gradient, numerical, axes=gradient.ndim)
    np.testing.assert_allclose(bound.backward(x, gradient), expected, rtol=1e-7, atol=1e-8)
    derivative = bound.derivative(x)
    if activation.name == "glu":
        assert derivative is None
    else:
        assert derivative is not None
        diagonal = np.array([numerical[index + index] for index in np.ndindex(shape)]).reshape(shape)
        np.testing.assert_allclose(derivative, diagonal, rtol=1e-7, atol=1e-8)


@each_elementwise
@each_dtype
def test_backward_is_gradient_times_derivative(activation: Activation, dtype: type[Any]) -> None:
    x = np.linspace(-4.0, 4.0, 12, dtype=dtype).reshape(3, 4)
    gradient = np.cos(x)
    result = activation.backward(x, gradient)
    assert result.dtype == dtype
    np.testing.assert_array_equal(result, gradient * np.asarray(activation.derivative(x)))


# PyTorch's choices, checked there: the derivative at a kink is that of one of its sides.
KINKS: list[tuple[str, dict[str, Any], list[float], list[float]]] = [
    ("binary_step", {}, [0.0], [0.0]),
    ("relu", {}, [0.0], [0.0]),
    ("relu6", {}, [0.0, 6.0], [0.0, 0.0]),
    ("leaky_relu", {}, [0.0], [0.2]),
    ("prelu", {}, [0.0], [0.25]),
    ("threshold", {}, [1.0], [0.0]),
    ("hard_tanh", {}, [-1.0, 1.0], [0.0, 0.0]),
    ("hard_sigmoid", {}, [-3.0, 3.0], [0.0, 0.0]),
    ("hard_silu", {}, [-3.0, 3.0], [0.0, 1.0]),
    ("elu", {"alpha": 2.0}, [0.0], [2.0]),
    ("selu", {}, [0.0], [1.7580993408473766]),
    ("celu", {"alpha": 2.0}, [0.0], [1.0]),
    ("soft_shrink", {}, [-0.5, 0.5], [0.0, 0.0]),
    ("hard_shrink", {}, [-0.5, 0.5], [0.0, 0.0]),
]


@pytest.mark.parametrize(("name", "parameters", "x", "slopes"), KINKS)
@each_dtype
def test_derivative_at_kinks_is_pytorchs(
    name: str, parameters: dict[str, Any], x: list[float], slopes: list[float], dtype: type[Any]
) -> None:
    derivative = bind(name, **parameters).derivative(np.array(x, dtype))
    np.testing.assert_array_equal(derivative, np.array(slopes, dtype))


def test_a_kink_is_one_point_only() -> None:
    tiny = np.array([5e-324, 1e-20])
    assert np.asarray(bind("relu6").derivative(tiny)).tolist() == [1.0, 1.0]
    below, above = np.nextafter(6.0, 0.0), np.nextafter(6.0, 7.0)
    assert np.asarray(bind("relu6").derivative(np.array([below, above]))).tolist() == [1.0, 0.0]
