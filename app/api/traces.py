"""Traces that were computed lately, by their content: what is asked of one input again does not run the network again.

An optimisation only: network, inputs and pinned nodes decide every value. What they are is known by a digest of the
document as it was sent, or by the id and version of a stored network.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from app.api.kept import Kept
from app.nn.forward import LayerTrace, Stack, Trace, forward
from app.nn.inputs import Override
from app.nn.network import Network
from app.nn.reading import Array

WORTH_KEEPING = 100_000
"""A pass of fewer products, with `LAYER` counted for each layer, is done again sooner than it is looked up."""
LAYER = 2_000
BYTES_OF_A_LAYER = 1_000  # without its numbers
VALUES_HELD = 2  # of a node: its output, and what stood before the activation


class _Held(NamedTuple):
    """A trace without its network, whose parameters are not to be kept for it."""

    layers: Mapping[str, LayerTrace]
    stacks: tuple[Stack, ...]


class RecentTraces:
    """Keeps traces, in `memory_bytes` at most; may be used from several threads."""

    def __init__(self, memory_bytes: int) -> None:
        self.kept: Kept[_Held] = Kept(memory_bytes)

    def of(self, content: bytes) -> "Tracer":
        """Return what computes traces of the network whose content is named by these bytes."""
        return Tracer(self, blake2b(content, digest_size=16).digest())


@dataclass(frozen=True)
class Tracer:
    """Computes traces of a network that is known by a digest, called like `forward`; those of lately are kept."""

    recent: RecentTraces
    digest: bytes

    def after(self, change: bytes) -> "Tracer":
        """Return the same for the network that a change, named by these bytes, makes of this one."""
        return self.recent.of(self.digest + change)

    def __call__(self, network: Network, inputs: Array, overrides: Sequence[Override] = ()) -> Trace:
        """Return what `forward` returns, computed now or lately; its outputs may be read only."""
        examples = len(inputs)
        work = network.multiply_adds * examples + len(network.layers) * LAYER
        values = VALUES_HELD * network.value_count * examples * network.dtype.itemsize
        size = values + len(network.layers) * BYTES_OF_A_LAYER
        if work < WORTH_KEEPING or size > self.recent.kept.most_bytes // 2:
            return forward(network, inputs, overrides)
        pins = tuple(overrides)

        def compute() -> _Held:
            trace = forward(network, inputs, pins)
            for values in trace.layers.values():
                values.output.setflags(write=False)
            return _Held(trace.layers, trace.stacks)

        seen = blake2b(inputs.tobytes(), digest_size=16).digest()
        key = (self.digest, seen, inputs.shape, inputs.dtype.char, pins)
        layers, stacks = self.recent.kept.find(key, compute, lambda _: size)
        return Trace(network, layers, pins, stacks)
