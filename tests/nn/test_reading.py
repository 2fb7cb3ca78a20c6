"""Strict reading of JSON values."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.nn.errors import NetworkError, Problem
from app.nn.reading import (
    describe,
    format_shape,
    is_integer,
    is_number,
    pointer_to,
    read_array,
    read_fields,
    read_index,
)
from tests.nn.test_document import JSON

FLOAT64, FLOAT32, INT64 = np.dtype(np.float64), np.dtype(np.float32), np.dtype(np.int64)


def test_pointers_are_escaped() -> None:
    assert pointer_to() == ""
    assert pointer_to("a", 0, "b/c~d") == "/a/0/b~1c~0d"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (0.5, "0.5"),
        (7, "7"),
        (10**400, "a very large integer"),
        (math.nan, "NaN"),
        (-math.inf, "a number too large for float64"),
        ("a", 'the text "a"'),
        ("a" * 100, 'the text "' + "a" * 57 + '…"'),
        ([1, 2], "a list of 2"),
        ({}, "an object with nothing"),
        ({"a": 1, "b": 2}, "an object with a, b"),
        (np.zeros((2, 3)), "an array of 2×3"),
    ],
)
def test_values_are_described_as_json_users_call_them(value: object, text: str) -> None:
    assert describe(value) == text


def test_shapes_are_written_with_a_cross() -> None:
    assert [format_shape(shape) for shape in ((), (3,), (3, 1))] == ["a number", "3", "3×1"]


def test_descriptions_stay_short() -> None:
    for value in ("x" * 10**6, list(range(10**5)), {"k" * 1000 + str(n): n for n in range(1000)}, 10**5000):
        assert len(describe(value)) < 500


@given(JSON)
def test_anything_can_be_described(value: object) -> None:
    assert describe(value)


def test_truth_is_no_number() -> None:
    assert not is_number(True)
    assert not is_integer(True)
    assert is_integer(3, 3, 3)
    assert not is_integer(4, 3, 3)
    assert not is_integer(3.0)
    assert not is_number(10**400)


NESTED = st.recursive(
    st.one_of(st.integers(-5, 5), st.floats(), st.booleans(), st.none()), lambda inner: st.lists(inner, max_size=3)
)


def regular(value: Any) -> tuple[int, ...] | None:
    """Return the shape of nested lists of finite numbers with rows of one length, else None."""
    if not isinstance(value, list):
        return () if is_number(value) else None
    shapes = {regular(item) for item in value}
    inner = shapes.pop() if len(shapes) == 1 else None
    return None if inner is None else (len(value), *inner)


@given(NESTED, st.sampled_from([FLOAT64, FLOAT32, INT64]))
def test_arrays_are_read_or_every_problem_is_given(value: Any, dtype: np.dtype[Any]) -> None:
    array, problems = read_array(value, dtype)
    assert (array is None) == bool(problems)
    shape = regular(value)
    if array is not None:
        assert array.dtype == dtype
        assert array.shape == shape
        np.testing.assert_array_equal(array, np.array(value, dtype=dtype))
        assert np.isfinite(array).all()
    elif dtype == FLOAT64:
        assert shape is None


def test_large_arrays_are_read() -> None:
    values = np.random.default_rng(0).normal(size=(200, 300))
    array, problems = read_array(values.tolist(), FLOAT64)
    assert not problems
    np.testing.assert_array_equal(array, values)


def test_unknown_and_missing_fields() -> None:
    assert read_fields({"a": 1}, ["a", "b"], "it") == ({"a": 1}, [])
    assert [one.pointer for one in read_fields({"c": 1, "d/": 2}, ["a"], "it")[1]] == ["/c", "/d~1"]
    assert [one.detail for one in read_fields({}, ["a", "b"], "it", required=["a", "b"])[1]] == ["it needs a and b"]


def test_indexes() -> None:
    assert read_index([1, 0], (2, 3), "it") == ((1, 0), [])
    assert read_index([], (), "it") == ((), [])
    assert [one.pointer for one in read_index([2, 3], (2, 3), "it")[1]] == ["/0", "/1"]
    assert [one.pointer for one in read_index((1, 0), (2, 3), "it")[1]] == [""]


def test_errors_move_below_a_prefix() -> None:
    error = NetworkError([Problem("/a", "first"), Problem("", "second")])
    assert str(error) == "first; second"
    assert [one.pointer for one in error.within("/network").problems] == ["/network/a", "/network"]
