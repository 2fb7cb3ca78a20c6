"""Finding places in a trace: the largest and the smallest values, what is not finite, layers that are dead."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import numpy as np

from app.nn.forward import Trace
from app.nn.network import INPUT
from app.nn.reading import Array, Shape

What = Literal["largest", "smallest", "non_finite", "dead"]


@dataclass(frozen=True)
class Match:
    """A node that was looked for. `nodes` counts how many of its layer are like it, `None` where one node is meant."""

    layer: str
    index: Shape
    value: float
    nodes: int | None


@dataclass(frozen=True)
class Matches:
    """Some of the places that were found; `count` is the number of all."""

    count: int
    matches: tuple[Match, ...]


def find(trace: Trace, what: What, example: int = 0, skip: int = 0, limit: int = 1) -> Matches:
    """Find places in one example of a trace and return `limit` of them, after the first `skip`.

    - `largest`, `smallest`: finite values of all layers, the input included, in that order; between equal ones the
      order of layers and then C order decides.
    - `non_finite`: layers that hold NaN or an infinity, in the order of the network, each with its first such node.
    - `dead`: layers whose values after an activation other than `linear` are all exactly zero, in the order of the
      network, each with its first node. Nothing that enters such a layer reaches the output through it.
    """
    if what in ("largest", "smallest"):
        return _find_extremes(trace, -1 if what == "smallest" else 1, example, skip, limit)
    search = _non_finite_layers if what == "non_finite" else _dead_layers
    found = tuple(search(trace, example))
    return Matches(len(found), tuple(islice(found, skip, skip + limit)))


def _non_finite_layers(trace: Trace, example: int) -> Iterator[Match]:
    for name, held in trace.layers.items():
        values = held.output[example]
        # A sum is finite only where all its terms are; where it overflows although they are, they are looked at.
        with np.errstate(over="ignore", invalid="ignore"):
            suspicious = not math.isfinite(float(np.add.reduce(values, axis=None)))
        if suspicious:
            strange = ~np.isfinite(values.reshape(-1))
            count = int(np.count_nonzero(strange))
            if count:
                yield _match(name, values, int(strange.argmax()), count)


def _dead_layers(trace: Trace, example: int) -> Iterator[Match]:
    for name, held in trace.layers.items():
        if name == INPUT:
            continue
        activation = trace.network.placed(name).layer.bound_activation
        if activation is None or activation.name == "linear":
            continue
        values = held.output[example]
        if not values.any():
            yield _match(name, values, 0, values.size)


def _match(name: str, values: Array, place: int, nodes: int | None) -> Match:
    index = tuple(int(position) for position in np.unravel_index(place, values.shape))
    return Match(name, index, float(values.reshape(-1)[place]), nodes)


def _find_extremes(trace: Trace, sign: int, example: int, skip: int, limit: int) -> Matches:
    """Find the largest values, or with the sign turned the smallest, looking at no more of a layer than can matter."""
    wanted = skip + limit
    count = 0
    names = list(trace.layers)
    found: list[tuple[float, int, int]] = []  # the value with its sign turned, the layer, the place in it
    for position, held in enumerate(trace.layers.values()):
        values = sign * held.output[example].reshape(-1).astype(np.float64, copy=False)
        finite = np.isfinite(values)
        if not finite.all():
            values = np.where(finite, values, -np.inf)
        usable = int(np.count_nonzero(finite))
        count += usable
        places = _largest(values, min(wanted, usable))
        found += zip((-values[places]).tolist(), [position] * len(places), places.tolist(), strict=True)
    found.sort()
    return Matches(
        count,
        tuple(
            _match(names[position], trace.layers[names[position]].output[example], place, None)
            for _, position, place in found[skip:wanted]
        ),
    )


def _largest(values: Array, count: int) -> Array:
    """Return the places of the `count` largest of a row of numbers, between equal ones the first."""
    if count == 1:
        return np.array([values.argmax()])
    if not 0 < count < len(values):
        return np.argsort(-values, kind="stable")[:count]
    least = np.partition(values, len(values) - count)[len(values) - count]
    above = np.flatnonzero(values > least)
    return np.concatenate([above, np.flatnonzero(values == least)[: count - len(above)]])
