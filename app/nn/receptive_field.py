"""Receptive fields: which nodes of the layers before can have an influence on a node, by the network's structure."""

from collections.abc import Mapping

from app.nn.layers.shapes import Box
from app.nn.network import INPUT, Network
from app.nn.reading import Shape


def receptive_field(network: Network, layer: str, index: Shape) -> Mapping[str, Box]:
    """Return, for the input and every layer that the node at `index` depends on, the box that holds those nodes.

    The node's own layer is among them, last; layers without influence are not. `layer` may be `input`. A box reaches
    from the first to the last node along each axis: branches may leave gaps in it.
    """
    found: dict[str, Box] = {layer: tuple((position, position + 1) for position in index)}
    for placed in reversed(network.layers):
        box = found.get(placed.name)
        if box is None:
            continue
        for source, read in zip(placed.inputs, placed.layer.reads(box, placed.input_shapes), strict=True):
            if read is not None:
                found[source] = hull(found[source], read) if source in found else read
    names = [INPUT, *(placed.name for placed in network.layers)]
    return {name: found[name] for name in names if name in found}


def hull(one: Box, other: Box) -> Box:
    """Return the smallest box around two."""
    return tuple((min(a, c), max(b, d)) for (a, b), (c, d) in zip(one, other, strict=True))
