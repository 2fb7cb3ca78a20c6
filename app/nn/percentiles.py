"""Distributions of many arrays at once: percentiles, sizes and shares, one row an array."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.nn.reading import Array

PERCENTILES = (0, 1, 5, 25, 50, 75, 95, 99, 100)

BLOCK = 2**18
"""So many numbers are described together at most: they are sorted where the processor still has them at hand."""


@dataclass(frozen=True)
class Distributions:
    """What arrays are like, one entry an array. All but the shares are over finite numbers, NaN where there are none.

    `percentiles` has a row for each of `PERCENTILES`, between two numbers linear in between (as NumPy does by
    default). `size` is the root of the mean square. `zeros` and `non_finite` are shares of all numbers.
    """

    percentiles: Array
    mean: Array
    size: Array
    zeros: Array
    non_finite: Array


def groups_of(arrays: Sequence[Array]) -> Iterator[list[int]]:
    """Divide arrays into groups of one shape and dtype, by their places, none larger than a block unless it is one."""
    alike: dict[tuple[Any, ...], list[int]] = {}
    for place, values in enumerate(arrays):
        alike.setdefault((values.shape, values.dtype), []).append(place)
    for places in alike.values():
        together = max(1, BLOCK // max(1, arrays[places[0]].size))
        for start in range(0, len(places), together):
            yield places[start : start + together]


def distributions_of(arrays: Sequence[Array]) -> Distributions:
    """Describe arrays of any shapes, each with at least one number."""
    found = Distributions(
        np.full((len(PERCENTILES), len(arrays)), np.nan), *(np.full(len(arrays), np.nan) for _ in range(4))
    )
    with np.errstate(all="ignore"):
        for places in groups_of(arrays):
            rows = np.concatenate([arrays[place].reshape(1, -1) for place in places])
            if rows.dtype.kind != "f":
                rows = rows.astype(np.float64)
            finite = np.isfinite(rows)
            count = finite.sum(axis=1)
            found.zeros[places] = 1 - np.count_nonzero(rows, axis=1) / rows.shape[1]
            found.non_finite[places] = 1 - count / rows.shape[1]
            whole = count == rows.shape[1]
            if whole.any():
                _describe(found, np.array(places)[whole], rows[whole] if not whole.all() else rows)
            for row in np.flatnonzero(~whole & (count > 0)):
                _describe(found, np.array(places[row : row + 1]), rows[row][finite[row]][np.newaxis])
    return found


def _describe(found: Distributions, places: Array, rows: Array) -> None:
    """Describe the rows of a matrix of finite numbers."""
    largest = np.maximum(rows.max(axis=1), -rows.min(axis=1)).astype(np.float64)
    scale = np.where(largest > 0, largest, 1.0)
    usual = bool((largest < 1e150).all() and (scale > 1e-150).all())
    numbers = rows.astype(np.float64) if usual else rows / scale[:, np.newaxis]
    factor = np.ones(len(rows)) if usual else scale
    found.mean[places] = numbers.mean(axis=1) * factor
    found.size[places] = np.sqrt(np.einsum("ij,ij->i", numbers, numbers) / rows.shape[1]) * factor
    rows = np.sort(rows, axis=1)
    for row, percent in enumerate(PERCENTILES):
        position = percent / 100 * (rows.shape[1] - 1)
        before = int(position)
        low = rows[:, before].astype(np.float64)
        high = rows[:, min(before + 1, rows.shape[1] - 1)].astype(np.float64)
        part = position - before
        # Not low + (high − low)·part, whose difference may overflow.
        found.percentiles[row, places] = low * (1 - part) + high * part if part else low
