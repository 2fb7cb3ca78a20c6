"""Which length of a layer's output and parameters follows which length of its input, or which argument.

Nothing here knows a layer kind: a length is made larger by two, and whatever grows with it follows it. For Dense that
shows that the kernel's first axis follows the input's last, and its second axis, the bias and the output `units`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.nn.argument_types import Integer
from app.nn.arguments import declared_arguments
from app.nn.editing.change import NEW, all_new, is_unchanged, unchanged
from app.nn.layers import Layer, ShapeError
from app.nn.reading import Array, Shape

OUTPUT = ""
"""Stands for the output beside the names of parameters, which are never empty."""

Place = tuple[str, int]
"""An axis: of a parameter by its name, or of the OUTPUT. Axes of tensors count from the end: the last is −1."""

STEP = 2  # not 1, because glu takes even lengths only

FOLLOWED = (STEP, STEP // 2)
"""By how much a length grows that is the same as another, or half of it."""


@dataclass(frozen=True)
class Source:
    """What a length follows: an argument by its name, or an axis of the input.

    `growth` is by how much it grows with STEP more: STEP for the same length, half of that behind glu.
    """

    name: str | int
    growth: int


def integer_arguments(layer: Layer) -> Iterator[str]:
    """Return the names of the arguments that are integers, as lengths are."""
    for one in declared_arguments(type(layer)):
        value = getattr(layer, one.name)
        if isinstance(one.metadata["type"], Integer) and isinstance(value, int):
            yield one.name


def lengths(layer: Layer, shape: Shape) -> dict[Place, int]:
    """Return every length that a layer has for an input of `shape`; raises `ShapeError`."""
    output = layer.output_shape([shape])
    found = {(OUTPUT, axis - len(output)): length for axis, length in enumerate(output)}
    for name, spec in layer.parameter_specs([shape]).items():
        found |= {(name, axis): length for axis, length in enumerate(spec.shape)}
    return found


def sources(layer: Layer, shape: Shape) -> Mapping[Place, Source]:
    """Return what each of a layer's lengths follows; lengths that follow nothing are left out."""
    found: dict[Place, Source] = {}
    base = lengths(layer, shape)
    variations: list[tuple[str | int, Layer, Shape]] = [
        (axis - len(shape), layer, (*shape[:axis], shape[axis] + STEP, *shape[axis + 1 :]))
        for axis in range(len(shape))
    ]
    variations += [
        (name, replace(layer, **{name: getattr(layer, name) + STEP}), shape) for name in integer_arguments(layer)
    ]
    for source, varied, varied_shape in variations:
        try:
            grown = lengths(varied, varied_shape)
        except ShapeError:
            continue  # the layer takes no other length there, so nothing follows it
        for place, length in base.items():
            growth = grown.get(place, length) - length
            # a length that is a product of two others, such as maps = channels · multiplier, follows the one that it is
            if growth and (place not in found or growth in FOLLOWED):
                found[place] = Source(source, growth)
    return found


def width_argument(layer: Layer, shape: Shape) -> Source | None:
    """Return the argument that the output's last axis follows, the number of units; `None` if there is none."""
    source = sources(layer, shape).get((OUTPUT, -1))
    return source if source is not None and isinstance(source.name, str) and source.growth in FOLLOWED else None


def doubled(positions: Array, former: int) -> Array:
    """Return the former positions of units that a glu pairs, from those of its `former` output nodes.

    Output node j is made of unit j of the first half and unit j of the second.
    """
    return np.concatenate([positions, np.where(positions == NEW, NEW, positions + former)])


def halved(positions: Array, former: int) -> Array | None:
    """Return the former positions of a glu's output from those of its `former` units; `None` if pairs were torn."""
    first = positions[: len(positions) // 2]
    return first if former % 2 == 0 and np.array_equal(positions, doubled(first, former // 2)) else None


Moved = Mapping[str | int, tuple[Array, int]]
"""Former positions, and the former length, of every argument and axis of the input that changed."""


def follow(
    place: Place, former: int, length: int, before: Mapping[Place, Source], after: Mapping[Place, Source], moved: Moved
) -> Array:
    """Return the former positions of the axis at `place`, which had `former` positions and has `length` now."""
    source = after.get(place)
    if source != before.get(place):
        return all_new(length)
    if source is None or source.name not in moved:
        return unchanged(length) if length == former else all_new(length)
    positions, former_positions = moved[source.name]
    if source.growth == STEP:
        followed: Array | None = positions
    elif 2 * source.growth == STEP:
        followed = halved(positions, former_positions)
    else:
        followed = None
    return followed if followed is not None and len(followed) == length else all_new(length)


def moved_axes(axes: Sequence[Array], shape: Shape) -> Moved:
    """Return the changed axes of an input as `follow` takes them; `shape` is the input's former one."""
    moved: dict[str | int, tuple[Array, int]] = {}
    for number in range(-len(axes), 0):
        former = shape[number] if number >= -len(shape) else 0
        if not is_unchanged(axes[number], former):
            moved[number] = axes[number], former
    return moved
