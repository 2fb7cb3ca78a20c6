"""What a layer's values are like, in a few numbers."""

import math
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np

from app.nn.reading import Array, Shape


class Statistics(NamedTuple):
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


HANDFUL = 8
"""So few values are described one by one. From 8 on NumPy adds in another order."""

FEW = 4
"""From so many arrays of one shape on it is worth describing them together."""

BLOCK = 2**17
"""So many values are described together at most: larger blocks cost fewer calls, and still fit into a cache."""

LONG = 2**13
"""Rows up to here are added up by BLAS, which is quicker; with longer ones it adds in another order on more threads."""

_ONES = np.ones(LONG)
_ONES.setflags(write=False)

SAFE = 1e140
"""No sum of squares of numbers up to this overflows."""


def _index(position: int, shape: Shape) -> Shape:
    """Turn a position in C order into an index."""
    if len(shape) == 1:
        return (position,)
    index = []
    for length in reversed(shape):
        position, place = divmod(position, length)
        index.append(place)
    return tuple(reversed(index))


def statistics(values: Array) -> Statistics:
    """Describe an array of any shape with at least one value; sums are taken in float64."""
    if values.size < HANDFUL:
        found = _describe_handful(values.reshape(-1).tolist(), values.shape)
        if found is not None:
            return found
    flat = values.reshape(-1)
    smallest, largest = int(flat.argmin()), int(flat.argmax())
    low, high = float(flat.item(smallest)), float(flat.item(largest))
    kept = flat
    first_non_finite = None
    # NaN counts as smallest and as largest, so that two numbers speak for all.
    if not (math.isfinite(low) and math.isfinite(high)):
        finite = np.isfinite(flat)
        kept = flat[finite]
        first_non_finite = _index(int(finite.argmin()), values.shape)
        if kept.size:
            largest = int(np.flatnonzero(finite)[kept.argmax()])
            low, high = float(kept.min()), float(kept.max())
        else:
            low = high = math.nan
    mean, std = _mean_and_deviation(kept, max(-low, high))
    zeros = int(np.count_nonzero(flat == 0))
    positive = int(np.count_nonzero(flat > 0))
    nan = 0 if first_non_finite is None else int(np.count_nonzero(np.isnan(flat)))
    return Statistics(
        low,
        high,
        mean,
        std,
        _index(largest, values.shape) if kept.size else None,
        zeros,
        positive,
        flat.size - zeros - positive - nan,
        nan,
        flat.size - kept.size - nan,
        first_non_finite,
    )


def _describe_handful(numbers: list[float], shape: Shape) -> Statistics | None:
    """Describe a few numbers without NumPy, which takes longer to start; it would add in the same order.

    `None` for numbers that are not ordinary: not finite, or so large that their squares might not be.
    """
    low, high = min(numbers), max(numbers)
    total = 0.0  # sum() compensates rounding errors from Python 3.12 on
    zeros = positive = 0
    for number in numbers:
        total += number
        if number > 0:
            positive += 1
        elif number == 0:
            zeros += 1
    if not (low > -SAFE and high < SAFE and math.isfinite(total)):  # min and max may pass over NaN, a sum does not
        return None
    mean = total / len(numbers)
    squares = 0.0
    for number in numbers:
        squares += (number - mean) * (number - mean)
    return Statistics(
        float(low),
        float(high),
        mean,
        math.sqrt(squares / len(numbers)),
        _index(numbers.index(high), shape),
        zeros,
        positive,
        len(numbers) - zeros - positive,
        0,
        0,
        None,
    )


def statistics_of(arrays: Sequence[Array]) -> list[Statistics]:
    """Describe many arrays, each as `statistics` does, bit for bit.

    Those of one shape are described together: with a small layer NumPy takes longer to start than to work.
    """
    if len(arrays) < FEW:
        return [statistics(values) for values in arrays]
    described: list[Statistics | None] = [None] * len(arrays)
    for positions in _alike(arrays):
        first = arrays[positions[0]]
        together = BLOCK // first.size if first.dtype.kind == "f" else 1
        for start in range(0, len(positions), max(1, together)):
            chosen = positions[start : start + max(1, together)]
            members = [arrays[position] for position in chosen]
            if len(members) < FEW:
                found = [statistics(values) for values in members]
            else:
                found = _describe_rows(np.concatenate(members).reshape(len(members), -1), first.shape)
            for position, one in zip(chosen, found, strict=True):
                described[position] = one
    return described  # type: ignore[return-value]  # every position is in one group


