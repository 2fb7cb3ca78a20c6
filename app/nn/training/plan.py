"""One pass forward and back in training mode, prepared once for a network so that a step only computes."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np

from app.nn.activations import bind
from app.nn.layers import LAYERS, Layer, LayerValues
from app.nn.losses import Loss
from app.nn.network import INPUT, Network
from app.nn.placement import PlacedLayer
from app.nn.reading import Array
from app.nn.training.vector import ParameterVector

BLOCK_BYTES = 4 << 20
"""Values of a batch beyond this are computed in blocks of examples, which stay in the cache from layer to layer."""

SMALLEST_BLOCK = 8


class Place(NamedTuple):
    """A layer as the passes need it: `sources` are positions in the list of outputs, of which the input is the first.

    `gradients` are its parameters' views into the gradient vector. `inputs_needed` says that something before it is
    trained, `reached` that it, or something before it, is.
    """

    name: str
    layer: Layer
    sources: tuple[int, ...]
    parameters: dict[str, Array]
    gradients: tuple[tuple[str, Array], ...]
    reached: bool
    inputs_needed: bool
    seed: tuple[int, ...] | None


class Passes:
    """The forward and the backward pass of a network over blocks of examples.

    `fused` says that the loss takes what stands before the output's activation (see `Loss.from_activation`): the last
    layer then stops there in training. `gradient` is the flat gradient that `backward` fills.
    """

    def __init__(self, network: Network, vector: ParameterVector, loss: Loss, frozen: Sequence[str], seed: int) -> None:
        self.gradient: Array = np.zeros_like(vector.values)
        views = vector.views(self.gradient)
        self.loss, self.fused = fused_loss(network.output, loss)
        positions = {INPUT: 0} | {placed.name: n + 1 for n, placed in enumerate(network.layers)}
        reached = [False]
        places = []
        for placed in network.layers:
            layer = placed.layer
            if placed.name in frozen:
                layer = replace(layer, trainable=False)
            if self.fused and placed is network.output:
                layer = without_activation(layer)
            sources = tuple(positions[name] for name in placed.inputs)
            own = tuple(
                (name, views[placed.name, name]) for name in placed.parameter_specs if (placed.name, name) in views
            )
            before = any(reached[source] for source in sources)
            reached.append(before or bool(own))
            draws = seed_of(layer, placed.name, seed) if layer.random_in_training else None
            parameters = vector.arrays[placed.name]
            places.append(Place(placed.name, layer, sources, parameters, own, reached[-1], before, draws))
        self.places = tuple(places)
        self._backwards = tuple(reversed(tuple(enumerate(self.places))))
        self._moving = tuple(
            (position, place)
            for position, place in enumerate(self.places)
            if type(place.layer).moving_updates is not Layer.moving_updates
        )
        # Gradients of what the output does not depend on are never written: they stay 0.
        self.example_bytes = network.value_count * network.dtype.itemsize
        self.whole = any(place.layer.couples_examples and place.layer.trainable for place in self.places)
        self._parameter_bytes = vector.values.nbytes

    def block_size(self, batch: int) -> int:
        """Return how many examples are computed at once: all, unless their values leave the cache.

        Every block goes through all parameters, so it is also large enough to be worth that.
        """
        if self.whole:
            return batch
        room = max(BLOCK_BYTES, 4 * self._parameter_bytes)
        if self.example_bytes * batch <= room:
            return batch
        block = SMALLEST_BLOCK
        while 2 * block * self.example_bytes <= room:
            block *= 2
        return min(block, batch)

    def blocks(self, batch: int) -> Iterator[tuple[int, int]]:
        """Return the (start, stop) of every block of a batch."""
        size = self.block_size(batch)
        return ((start, min(start + size, batch)) for start in range(0, batch, size))

    def forward(self, inputs: Array, step: int, block: int) -> list[LayerValues]:
        """Compute every layer for a block; the first of the list is the input itself."""
        held = [LayerValues(inputs)]
        for place in self.places:
            random = None
            if place.seed is not None:
                random = np.random.default_rng(np.random.SeedSequence([*place.seed, step, block]))
            read = [held[source].output for source in place.sources]
            held.append(place.layer.training_forward(read, place.parameters, random))
        return held

    def backward(self, held: Sequence[LayerValues], by_output: Array, *, first: bool) -> list[Array | None]:
        """Carry the derivative by the last layer's output back, into `gradient`; add to it unless `first`.

        Returns the derivatives by every layer's output, the input first; `None` where nothing needs them.
        """
        by_layer: list[Array | None] = [None] * len(held)
        by_layer[-1] = by_output
        for position, place in self._backwards:
            if not place.reached:
                continue
            gradient = by_layer[position + 1]
            if gradient is None:
                continue
            read = [held[source].output for source in place.sources]
            back = place.layer.training_backward(
                read, place.parameters, held[position + 1], gradient, inputs_needed=place.inputs_needed
            )
            for name, view in place.gradients:
                if first:
                    np.copyto(view, back.parameters[name])
                else:
                    np.add(view, back.parameters[name], out=view)
            if place.inputs_needed:
                for source, by_input in zip(place.sources, back.inputs, strict=True):
                    if by_input is not None:
                        before = by_layer[source]
                        by_layer[source] = by_input if before is None else before + by_input
        return by_layer

    def move(self, held: Sequence[LayerValues]) -> None:
        """Move the parameters that training moves without a gradient, such as a moving mean."""
        for position, place in self._moving:
            read = [held[source].output for source in place.sources]
            moved = place.layer.moving_updates(read, place.parameters, held[position + 1])
            for name, values in moved.items():
                np.copyto(place.parameters[name], values)


def seed_of(layer: Layer, name: str, seed: int) -> tuple[int, ...]:
    """Return what seeds a layer's draws, besides the step: its own `seed` if it has one, and its name."""
    own = getattr(layer, "seed", None)
    return (seed if own is None else own, 2, crc32(name.encode()))


def fused_loss(output: PlacedLayer, loss: Loss) -> tuple[Loss, bool]:
    """Return the loss to use in a step, and whether it takes what stands before the output's activation."""
    activation = output.layer.bound_activation
    if activation is None or activation.parameters.get("axis", -1) != -1:
        return loss, False
    inner = loss.from_activation(activation.name)
    return (loss, False) if inner is None else (inner, True)


def without_activation(layer: Layer) -> Layer:
    """Return a layer that stops before its activation."""
    linear: Any = {"activation": bind("linear")}
    if any(one.name == "activation" for one in fields(layer)):
        return replace(layer, **linear)
    return LAYERS["Activation"](**linear)  # a Softmax layer is nothing but its activation
