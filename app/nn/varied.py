"""The same network with another activation or initialiser in its hidden layers: what people try when depth fails."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from app.nn.activations import BoundActivation
from app.nn.activations.linear import LINEAR
from app.nn.initializers import BoundInitializer
from app.nn.layers import Layer
from app.nn.network import Network, PlacedLayer
from app.nn.reading import Array

WEIGHTS = ("kernel_initializer", "depthwise_initializer", "pointwise_initializer")
"""The arguments that say how what multiplies values is drawn; biases, scales and tables are left as they are."""


@dataclass(frozen=True)
class Varied:
    """A network with something varied, and the names of the layers in which it is."""

    network: Network
    activations: tuple[str, ...]
    initializers: tuple[str, ...]


def vary(
    network: Network,
    activation: BoundActivation | None = None,
    initializer: BoundInitializer | None = None,
    seed: int | None = None,
) -> Varied:
    """Return the network with other functions, other weights, or drawn from another seed.

    An activation replaces every one that is neither linear nor along an axis, but for the network's output. An
    initialiser (or a seed alone) has all parameters of layers with weights drawn anew, those that the document gives
    included. Shapes stay as they are.
    """
    layers = []
    with_activation, with_initializer = [], []
    given: dict[str, Mapping[str, Array]] = dict(network.given)
    for placed in network.layers:
        changes: dict[str, Any] = {}
        arguments = {argument.name for argument in fields(placed.layer)}
        if activation is not None and "activation" in arguments and replaceable(network, placed):
            changes["activation"] = activation
            with_activation.append(placed.name)
        weights = [name for name in WEIGHTS if name in arguments]
        if weights and (initializer is not None or seed is not None):
            if initializer is not None:
                changes |= dict.fromkeys(weights, initializer)
            given.pop(placed.name, None)
            with_initializer.append(placed.name)
        layers.append(_replaced(placed, changes) if changes else placed)
    drawn = set(with_initializer)
    varied = replace(
        network,
        layers=tuple(layers),
        given=given,
        seed=network.seed if seed is None else seed,
        edits=tuple(edit for edit in network.edits if edit.layer not in drawn),
    )
    return Varied(varied, tuple(with_activation), tuple(with_initializer))


def replaceable(network: Network, placed: PlacedLayer) -> bool:
    """Tell whether a layer's activation is one that is varied."""
    bound = placed.layer.bound_activation
    return (
        bound is not None
        and bound.activation is not LINEAR
        and bound.activation.elementwise
        and placed.name != network.output.name
    )


def _replaced(placed: PlacedLayer, changes: Mapping[str, Any]) -> PlacedLayer:
    layer: Layer = replace(placed.layer, **changes)
    return replace(placed, layer=layer, parameter_specs=layer.parameter_specs(placed.input_shapes))
