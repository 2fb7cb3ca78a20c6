"""Activations: against other libraries, against finite differences, at the extremes, and as records."""

import copy
import json
import math
import pickle
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.nn.activations import ACTIVATIONS, Activation, BoundActivation, Parameter, bind, find_activation
from app.nn.errors import NetworkError

Array = np.ndarray[Any, np.dtype[Any]]

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
ELEMENTWISE = [activation for activation in ACTIVATIONS.values() if activation.elementwise]
ALONG_AXIS = [activation for activation in ACTIVATIONS.values() if not activation.elementwise]
DTYPES = [np.float64, np.float32]
VARIANTS: list[tuple[str, dict[str, Any]]] = [
    *((activation.name, {}) for activation in ELEMENTWISE),
    ("leaky_relu", {"negative_slope": 0}),
    ("leaky_relu", {"negative_slope": 3.0}),
    ("prelu", {"negative_slope": -0.5}),
    ("threshold", {"threshold": -0.5, "default_value": 2}),
    ("elu", {"alpha": 2.5}),
    ("celu", {"alpha": 0.5}),
    ("gelu", {"approximate": True}),
    ("squareplus", {"b": 0.25}),
    ("soft_shrink", {"threshold": 0}),
    ("hard_shrink", {"threshold": 2.0}),
]

each = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=lambda activation: activation.name)
each_elementwise = pytest.mark.parametrize("activation", ELEMENTWISE, ids=lambda activation: activation.name)
each_along_axis = pytest.mark.parametrize("activation", ALONG_AXIS, ids=lambda activation: activation.name)
each_variant = pytest.mark.parametrize(("name", "parameters"), VARIANTS)
each_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=["float64", "float32"])


@pytest.fixture(autouse=True)
def _no_floating_point_warning() -> Iterator[None]:
    """Turn everything that NumPy could report into an error; a result that rounds to 0 is none of it."""
    with np.errstate(over="raise", divide="raise", invalid="raise", under="ignore"):
        yield


# ---------------------------------------------------------------------------------------------------------------
# Numbers that other libraries computed


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
    with np.load(Path(__file__).parents[1] / "golden" / "activations.npz", allow_pickle=False) as arrays:
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


# ---------------------------------------------------------------------------------------------------------------
# Derivatives


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


# ---------------------------------------------------------------------------------------------------------------
# Extremes

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


# ---------------------------------------------------------------------------------------------------------------
# Arrays


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


# ---------------------------------------------------------------------------------------------------------------
# Records


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
    "linear": (r"(-\infty, \infty)", -INFINITY, INFINITY),
    "binary_step": (r"\{0, 1\}", 0, 1),
    "sigmoid": ("(0, 1)", 0, 1),
    "hard_sigmoid": ("[0, 1]", 0, 1),
    "log_sigmoid": (r"(-\infty, 0)", -INFINITY, 0),
    "tanh": ("(-1, 1)", -1, 1),
    "hard_tanh": ("[-1, 1]", -1, 1),
    "tanh_shrink": (r"(-\infty, \infty)", -INFINITY, INFINITY),
    "relu": (r"[0, \infty)", 0, INFINITY),
    "relu6": ("[0, 6]", 0, 6),
    "leaky_relu": (r"(-\infty, \infty)", -INFINITY, INFINITY),
    "prelu": (r"(-\infty, \infty)", -INFINITY, INFINITY),
    "threshold": (r"\{v\} \cup (\theta, \infty)", 0, INFINITY),
    "elu": (r"(-\alpha, \infty)", -1, INFINITY),
    "selu": (r"(-\lambda\alpha, \infty)", -1.7580993408473766, INFINITY),
    "celu": (r"(-\alpha, \infty)", -1, INFINITY),
    "gelu": (r"[{\approx} -0.170, \infty)", -0.170, INFINITY),
    "silu": (r"[{\approx} -0.278, \infty)", -0.278, INFINITY),
    "hard_silu": (r"\left[-\tfrac{3}{8}, \infty\right)", -0.375, INFINITY),
    "mish": (r"[{\approx} -0.309, \infty)", -0.309, INFINITY),
    "softplus": (r"(0, \infty)", 0, INFINITY),
    "squareplus": (r"(0, \infty)", 0, INFINITY),
    "softsign": ("(-1, 1)", -1, 1),
    "soft_shrink": (r"(-\infty, \infty)", -INFINITY, INFINITY),
    "hard_shrink": (r"(-\infty, -\lambda) \cup \{0\} \cup (\lambda, \infty)", -INFINITY, INFINITY),
    "exponential": (r"(0, \infty)", 0, INFINITY),
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


# ---------------------------------------------------------------------------------------------------------------
# Parameters


