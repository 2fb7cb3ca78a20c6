"""All parameters of a network in one file: NumPy's .npz or safetensors, each array called `<layer>/<parameter>`."""

import io
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import BinaryIO

import numpy as np

from app.nn.errors import NetworkError, Problem
from app.nn.given import check_parameter
from app.nn.network import Network
from app.nn.reading import MAXIMUM_PROBLEMS, Array, Shape, format_shape, pointer_to
from app.tensors.mapped import map_file
from app.tensors.npz import read_npz
from app.tensors.safetensors import read_safetensors, write_safetensors


def named_parameters(network: Network) -> dict[str, Array]:
    """Return every parameter under the name that it has in a file."""
    return {f"{layer}/{name}": values for layer, one in network.parameters.items() for name, values in one.items()}


def write_npz(arrays: Mapping[str, Array]) -> list[bytes | memoryview]:
    """Return arrays as an .npz file without pickles, as `numpy.load(…, allow_pickle=False)` reads it."""
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]  # no name has the form of its own options
    return [file.getbuffer()]


WRITERS: Mapping[str, Callable[[Mapping[str, Array]], list[bytes | memoryview]]] = MappingProxyType(
    {"npz": write_npz, "safetensors": write_safetensors}
)
"""The formats by the endings of their files."""


def apply_parameter_file(network: Network, file: BinaryIO, form: str) -> Network:
    """Return the network with all parameters that its document leaves out taken from a file.

    Each is called `<layer>/<parameter>`, as `POST /parameters/file` writes it; those that the document gives may stand
    there too, and are replaced. Raises `NetworkError` with every name and shape that does not fit and every parameter
    that is missing, before memory is taken for what does not fit.
    """
    found_names: set[str] = set()

    def check(name: str, shape: Shape) -> list[Problem]:
        found_names.add(name)
        return check_parameter(network.specs_of(name.rpartition("/")[0]), *name.rpartition("/")[::2], shape)

    problems: list[Problem] = []
    arrays: Mapping[str, Array] = {}
    try:
        if form == "npz":
            arrays = read_npz(file, check)
        else:
            arrays = read_safetensors(map_file(file)).arrays
            for name, values in arrays.items():
                found = check(name, values.shape)
                problems += [problem.within(pointer_to(*name.split("/"))) for problem in found]
    except NetworkError as error:
        problems += error.problems
    if found_names or not problems:  # otherwise it is no such file at all
        reported = {problem.pointer for problem in problems}
        missing = (problem for name, problem in _missing(network) if name not in found_names)
        problems += [problem for problem in missing if problem.pointer not in reported]
    if problems:
        raise NetworkError(problems[:MAXIMUM_PROBLEMS])
    try:
        return network.with_parameters(arrays)
    except NetworkError as error:
        raise NetworkError(
            Problem(one.pointer.removeprefix("/parameters"), one.detail, one.expected, one.received)
            for one in error.problems
        ) from None


def _missing(network: Network) -> Iterator[tuple[str, Problem]]:
    """Yield a problem for every parameter that the document does not give."""
    for placed in network.layers:
        given = network.given.get(placed.name, {})
        for name, spec in placed.parameter_specs.items():
            if name not in given:
                shape = format_shape(spec.shape)
                detail = f'"{placed.name}": {name} is missing in the file; expected {shape}'
                yield f"{placed.name}/{name}", Problem(pointer_to(placed.name, name), detail, shape, "nothing")