def _alike(arrays: Sequence[Array]) -> Iterable[list[int]]:
    """Return the positions of arrays with the same shape and dtype, group by group."""
    groups: dict[tuple[Shape, np.dtype[Any]], list[int]] = {}
    shape: Shape | None = None
    dtype: np.dtype[Any] | None = None
    group: list[int] = []
    for position, values in enumerate(arrays):
        if values.shape != shape or values.dtype is not dtype:  # mostly a layer is like the one before it
            shape, dtype = values.shape, values.dtype
            group = groups.setdefault((shape, dtype), [])
        group.append(position)
    return groups.values()


def statistics_of_stack(stack: Array) -> list[Statistics]:
    """Describe the arrays `stack[0]`, `stack[1]`, …, of floating-point numbers, each as `statistics` does."""
    shape = stack.shape[1:]
    rows = stack.reshape(len(stack), -1)
    together = max(1, BLOCK // rows.shape[1])
    if rows.shape[1] < HANDFUL and len(rows) < FEW:
        return [statistics(values) for values in stack]
    return [
        one for start in range(0, len(rows), together) for one in _describe_rows(rows[start : start + together], shape)
    ]


def _describe_rows(rows: Array, shape: Shape) -> list[Statistics]:
    """Describe the rows of a matrix of floating-point numbers, each of which is an array of `shape`."""
    count = rows.shape[1]
    each = np.arange(len(rows))
    largest = rows.argmax(axis=1)
    low, high = rows[each, rows.argmin(axis=1)], rows[each, largest]
    ordinary = np.maximum(-low, high).astype(np.float64) < SAFE  # not so for NaN
    with np.errstate(over="ignore", invalid="ignore"):
        mean, std = _moments(rows)
        positive = _count(rows > 0)
        zeros = count - positive if (low >= 0).all() else _count(rows == 0)
    index = zip(*(axis.tolist() for axis in np.unravel_index(largest, shape)), strict=True)
    columns = [column.tolist() for column in (low, high, mean, std)]
    counts = [column.tolist() for column in (zeros, positive, count - zeros - positive)]
    described = list(map(Statistics, *columns, index, *counts, repeat(0), repeat(0), repeat(None)))
    for position in np.flatnonzero(~ordinary).tolist():
        described[position] = statistics(rows[position].reshape(shape))
    return described


def _count(rows: Array) -> Array:
    """Count what is true in each row: what `count_nonzero` does along an axis, in half the time."""
    counts: Array = np.add.reduce(rows.view(np.uint8), axis=1, dtype=np.uint32)
    return counts.astype(np.int64)


def _mean_and_deviation(kept: Array, size: float) -> tuple[float, float]:
    """Return mean and population standard deviation of finite numbers, none larger than `size`; NaN if there are none.

    They are scaled down first where sums or squares would overflow.
    """
    if not kept.size:
        return math.nan, math.nan
    if size < SAFE:
        return _moments_of_one(kept)
    with np.errstate(over="ignore", invalid="ignore"):
        mean, std = _moments_of_one(kept)
        if not (math.isfinite(mean) and math.isfinite(std)):
            mean, std = (moment * size for moment in _moments_of_one(kept / size))
    return mean, std


def _moments_of_one(kept: Array) -> tuple[float, float]:
    mean, std = _moments(kept[np.newaxis])
    return float(mean[0]), float(std[0])


def _moments(rows: Array) -> tuple[Array, Array]:
    """Return mean and population standard deviation of each row, in float64."""
    count = rows.shape[1]
    numbers = rows.astype(np.float64)
    if not HANDFUL <= count <= LONG:
        mean = np.add.reduce(numbers, axis=1) / count
        numbers -= mean[:, np.newaxis]
        numbers *= numbers
        return mean, np.sqrt(np.add.reduce(numbers, axis=1) / count)
    mean = np.vecdot(numbers, _ONES[:count]) / count
    numbers -= mean[:, np.newaxis]
    return mean, np.sqrt(np.vecdot(numbers, numbers) / count)
