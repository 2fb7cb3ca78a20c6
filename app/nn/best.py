"""The strongest of very many numbers, looked at block by block, so that they never stand in memory together."""

import numpy as np

from app.nn.reading import Array

BLOCK = 2**17
"""So many numbers are looked at together."""


class Best:
    """Keeps the places of the `top` largest strengths of those that are added; of equal ones the first stay.

    Strengths are floats of 0 or more; NaN counts as the largest, because it decides whatever it is added to.
    """

    def __init__(self, top: int) -> None:
        self._top = top
        self._strengths = np.empty(0)
        self._places = np.empty(0, dtype=np.int64)
        self._threshold = -1.0

    def add(self, strengths: Array, start: int) -> None:
        """Look at more strengths, a vector that may be written; their places are `start`, `start` + 1, …."""
        largest = strengths.max(initial=-1.0)
        if largest <= self._threshold:  # not so for NaN
            return
        if np.isnan(largest):
            strengths[np.isnan(strengths)] = np.inf
        chosen = np.flatnonzero(strengths > self._threshold)
        if chosen.size > self._top:
            chosen = chosen[first_largest(strengths[chosen], self._top)]
        self._strengths = np.concatenate([self._strengths, strengths[chosen]])
        self._places = np.concatenate([self._places, chosen + start])
        if len(self._strengths) > 2 * self._top:
            self._settle()

    @property
    def least(self) -> float:
        """What a strength must reach to be looked at."""
        return self._threshold

    def add_at(self, strengths: Array, places: Array) -> None:
        """Look at strengths with places of their own, in no order; of equal ones those of the first places stay."""
        strengths[np.isnan(strengths)] = np.inf
        chosen = strengths >= self._threshold
        self._strengths = np.concatenate([self._strengths, strengths[chosen]])
        self._places = np.concatenate([self._places, places[chosen]])
        if len(self._strengths) > 2 * self._top:
            self._settle()

    def places(self) -> Array:
        """Return the places of the strongest, strongest first."""
        self._settle()
        return self._places

    def _settle(self) -> None:
        order = np.lexsort((self._places, -self._strengths))[: self._top]
        self._strengths, self._places = self._strengths[order], self._places[order]
        if self._top and len(order) == self._top:
            self._threshold = float(self._strengths[-1])


def first_largest(strengths: Array, count: int) -> Array:
    """Return the positions of the `count` largest numbers, in their order; of equal ones the first. None is NaN."""
    if count == 0:
        return np.empty(0, dtype=np.int64)
    least = np.partition(strengths, -count)[-count]
    above = np.flatnonzero(strengths > least)
    equal = np.flatnonzero(strengths == least)[: count - len(above)]
    return np.sort(np.concatenate([above, equal]))
