"""Looking at parameters: a slice of one, or its strongest values."""

import numpy as np

from app.nn.best import BLOCK, Best
from app.nn.errors import NetworkError, Problem
from app.nn.forward import forward
from app.nn.network import Network
from app.nn.reading import Array, Shape, describe, format_shape, is_integer, pointer_to


def read_slice(shape: Shape, value: object) -> tuple[slice, ...]:
    """Read one entry an axis of `shape`: `None` for all of it, or `[start, stop]`; raises `NetworkError`."""
    if not isinstance(value, list) or len(value) != len(shape):
        expected = f"a list of {len(shape)}, one for each axis of {format_shape(shape)}"
        raise NetworkError([Problem("", f"slice is {describe(value)}; expected {expected}", expected, describe(value))])
    problems = []
    slices = []
    for axis, (entry, length) in enumerate(zip(value, shape, strict=True)):
        if entry is None:
            slices.append(slice(0, length))
        elif (
            isinstance(entry, list)
            and len(entry) == 2
            and all(is_integer(one) for one in entry)
            and 0 <= entry[0] < entry[1] <= length
        ):
            slices.append(slice(entry[0], entry[1]))
        else:
            expected = f"null or [start, stop] with 0 ≤ start < stop ≤ {length}"
            detail = f"axis {axis} of the slice is {describe(entry)}; expected {expected}"
            problems.append(Problem(pointer_to(axis), detail, expected, describe(entry)))
    if problems:
        raise NetworkError(problems)
    return tuple(slices)


def strongest(
    network: Network, layer: str, parameter: str, top: int, inputs: Array | None = None
) -> list[tuple[Shape, float, float | None]]:
    """Return (index, value, product) of the strongest values of a parameter, strongest first.

    With `inputs` (a batch; its first example counts) strength is |value × what it is multiplied by|, and that is
    the product; without, or where a value is used at several places of an example, strength is |value| and there
    is no product.
    """
    values = network.parameters[layer][parameter]
    factors = None
    if inputs is not None:
        trace = (network.tracer or forward)(network, inputs[:1])
        factors = network.placed(layer).layer.factors(parameter, [one[0] for one in trace.inputs_of(layer)])
    return strongest_values(values, factors, top)


def strongest_values(values: Array, factors: Array | None, top: int) -> list[tuple[Shape, float, float | None]]:
    """Return (index, value, product) of the strongest of some values, looking at a block of rows at a time."""
    rows = values.reshape(len(values), -1) if values.ndim else values.reshape(1, 1)
    multiplied = None if factors is None else np.broadcast_to(factors, values.shape)
    best = Best(top)
    together = max(1, BLOCK // rows.shape[1])
    with np.errstate(all="ignore"):
        for start in range(0, len(rows), together):
            strength = rows[start : start + together].astype(np.float64)
            if multiplied is not None:
                part = multiplied[start : start + together] if values.ndim else multiplied
                strength *= part.reshape(strength.shape)
            best.add(np.abs(strength).reshape(-1), start * rows.shape[1])
        places = best.places()
        index = np.unravel_index(places, values.shape) if values.ndim else ()
        weights = values[index].astype(np.float64).reshape(-1)
        products = None if multiplied is None else weights * multiplied[index].astype(np.float64).reshape(-1)
    indexes = zip(*(axis.tolist() for axis in index), strict=True) if values.ndim else [()]
    return [
        (place, weight, None if products is None else product)
        for place, weight, product in zip(
            indexes, weights.tolist(), (weights if products is None else products).tolist(), strict=True
        )
    ]
