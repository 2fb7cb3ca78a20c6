import numpy as np
import pytest

from app.nn.errors import NetworkError
from app.trainings.scaling import SCALINGS, find_scaling, scale


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_features_come_to_one_size_and_constant_ones_stay_finite(scaling: str, dtype: str) -> None:
    inputs = np.array([[1.0, -300.0, 7.0], [3.0, 500.0, 7.0], [2.0, 100.0, 7.0]], dtype=dtype)
    found = find_scaling(inputs, scaling)
    scaled = scale(inputs, found)
    assert scaled.dtype == inputs.dtype
    if scaling == "standard":
        np.testing.assert_allclose(scaled.mean(axis=0), 0.0, atol=1e-6)
        np.testing.assert_allclose(scaled.std(axis=0), [1.0, 1.0, 0.0], rtol=1e-6)
    else:
        np.testing.assert_array_equal(scaled.min(axis=0), 0.0)
        np.testing.assert_array_equal(scaled.max(axis=0), [1.0, 1.0, 0.0])
    np.testing.assert_array_equal(inputs[0], np.array([1.0, -300.0, 7.0], dtype=dtype))  # it was not written into


@pytest.mark.parametrize("scaling", SCALINGS)
def test_what_cannot_be_scaled_is_refused(scaling: str) -> None:
    with pytest.raises(NetworkError, match="too large to be scaled"):
        find_scaling(np.array([[1e308], [-1e308]]), scaling)


@pytest.mark.parametrize("columns", [1, 2, 3, 7])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_is_bit_for_bit_what_numpy_finds(columns: int, dtype: str) -> None:
    inputs = np.random.default_rng(columns).normal(3, 100, (10_007, columns)).astype(dtype)
    wide = inputs.astype(np.float64)
    assert find_scaling(inputs, "standard") == {"mean": wide.mean(axis=0).tolist(), "std": wide.std(axis=0).tolist()}
    assert find_scaling(inputs, "min_max") == {"mean": wide.min(axis=0).tolist(), "std": np.ptp(wide, axis=0).tolist()}
