"""The strongest connections into a layer, for drawing: by |weight × value|, of however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.nn.best import BLOCK, Best
from app.nn.forward import Trace
from app.nn.layers import Terms
from app.nn.layers.product_forms import GatheredForm, ProductForm
from app.nn.placement import PlacedLayer
from app.nn.reading import Array, Shape


@dataclass(frozen=True)
class Edges:
    """The strongest connections into a layer.

    For each: its source (a position in `sources`), the nodes at both ends (flat, C order), the weight and the product,
    which are `None` for factors of a product. `count` is how many connections there are in all.
    """

    sources: tuple[str, ...]
    count: int
    source: Array
    source_node: Array
    node: Array
    weight: Array | None
    product: Array | None


def edges(trace: Trace, layer: str, example: int = 0, top: int = 2000) -> Edges:
    """Return the `top` strongest connections into a layer (by |product|) in one example of a trace, strongest first.

    A layer that knows its `product_form` is looked at in blocks of its weights; of any other one `terms` is taken for
    each of its nodes. Few connections are kept at a time, whatever the layer's size.
    """
    placed = trace.network.placed(layer)
    parameters = trace.network.parameters[layer]
    inputs = [one[example] for one in trace.inputs_of(layer)]
    shape = placed.layer.pre_activation_shape(placed.input_shapes)
    form = placed.layer.product_form(inputs, parameters)
    if form is not None:
        with np.errstate(all="ignore"):
            return _edges_of_products(form, placed, shape, top)
    gathered = placed.layer.gathered_forms(inputs, parameters)
    if gathered is not None:
        with np.errstate(all="ignore"):
            return _edges_of_windows(gathered, placed, shape, top)
    count = 0
    kept = _Strongest(top)
    with np.errstate(all="ignore"):
        for index in np.ndindex(shape):
            terms = placed.layer.terms(index, inputs, parameters)
            count += len(terms.value)
            # glu folds the second half of an axis onto the first: both lead to the same node
            place = tuple(one % length for one, length in zip(index, placed.output_shape, strict=True))
            kept.add(terms, int(np.ravel_multi_index(place, placed.output_shape)))
    return kept.edges(placed.inputs, count)


def _edges_of_products(form: ProductForm, placed: PlacedLayer, shape: Shape, top: int) -> Edges:
    """Look at blocks of weights; a connection's place is (position · units + unit) · features + feature.

    Products of the network's own dtype tell which connections may be among the strongest; those are multiplied again
    in float64, as everywhere.
    """
    features, units = form.weight.shape
    best = Best(top)
    together = max(1, BLOCK // units)
    limits = np.finfo(form.weight.dtype)
    slack, underflow = 1.0 - 4.0 * float(limits.eps), 2.0 * float(limits.tiny)
    for place, values in enumerate(form.value):
        for start in range(0, features, together):
            weight = form.weight[start : start + together]
            strength = np.abs(weight * values[start : start + together, np.newaxis])
            bound = best.least * slack - underflow
            if strength.max() < bound:  # not so for NaN
                continue
            row, unit = np.nonzero(~(strength < bound))
            exact = np.abs(weight[row, unit].astype(np.float64) * values[start + row])
            best.add_at(exact, (place * units + unit) * features + start + row)
    node, feature = np.divmod(best.places(), features)
    position, unit = np.divmod(node, units)
    weight = form.weight[feature, unit].astype(np.float64)
    value = form.value[position, feature].astype(np.float64)
    # glu folds the second half of an axis onto the first: both lead to the same node
    index = np.unravel_index(node, shape)
    folded = tuple(one % length for one, length in zip(index, placed.output_shape, strict=True))
    return Edges(
        sources=placed.inputs,
        count=form.value.size * units,
        source=np.zeros(len(node), dtype=np.int64),
        source_node=position * features + feature,
        node=np.ravel_multi_index(folded, placed.output_shape),
        weight=weight,
        product=value * weight,
    )


def _edges_of_windows(forms: Sequence[GatheredForm], placed: PlacedLayer, shape: Shape, top: int) -> Edges:
    """Look at blocks of positions, and in each first at those that can hold the largest products.

    A position of which no product can be among the strongest is passed over, so that few of very many are formed.
    """
    best = Best(top)
    count = offset = 0
    for form in forms:
        weight = form.weight.T.astype(np.float64, order="C")
        units, features = weight.shape
        largest = np.abs(weight).max(axis=0)
        for block in form.blocks():
            count += units * int(np.count_nonzero(~block.padding))
            value = block.value.astype(np.float64)
            bounds = (np.abs(value) * largest).max(axis=1)
            bounds[np.isnan(bounds)] = np.inf
            for position in np.argsort(-bounds, kind="stable").tolist():
                if bounds[position] < best.least:
                    break
                strength = np.abs(weight * value[position])
                strength[:, block.padding[position]] = -1.0  # weaker than any
                best.add(strength.reshape(-1), offset + (block.first + position) * units * features)
        offset += form.positions * units * features
    source_node, node, weights, values = _found(forms, best.places())
    # glu folds the second half of an axis onto the first: both lead to the same node
    index = np.unravel_index(node, shape)
    folded = tuple(one % length for one, length in zip(index, placed.output_shape, strict=True))
    return Edges(
        sources=placed.inputs,
        count=count,
        source=np.zeros(len(node), dtype=np.int64),
        source_node=source_node,
        node=np.ravel_multi_index(folded, placed.output_shape),
        weight=weights,
        product=values * weights,
    )


def _found(forms: Sequence[GatheredForm], places: Array) -> tuple[Array, Array, Array, Array]:
    """Return source node, node, weight and value of the connections at `places`: forms one after the other."""
    whole, real = np.zeros((2, len(places)), dtype=np.int64), np.zeros((2, len(places)))
    offset = 0
    for form in forms:
        features, units = form.weight.shape
        size = form.positions * units * features
        here = (places >= offset) & (places < offset + size)
        within, feature = np.divmod(places[here] - offset, features)
        position, unit = np.divmod(within, units)
        whole[0, here], real[1, here] = form.look_up(position, feature)
        whole[1, here] = position * form.units + form.first_unit + unit
        real[0, here] = form.weight[feature, unit]
        offset += size
    return whole[0], whole[1], real[0], real[1]


class _Strongest:
    """Keeps the `top` rows with the largest |product| of the terms that are added."""

    def __init__(self, top: int) -> None:
        self.top = top
        self.rows: list[Array] = []
        self.waiting = 0
        self.factors = False

    def add(self, terms: Terms, node: int) -> None:
        """Add the terms of one node."""
        self.factors = terms.product is None
        weight = terms.value if terms.weight is None else terms.weight
        product = terms.value if terms.product is None else terms.product
        self.rows.append(np.array([terms.source, terms.source_node, np.full(len(weight), node), weight, product]))
        self.waiting += len(weight)
        if self.waiting > 8 * self.top + 10_000:
            self.rows = [self._best()]
            self.waiting = self.rows[0].shape[1]

    def _best(self) -> Array:
        rows = np.concatenate(self.rows, axis=1)
        strength = np.abs(rows[4])
        strength[np.isnan(strength)] = np.inf
        order = np.argsort(-strength, kind="stable")[: self.top]
        return rows[:, order]

    def edges(self, sources: tuple[str, ...], count: int) -> Edges:
        """Return what was kept, strongest first."""
        source, source_node, node, weight, product = self._best()
        whole = np.int64
        return Edges(
            sources,
            count,
            source.astype(whole),
            source_node.astype(whole),
            node.astype(whole),
            None if self.factors else weight,
            None if self.factors else product,
        )
