"""Answers as the API sends them, put together without a word of HTTP: the command line prints the same objects."""

import math
from collections.abc import Collection
from itertools import islice
from typing import Any

import numpy as np

from app.api.encoding import encode_number
from app.nn.description import describe_layers
from app.nn.errors import NetworkError, Problem
from app.nn.forward import Trace
from app.nn.network import INPUT, Network
from app.nn.reading import MAXIMUM_PROBLEMS, Array, pointer_to, quote
from app.nn.statistics import Statistics


def describe_forward(
    trace: Trace,
    batched: bool,
    layers: Collection[str] | None,
    precision: str | None = None,
    tensors: dict[str, Array] | None = None,
    values: Collection[str] | None = None,
    *,
    pre_activations: bool = True,
) -> dict[str, Any]:
    """Return the answer to `/forward`: of all layers or of those named, with a batch dimension or without.

    Only the layers in `values` come with their values, if that is given, the others with their statistics alone.

    Values are rounded to `precision`, if that is given, but statistics are of the exact ones. With `tensors` the values
    are put there, as `<layer>/output` and `<layer>/pre_activation`, and not into the answer.
    """
    network = trace.network
    wanted = trace.layers.keys() if layers is None else set(layers)
    with_values = None if values is None else set(values)
    names = [name for name in trace.layers if name in wanted]
    described = [_describe_layer(network, name) for name in names]
    found = describe_layers(trace, None if layers is None else names, batched=batched)
    dtype = network.dtype.type.__name__  # `dtype.name` is the same, and takes NumPy longer than a small layer
    answer: dict[str, Any] = {"network": network.name, "dtype": dtype, "layers": described}
    for name, layer in zip(names, described, strict=True):
        output, before, *_ = trace.layers[name]
        described_statistics = _describe_statistics(found[name])
        if with_values is not None and name not in with_values:
            layer["statistics"] = described_statistics
            continue
        if not pre_activations:
            before = None
        if not batched:
            output, before = output[0], None if before is None else before[0]
        if precision is not None:
            output = at_precision(output, precision)
            before = None if before is None else at_precision(before, precision)
        if tensors is None:
            if before is not None:
                layer["pre_activation"] = before
            layer["output"] = output
        else:
            if before is not None:
                tensors[f"{name}/pre_activation"] = before
            tensors[f"{name}/output"] = output
        layer["statistics"] = described_statistics
    last = at_precision(trace.output if batched else trace.output[0], precision)
    if tensors is None:
        answer["output"] = last
    else:
        tensors.setdefault(f"{network.output.name}/output", last)
    return answer


def at_precision(values: Array, precision: str | None) -> Array:
    """Return floating-point values as they are wanted; what `precision` cannot hold becomes an infinity."""
    if precision is None or values.dtype.kind != "f":
        return values
    with np.errstate(over="ignore"):
        return values.astype(precision, copy=False)


def _describe_statistics(found: Statistics) -> dict[str, Any]:
    """Return the statistics of a layer as they are sent."""
    low, high, mean, std, argmax, zeros, positive, negative, nan, inf, first = found
    if nan or inf or not math.isfinite(std):
        low, high, mean, std = map(encode_number, found[:4])  # type: ignore[assignment]
    return {
        "min": low,
        "max": high,
        "mean": mean,
        "std": std,
        "argmax": argmax,
        "zeros": zeros,
        "positive": positive,
        "negative": negative,
        "nan": nan,
        "inf": inf,
        "first_non_finite": first,
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
    if names is None:
        return
    unknown = ((position, name) for position, name in enumerate(names) if name not in network)
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
    return Problem("", f"no layer is called {quote(name)}; there are {known}", f"one of {known}", name[:60])
