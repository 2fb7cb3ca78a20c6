"""What a layer's values are like, in a few numbers."""

from dataclasses import dataclass

import numpy as np

from app.nn.reading import Array, Shape


@dataclass(frozen=True, slots=True)
class Statistics:
    """The shape of a distribution of values.

    `min`, `max`, `mean` and the population `std` are over the finite values, NaN where there are none; the counts are
    over all. `argmax` and `first_non_finite` are indexes into the array (C order decides between equals), or `None`.
    """

    min: float
    max: float
    mean: float
    std: float
    argmax: Shape | None
    zeros: int
    positive: int
    negative: int
    nan: int
    inf: int
    first_non_finite: Shape | None


def _index(position: int, shape: Shape) -> Shape:
    return tuple(int(one) for one in np.unravel_index(position, shape))


def statistics(values: Array) -> Statistics:
    """Describe an array of any shape with at least one value; sums are taken in float64."""
    flat = values.reshape(-1)
    finite = np.isfinite(flat)
    everything = bool(finite.all())
    kept = flat if everything else flat[finite]
    zeros = int(np.count_nonzero(flat == 0))
    with np.errstate(all="ignore"):  # values near the largest float overflow in the squares
        if kept.size:
            low, high = float(kept.min()), float(kept.max())
            mean, std = _mean_and_deviation(kept.astype(np.float64, copy=False))
            position = int(kept.argmax())
            position = position if everything else int(np.flatnonzero(finite)[position])
            argmax = _index(position, values.shape)
        else:
            low = high = mean = std = float("nan")
            argmax = None
        nan = 0 if everything else int(np.count_nonzero(np.isnan(flat)))
        return Statistics(
            low,
            high,
            mean,
            std,
            argmax,
            zeros,
            int(np.count_nonzero(flat > 0)),
            int(np.count_nonzero(flat < 0)),
            nan,
            0 if everything else int(flat.size - kept.size) - nan,
            None if everything else _index(int(np.argmin(finite)), values.shape),
        )


def _mean_and_deviation(kept: Array) -> tuple[float, float]:
    """Return mean and population standard deviation, scaled down first where sums or squares would overflow."""
    mean = float(kept.mean())
    std = float(kept.std())
    if np.isfinite(mean) and np.isfinite(std):
        return mean, std
    scale = float(np.abs(kept).max())
    scaled = kept / scale
    return float(scaled.mean()) * scale, float(scaled.std()) * scale
