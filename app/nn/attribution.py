"""What in the input a node's value comes from: gradient, gradient × input, and what covering parts of it changes."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from app.nn.forward import Trace, forward
from app.nn.gradients import gradients
from app.nn.inputs import Override
from app.nn.network import INPUT, Network
from app.nn.reading import Array, Shape

BLOCK_BYTES = 32 * 2**20
"""So much of covered inputs' values is computed at one time."""

Report = Callable[[int, int], None]
"""Is told how many positions are done, of how many."""


@dataclass(frozen=True)
class Occlusion:
    """How far a node's value falls when parts of the input are covered.

    `values` has the shape of the axes that the window moves along: for each place the mean over the windows that cover
    it. `by_window` has an entry for each window; `starts` are their first places, for each axis. `value` is the
    node's without a cover. All are float64.
    """

    value: float
    values: Array
    by_window: Array
    starts: tuple[tuple[int, ...], ...]


def input_gradient(trace: Trace, layer: str, index: Shape, example: int = 0) -> Array | None:
    """Return the derivative of a node by every value of the input, in its shape; `None` for an input of integers.

    For an image this is its saliency map (Simonyan, Vedaldi and Zisserman 2013), with its signs.
    """
    found = gradients(trace, layer, index, example)[INPUT].output
    return None if found is None else found[example]


def gradient_times_input(trace: Trace, layer: str, index: Shape, example: int = 0) -> Array | None:
    """Return derivative × value for every value of the input; `None` for an input of integers.

    For a network of ReLUs without biases these add up to the node's value.
    """
    found = input_gradient(trace, layer, index, example)
    with np.errstate(all="ignore"):
        return None if found is None else found * trace.layers[INPUT].output[example]


def window_axes(shape: Shape) -> Shape:
    """Return the lengths of the axes that a window moves along: rows and columns, of whatever is at each place."""
    return shape[:2] if len(shape) > 1 else shape


def window_starts(length: int, window: int, stride: int) -> tuple[int, ...]:
    """Return where windows begin along an axis; the last one ends where the axis does, so that nothing is left out."""
    last = length - window
    return (*range(0, last, stride), last)


def count_windows(shape: Shape, window: Sequence[int], stride: Sequence[int]) -> int:
    """Return how many windows there are on an input of `shape`."""
    return math.prod(len(window_starts(*axis)) for axis in zip(window_axes(shape), window, stride, strict=True))


def block_size(network: Network) -> int:
    """Return how many covered inputs are computed at one time."""
    return max(1, min(256, BLOCK_BYTES // (network.value_count * network.dtype.itemsize)))


def occlude(
    network: Network,
    example: Array,
    layer: str,
    index: Shape,
    window: Sequence[int],
    stride: Sequence[int],
    cover: float,
    overrides: tuple[Override, ...] = (),
    report: Report = lambda _done, _total: None,
) -> Occlusion:
    """Cover a window of an example (the input's shape) with the value `cover`, place by place, and watch a node.

    `window` and `stride` have one entry for each axis of `window_axes`; a window is at most as long as its axis.
    Zeiler and Fergus (2013), section 4.2.
    """
    axes = window_axes(example.shape)
    starts = tuple(window_starts(*axis) for axis in zip(axes, window, stride, strict=True))
    places = [
        tuple(slice(start, start + length) for start, length in zip(place, window, strict=True))
        for place in product(*starts)
    ]
    node: tuple[slice | int, ...] = (slice(None), *index)
    value = float(forward(network, example[np.newaxis], overrides).layers[layer].output[(0, *index)])
    falls = np.empty(len(places))
    block = block_size(network)
    for first in range(0, len(places), block):
        part = places[first : first + block]
        covered = np.repeat(example[np.newaxis], len(part), axis=0)
        for image, place in zip(covered, part, strict=True):
            image[place] = cover
        with np.errstate(all="ignore"):
            falls[first : first + len(part)] = value - forward(network, covered, overrides).layers[layer].output[node]
        report(first + len(part), len(places))
    sums, counts = np.zeros(axes), np.zeros(axes)
    with np.errstate(all="ignore"):
        for place, fall in zip(places, falls.tolist(), strict=True):
            sums[place] += fall
            counts[place] += 1
        values = sums / counts
    return Occlusion(value, values, falls.reshape([len(one) for one in starts]), starts)
