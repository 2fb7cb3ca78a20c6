"""Derivatives: reverse-mode differentiation over a trace (Linnainmaa 1970; Rumelhart, Hinton and Williams 1986)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from app.nn.forward import Trace
from app.nn.layers import LayerValues
from app.nn.network import INPUT
from app.nn.reading import Array, Shape


@dataclass(frozen=True)
class LayerGradients:
    """Derivatives of one number by what a layer held and by its parameters, with the shapes of those.

    `output` is `None` for an input of integers, `pre_activation` where the layer has no activation.
    """

    output: Array | None
    pre_activation: Array | None = None
    parameters: Mapping[str, Array] = field(default_factory=dict)


def backpropagate(trace: Trace, seeds: Mapping[str, Array]) -> dict[str, LayerGradients]:
    """Carry derivatives by layers' outputs (`seeds`, each of its output's shape) back through the whole network.

    Returns an entry for every layer, `input` first. Where a node is pinned its own derivative is reported, but
    nothing flows behind it: what the layer computed there had no effect.
    """
    network = trace.network
    by_output: dict[str, Array] = dict(seeds)
    results: dict[str, LayerGradients] = {}
    with np.errstate(all="ignore"):
        for placed in reversed(network.layers):
            held = trace.layers[placed.name]
            parameters = network.parameters[placed.name]
            gradient = by_output.get(placed.name)
            if gradient is None:  # nothing that was asked about depends on this layer
                results[placed.name] = LayerGradients(
                    np.zeros_like(held.output),
                    None if held.pre_activation is None else np.zeros_like(held.pre_activation),
                    {name: np.zeros_like(values) for name, values in parameters.items()},
                )
                continue
            flowing = gradient
            pinned = trace.pinned(placed.name)
            if pinned:
                flowing = gradient.copy()
                for override in pinned:
                    replace(override, value=0.0).pin(flowing)
            values = LayerValues(held.computed, held.pre_activation, named=held.named)
            back = placed.layer.backward(trace.inputs_of(placed.name), parameters, values, flowing)
            results[placed.name] = LayerGradients(gradient, back.pre_activation, back.parameters)
            for source, by_input in zip(placed.inputs, back.inputs, strict=True):
                if by_input is not None:
                    by_output[source] = by_output[source] + by_input if source in by_output else by_input
    first = trace.layers[INPUT].output
    by_first = None if first.dtype.kind == "i" else by_output.get(INPUT, np.zeros_like(first))
    return {
        INPUT: LayerGradients(by_first),
        **{placed.name: results[placed.name] for placed in network.layers},
    }


def gradients(trace: Trace, layer: str, index: Shape, example: int = 0) -> dict[str, LayerGradients]:
    """Differentiate one node of one example by every node, every pre-activation and every parameter.

    `layer` may be `input`. Arrays of nodes have the trace's batch axis: other examples do not touch the node, so
    theirs are 0.
    """
    seed = np.zeros(trace.layers[layer].output.shape, dtype=trace.network.dtype)
    seed[(example, *index)] = 1.0
    return backpropagate(trace, {layer: seed})
