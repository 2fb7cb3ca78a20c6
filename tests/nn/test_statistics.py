"""Statistics against the plain NumPy and Python way of computing each of them."""

import math
import statistics as python_statistics
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.nn.reading import Array
from app.nn.statistics import Statistics, statistics, statistics_of

NAN, INF = math.nan, math.inf


@st.composite
def arrays(draw: st.DrawFn) -> Array:
    """Draw an array of one to three axes with ordinary and extraordinary numbers."""
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)))
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    values = generator.normal(0.0, 3.0, shape).round(int(generator.integers(0, 5)))
    special = np.array([NAN, INF, -INF, 0.0, -0.0, 1e30, -1e30])
    where = generator.random(shape) < draw(st.sampled_from([0.0, 0.2, 0.7, 1.0]))
    values[where] = generator.choice(special, int(where.sum()))
    return values.astype(draw(st.sampled_from([np.float64, np.float32])))


def naive(values: Array) -> dict[str, Any]:
    """Compute everything the slow way."""
    numbers = [float(one) for one in values.reshape(-1)]
    finite = [one for one in numbers if math.isfinite(one)]
    places = list(np.ndindex(values.shape))
    return {
        "min": min(finite, default=NAN),
        "max": max(finite, default=NAN),
        "mean": python_statistics.fmean(finite) if finite else NAN,
        "std": python_statistics.pstdev(finite) if finite else NAN,
        "argmax": places[numbers.index(max(finite))] if finite else None,
        "zeros": sum(one == 0 for one in numbers),
        "positive": sum(one > 0 for one in numbers),
        "negative": sum(one < 0 for one in numbers),
        "nan": sum(math.isnan(one) for one in numbers),
        "inf": sum(math.isinf(one) for one in numbers),
        "first_non_finite": next((p for p, one in zip(places, numbers, strict=True) if not math.isfinite(one)), None),
    }


@settings(max_examples=300)
@given(arrays())
def test_statistics_are_what_they_say(values: Array) -> None:
    found = statistics(values)
    expected = naive(values)
    for name in Statistics._fields:
        one = getattr(found, name)
        if name in ("mean", "std"):
            scale = max(abs(expected["min"]), abs(expected["max"])) if not math.isnan(expected["min"]) else 0.0
            assert one == pytest.approx(expected[name], rel=1e-12, abs=1e-12 * scale, nan_ok=True)
        elif isinstance(one, float):
            assert one == expected[name] or (math.isnan(one) and math.isnan(expected[name]))
        else:
            assert one == expected[name], name


def test_the_fields_are_the_designs() -> None:
    expected = "min max mean std argmax zeros positive negative nan inf first_non_finite"
    assert list(Statistics._fields) == expected.split()


def test_numbers_are_plain_python() -> None:
    found = statistics(np.array([[1.0, NAN], [INF, 0.0]], dtype=np.float32))
    assert found == Statistics(0.0, 1.0, 0.5, 0.5, (0, 0), 1, 2, 0, 1, 1, (0, 1))
    for name in Statistics._fields:
        assert type(getattr(found, name)) in (float, int, tuple)
    assert found.argmax is not None
    assert all(type(one) is int for one in found.argmax)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_largest_numbers_do_not_overflow(dtype: Any) -> None:
    largest = np.finfo(dtype).max
    found = statistics(np.array([largest, largest, -largest, -largest], dtype=dtype))
    assert found.mean == 0.0
    assert found.std == pytest.approx(float(largest))
    found = statistics(np.array([largest, largest, 0.0, 0.0], dtype=dtype))
    assert found.mean == pytest.approx(float(largest) / 2)
    assert found.std == pytest.approx(float(largest) / 2)


def test_sums_are_taken_in_float64() -> None:
    values = np.full(100_000, 0.1, dtype=np.float32)
    found = statistics(values)
    assert found.mean == pytest.approx(float(np.float32(0.1)), rel=1e-12)
    assert found.std == pytest.approx(0.0, abs=1e-12)


def test_integers_are_described_too() -> None:
    found = statistics(np.array([[3, 0], [5, 5]]))
    assert (found.min, found.max, found.mean, found.argmax, found.zeros) == (0.0, 5.0, 3.25, (1, 0), 1)


@given(st.lists(st.lists(arrays(), min_size=1, max_size=3), max_size=4), st.integers(1, 12))
def test_many_are_described_as_each_alone(several: list[list[Array]], times: int) -> None:
    values = [one for group in several for one in group * times]
    for found, one in zip(statistics_of(values), values, strict=True):
        assert repr(found) == repr(statistics(one))
