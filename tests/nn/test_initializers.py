"""Initialisers: Keras' formulas, and numbers that depend on the seed and the parameter's own names only."""

import math
from typing import Any
from zlib import crc32

import numpy as np
import pytest

from app.nn.initializers import INITIALIZERS, BoundInitializer, compute_fans, draw_parameter, read_initializer
from app.nn.reading import Array
from tests.nn.networks import build, dense, document, document_problems

SHAPE = (300, 200)
FANS = {"glorot": (300 + 200) / 2, "he": 300 / 2, "lecun": 300.0}
"""1 / variance of each scaled initialiser for `SHAPE`, as in Keras' `VarianceScaling`."""

VALUES: dict[str, Any] = {
    "constant": {"name": "constant", "value": -0.25},
    "random_uniform": {"name": "random_uniform", "minval": 1, "maxval": 3},
    "random_normal": {"name": "random_normal", "mean": 2, "stddev": 0.5},
    "truncated_normal": {"name": "truncated_normal", "mean": 2, "stddev": 0.5},
    "orthogonal": {"name": "orthogonal", "gain": 2},
}


def read(value: object) -> BoundInitializer:
    initializer, problems = read_initializer(value)
    assert initializer is not None
    assert not problems
    return initializer


def draw(value: object, shape: tuple[int, ...] = SHAPE, seed: int = 7) -> Array:
    return draw_parameter(read(value), shape, np.dtype(np.float64), seed, "layer", "kernel")


@pytest.mark.parametrize("name", FANS)
def test_uniform_ones_fill_their_limits(name: str) -> None:
    values = draw(f"{name}_uniform")
    limit = math.sqrt(3.0 / FANS[name])
    assert np.abs(values).max() <= limit
    assert np.abs(values).max() > 0.999 * limit
    assert values.mean() == pytest.approx(0.0, abs=0.02 * limit)
    assert values.std() == pytest.approx(limit / math.sqrt(3), rel=0.01)


@pytest.mark.parametrize("name", FANS)
def test_normal_ones_have_the_deviation_that_is_left_after_cutting(name: str) -> None:
    values = draw(f"{name}_normal")
    deviation = math.sqrt(1.0 / FANS[name])
    cut = 2 * deviation / 0.87962566103423978
    assert values.std() == pytest.approx(deviation, rel=0.01)
    assert values.mean() == pytest.approx(0.0, abs=0.02 * deviation)
    assert np.abs(values).max() <= cut
    assert np.abs(values).max() > 0.98 * cut


def test_random_uniform() -> None:
    values = draw(VALUES["random_uniform"])
    assert values.min() >= 1
    assert values.max() < 3
    assert values.mean() == pytest.approx(2, abs=0.01)
    assert np.abs(draw("random_uniform")).max() == pytest.approx(0.05, rel=0.01)


def test_random_normal() -> None:
    values = draw(VALUES["random_normal"])
    assert values.mean() == pytest.approx(2, abs=0.01)
    assert values.std() == pytest.approx(0.5, rel=0.01)
    assert np.abs(values - 2).max() > 3 * 0.5  # not cut


def test_truncated_normal_is_cut_but_not_widened() -> None:
    values = draw(VALUES["truncated_normal"])
    assert np.abs(values - 2).max() <= 1
    assert values.std() == pytest.approx(0.5 * 0.87962566103423978, rel=0.01)


def test_constants() -> None:
    assert (draw("zeros") == 0).all()
    assert (draw("ones") == 1).all()
    assert (draw(VALUES["constant"]) == -0.25).all()


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (2, 3, 4), (1, 6), (6, 1)])
def test_orthogonal_rows_or_columns_are_orthonormal(shape: tuple[int, ...]) -> None:
    matrix = draw(VALUES["orthogonal"], shape).reshape(-1, shape[-1]) / 2
    product = matrix.T @ matrix if matrix.shape[0] >= matrix.shape[1] else matrix @ matrix.T
    np.testing.assert_allclose(product, np.eye(len(product)), atol=1e-14)


def test_orthogonal_is_uniform_over_rotations() -> None:
    # Without fixing the signs of R, the first entry of Q would nearly always be negative.
    first = [draw("orthogonal", (3, 3), seed)[0, 0] for seed in range(200)]
    assert 60 < sum(one > 0 for one in first) < 140


@pytest.mark.parametrize(
    ("shape", "fans"), [((), (1, 1)), ((5,), (5, 5)), ((3, 4), (3, 4)), ((2, 5, 3, 4), (30, 40)), ((7, 3, 4), (21, 28))]
)
def test_fans_are_counted_as_in_keras(shape: tuple[int, ...], fans: tuple[int, int]) -> None:
    assert compute_fans(shape) == fans


