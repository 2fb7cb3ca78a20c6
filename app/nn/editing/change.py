"""Where nodes stood before an edit: one list of former positions for each axis.

The third unit of `hidden` is removed from five: position 0 was 0, 1 was 1, 2 was 3, 3 was 4, so the axis is
`[0, 1, 3, 4]`. A position that is new is −1: a unit added in front gives `[-1, 0, 1, 2, 3, 4]`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.nn.reading import Array, Shape

NEW = -1
"""The former position of what was not there before."""


@dataclass(frozen=True, eq=False)
class Change:
    """Where the nodes of a tensor stood before: `axes` has an array of former positions for each axis it has now.

    `flat` (former places in C order, one for each node) is there where axes cannot tell: after `[64]` became
    `[8, 8]` each of the axes is new, and yet every node is an old one. Where nothing changed there is no `Change`:
    functions below return `None`.
    """

    axes: tuple[Array, ...]
    flat: Array | None = None

    @property
    def shape(self) -> Shape:
        """The shape that the tensor has now."""
        return tuple(map(len, self.axes))

    def former_places(self, former_shape: Shape) -> Array:
        """Return the former place in C order of every node, −1 for new ones; one axis."""
        if self.flat is not None:
            return self.flat
        shape = self.shape
        if len(shape) != len(former_shape):
            return np.full(math.prod(shape), NEW)
        places = np.zeros(shape, dtype=np.int64)
        known = np.ones(shape, dtype=bool)
        for number, axis in enumerate(self.axes):
            along = axis.reshape([-1 if one == number else 1 for one in range(len(shape))])
            places += along * math.prod(former_shape[number + 1 :])
            known &= along != NEW
        return np.where(known, places, NEW).reshape(-1)


def unchanged(length: int) -> Array:
    """Return the former positions of an axis on which nothing moved."""
    return np.arange(length)


def all_new(length: int) -> Array:
    """Return the former positions of an axis on which everything is new."""
    return np.full(length, NEW)


def resized(former: int, length: int) -> Array:
    """Return the former positions of an axis that was cut, or made longer, at its end."""
    positions = np.arange(length)
    return np.where(positions < former, positions, NEW)


def added(former: int, index: int) -> Array:
    """Return the former positions of an axis that has a new position at `index`."""
    return np.insert(np.arange(former), index, NEW)


def removed(former: int, index: int) -> Array:
    """Return the former positions of an axis that lost the one at `index`."""
    return np.delete(np.arange(former), index)


def moved(former: int, index: int, to: int) -> Array:
    """Return the former positions of an axis whose position at `index` now stands at `to`."""
    return np.insert(removed(former, index), to, index)


def is_unchanged(axis: Array, former: int) -> bool:
    """Tell whether an axis still has the same positions in the same order."""
    return len(axis) == former and np.array_equal(axis, unchanged(former))


def along_axes(axes: Sequence[Array], former_shape: Shape) -> Change | None:
    """Return the change that `axes` describe, `None` if they say that nothing changed."""
    same = len(axes) == len(former_shape) and all(map(is_unchanged, axes, former_shape))
    return None if same else Change(tuple(axes))


def rearranged(flat: Array, former_shape: Shape, shape: Shape) -> Change | None:
    """Return the change of a tensor of `shape` whose nodes in C order stood at `flat` of `former_shape`."""
    if shape == former_shape and is_unchanged(flat, math.prod(former_shape)):
        return None
    axes = _axes_of(flat, former_shape, shape) if len(shape) == len(former_shape) else None
    return Change(tuple(map(all_new, shape)), flat) if axes is None else Change(axes)


def _axes_of(flat: Array, former_shape: Shape, shape: Shape) -> tuple[Array, ...] | None:
    """Find former positions for each axis that together give `flat`; `None` if there are none."""
    places = flat.reshape(shape)
    known = places != NEW
    axes = []
    for number, positions in enumerate(np.unravel_index(np.where(known, places, 0), former_shape)):
        others = tuple(axis for axis in range(len(shape)) if axis != number)
        axes.append(np.where(known, positions, NEW).max(axis=others))
    return tuple(axes) if np.array_equal(Change(tuple(axes)).former_places(former_shape), flat) else None


def replaced(former_shape: Shape, shape: Shape) -> Change | None:
    """Return the change for a reader that now reads another tensor in place of one of `former_shape`.

    Of the same shape, it counts as the same: weights stay. An axis of another length is all new.
    """
    if shape == former_shape:
        return None
    if len(shape) != len(former_shape):
        same = math.prod(shape) == math.prod(former_shape)
        return Change(tuple(map(all_new, shape)), unchanged(math.prod(shape)) if same else None)
    return Change(
        tuple(
            unchanged(length) if length == former else all_new(length)
            for former, length in zip(former_shape, shape, strict=True)
        )
    )
