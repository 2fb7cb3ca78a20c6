"""All parameters of a network in one file: NumPy's .npz or safetensors, each array called `<layer>/<parameter>`."""

import io
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from app.nn.network import Network
from app.nn.reading import Array

_SAFETENSORS_NAMES = {"float64": "F64", "float32": "F32"}


def named_parameters(network: Network) -> dict[str, Array]:
    """Return every parameter under the name that it has in a file."""
    return {f"{layer}/{name}": values for layer, one in network.parameters.items() for name, values in one.items()}


def write_npz(arrays: Mapping[str, Array]) -> bytes:
    """Return arrays as an .npz file without pickles, as `numpy.load(…, allow_pickle=False)` reads it."""
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]  # no name has the form of its own options
    return file.getvalue()


def write_safetensors(arrays: Mapping[str, Array]) -> bytes:
    """Return arrays as a safetensors file.

    The format: the length of the header (8 bytes, little-endian), a JSON header that says for each name its type,
    shape and place, padded with spaces to a multiple of 8 bytes, and then all values in C order, little-endian.
    """
    header = {}
    end = 0
    for name, values in arrays.items():
        start, end = end, end + values.nbytes
        dtype = _SAFETENSORS_NAMES[values.dtype.name]
        header[name] = {"dtype": dtype, "shape": list(values.shape), "data_offsets": [start, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    little = (values.astype(values.dtype.newbyteorder("<"), copy=False) for values in arrays.values())
    return b"".join([len(text).to_bytes(8, "little"), text, *(values.tobytes() for values in little)])


WRITERS: Mapping[str, Callable[[Mapping[str, Array]], bytes]] = MappingProxyType(
    {"npz": write_npz, "safetensors": write_safetensors}
)
"""The formats by the endings of their files."""
