"""How a layer's output changes when its inputs or arguments do."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.nn.editing.axes import OUTPUT, follow, moved_axes, sources, width_argument
from app.nn.editing.change import Change, all_new, along_axes, is_unchanged, rearranged, replaced, unchanged
from app.nn.errors import NetworkError, Problem
from app.nn.layers.merging import Concatenate
from app.nn.layers.shapes import resolve_axis
from app.nn.network import PlacedLayer
from app.nn.reading import Array, Shape, format_shape


@dataclass(frozen=True)
class Read:
    """An input of a layer: its former position among the inputs (`None`: it is new), and how it changed."""

    position: int | None
    change: Change | None


def output_change(
    before: PlacedLayer, after: PlacedLayer, reads: Sequence[Read], arguments: Mapping[str, Array]
) -> Change | None:
    """Return how the output of a layer changed.

    Raises `NetworkError` where a layer joins several inputs node by node, and their nodes no longer belong together.
    """
    if isinstance(after.layer, Concatenate):
        return _put_side_by_side(before, after, reads)
    if len(after.inputs) > 1:
        return _joined_node_by_node(before, after, reads)
    change = reads[0].change
    former, shape = before.output_shape, after.output_shape
    has_units = width_argument(before.layer, before.input_shapes[0]) is not None
    if not has_units and (former, shape) == (before.input_shapes[0], after.input_shapes[0]):
        return change  # every node is made in the place of one node of the input
    if after.layer.operation == "copy" and math.prod(shape) == math.prod(after.input_shapes[0]):
        flat = unchanged(np.prod(shape, dtype=int)) if change is None else change.former_places(before.input_shapes[0])
        return rearranged(flat, former, shape)
    moved = {name: (axis, int(getattr(before.layer, name))) for name, axis in arguments.items()} | (
        {} if change is None else dict(moved_axes(change.axes, before.input_shapes[0]))
    )
    sources_before = sources(before.layer, before.input_shapes[0])
    sources_after = sources(after.layer, after.input_shapes[0])
    return along_axes(
        [
            follow(
                (OUTPUT, axis),
                former[axis] if axis >= -len(former) else 0,
                shape[axis],
                sources_before,
                sources_after,
                moved,
            )
            for axis in range(-len(shape), 0)
        ],
        former,
    )


def _axes(shape: Shape, change: Change | None) -> tuple[Array, ...]:
    return tuple(map(unchanged, shape)) if change is None else change.axes


def _put_side_by_side(before: PlacedLayer, after: PlacedLayer, reads: Sequence[Read]) -> Change | None:
    """Concatenate: former positions along its axis are those of the inputs, shifted by where each stood."""
    shape = after.output_shape
    if len(shape) != len(before.output_shape) or not isinstance(before.layer, Concatenate):
        return replaced(before.output_shape, shape)
    along = resolve_axis(_axis(after), shape)
    if along != resolve_axis(_axis(before), before.output_shape):
        return replaced(before.output_shape, shape)
    pieces = []
    others: list[Array] | None = None
    for read, input_shape in zip(reads, after.input_shapes, strict=True):
        if read.position is None:
            pieces.append(all_new(input_shape[along]))
            continue
        former_shape = before.input_shapes[read.position]
        start = sum(one[along] for one in before.input_shapes[: read.position])
        axes = _axes(former_shape, read.change)
        pieces.append(np.where(axes[along] < 0, axes[along], axes[along] + start))
        rest = [*axes[:along], *axes[along + 1 :]]
        if others is not None and not all(map(np.array_equal, others, rest)):
            raise NetworkError([_apart(before, after)])
        others = rest
    if others is None:  # nothing is left of what it read
        return replaced(before.output_shape, shape)
    others.insert(along, np.concatenate(pieces))
    return along_axes(others, before.output_shape)


def _axis(placed: PlacedLayer) -> int:
    assert isinstance(placed.layer, Concatenate)
    return placed.layer.axis[0]


def _joined_node_by_node(before: PlacedLayer, after: PlacedLayer, reads: Sequence[Read]) -> Change | None:
    """Add and Multiply: the inputs must have changed in the same way; one stretched along an axis has no say there."""
    former, shape = before.output_shape, after.output_shape
    if len(former) != len(shape):
        return replaced(former, shape)
    axes: list[Array] = []
    for axis, length in enumerate(shape):
        agreed = None
        for read, input_shape in zip(reads, after.input_shapes, strict=True):
            if read.position is None:
                continue
            former_length = before.input_shapes[read.position][axis]
            positions = _axes(input_shape, read.change)[axis]
            if former_length == 1 != former[axis] and is_unchanged(positions, former_length):
                continue
            if len(positions) != length or (agreed is not None and not np.array_equal(agreed, positions)):
                raise NetworkError([_apart(before, after)])
            agreed = positions
        axes.append(unchanged(length) if agreed is None else agreed)
    return along_axes(axes, former)


def _apart(before: PlacedLayer, after: PlacedLayer) -> Problem:
    kind = after.layer.kind
    pairs = zip(before.inputs, before.input_shapes, strict=True)
    shapes = ", ".join(f"{name} ({format_shape(shape)})" for name, shape in pairs)
    return Problem(
        "",
        f'"{after.name}" ({kind}) joins {shapes} node by node, and this would change the nodes of one of them only: '
        f'it would have to change them all; disconnect one from "{after.name}" first, or join them with Concatenate',
        f"inputs of {kind} that keep their nodes",
    )
