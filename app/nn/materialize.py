"""Writing an edited network as a document of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app.nn.edits import Edit
from app.nn.initializers import draw_parameter
from app.nn.network import INPUT, Network
from app.nn.placement import PlacedLayer
from app.nn.reading import Array


def edited_value_count(network: Network) -> int:
    """Return how many numbers the parameters hold that have edits in them."""
    edited = {(edit.layer, edit.parameter) for edit in network.edits}
    return sum(network.placed(layer).parameter_specs[name].count for layer, name in edited)


def materialize(network: Network) -> Mapping[str, Any]:
    """Return a document with the edits of `network` written into its parameters.

    Every parameter with an edit in it stands there as numbers; the others are given or drawn as before, because a
    drawing depends on the seed and the names only, and every layer keeps its name. `repeat` is written out.
    """
    if not network.edits:
        return network.document
    edits: dict[str, dict[str, list[Edit]]] = {}
    for edit in network.edits:
        edits.setdefault(edit.layer, {}).setdefault(edit.parameter, []).append(edit)
    previous = INPUT
    layers = []
    for placed in network.layers:
        layers.append(_write_layer(network, placed, previous, edits.get(placed.name, {})))
        previous = placed.name
    return {**network.document, "layers": layers}


def _write_layer(
    network: Network, placed: PlacedLayer, previous: str, edits: Mapping[str, Sequence[Edit]]
) -> dict[str, Any]:
    source = _resolve(network.document, placed.pointer)
    arguments = {name: value for name, value in source.items() if name not in {"name", "repeat", "inputs"}}
    layer = {"name": placed.name, **arguments}
    if placed.inputs != (previous,):
        layer["inputs"] = list(placed.inputs)
    if edits:
        values = {name: _edited(network, placed, name, edits[name]).astype(np.float64).tolist() for name in edits}
        layer["parameters"] = {**source.get("parameters", {}), **values}
    return layer


def _edited(network: Network, placed: PlacedLayer, name: str, edits: Sequence[Edit]) -> Array:
    given = network.given.get(placed.name, {})
    spec = placed.parameter_specs[name]
    if name in given:
        values = given[name].copy()
    else:
        values = draw_parameter(spec.initializer, spec.shape, network.dtype, network.seed, placed.name, name).copy()
    for edit in edits:
        values[edit.index] = edit.value
    return values


def _resolve(document: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document
