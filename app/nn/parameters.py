"""Looking at parameters: a slice of one, or its strongest values."""

import numpy as np

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
    values = network.parameters[layer][parameter].astype(np.float64)
    factors = None
    if inputs is not None:
        trace = forward(network, inputs[:1])
        factors = network.placed(layer).layer.factors(parameter, [one[0] for one in trace.inputs_of(layer)])
    with np.errstate(all="ignore"):
        products = None if factors is None else values * factors
    strength = np.abs(values if products is None else products).reshape(-1)
    strength[np.isnan(strength)] = np.inf
    chosen = np.argpartition(-strength, min(top, strength.size) - 1)[:top]
    chosen = chosen[np.argsort(-strength[chosen], kind="stable")]
    result: list[tuple[Shape, float, float | None]] = []
    for position in chosen:
        index = tuple(int(one) for one in np.unravel_index(position, values.shape))
        result.append((index, float(values[index]), None if products is None else float(products[index])))
    return result
