"""The forward pass: layer by layer, keeping the value of every node."""

import math
from collections.abc import Callable, Mapping, Sequence
from contextvars import Context
from typing import NamedTuple, TypeVar

import numpy as np

from app.nn.inputs import Override
from app.nn.layers import LayerValues
from app.nn.network import INPUT, Network
from app.nn.reading import Array

LayerTrace = LayerValues
"""What one layer held: its `output`, `pre_activation` and `computed`."""


class Stack(NamedTuple):
    """Outputs of layers of one shape side by side in one array, `outputs[k]` that of the layer `names[k]`.

    They are what the layers computed: nodes that are pinned are not in it.
    """

    names: tuple[str, ...]
    outputs: Array


class Trace(NamedTuple):
    """Every value of a network for a batch of inputs; `layers` begins with `input`.

    Outputs of small layers stand in `stacks`, so that all of them can be looked at in one go.
    """

    network: Network
    layers: Mapping[str, LayerTrace]
    overrides: tuple[Override, ...] = ()
    stacks: tuple[Stack, ...] = ()

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


def _pin(values: LayerValues, overrides: Sequence[Override]) -> LayerTrace:
    """Return the values with an output in which pinned nodes have their value, in every example."""
    output = values.output.copy()
    for override in overrides:
        override.pin(output)
    return values._replace(output=output, unpinned=values.output)


# What np.errstate(all="ignore") does, prepared once: made anew for every call, it takes as long as a small layer.
_SILENT = Context()
_SILENT.run(np.seterr, all="ignore")

LARGEST_IN_STACK = 2**14
"""Layers with more values than this, examples included, stand alone: to look at one is work enough for a call."""

R = TypeVar("R")


def silently(work: Callable[..., R], *arguments: object) -> R:
    """Call `work` with NumPy's warnings about overflow and invalid numbers off, at the price of half a microsecond."""
    return _SILENT.copy().run(work, *arguments)


def forward(network: Network, inputs: Array, overrides: Sequence[Override] = ()) -> Trace:
    """Run a network and keep every tensor.

    `inputs` has the batch as its first axis and the network's input shape and dtype (see `read_inputs`). Overflow and
    invalid operations give infinities and NaN, as IEEE 754 says: where a network diverges is a result.
    """
    return silently(_forward, network, inputs, tuple(overrides))


def _forward(network: Network, inputs: Array, overrides: tuple[Override, ...]) -> Trace:
    pins: dict[str, list[Override]] = {}
    for override in overrides:
        pins.setdefault(override.layer, []).append(override)
    layers = {INPUT: LayerTrace(inputs)}
    if INPUT in pins:
        layers[INPUT] = _pin(layers[INPUT], pins[INPUT])
    stacks = _make_stacks(network, len(inputs))
    rows = {name: row for names, outputs in stacks for name, row in zip(names, outputs, strict=True)}
    values = layers[INPUT]
    for name, sources, run in network.steps:
        read = [values.output] if sources is None else [layers[source].output for source in sources]
        row = rows.get(name)
        values = run(read) if row is None else run(read, row)
        if name in pins:
            values = _pin(values, pins[name])
        layers[name] = values
    return Trace(network, layers, overrides, stacks)


def _make_stacks(network: Network, examples: int) -> tuple[Stack, ...]:
    return tuple(
        Stack(names, np.empty((len(names), examples, *shape), network.dtype))
        for shape, names in network.stacks
        if examples * math.prod(shape) <= LARGEST_IN_STACK
    )
