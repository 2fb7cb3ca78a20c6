"""Reading what is asked of a network: its inputs, pinned nodes, and the node in question."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.nn.errors import NetworkError, Problem
from app.nn.network import INPUT, Network
from app.nn.reading import (
    MAXIMUM_PROBLEMS,
    Array,
    Shape,
    describe,
    format_shape,
    pointer_to,
    quote,
    read_array,
    read_fields,
    read_index,
    read_number,
)


@dataclass(frozen=True)
class Override:
    """A node pinned to a value, in every example, before the next layer reads it."""

    layer: str
    index: Shape
    value: float

    def pin(self, values: Array) -> None:
        """Write the value into a batch of the layer's outputs, in place."""
        place: tuple[slice | int, ...] = (slice(None), *self.index)
        values[place] = self.value


def input_dtype(network: Network) -> np.dtype[Any]:
    """Return the dtype of the network's input: its own, or int64 for integer inputs."""
    return np.dtype(np.int64) if network.input.dtype == "int" else network.dtype


def read_inputs(network: Network, value: object) -> tuple[Array, bool]:
    """Read one example or a batch of them; return (the batch, whether there was a batch dimension).

    `value` is nested lists or an array with the input's shape, or with one dimension more; a bare number for
    shape `[1]`. Raises `NetworkError`.
    """
    shape = network.input.shape
    array, problems = read_array(value, input_dtype(network))
    if array is None:
        raise NetworkError(problems)
    batched = array.ndim == len(shape) + 1 and array.shape[1:] == shape and len(array) > 0
    if not batched:
        if array.ndim == 0 and shape == (1,):
            array = array.reshape(1)
        if array.shape != shape:
            expected = f"{format_shape(shape)} for one example, or n×{format_shape(shape)} for a batch"
            received = format_shape(array.shape)
            raise NetworkError([Problem("", f"inputs are {received}; expected {expected}", expected, received)])
        array = array[np.newaxis]
    bound = network.integer_bound
    if bound is not None:
        outside = np.argwhere((array < 0) | (array >= bound))[:MAXIMUM_PROBLEMS]
        if len(outside):
            raise NetworkError(
                _out_of_range(pointer_to(*(place if batched else place[1:])), int(array[tuple(place)]), bound)
                for place in outside
            )
    return array, batched


def _out_of_range(pointer: str, number: float, bound: int) -> Problem:
    detail = f"{number} is out of range: the Embedding takes integers from 0 to {bound - 1}"
    return Problem(pointer, detail, f"0 to {bound - 1}", str(number))


def read_node(network: Network, value: object) -> tuple[str, Shape]:
    """Read `{"layer", "index"}` as a layer's name (or `input`) and an index into its output; raises `NetworkError`."""
    node, problems = read_fields(value, ("layer", "index"), "a node", required=("layer", "index"))
    if not problems:
        layer, index, problems = _read_place(network, node)
        if layer is not None and index is not None:
            return layer, index
    raise NetworkError(problems)


def _read_place(network: Network, node: Mapping[str, Any]) -> tuple[str | None, Shape | None, list[Problem]]:
    layer = node["layer"]
    if not isinstance(layer, str) or layer not in network:
        detail = f"no layer is called {quote(layer)}"
        return None, None, [Problem("/layer", detail, "a layer's name, or input", describe(layer))]
    index, problems = read_index(node["index"], network.shape_of(layer), f'"{layer}"')
    return layer, index, [problem.within("/index") for problem in problems]


def read_overrides(network: Network, value: object) -> tuple[Override, ...]:
    """Read a list of `{"layer", "index", "value"}`; raises `NetworkError` with pointers into the list."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise NetworkError([Problem("", f"overrides is {describe(value)}; expected a list", "a list", describe(value))])
    problems: list[Problem] = []
    overrides: dict[tuple[str, Shape], Override] = {}
    for position, one in enumerate(value):
        override, found = _read_override(network, one)
        if override is not None:
            place = (override.layer, override.index)
            if place in overrides:
                found = [Problem("", f"{override.layer}{list(override.index)} is pinned twice", "each node once")]
            overrides[place] = override
        problems += [problem.within(pointer_to(position)) for problem in found]
        if len(problems) >= MAXIMUM_PROBLEMS:
            break
    if problems:
        raise NetworkError(problems)
    return tuple(overrides.values())


def _read_override(network: Network, value: object) -> tuple[Override | None, list[Problem]]:
    fields = ("layer", "index", "value")
    node, problems = read_fields(value, fields, "a pinned node", required=fields)
    if problems:
        return None, problems
    layer, index, problems = _read_place(network, node)
    if layer is None:
        return None, problems
    dtype = input_dtype(network) if layer == INPUT else network.dtype
    number, found = read_number(node["value"], dtype, "value")
    problems += [problem.within("/value") for problem in found]
    if index is None or number is None:
        return None, problems
    bound = network.integer_bound
    if layer == INPUT and bound is not None and not 0 <= number < bound:
        return None, [_out_of_range("/value", number, bound)]
    return Override(layer, index, number), []