@pytest.mark.parametrize(
    ("name", "parameters", "pointer", "expected", "received"),
    [
        ("leaky_relu", {"negative_slope": "0.1"}, "/negative_slope", "a finite number from 0 to 1e+06", '"0.1"'),
        ("leaky_relu", {"negative_slope": True}, "/negative_slope", "a finite number from 0 to 1e+06", "true"),
        ("leaky_relu", {"negative_slope": None}, "/negative_slope", "a finite number from 0 to 1e+06", "null"),
        ("leaky_relu", {"negative_slope": -0.1}, "/negative_slope", "a finite number from 0 to 1e+06", "-0.1"),
        ("elu", {"alpha": math.nan}, "/alpha", "a finite number from 0 to 1e+06", "nan"),
        ("elu", {"alpha": math.inf}, "/alpha", "a finite number from 0 to 1e+06", "inf"),
        ("elu", {"alpha": 10**400}, "/alpha", "a finite number from 0 to 1e+06", "a very large integer"),
        ("elu", {"alpha": [1]}, "/alpha", "a finite number from 0 to 1e+06", "a value of type list"),
        ("celu", {"alpha": 0.0}, "/alpha", "a finite number from 1e-06 to 1e+06", "0.0"),
        ("gelu", {"approximate": 1}, "/approximate", "true or false", "1"),
        ("gelu", {"approximate": "tanh"}, "/approximate", "true or false", '"tanh"'),
        ("softmax", {"axis": 0}, "/axis", "an integer, -1 or less", "0"),
        ("softmax", {"axis": -1.0}, "/axis", "an integer, -1 or less", "-1.0"),
        ("softmax", {"axis": False}, "/axis", "an integer, -1 or less", "false"),
        ("relu", {"slope": 1}, "/slope", "no parameters", '"slope"'),
        ("elu", {"a/b~c": 1}, "/a~1b~0c", "one of alpha", '"a/b~c"'),
        ("threshold", {"value": 1}, "/value", "one of threshold, default_value", '"value"'),
    ],
)
def test_wrong_parameters(name: str, parameters: dict[str, Any], pointer: str, expected: str, received: str) -> None:
    (problem,) = ACTIVATIONS[name].check_parameters(parameters)
    assert (problem.pointer, problem.expected, problem.received) == (pointer, expected, received)
    assert expected in problem.detail
    with pytest.raises(NetworkError) as caught:
        bind(name, **parameters)
    assert caught.value.problems == (problem,)
    with pytest.raises(NetworkError):
        ACTIVATIONS[name].evaluate(np.ones(2), **parameters)


def test_all_problems_are_found_at_once() -> None:
    problems = ACTIVATIONS["threshold"].check_parameters({"threshold": "1", "default_value": math.nan, "alpha": 1})
    assert [problem.pointer for problem in problems] == ["/threshold", "/default_value", "/alpha"]


def test_right_parameters() -> None:
    assert ACTIVATIONS["elu"].check_parameters({"alpha": 2}) == ()
    assert ACTIVATIONS["elu"].check_parameters({}) == ()
    assert bind("elu", alpha=2)(np.array([-1000.0])).tolist() == [-2.0]


@given(
    value=st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.lists(st.floats()))
)
def test_checking_never_fails_and_accepts_only_numbers_in_range(value: object) -> None:
    for activation in ACTIVATIONS.values():
        for parameter in activation.parameters:
            problems = activation.check_parameters({parameter.name: value})
            if parameter.type == "boolean":
                valid = isinstance(value, bool)
            else:
                kinds = (int,) if parameter.type == "integer" else (int, float)
                valid = (
                    isinstance(value, kinds)
                    and not isinstance(value, bool)
                    and (parameter.minimum is None or value >= parameter.minimum)
                    and (parameter.maximum is None or value <= parameter.maximum)
                )
            assert (not problems) == valid


def test_parameter_types_and_words() -> None:
    assert Parameter("a", 1.0, "A.").type == "number"
    assert Parameter("a", 1, "A.").type == "integer"
    assert Parameter("a", True, "A.").type == "boolean"
    assert Parameter("a", 1.0, "A.").expected == "a finite number"
    assert Parameter("a", 1.0, "A.", minimum=0.5).expected == "a finite number, 0.5 or more"
    problem = Parameter("a", 1.0, "A.").check("x" * 200)
    assert problem is not None
    assert problem.received is not None
    assert len(problem.received) == 60


# ---------------------------------------------------------------------------------------------------------------
# Bound activations


def test_binding() -> None:
    bound = bind("swish")
    assert bound.name == "silu"
    assert bound.to_document() == "silu"
    leaky = bind("leaky_relu")
    assert dict(leaky.parameters) == {"negative_slope": 0.2}
    assert leaky.to_document() == "leaky_relu"
    assert leaky == bind("leaky_relu", negative_slope=0.2)
    assert hash(leaky) == hash(bind("leaky_relu", negative_slope=0.2))
    steep = bind("leaky_relu", negative_slope=0.5)
    assert steep != leaky
    assert steep.to_document() == {"name": "leaky_relu", "negative_slope": 0.5}
    assert steep(np.array([-2.0])).tolist() == [-1.0]
    assert bind("glu").output_shape((4,)) == (2,)
    with pytest.raises(TypeError):
        leaky.parameters["negative_slope"] = 1.0  # type: ignore[index]


def test_binding_an_unknown_name() -> None:
    with pytest.raises(NetworkError) as caught:
        bind("rellu")
    (problem,) = caught.value.problems
    assert problem.pointer == ""
    assert problem.received == '"rellu"'
    assert problem.expected is not None
    assert "relu" in problem.expected


@each
def test_bound_activations_can_be_copied_and_pickled(activation: Activation) -> None:
    bound = BoundActivation(activation)
    assert copy.deepcopy(bound) == bound
    assert pickle.loads(pickle.dumps(bound)) == bound  # noqa: S301 - our own bytes


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
