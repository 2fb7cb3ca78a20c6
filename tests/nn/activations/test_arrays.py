"""What activations make of shapes, dtypes and views."""

import math
from typing import Any

import numpy as np
import pytest

from app.nn.activations import ACTIVATIONS, Activation, BoundActivation, bind
from tests.nn.activations.cases import each, each_along_axis, each_dtype, each_elementwise


@each
@each_dtype
@pytest.mark.parametrize("shape", [(4,), (2, 6), (2, 3, 4), (0, 4), (1, 2)])
def test_dtype_and_shape_are_kept_and_the_input_is_left_alone(
    activation: Activation, dtype: type[Any], shape: tuple[int, ...]
) -> None:
    x = np.linspace(-3.0, 3.0, math.prod(shape), dtype=dtype).reshape(shape)
    gradient = np.ones(activation.output_shape(shape), dtype)
    kept, kept_gradient = x.copy(), gradient.copy()
    value = activation.evaluate(x)
    derivative = activation.derivative(x)
    backward = activation.backward(x, gradient)
    assert value.dtype == dtype
    assert value.shape == activation.output_shape(shape)
    assert not np.shares_memory(value, x)
    if derivative is not None:
        assert derivative.dtype == dtype
        assert derivative.shape == shape
        assert not np.shares_memory(derivative, x)
    assert backward.dtype == dtype
    assert backward.shape == shape
    np.testing.assert_array_equal(x, kept)
    np.testing.assert_array_equal(gradient, kept_gradient)


@each_elementwise
def test_a_single_number_is_an_array_without_axes(activation: Activation) -> None:
    x = np.array(1.25)
    for result in (activation.evaluate(x), activation.derivative(x), activation.backward(x, np.array(2.0))):
        assert isinstance(result, np.ndarray)
        assert result.shape == ()
    assert activation.evaluate(x) == activation.evaluate(np.array([1.25]))[0]


@each
def test_views_and_reversed_arrays_are_read_correctly(activation: Activation) -> None:
    x = np.linspace(-3.0, 3.0, 48).reshape(4, 12)
    view = x.T[::-1, ::2].T
    np.testing.assert_allclose(activation.evaluate(view), activation.evaluate(view.copy()), rtol=1e-15)
    read_only = view.copy()
    read_only.flags.writeable = False
    np.testing.assert_array_equal(activation.evaluate(read_only), activation.evaluate(view.copy()))


def test_large_arrays_agree_with_small_ones() -> None:
    x = np.linspace(-9.0, 9.0, 50_001)
    whole = bind("gelu")(x)
    np.testing.assert_array_equal(whole[::5000], bind("gelu")(x[::5000].copy()))


@each
def test_other_number_types_are_refused(activation: Activation) -> None:
    for x in (np.array([1, 2]), np.array([1.0, 2.0], np.float16), np.array([True, False])):
        with pytest.raises(TypeError, match="float32 or float64"):
            activation.evaluate(x)


@each_along_axis
def test_a_batch_in_front_changes_nothing(activation: Activation) -> None:
    batch = np.random.default_rng(1).standard_normal((3, 2, 4))
    for axis in (-1, -2):
        bound = BoundActivation(activation, {"axis": axis})
        np.testing.assert_allclose(bound(batch)[1], bound(batch[1]), rtol=1e-14)
        assert bound(batch).shape[1:] == bound.output_shape((2, 4))


def test_output_shape() -> None:
    assert ACTIVATIONS["relu"].output_shape((2, 3)) == (2, 3)
    assert ACTIVATIONS["relu"].output_shape(()) == ()
    assert ACTIVATIONS["softmax"].output_shape((2, 3)) == (2, 3)
    assert ACTIVATIONS["glu"].output_shape((2, 6)) == (2, 3)
    assert ACTIVATIONS["glu"].output_shape((2, 6), axis=-2) == (1, 6)
    with pytest.raises(ValueError, match=r"glu splits axis -1 into two halves.*shape \(2, 3\) has 3"):
        ACTIVATIONS["glu"].output_shape((2, 3))
    with pytest.raises(ValueError, match=r"softmax works along axis -2, but its input has shape \(3,\): 1 axis"):
        ACTIVATIONS["softmax"].output_shape((3,), axis=-2)
    with pytest.raises(ValueError, match="0 axes"):
        ACTIVATIONS["softmax"].evaluate(np.array(1.0))
    with pytest.raises(ValueError, match="even length"):
        ACTIVATIONS["glu"].evaluate(np.ones(3))
