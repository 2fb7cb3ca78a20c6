"""Looking at parameters: slices and the strongest values."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.nn.errors import NetworkError
from app.nn.network import Network
from app.nn.parameters import read_slice, strongest
from tests.nn.networks import WALKTHROUGH, build, check_error, dense, problems_of
from tests.nn.test_document import JSON

NETWORK = Network.from_document(WALKTHROUGH)


def test_slices_are_read() -> None:
    assert read_slice((4, 5), [None, [1, 3]]) == (slice(0, 4), slice(1, 3))
    assert read_slice((4,), [[0, 4]]) == (slice(0, 4),)


@pytest.mark.parametrize(
    ("value", "place", "words"),
    [
        (None, "", "slice is null; expected a list of 2, one for each axis of 4×5"),
        ([None], "", "expected a list of 2"),
        ({}, "", "expected a list of 2"),
        ([None, 1], "/1", "expected null or [start, stop] with 0 ≤ start < stop ≤ 5"),
        ([None, [1]], "/1", "axis 1 of the slice is a list of 1"),
        ([None, [2, 2]], "/1", "start < stop"),
        ([None, [3, 2]], "/1", "start < stop"),
        ([None, [0, 6]], "/1", "stop ≤ 5"),
        ([None, [-1, 2]], "/1", "0 ≤ start"),
        ([None, [0, 1.0]], "/1", "expected null or"),
        ([None, [False, True]], "/1", "expected null or"),
        ([None, ["0", "1"]], "/1", "expected null or"),
        ([None, [0, 10**400]], "/1", "expected null or"),
    ],
)
def test_wrong_slices(value: object, place: str, words: str) -> None:
    problems = problems_of(lambda: read_slice((4, 5), value))
    assert list(problems) == [place]
    assert words in problems[place]


def test_every_wrong_axis_is_named() -> None:
    assert set(problems_of(lambda: read_slice((4, 5, 6), [[4, 1], None, "all"]))) == {"/0", "/2"}


AXIS = st.one_of(JSON, st.none(), st.lists(st.integers(-1, 6), min_size=2, max_size=2))


@given(st.one_of(JSON, st.lists(AXIS, max_size=3)))
def test_any_json_is_read_or_refused(value: object) -> None:
    array = np.zeros((4, 5))
    try:
        assert array[read_slice(array.shape, value)].size > 0
    except NetworkError as error:
        check_error(error, value)


def test_the_strongest_weights() -> None:
    assert strongest(NETWORK, "hidden", "kernel", 2) == [((1, 2), 0.7, None), ((0, 2), 0.6, None)]
    assert strongest(NETWORK, "hidden", "bias", 1) == [((2,), 0.3, None)]
    assert len(strongest(NETWORK, "hidden", "kernel", 100)) == 6


def test_the_strongest_products() -> None:
    found = strongest(NETWORK, "hidden", "kernel", 2, np.array([[10.0, -0.1], [0.0, 0.0]]))
    assert found == [((0, 2), 0.6, 6.0), ((0, 1), 0.4, 4.0)]
    assert strongest(NETWORK, "hidden", "bias", 1, np.array([[10.0, -0.1]])) == [((2,), 0.3, 0.3)]
    ((index, value, product),) = strongest(NETWORK, "output", "kernel", 1, np.array([[0.5, 0.7]]))
    assert (index, value) == ((2, 0), 0.5)
    assert product == pytest.approx(0.545)


def test_strong_means_far_from_zero() -> None:
    network = build(dense(2, parameters={"kernel": [[1, -5], [3, 0]], "bias": [0, 0]}))
    assert [one[1] for one in strongest(network, "dense_1", "kernel", 4)] == [-5.0, 3.0, 1.0, 0.0]


@given(st.integers(1, 8), st.integers(1, 8), st.integers(1, 70), st.booleans())
def test_they_are_those_of_a_full_sort(features: int, units: int, top: int, by_product: bool) -> None:
    network = build(dense(units), shape=(features,), seed=features * 100 + units)
    inputs = np.random.default_rng(top).normal(size=(1, features))
    kernel = network.parameters["dense_1"]["kernel"]
    products = kernel * inputs[0][:, np.newaxis] if by_product else kernel
    found = strongest(network, "dense_1", "kernel", top, inputs if by_product else None)
    expected = np.sort(np.abs(products).reshape(-1))[::-1][:top]
    np.testing.assert_array_equal([abs(products[index]) for index, _, _ in found], expected)
    for index, value, product in found:
        assert value == kernel[index]
        assert product == (products[index] if by_product else None)


def test_equals_stand_in_c_order() -> None:
    network = build(dense(3, kernel_initializer="ones"), shape=(3,))
    found = strongest(network, "dense_1", "kernel", 4)
    assert [index for index, _, _ in found] == [(0, 0), (0, 1), (0, 2), (1, 0)]


@pytest.mark.parametrize(
    ("layer", "parameter", "shape"),
    [
        (dense(2, name="a"), "kernel", (3, 2)),
        ({"kind": "BatchNormalization", "name": "a"}, "gamma", (2,)),
        ({"kind": "LayerNormalization", "name": "a"}, "beta", (2,)),
    ],
)
def test_values_used_at_several_places_have_no_product(
    layer: dict[str, Any], parameter: str, shape: tuple[int, ...]
) -> None:
    network = build(layer, shape=shape)
    found = strongest(network, "a", parameter, 2, np.ones((1, *shape)))
    assert [product for _, _, product in found] == [None, None] or parameter != "kernel"


def test_values_are_plain_python() -> None:
    single = build(dense(1, parameters={"kernel": [[0.1], [0.2]], "bias": [0]}), dtype="float32")
    ((index, value, product),) = strongest(single, "dense_1", "kernel", 1, np.ones((1, 2), dtype=np.float32))
    assert (type(index[0]), type(value), type(product)) == (int, float, float)
    assert value == float(np.float32(0.2))
