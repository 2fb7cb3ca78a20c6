"""Merge layers that come and go: one is put in where two things are read, and goes when only one is left."""

from collections.abc import Mapping

import numpy as np

from app.nn.editing.change import Change, all_new, along_axes, replaced, unchanged
from app.nn.editing.draft import Draft, DraftLayer
from app.nn.editing.step import READER_OF_THE_OUTPUT
from app.nn.layers import Layer, ShapeError
from app.nn.layers.merging import Add, Concatenate
from app.nn.layers.shapes import resolve_axis
from app.nn.network import INPUT
from app.nn.reading import Shape

MERGES: Mapping[str, type[Layer]] = {"add": Add, "concatenate": Concatenate}


def choose_merge(shapes: tuple[Shape, Shape]) -> str:
    """Return how two tensors are joined where nobody says: added if they have one shape, else put side by side."""
    return "add" if shapes[0] == shapes[1] else "concatenate"


def insert_merge(draft: Draft, reader: str, source: str, position: int, merge: str) -> str:
    """Let the only input of `reader` and `source` be joined by a new layer, which it reads instead; return its name.

    `source` stands at `position` (0 or 1) of the new layer's inputs. Raises `ShapeError` where the two do not fit.
    """
    present = draft.layer(reader).inputs[0]
    inputs = (source, present) if position == 0 else (present, source)
    shapes = tuple(draft.network.shape_of(one) for one in inputs)
    layer = MERGES[merge]()
    joined = layer.output_shape(shapes)
    name = draft.fresh_name(layer.kind)
    draft.layers.insert(draft.position(reader), DraftLayer(name, layer.kind, inputs, {}))
    draft.change(reader, inputs=(name,))
    draft.step.added.add(name)
    if merge == "concatenate":
        former = draft.network.shape_of(present)
        positions = [all_new(draft.network.shape_of(source)[-1])]
        positions.insert(1 - position, unchanged(former[-1]))
        axes = [*map(unchanged, former[:-1]), np.concatenate(positions)]
        draft.step.carried[reader, 0] = along_axes(axes, former)
    elif joined != draft.network.shape_of(present):
        raise ShapeError(f"its inputs have different shapes: {shapes}")
    return name


def dissolve(draft: Draft, name: str) -> None:
    """Take out a merge layer that has one input left; what read it reads that.

    Behind a Concatenate, readers lose the weights of the nodes that are gone and keep the others.
    """
    layer = draft.layer(name)
    (left,) = layer.inputs
    (position,) = draft.step.inputs.pop(name)
    change = _remaining(draft, name, position)
    for reader in draft.readers(name):
        for place, one in enumerate(reader.inputs):
            if one == name:
                draft.step.carried[reader.name, place] = change
        draft.reroute(reader.name, name, left)
    was_output = draft.layers[-1] is layer
    draft.layers.remove(layer)
    draft.notes.append(f'"{name}" had nothing left to join and was removed.')
    if was_output and left != INPUT:
        draft.step.carried[READER_OF_THE_OUTPUT, 0] = change
        draft.make_output(left)


def _remaining(draft: Draft, name: str, position: int | None) -> Change | None:
    """Return how the output of a merge layer compares with its input at `position`, which is read in its place."""
    placed = draft.network.placed(name)
    assert position is not None
    former, shape = placed.output_shape, placed.input_shapes[position]
    if not isinstance(placed.layer, Concatenate):
        return replaced(former, shape)
    along = resolve_axis(placed.layer.axis[0], former)
    start = sum(one[along] for one in placed.input_shapes[:position])
    axes = [unchanged(length) + (start if axis == along else 0) for axis, length in enumerate(shape)]
    return along_axes(axes, former)
