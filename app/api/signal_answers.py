"""What is answered about the signal through the depth, without a word of HTTP: jobs put it together, too."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from app.api.encoding import encode_number, plain
from app.jobs.context import JobContext
from app.jobs.payload import read_arrays, unpack_network, unpack_overrides
from app.jobs.records import Interrupted
from app.nn.activations import BoundActivation
from app.nn.arguments import ActivationChoice
from app.nn.forward import forward
from app.nn.initializers import BoundInitializer, read_initializer
from app.nn.inputs import Override
from app.nn.network import INPUT, Network
from app.nn.percentiles import PERCENTILES, Distributions
from app.nn.reading import Array
from app.nn.signal import Report, Signal, Target, signal
from app.nn.signal_findings import findings
from app.nn.varied import vary

Variant = Mapping[str, Any]


def describe_signal(
    network: Network,
    inputs: Array,
    overrides: Sequence[Override],
    target: Target | None,
    pre_activations: bool,
    report: Report = lambda *_: None,
) -> dict[str, Any]:
    """Return the answer to `/signal`: columns with one entry a layer."""
    found = signal(forward(network, inputs, overrides), target, pre_activations, report)
    answer: dict[str, Any] = {
        "network": network.name,
        "dtype": network.dtype.name,
        "examples": found.examples,
        "target": {"layer": found.target.layer, "index": list(found.target.index)},
        "percentiles": list(PERCENTILES),
        "layers": _layers(network, found),
        "values": {
            **_columns(found.values, np.ones(len(found.names), dtype=bool)),
            "saturated": _column(found.saturated, ~np.isnan(found.saturated)),
            "dead": _column(found.dead, ~np.isnan(found.dead)),
            "spread": _column(found.spread, np.full(len(found.names), found.examples > 1)),
        },
        "pre_activations": None,
        "gradients": {
            **_columns(found.gradients, found.reached),
            "norm": _column(found.norm, found.reached),
        },
        "findings": [plain(vars(finding)) for finding in findings(found)],
    }
    if found.pre_activations is not None:
        there = [name != INPUT and network.placed(name).layer.bound_activation is not None for name in found.names]
        answer["pre_activations"] = _columns(found.pre_activations, np.array(there))
    return answer


def _layers(network: Network, found: Signal) -> dict[str, Any]:
    kinds, activations, nodes = [], [], []
    for name in found.names:
        activation = None if name == INPUT else network.placed(name).layer.bound_activation
        kinds.append("Input" if name == INPUT else network.placed(name).layer.kind)
        activations.append(activation.name if activation else None)
        nodes.append(int(np.prod(network.shape_of(name))))
    return {"name": list(found.names), "kind": kinds, "activation": activations, "nodes": nodes}


def _columns(found: Distributions, there: Array) -> dict[str, Any]:
    return {
        "percentiles": [_column(row, there) for row in found.percentiles],
        "mean": _column(found.mean, there),
        "size": _column(found.size, there),
        "zeros": _column(found.zeros, there),
        "non_finite": _column(found.non_finite, there),
    }


def _column(values: Array, there: Array) -> list[float | str | None]:
    """Return numbers as JSON, `None` where there is none to speak of."""
    return [encode_number(number) if one else None for number, one in zip(values.tolist(), there.tolist(), strict=True)]


def read_variant(variant: Variant) -> tuple[BoundActivation | None, BoundInitializer | None]:
    """Return the activation and the initialiser that a checked variant names."""
    activation = initializer = None
    if variant.get("activation") is not None:
        activation, _ = ActivationChoice().read(variant["activation"])
    if variant.get("initializer") is not None:
        initializer, _ = read_initializer(variant["initializer"])
    return activation, initializer


def describe_variant(
    network: Network, variant: Variant, describe: Callable[[Network], dict[str, Any]]
) -> dict[str, Any]:
    """Return what `/signal/compare` answers about one variant."""
    activation, initializer = read_variant(variant)
    varied = vary(network, activation, initializer, variant.get("seed"))
    return {
        "label": variant.get("label") or label_of(activation, initializer, variant.get("seed")),
        "activation": activation.to_document() if activation else None,
        "initializer": initializer.to_document() if initializer else None,
        "seed": varied.network.seed,
        "changed_activations": len(varied.activations),
        "changed_initializers": len(varied.initializers),
        "signal": describe(varied.network),
    }


def label_of(activation: BoundActivation | None, initializer: BoundInitializer | None, seed: int | None) -> str:
    """Return a name for a variant that has none of its own."""
    parts = [activation.name if activation else "", initializer.initializer.name if initializer else ""]
    parts.append("" if seed is None else f"seed {seed}")
    return " + ".join(filter(None, parts)) or "as it is"


def signal_job(arguments: Mapping[str, Any], context: JobContext) -> Mapping[str, Any]:
    """Compute the answer to `/signal` or `/signal/compare` as a job.

    Raises `Interrupted` for one signal that is stopped; of several, those that were complete are the answer.
    """
    arrays = read_arrays(context.directory)
    network = unpack_network(arguments["network"], arrays, context.settings)
    overrides = unpack_overrides(network, arguments["overrides"])
    target = None
    if arguments["target"] is not None:
        target = Target(arguments["target"]["layer"], tuple(arguments["target"]["index"]))
    variants: Sequence[Variant] | None = arguments["variants"]
    each = len(network.layers) + 1
    done = 0

    def report(_what: str, layers: int, _total: int) -> None:
        if context.stopped():
            raise Interrupted
        context.progress(done + min(layers, each), each * len(variants or [0]), "layers")

    def describe(one: Network) -> dict[str, Any]:
        return describe_signal(one, arrays["inputs"], overrides, target, arguments["pre_activations"], report)

    if variants is None:
        return describe(network)
    answers = []
    for variant in variants:
        try:
            answers.append(describe_variant(network, variant, describe))
        except Interrupted:  # what there is until then is the answer
            break
        done += each
    return {"variants": answers}
