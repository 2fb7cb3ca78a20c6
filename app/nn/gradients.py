"""Derivatives: reverse-mode differentiation over a trace (Linnainmaa 1970; Rumelhart, Hinton and Williams 1986)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from app.nn.forward import Trace
from app.nn.layers import LayerValues
from app.nn.layers.values import LayerGradient
from app.nn.network import INPUT, PlacedLayer
from app.nn.reading import Array, Shape


@dataclass(frozen=True)
class LayerGradients:
    """Derivatives of one number by what a layer held and by its parameters, with the shapes of those.

    `output` is `None` for an input of integers, `pre_activation` where the layer has no activation.
    """

    output: Array | None
    pre_activation: Array | None = None
    parameters: Mapping[str, Array] = field(default_factory=dict)


def backpropagate(
    trace: Trace, seeds: Mapping[str, Array], layers: Collection[str] | None = None, *, parameters: bool = True
) -> dict[str, LayerGradients]:
    """Carry derivatives by layers' outputs (`seeds`, each of its output's shape) back through the whole network.

    Returns an entry for every layer, `input` first, or for those called `layers`; without `parameters` none of those
    by parameters. What is not returned is dropped on the way. Where a node is pinned its own derivative is reported,
    but nothing flows behind it: what the layer computed there had no effect.
    """
    network = trace.network
    wanted = {INPUT, *network.parameters} if layers is None else set(layers)
    by_output: dict[str, Array] = dict(seeds)
    results: dict[str, LayerGradients] = {}
    for placed, gradient, back in walk_back(trace, by_output):
        if placed.name not in wanted:
            continue
        if gradient is None or back is None:  # nothing that was asked about depends on this layer
            held, given = trace.layers[placed.name], network.parameters[placed.name]
            results[placed.name] = LayerGradients(
                np.zeros_like(held.output),
                None if held.pre_activation is None else np.zeros_like(held.pre_activation),
                {name: np.zeros_like(values) for name, values in given.items()} if parameters else {},
            )
        else:
            by_parameters = back.parameters if parameters else {}
            results[placed.name] = LayerGradients(gradient, back.pre_activation, by_parameters)
    first = trace.layers[INPUT].output
    if INPUT in wanted:
        whole = first.dtype.kind == "i"
        results[INPUT] = LayerGradients(None if whole else by_output.get(INPUT, np.zeros_like(first)))
    return {name: results[name] for name in trace.layers if name in results}


def walk_back(
    trace: Trace, by_output: dict[str, Array]
) -> Iterator[tuple[PlacedLayer, Array | None, LayerGradient | None]]:
    """Carry derivatives from the last layer to the first; yield for each the one by its output, and what it passes on.

    `by_output` holds the derivatives to begin with; what is passed on is added there. Both parts are `None` for a layer
    on which nothing depends.
    """
    network = trace.network
    for placed in reversed(network.layers):
        gradient = by_output.get(placed.name)
        if gradient is None:
            yield placed, None, None
            continue
        held = trace.layers[placed.name]
        flowing = gradient
        pinned = trace.pinned(placed.name)
        if pinned:
            flowing = gradient.copy()
            for override in pinned:
                replace(override, value=0.0).pin(flowing)
        values = LayerValues(held.computed, held.pre_activation, named=held.named)
        with np.errstate(all="ignore"):
            back = placed.layer.backward(trace.inputs_of(placed.name), network.parameters[placed.name], values, flowing)
            for source, by_input in zip(placed.inputs, back.inputs, strict=True):
                if by_input is not None:
                    by_output[source] = by_output[source] + by_input if source in by_output else by_input
        yield placed, gradient, back


def gradients(
    trace: Trace,
    layer: str,
    index: Shape,
    example: int = 0,
    layers: Collection[str] | None = None,
    *,
    parameters: bool = True,
) -> dict[str, LayerGradients]:
    """Differentiate one node of one example by every node, every pre-activation and every parameter.

    `layers` and `parameters` limit what is returned, as in `backpropagate`. `layer` may be `input`. Arrays of nodes
    have the trace's batch axis: other examples do not touch the node, so theirs are 0.
    """
    seed = np.zeros(trace.layers[layer].output.shape, dtype=trace.network.dtype)
    seed[(example, *index)] = 1.0
    return backpropagate(trace, {layer: seed}, layers, parameters=parameters)
