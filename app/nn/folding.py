"""Finding runs of identical blocks in a network, so that a thousand layers can be listed in a few lines."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.nn.network import INPUT, Network
from app.nn.reading import Array

LONGEST_BLOCK = 64
"""Blocks of more layers than this are not looked for."""

FEWEST_HIDDEN = 3
"""A run is folded only where that hides so many lines: two layers of a kind are easier to read one by one."""


@dataclass(frozen=True)
class Run:
    """`times` blocks of `layers` layers each that follow one another; `first` counts the layers from 0."""

    first: int
    layers: int
    times: int

    @property
    def stop(self) -> int:
        """The place after its last layer."""
        return self.first + self.layers * self.times


def find_runs(network: Network) -> tuple[Run, ...]:
    """Find runs of identical blocks from front to back, taking at each place the run that covers most.

    Layers are identical when kind, arguments and shapes are the same and what they read stands at the same distance
    in front of them. Names and the values of parameters may differ.
    """
    return runs_of(_signatures(network))


def _signatures(network: Network) -> Array:
    """Return one number for each layer; identical layers have the same."""
    places = {INPUT: -1} | {placed.name: place for place, placed in enumerate(network.layers)}
    numbers: dict[object, int] = {}
    signatures = np.empty(len(network.layers), dtype=np.int64)
    for place, placed in enumerate(network.layers):
        distances = tuple(place - places[source] for source in placed.inputs)
        specs = tuple((name, spec.shape, spec.trainable) for name, spec in placed.parameter_specs.items())
        signature = (placed.layer, distances, placed.input_shapes, placed.output_shape, specs)
        signatures[place] = numbers.setdefault(signature, len(numbers))
    return signatures


def runs_of(signatures: Array | Sequence[int]) -> tuple[Run, ...]:
    """Find runs in a row of numbers; linear in its length."""
    row = np.asarray(signatures)
    count = len(row)
    covered, length = np.ones(count, dtype=np.int64), np.ones(count, dtype=np.int64)
    for one in range(1, min(LONGEST_BLOCK, count // 2) + 1):
        # From each place, how many neighbours at this distance are equal: so far the same block goes on.
        equal = _equal_from(row[:-one] == row[one:])
        covers = np.where(equal >= one, (equal // one + 1) * one, 0)
        better = np.flatnonzero(covers > covered[: len(covers)])
        covered[better] = covers[better]
        length[better] = one
    runs = []
    place = 0
    while place < count:
        run = Run(place, int(length[place]), int(covered[place] // length[place]))
        if run.layers * (run.times - 1) >= FEWEST_HIDDEN:
            runs.append(run)
            place = run.stop
        else:
            place += 1
    return tuple(runs)


def _equal_from(same: Array) -> Array:
    """Return for each place the length of the run of `True` that begins there."""
    places = np.arange(len(same))
    breaks = np.where(same, len(same), places)
    return np.minimum.accumulate(breaks[::-1])[::-1] - places
