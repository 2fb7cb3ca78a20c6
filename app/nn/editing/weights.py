"""Carrying weights over: a parameter for changed nodes is made of the old values and, for new nodes, of drawn ones."""

from collections.abc import Mapping

import numpy as np

from app.nn.editing.axes import follow, moved_axes, sources
from app.nn.editing.change import NEW, Change, all_new, is_unchanged
from app.nn.network import PlacedLayer
from app.nn.reading import Array

Carried = Mapping[str, tuple[Array, ...]]


def parameter_axes(
    before: PlacedLayer, after: PlacedLayer, change: Change | None, arguments: Mapping[str, Array]
) -> Carried:
    """Return, for every parameter of a layer that it had before too, the former positions along each of its axes.

    `change` is that of the layer's only input, `arguments` the former positions of lengths that arguments set.
    Parameters that did not change are left out.
    """
    if not after.parameter_specs:
        return {}
    moved = {name: (axis, int(getattr(before.layer, name))) for name, axis in arguments.items()} | (
        {} if change is None else dict(moved_axes(change.axes, before.input_shapes[0]))
    )
    sources_before = sources(before.layer, before.input_shapes[0])
    sources_after = sources(after.layer, after.input_shapes[0])
    carried = {}
    for name, spec in after.parameter_specs.items():
        if name not in before.parameter_specs:
            continue
        former = before.parameter_specs[name].shape
        if len(former) != len(spec.shape):
            carried[name] = tuple(map(all_new, spec.shape))
            continue
        axes = tuple(
            follow((name, axis), former[axis], length, sources_before, sources_after, moved)
            for axis, length in enumerate(spec.shape)
        )
        if not all(map(is_unchanged, axes, former)):
            carried[name] = axes
    return carried


def survivors(axes: tuple[Array, ...]) -> int:
    """Return how many values of a parameter are old ones."""
    return int(np.prod([np.count_nonzero(axis != NEW) for axis in axes]))


def carry(values: Array, drawn: Array | None, axes: tuple[Array, ...]) -> Array:
    """Return the old `values` in the places that they have now, elsewhere `drawn` ones (`None` if there are none)."""
    if drawn is None:
        return np.ascontiguousarray(values[np.ix_(*axes)])
    now = np.ix_(*(np.flatnonzero(axis != NEW) for axis in axes))
    formerly = np.ix_(*(axis[axis != NEW] for axis in axes))
    result = drawn.copy()
    result[now] = values[formerly]
    return result
