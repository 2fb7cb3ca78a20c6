"""The forward pass: layer by layer, keeping the value of every node."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.nn.inputs import Override
from app.nn.network import INPUT, Network
from app.nn.reading import Array


@dataclass(frozen=True, slots=True)
class LayerTrace:
    """What one layer held, for a whole batch (the first axis).

    `output` is what later layers read, pinned nodes included; `computed` is what the layer itself made of its
    inputs (the same array where nothing is pinned); `pre_activation` is `None` where the layer has no activation.
    """

    output: Array
    pre_activation: Array | None
    computed: Array


@dataclass(frozen=True)
class Trace:
    """Every value of a network for a batch of inputs; `layers` begins with `input`."""

    network: Network
    layers: Mapping[str, LayerTrace]
    overrides: tuple[Override, ...] = ()

    @property
    def output(self) -> Array:
        """The network's output: that of its last layer."""
        return self.layers[self.network.output.name].output

    def inputs_of(self, name: str) -> list[Array]:
        """Return what the layer called `name` read."""
        return [self.layers[source].output for source in self.network.placed(name).inputs]

    def pinned(self, name: str) -> list[Override]:
        """Return the pinned nodes of a layer."""
        return [override for override in self.overrides if override.layer == name]


def _pin(computed: Array, overrides: Sequence[Override]) -> Array:
    """Return a copy in which pinned nodes have their value, in every example."""
    output = computed.copy()
    for override in overrides:
        override.pin(output)
    return output


def forward(network: Network, inputs: Array, overrides: Sequence[Override] = ()) -> Trace:
    """Run a network and keep every tensor.

    `inputs` has the batch as its first axis and the network's input shape and dtype (see `read_inputs`). Overflow and
    invalid operations give infinities and NaN, as IEEE 754 says: where a network diverges is a result.
    """
    pins: dict[str, list[Override]] = {}
    for override in overrides:
        pins.setdefault(override.layer, []).append(override)
    layers: dict[str, LayerTrace] = {}
    output = _pin(inputs, pins[INPUT]) if INPUT in pins else inputs
    layers[INPUT] = LayerTrace(output, None, inputs)
    parameters = network.parameters
    with np.errstate(all="ignore"):
        for placed in network.layers:
            values = placed.layer.forward([layers[name].output for name in placed.inputs], parameters[placed.name])
            computed = values.output
            output = _pin(computed, pins[placed.name]) if placed.name in pins else computed
            layers[placed.name] = LayerTrace(output, values.pre_activation, computed)
    return Trace(network, layers, tuple(overrides))
