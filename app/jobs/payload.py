"""A network and arrays as what a job is given: a document as JSON, and large arrays in one file beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.nn.inputs import Override, read_overrides
from app.nn.limits import Limits
from app.nn.network import Network
from app.nn.reading import Array
from app.settings import Settings
from app.tensors.mapped import map_file
from app.tensors.safetensors import read_safetensors, write_safetensors

FILE = "arrays.safetensors"
GIVEN = "parameters/"


def pack_network(network: Network, given: Mapping[str, Array]) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return a network as JSON and arrays.

    `given` are the parameters, by `<layer>/<name>`, that its document does not hold.
    """
    description = {
        "document": network.document,
        "edits": [{**asdict(edit), "index": list(edit.index)} for edit in network.edits],
    }
    return description, {GIVEN + place: values for place, values in given.items()}


def unpack_network(description: Mapping[str, Any], arrays: Mapping[str, Array], settings: Settings) -> Network:
    """Return the network again; raises `NetworkError`, also for limits that are smaller now."""
    network = Network.from_document(description["document"], Limits(settings.layers, settings.parameters))
    given = {name.removeprefix(GIVEN): values for name, values in arrays.items() if name.startswith(GIVEN)}
    if given:
        network = network.with_parameters(given)
    return network.with_edits(description["edits"]) if description["edits"] else network


def pack_overrides(overrides: Sequence[Override]) -> list[dict[str, Any]]:
    """Return pinned nodes as JSON."""
    return [{**asdict(override), "index": list(override.index)} for override in overrides]


def unpack_overrides(network: Network, value: object) -> tuple[Override, ...]:
    """Return them again."""
    return read_overrides(network, value)


def write_arrays(directory: Path, arrays: Mapping[str, Array]) -> None:
    """Keep arrays in a job's folder; raises `OSError`."""
    with (directory / FILE).open("wb") as file:
        file.writelines(write_safetensors(arrays))


def read_arrays(directory: Path) -> Mapping[str, Array]:
    """Return the arrays that were kept, as views of their file; none if there are none."""
    try:
        with (directory / FILE).open("rb") as file:
            return read_safetensors(map_file(file)).arrays
    except FileNotFoundError:
        return {}
