"""One pass forward and back in training mode, prepared once for a network so that a step only computes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any, NamedTuple, Protocol
from zlib import crc32

import numpy as np

from app.nn.activations import bind
from app.nn.layers import LAYERS, Layer, LayerGradient, LayerValues, Parameters
from app.nn.layers.values import Random
from app.nn.losses import Loss
from app.nn.network import INPUT, Network
from app.nn.placement import PlacedLayer
from app.nn.reading import Array
from app.nn.training.pooled import pooled_convolution
from app.nn.training.vector import ParameterVector

BLOCK_BYTES = 8 << 20
"""Values of a batch beyond this are computed in blocks of examples, which stay in the cache from layer to layer."""

SMALLEST_BLOCK = 8

NO_VALUES = LayerValues(np.empty(0))


class Trained(Protocol):
    """What the passes call: a layer, or what does the work of two."""

    def training_forward(self, inputs: Sequence[Array], parameters: Parameters, random: Random) -> LayerValues:
        """Compute a block of examples."""
        ...

    def training_backward(
        self,
        inputs: Sequence[Array],
        parameters: Parameters,
        values: LayerValues,
        gradient: Array,
        *,
        inputs_needed: bool = True,
    ) -> LayerGradient:
        """Carry the derivative by the output back."""
        ...


class Place(NamedTuple):
    """A layer as the passes need it: `target` and `sources` are positions in the list of outputs; 0 is the input.

    `source` is the only one of them, if there is one only: most layers read one other, and a small step feels a loop.
    `gradients` are its parameters' views into the gradient vector. `inputs_needed` says that something before it is
    trained, `reached` that it, or something before it, is.
    """

    target: int
    layer: Trained
    sources: tuple[int, ...]
    source: int | None
    parameters: dict[str, Array]
    gradients: tuple[tuple[str, Array], ...]
    reached: bool
    inputs_needed: bool
    seed: tuple[int, ...] | None


class Passes:
    """The forward and the backward pass of a network over blocks of examples.

    `fused` says that the loss takes what stands before the output's activation (see `Loss.from_activation`): the last
    layer then stops there in training. `gradient` is the flat gradient that `backward` fills. Convolutions and the
    pooling behind them are done `together` where they can be (see `pooled.py`).
    """

    def __init__(
        self,
        network: Network,
        vector: ParameterVector,
        loss: Loss,
        frozen: Sequence[str],
        seed: int,
        *,
        together: bool = True,
    ) -> None:
        self.gradient: Array = np.zeros_like(vector.values)
        views = vector.views(self.gradient)
        self.loss, self.fused = fused_loss(network.output, loss)
        layers = [self._layer(placed, frozen, last=placed is network.output) for placed in network.layers]
        self.whole = any(layer.couples_examples and layer.trainable for layer in layers)
        pairs = _pairs(network, layers) if together else {}
        skipped = {first for first, _ in pairs.values()}
        positions = {INPUT: 0} | {placed.name: n + 1 for n, placed in enumerate(network.layers)}
        reached = [False]
        places = []
        for number, (placed, layer) in enumerate(zip(network.layers, layers, strict=True)):
            first, done = pairs.get(number, (number, layer))
            owner = network.layers[first]
            names = [name for name in owner.parameter_specs if (owner.name, name) in views]
            sources = tuple(positions[name] for name in owner.inputs)
            before = any(reached[source] for source in sources)
            reached.append(before or bool(names))
            if number not in skipped:
                place = Place(
                    target=number + 1,
                    layer=done,
                    sources=sources,
                    source=sources[0] if len(sources) == 1 else None,
                    parameters=vector.arrays[owner.name],
                    gradients=tuple((name, views[owner.name, name]) for name in names),
                    reached=reached[-1],
                    inputs_needed=before,
                    seed=seed_of(layer, placed.name, seed) if layer.random_in_training else None,
                )
                places.append(place)
        self.places = tuple(places)
        self._backwards = tuple(reversed(places))
        self._count = len(network.layers) + 1
        self._moving = tuple(place for place in places if moves(place.layer))
        # Gradients of what the output does not depend on are never written: they stay 0.
        self.example_bytes = network.value_count * network.dtype.itemsize
        self._parameter_bytes = vector.values.nbytes

    def _layer(self, placed: PlacedLayer, frozen: Sequence[str], *, last: bool) -> Layer:
        """Return a layer as it is trained: frozen, or without the activation that the loss takes over."""
        layer = replace(placed.layer, trainable=False) if placed.name in frozen else placed.layer
        return without_activation(layer) if self.fused and last else layer

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
        """Compute every layer for a block; the first of the list is the input itself.

        The place of a layer that is done together with the next one holds nothing.
        """
        held = [NO_VALUES] * self._count
        held[0] = LayerValues(inputs)
        for place in self.places:
            random = None
            if place.seed is not None:
                random = np.random.default_rng(np.random.SeedSequence([*place.seed, step, block]))
            held[place.target] = place.layer.training_forward(_read(place, held), place.parameters, random)
        return held

    def backward(
        self,
        held: Sequence[LayerValues],
        by_output: Array,
        *,
        first: bool,
        by_sums: dict[int, Array | None] | None = None,
    ) -> list[Array | None]:
        """Carry the derivative by the last layer's output back, into `gradient`; add to it unless `first`.

        Returns the derivatives by every layer's output, the input first; `None` where nothing needs them. Those by
        what stood before the activations are put into `by_sums`, if it is given, by the layer's position.
        """
        by_layer: list[Array | None] = [None] * self._count
        by_layer[-1] = by_output
        for place in self._backwards:
            gradient = by_layer[place.target]
            if gradient is None or not place.reached:
                continue
            back = place.layer.training_backward(
                _read(place, held), place.parameters, held[place.target], gradient, inputs_needed=place.inputs_needed
            )
            if by_sums is not None:
                by_sums[place.target] = back.pre_activation
            for name, view in place.gradients:
                if first:
                    np.copyto(view, back.parameters[name])
                else:
                    np.add(view, back.parameters[name], out=view)
            if place.inputs_needed:
                for source, by_input in zip(place.sources, back.inputs, strict=True):
                    before = by_layer[source]
                    if by_input is not None:
                        by_layer[source] = by_input if before is None else before + by_input
        return by_layer

    def move(self, held: Sequence[LayerValues]) -> None:
        """Move the parameters that training moves without a gradient, such as a moving mean."""
        for place in self._moving:
            assert isinstance(place.layer, Layer), "only layers move parameters"
            moved = place.layer.moving_updates(_read(place, held), place.parameters, held[place.target])
            for name, values in moved.items():
                np.copyto(place.parameters[name], values)


def _read(place: Place, held: Sequence[LayerValues]) -> list[Array]:
    """Return what a layer reads."""
    if place.source is not None:
        return [held[place.source].output]
    return [held[source].output for source in place.sources]


def moves(layer: Trained) -> bool:
    """Tell whether a layer has parameters that move without a gradient."""
    return isinstance(layer, Layer) and type(layer).moving_updates is not Layer.moving_updates


def _pairs(network: Network, layers: Sequence[Layer]) -> dict[int, tuple[int, Trained]]:
    """Find the poolings that are done together with the convolution before them: its position, and what does both."""
    numbers = {placed.name: number for number, placed in enumerate(network.layers)}
    readers = Counter(name for placed in network.layers for name in placed.inputs)
    found: dict[int, tuple[int, Trained]] = {}
    for number, placed in enumerate(network.layers):
        name = placed.inputs[0]
        if len(placed.inputs) == 1 and name != INPUT and readers[name] == 1:
            first = numbers[name]
            both = pooled_convolution(layers[first], layers[number], network.layers[first].input_shapes[0])
            if both is not None:
                found[number] = (first, both)
    return found


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