@pytest.mark.parametrize("name", INITIALIZERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(4,), (3, 4), (1, 1), (2, 3, 4)])
def test_every_one_draws_any_shape(name: str, dtype: str, shape: tuple[int, ...]) -> None:
    one, other = (draw_parameter(read(name), shape, np.dtype(dtype), 3, "a", "b") for _ in range(2))
    assert one.shape == shape
    assert one.dtype == dtype
    assert np.isfinite(one).all()
    np.testing.assert_array_equal(one, other)


def test_a_parameter_is_drawn_from_the_seed_and_its_names() -> None:
    network = build(dense(3, name="hidden"), dense(1), shape=(2,), seed=42)
    sequence = np.random.SeedSequence([42, crc32(b"hidden"), crc32(b"kernel")])
    limit = math.sqrt(6.0 / (2 + 3))
    expected = np.random.default_rng(sequence).uniform(-limit, limit, (2, 3))
    np.testing.assert_allclose(network.parameters["hidden"]["kernel"], expected, rtol=1e-15)
    np.testing.assert_array_equal(network.parameters["hidden"]["bias"], np.zeros(3))


def test_an_edit_elsewhere_changes_no_draw() -> None:
    before = build(dense(3, name="first"), dense(2, name="last"))
    after = build(
        {"kind": "Dropout", "rate": 0.1},
        dense(3, "relu", name="first", bias_initializer="ones"),
        dense(3, name="between"),
        dense(2, name="last", parameters={"bias": [1, 2]}),
        dtype="float64",
    )
    for layer in ("first", "last"):
        one, other = before.parameters[layer]["kernel"], after.parameters[layer]["kernel"]
        np.testing.assert_array_equal(one, other)


def test_the_seed_and_each_name_matter() -> None:
    kernels = [
        build(dense(2, name=name), seed=seed).parameters[name]["kernel"] for name in ("a", "b") for seed in (0, 1)
    ]
    assert len({kernel.tobytes() for kernel in kernels}) == 4
    table = build(
        {"kind": "BatchNormalization", "name": "a", "gamma_initializer": "normal", "beta_initializer": "normal"}
    ).parameters["a"]
    assert (table["gamma"] != table["beta"]).all()


def test_float32_holds_the_rounded_float64_draw() -> None:
    double = build(dense(4), seed=5).parameters["dense_1"]["kernel"]
    single = build(dense(4), seed=5, dtype="float32").parameters["dense_1"]["kernel"]
    np.testing.assert_array_equal(single, double.astype(np.float32))


@pytest.mark.parametrize("name", INITIALIZERS)
def test_to_document_is_read_back(name: str) -> None:
    assert read(name).to_document() == name
    for alias in INITIALIZERS[name].aliases:
        assert read(alias).to_document() == name
    if name in VALUES:
        assert read(read(VALUES[name]).to_document()) == read(VALUES[name])


@pytest.mark.parametrize(
    ("value", "place", "words"),
    [
        ("he", "", "no initializer is called"),
        (True, "", "no initializer is called true"),
        (None, "", "no initializer is called null"),
        ({}, "/name", "no initializer is called null"),
        ({"name": ["zeros"]}, "/name", "no initializer"),
        ({"name": "zeros", "value": 1}, "/value", "no setting"),
        ({"name": "constant", "value": "1.5"}, "/value", "finite number"),
        ({"name": "constant", "value": True}, "/value", "finite number"),
        ({"name": "constant", "value": float("nan")}, "/value", "finite number"),
        ({"name": "constant", "value": 10**400}, "/value", "finite number"),
        ({"name": "random_normal", "stddev": -1}, "/stddev", "stddev is -1"),
        ({"name": "random_uniform", "minval": 2, "maxval": 1}, "/minval", "above maxval"),
        ({"name": "random_uniform", "minval": 2}, "/minval", "above maxval"),
    ],
)
def test_wrong_settings_are_named(value: object, place: str, words: str) -> None:
    problems = document_problems(document(dense(1, kernel_initializer=value)))
    assert list(problems) == [f"/layers/0/kernel_initializer{place}"]
    assert words in problems[f"/layers/0/kernel_initializer{place}"]


@pytest.mark.parametrize(
    "value",
    [
        {"name": "random_uniform", "minval": -1e300, "maxval": 1e300},
        {"name": "random_normal", "stddev": 1e300},
        {"name": "truncated_normal", "mean": 1e300, "stddev": 1e300},
        {"name": "orthogonal", "gain": 1e300},
        {"name": "constant", "value": 1e300},
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_enormous_settings_are_drawn_without_a_warning(value: object, dtype: str) -> None:
    network = build(dense(2, kernel_initializer=value), dtype=dtype)
    assert network.parameters["dense_1"]["kernel"].shape == (2, 2)


def test_settings_that_cannot_be_drawn_are_refused() -> None:
    range_too_wide = {"name": "random_uniform", "minval": -1.7e308, "maxval": 1.7e308}
    assert set(document_problems(document(dense(1, kernel_initializer=range_too_wide)))) == {
        "/layers/0/kernel_initializer/minval",
        "/layers/0/kernel_initializer/maxval",
    }
