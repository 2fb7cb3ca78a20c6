import numpy as np
import pytest

from app.nn.percentiles import PERCENTILES, distributions_of
from app.nn.reading import Array


def random_arrays() -> list[Array]:
    generator = np.random.default_rng(0)
    shapes = [(1, 1), (1, 7), (3, 5), (3, 5), (4, 3, 2), (1, 7), (2, 1000), (3, 5), (5, 4, 4, 3)]
    arrays: list[Array] = [generator.normal(size=shape) * 10.0 ** generator.integers(-3, 4) for shape in shapes]
    arrays += [generator.normal(size=(3, 5)).astype(np.float32), generator.integers(0, 9, (2, 6))]
    arrays.append(np.maximum(generator.normal(size=(8, 9)), 0))
    return arrays


@pytest.mark.parametrize("index", range(12))
def test_each_array_is_described_as_numpy_does(index: int) -> None:
    arrays = random_arrays()
    found = distributions_of(arrays)
    values = arrays[index].astype(np.float64)
    np.testing.assert_allclose(found.percentiles[:, index], np.percentile(values, PERCENTILES), rtol=1e-13, atol=1e-300)
    assert found.mean[index] == pytest.approx(values.mean(), rel=1e-12)
    assert found.size[index] == pytest.approx(np.sqrt((values**2).mean()), rel=1e-12)
    assert found.zeros[index] == pytest.approx((values == 0).mean())
    assert found.non_finite[index] == 0


def test_what_is_not_finite_is_counted_and_left_out() -> None:
    some = np.array([[1.0, np.nan, 3.0], [np.inf, -np.inf, 2.0]])
    found = distributions_of([np.ones((2, 3)), some, np.full((2, 3), np.nan)])
    np.testing.assert_array_equal(found.non_finite, [0, 0.5, 1])
    np.testing.assert_array_equal(found.percentiles[:, 1], np.percentile([1.0, 2.0, 3.0], PERCENTILES))
    assert (found.mean[0], found.mean[1], found.size[0]) == (1, 2, 1)
    assert np.isnan(found.percentiles[:, 2]).all()
    assert np.isnan(found.mean[2])


def test_the_largest_and_the_smallest_numbers_do_not_overflow() -> None:
    found = distributions_of(
        [np.array([[1e308, -1e308, 1e308, 1e308]]), np.array([[1e-300, 3e-300]]), np.zeros((1, 4))]
    )
    assert found.size[0] == pytest.approx(1e308)
    assert found.mean[0] == pytest.approx(5e307)
    assert found.size[1] == pytest.approx(np.sqrt(5) * 1e-300)
    assert found.percentiles[4, 1] == pytest.approx(2e-300)
    assert (found.size[2], found.zeros[2]) == (0, 1)
