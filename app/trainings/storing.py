"""A trained network as a stored one: its document with the parameters in it, and how it was trained."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson

from app.api.encoding import plain
from app.errors import Conflict, NotFound, TooLarge
from app.nn.document import LAYER_FIELDS
from app.nn.errors import Problem
from app.nn.limits import Limits
from app.nn.network import INPUT, Network
from app.nn.reading import Array
from app.settings import Settings
from app.storage import Database, Examples, Networks, Packed, database_url, pack

BYTES_PER_NUMBER = {"float32": 13, "float64": 21}
"""What one parameter takes in a document, about."""

MOST_EPOCHS = 2000
"""The history of more epochs is thinned out in the document."""


def document_size(network: Network) -> int:
    """Estimate the bytes of a document that holds all parameters."""
    return network.parameter_count * BYTES_PER_NUMBER[network.dtype.name] + 400 * len(network.layers)


def check_size(network: Network, settings: Settings) -> None:
    """Refuse a network whose result could not be stored; raises `TooLarge`."""
    size, limit = document_size(network), settings.document_bytes
    if size > limit:
        detail = (
            f"with its {network.parameter_count:,} parameters the trained network would take about {size:,} bytes; "
            f"this server stores at most {limit:,} (VITRINE_DOCUMENT_BYTES). "
            'Send "store": false, and take the parameters from the training'
        )
        raise TooLarge(Problem("/network", detail, f"at most {limit:,} bytes", f"about {size:,} bytes"))


def write_network(network: Network, changes: Mapping[str, Any]) -> bytes:
    """Return a network's document as JSON, every layer and parameter written out; `changes` replace fields of it.

    Numbers are the shortest text that reads back as the same number of the network's dtype. Raises `ValueError` for
    parameters that are not finite.
    """
    layers = []
    previous = INPUT
    for placed in network.layers:
        entry: dict[str, Any] = {"name": placed.name, "kind": placed.layer.kind}
        if placed.inputs != (previous,):
            entry["inputs"] = list(placed.inputs)
        entry |= {name: value for name, value in network.written(placed).items() if name not in LAYER_FIELDS}
        if placed.parameter_specs:
            entry["parameters"] = dict(network.parameters[placed.name])
        layers.append(entry)
        previous = placed.name
    return orjson.dumps({**network.document, **changes, "layers": layers}, default=_write_array)


def _write_array(values: object) -> orjson.Fragment:
    if not isinstance(values, np.ndarray):
        raise TypeError(type(values).__name__)
    if not np.isfinite(values).all():
        message = "a parameter is not finite"
        raise ValueError(message)
    return orjson.Fragment(orjson.dumps(np.ascontiguousarray(values), option=orjson.OPT_SERIALIZE_NUMPY))


def trained_document(network: Network, training: Mapping[str, Any], title: str | None, classes: tuple[str, ...]) -> Any:
    """Return the fields of a trained network's document that are not its layers."""
    document = network.document
    spec = dict(document["input"])
    outputs = network.output.output_shape
    if classes and "classes" not in spec and outputs == (len(classes),):
        spec["classes"] = list(classes)
    changes: dict[str, Any] = {"input": spec, "training": plain(dict(training))}
    if title is not None:
        changes["title"] = title
    elif "title" in document:
        changes["title"] = f"{document['title']}, trained"[:200]
    return changes


def thinned(history: Mapping[str, list[float]]) -> dict[str, list[float]]:
    """Return a history of at most so many epochs, evenly chosen, the last among them."""
    return {
        key: numbers[:: -(len(numbers) // -MOST_EPOCHS)] if len(numbers) > MOST_EPOCHS else list(numbers)
        for key, numbers in history.items()
    }


def pack_trained(text: bytes, parameters: Mapping[str, Mapping[str, Array]], settings: Settings) -> Packed:
    """Return a document as it is stored, once it is known to hold the very same parameters; raises `TooLarge`."""
    network = Network.from_document(orjson.loads(text), Limits(settings.layers, settings.parameters))
    for layer, own in parameters.items():
        for name, values in own.items():
            assert np.array_equal(network.parameters[layer][name], values), f"{layer}/{name} would be another one"
    packed = pack(network)
    if packed.size > settings.document_bytes:
        detail = f"the trained network takes {packed.size:,} bytes; at most {settings.document_bytes:,} are stored"
        raise TooLarge(Problem("", detail))
    return packed


def store(packed: Packed, network_id: str, version: int | None, settings: Settings) -> tuple[str, int]:
    """Store a trained network under its id, or in the place of the `version` that was stored for it before.

    Returns id and version; the id is another one where somebody changed or deleted the former network meanwhile.
    Raises `Unavailable` and `TooLarge`.
    """
    database = Database(database_url(settings))
    examples = Examples(settings.data_dir / "no-examples")  # this process has no use for them
    networks = Networks(examples, database, settings.networks, settings.deleted_days)
    try:
        if version is None:
            record = networks.create(packed, network_id)
        else:
            try:
                record = networks.replace(network_id, packed, [version])
            except (Conflict, NotFound):
                record = networks.create(packed)
    finally:
        database.close()
    assert record.version is not None
    return record.id, record.version
