import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.api import encoding
from app.api.encoding import encode, encode_number, plain

NAN, INFINITY = math.nan, math.inf


def revived(value: object) -> object:
    """Turn the three strings back into numbers."""
    if isinstance(value, list):
        return [revived(item) for item in value]
    return {"NaN": NAN, "Infinity": INFINITY, "-Infinity": -INFINITY}.get(value, value)  # type: ignore[call-overload]


SHAPES = arrays.array_shapes(min_dims=1, max_dims=4, max_side=5)
DOUBLES = st.floats(allow_nan=False) | st.sampled_from([NAN, INFINITY, -INFINITY, 5e-324])
SINGLES = st.floats(allow_nan=False, width=32) | st.sampled_from([NAN, INFINITY, -INFINITY])


@given(arrays.arrays(np.float64, SHAPES, elements=DOUBLES) | arrays.arrays(np.float32, SHAPES, elements=SINGLES))
def test_arrays_come_back_bit_for_bit(values: np.ndarray[Any, Any]) -> None:
    decoded = np.array(revived(json.loads(encode(values))), dtype=np.float64)
    assert decoded.shape == values.shape
    np.testing.assert_array_equal(decoded.view(np.int64), values.astype(np.float64).view(np.int64))


def test_chunks_are_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.arange(2 * 7 * 3, dtype=np.float64).reshape(1, 2, 7, 3)
    values[0, 1, 2, 1] = NAN
    whole = encode(values)
    monkeypatch.setattr(encoding, "CHUNK", 5)
    assert encode(values) == whole
    assert json.loads(whole)[0][1][2] == [27.0, "NaN", 29.0]


def test_views_and_other_numbers() -> None:
    values = np.arange(6.0).reshape(2, 3)
    assert encode(values.T) == b"[[0.0,3.0],[1.0,4.0],[2.0,5.0]]"
    assert encode(values[:, ::2]) == b"[[0.0,2.0],[3.0,5.0]]"
    assert encode(np.array([1, -2])) == b"[1,-2]"
    assert encode(np.array(NAN)) == b'"NaN"'
    assert encode({"a": np.float64(0.5), "b": np.float32(0.1), "c": np.int64(3), "d": np.bool_(True)}) == (
        b'{"a":0.5,"b":0.10000000149011612,"c":3,"d":true}'
    )


def test_numbers_and_plain() -> None:
    assert encode_number(0.1) == 0.1
    assert [encode_number(one) for one in (NAN, INFINITY, -INFINITY)] == ["NaN", "Infinity", "-Infinity"]
    assert plain({"a": [NAN, {"b": (INFINITY, 1.0)}], "c": None, "d": True}) == {
        "a": ["NaN", {"b": ["Infinity", 1.0]}],
        "c": None,
        "d": True,
    }


def test_what_json_cannot_hold_is_an_error() -> None:
    with pytest.raises(TypeError):
        encode({"a": object()})
