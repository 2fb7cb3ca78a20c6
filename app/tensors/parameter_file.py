"""All parameters of a network in one file: NumPy's .npz or safetensors, each array called `<layer>/<parameter>`."""

import io
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from app.nn.network import Network
from app.nn.reading import Array
from app.tensors.safetensors import write_safetensors


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
