"""Answers as the API sends them, put together without a word of HTTP: the command line prints the same objects."""

from collections.abc import Collection
from itertools import islice
from typing import Any

from app.api.encoding import encode_number
from app.nn.errors import NetworkError, Problem
from app.nn.forward import Trace
from app.nn.network import INPUT, Network
from app.nn.reading import MAXIMUM_PROBLEMS, Array, describe, pointer_to
from app.nn.statistics import Statistics, statistics_of


def describe_forward(trace: Trace, batched: bool, layers: Collection[str] | None) -> dict[str, Any]:
    """Return the answer to `/forward`: of all layers or of those named, with a batch dimension or without."""

    def shown(values: Array) -> Array:
        return values if batched else values[0]

    network = trace.network
    wanted = trace.layers.keys() if layers is None else set(layers)
    names = [name for name in trace.layers if name in wanted]
    described = [_describe_layer(network, name) for name in names]
    outputs = [shown(trace.layers[name].output) for name in names]
    for layer, output, found in zip(described, outputs, statistics_of(outputs), strict=True):
        before = trace.layers[layer["name"]].pre_activation
        if before is not None:
            layer["pre_activation"] = shown(before)
        layer["output"] = output
        layer["statistics"] = _describe_statistics(found)
    return {
        "network": network.name,
        "dtype": network.dtype.name,
        "layers": described,
        "output": shown(trace.output),
    }


def _describe_statistics(found: Statistics) -> dict[str, Any]:
    """Return the statistics of a layer as they are sent."""
    return {
        "min": encode_number(found.min),
        "max": encode_number(found.max),
        "mean": encode_number(found.mean),
        "std": encode_number(found.std),
        "argmax": found.argmax,
        "zeros": found.zeros,
        "positive": found.positive,
        "negative": found.negative,
        "nan": found.nan,
        "inf": found.inf,
        "first_non_finite": found.first_non_finite,
    }


def _describe_layer(network: Network, name: str) -> dict[str, Any]:
    """Return how an answer begins to speak of a layer: its name and kind, its activation and shape."""
    if name == INPUT:
        return {"name": INPUT, "kind": "Input", "activation": None, "shape": network.input.shape}
    placed = network.placed(name)
    activation = placed.layer.bound_activation
    return {
        "name": name,
        "kind": placed.layer.kind,
        "activation": activation.name if activation else None,
        "shape": placed.output_shape,
    }


def check_layer_names(network: Network, names: list[str] | None) -> None:
    """Refuse names in a list that no layer has; raises `NetworkError`."""
    unknown = ((position, name) for position, name in enumerate(names or ()) if name not in network)
    problems = [
        unknown_layer(network, name).within(pointer_to(position))
        for position, name in islice(unknown, MAXIMUM_PROBLEMS)
    ]
    if problems:
        raise NetworkError(problems)


def unknown_layer(network: Network, name: str) -> Problem:
    """Say that no layer has this name, and which there are."""
    names = [INPUT, *(placed.name for placed in network.layers)]
    known = ", ".join(names if len(names) <= 12 else [*names[:6], "…", *names[-5:]])
    return Problem("", f"no layer is called {describe(name)}; there are {known}", f"one of {known}", name[:60])
