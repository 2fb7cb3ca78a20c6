"""How a node came to its value: the exact terms, done again in float64 and compared with the trace."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.nn.activations import BoundActivation
from app.nn.forward import Trace
from app.nn.layers import Terms
from app.nn.network import INPUT
from app.nn.reading import Array, Shape


@dataclass(frozen=True)
class Term:
    """One term of a node: a source node's value, and what it is multiplied by (`None` for a factor of a product).

    `winner` marks the one that a maximum took.
    """

    layer: str
    index: Shape
    value: float
    weight: float | None
    product: float | None
    winner: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of a term."""
        term: dict[str, Any] = {
            "source": {"layer": self.layer, "index": list(self.index)},
            "value": self.value,
            "weight": self.weight,
            "product": self.product,
        }
        return {**term, "winner": True} if self.winner else term


@dataclass(frozen=True)
class ActivationTerm:
    """One of the pre-activations that an activation along an axis looks at; `exponential` for softmax only."""

    index: Shape
    pre_activation: float
    exponential: float | None


@dataclass(frozen=True)
class Explanation:
    """The arithmetic of one node of one example.

    `terms` are sorted by |product|, largest first, and may be cut; `others_count` and `others_sum` stand for the
    rest, so that Σ product + others_sum + bias = pre_activation within rounding (but for operation `product`,
    whose terms are factors). `recomputed` is the value done again in float64 from all terms, `difference` its
    distance from what the layer computed, and `exact` says that it is within rounding. `details` is what else the
    operation has to say: further numbers, the `window` that it looks at, the sums of single `channels`.
    """

    layer: str
    index: Shape
    kind: str
    operation: str
    terms: tuple[Term, ...]
    others_count: int
    others_sum: float
    bias: float | None
    pre_activation: float | None
    activation: str | dict[str, Any] | None
    value: float
    recomputed: float
    difference: float
    exact: bool
    pinned: bool
    activation_terms: tuple[ActivationTerm, ...] | None = None
    denominator: float | None = None
    shift: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of `POST /explain`; numbers may be NaN or infinite."""
        result: dict[str, Any] = {
            "layer": self.layer,
            "index": list(self.index),
            "kind": self.kind,
            "operation": self.operation,
            "terms": [term.to_dict() for term in self.terms],
            "others": {"count": self.others_count, "sum": self.others_sum},
            "bias": self.bias,
            "pre_activation": self.pre_activation,
            "activation": self.activation,
            "value": self.value,
            "recomputed": self.recomputed,
            "difference": self.difference,
            "exact": self.exact,
            "pinned": self.pinned,
        }
        if self.activation_terms is not None:
            result["activation_terms"] = [
                {
                    "index": list(one.index),
                    "pre_activation": one.pre_activation,
                    "exponential": one.exponential,
                }
                for one in self.activation_terms
            ]
            result["denominator"] = self.denominator
            result["shift"] = self.shift
        return {**result, **self.details}


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


@dataclass(frozen=True)
class _Recomputed:
    """A node's value done again, how far rounding may have moved it, and what an activation along an axis looked at."""

    value: float
    tolerance: float
    activation_terms: tuple[ActivationTerm, ...] | None = None
    denominator: float | None = None
    shift: float | None = None


def explain(trace: Trace, layer: str, index: Shape, example: int = 0, top: int = 100) -> Explanation:
    """Explain the node at `index` of `layer` (which may be `input`) in one example of a trace.

    At most `top` terms are listed, those with the largest |product| first.
    """
    held = trace.layers[layer]
    value = float(held.output[(example, *index)])
    pinned = any(override.index == index for override in trace.pinned(layer))
    if layer == INPUT:
        unpinned = float(held.computed[(example, *index)])
        return Explanation(
            layer, index, "Input", "input", (), 0, 0.0, None, None, None, value, unpinned, 0.0, True, pinned
        )
    with np.errstate(all="ignore"):
        return _explain(trace, layer, index, example, top, value, pinned)


def _explain(trace: Trace, layer: str, index: Shape, example: int, top: int, value: float, pinned: bool) -> Explanation:
    placed = trace.network.placed(layer)
    held = trace.layers[layer]
    inputs = [one[example] for one in trace.inputs_of(layer)]
    terms = placed.layer.terms(index, inputs, trace.network.parameters[layer])
    activation = placed.layer.bound_activation
    done_again = _recompute(trace, layer, index, inputs, terms)
    unpinned = float(held.computed[(example, *index)])
    difference = abs(done_again.value - unpinned)
    exact = bool(np.isfinite(unpinned) and np.isfinite(done_again.value) and difference <= done_again.tolerance)
    if held.pre_activation is not None:
        pre_activation: float | None = float(held.pre_activation[(example, *index)])
    else:
        pre_activation = unpinned if terms.product is not None else None
    listed, others_sum = _strongest(trace, layer, terms, top)
    return Explanation(
        layer=layer,
        index=index,
        kind=placed.layer.kind,
        operation=placed.layer.operation,
        terms=listed,
        others_count=len(terms.value) - len(listed),
        others_sum=others_sum,
        bias=terms.bias,
        pre_activation=pre_activation,
        activation=activation.to_document() if activation else None,
        value=value,
        recomputed=done_again.value,
        difference=difference if np.isfinite(difference) else float("nan"),
        exact=exact,
        pinned=pinned,
        activation_terms=done_again.activation_terms,
        denominator=done_again.denominator,
        shift=done_again.shift,
        details=_details(terms, placed.inputs[0]),
    )


def _details(terms: Terms, source: str) -> Mapping[str, Any]:
    """Return what else an operation has to say; a window says in which layer it lies."""
    if "window" not in terms.details:
        return terms.details
    return {**terms.details, "window": {"layer": source, **terms.details["window"]}}


def _strongest(trace: Trace, layer: str, terms: Terms, top: int) -> tuple[tuple[Term, ...], float]:
    """Return the terms with the largest |product| (NaN first: it decides the sum), and the sum of the others.

    The winner of a maximum comes before all: it may be 0, as the products of the losers are.
    """
    placed = trace.network.placed(layer)
    strength = np.abs(terms.value if terms.product is None else terms.product)
    rank = np.where(np.isnan(strength), -np.inf, -strength)
    if terms.winner is not None:
        rank[terms.winner] = -np.inf
    order = np.argsort(rank, kind="stable")
    listed = []
    for row in order[:top]:
        source = int(terms.source[row])
        shape = placed.input_shapes[source]
        listed.append(
            Term(
                placed.inputs[source],
                tuple(int(one) for one in np.unravel_index(int(terms.source_node[row]), shape)),
                float(terms.value[row]),
                None if terms.weight is None else float(terms.weight[row]),
                None if terms.product is None else float(terms.product[row]),
                winner=row == terms.winner,
            )
        )
    rest = order[top:]
    return tuple(listed), 0.0 if terms.product is None or not len(rest) else float(terms.product[rest].sum())


def _tolerance(terms: Terms, dtype: np.dtype[Any]) -> float:
    """Bound the rounding error of a sum (or product) of n terms: 4 · n · eps · (Σ |product| + |bias|).

    Numbers below the smallest normal one are rounded too, to a subnormal or to 0: that bounds it from below.
    """
    limits = np.finfo(dtype)
    return 4.0 * len(terms.value) * (float(limits.eps) * terms.magnitude + float(limits.tiny))


def _recompute(trace: Trace, layer: str, index: Shape, inputs: list[Array], terms: Terms) -> _Recomputed:
    activation = trace.network.placed(layer).layer.bound_activation
    dtype = trace.network.dtype
    total = terms.total
    tolerance = _tolerance(terms, dtype)
    if activation is None:
        return _Recomputed(total, tolerance)
    if not activation.activation.elementwise:
        return _recompute_along_axis(trace, layer, index, inputs, activation)
    # The error moves z within ±tolerance; how far that moves the value is read off the function there.
    around = activation(np.concatenate([[total], np.linspace(total - tolerance, total + tolerance, 33)]))
    value = float(around[0])
    moved = float(np.max(np.abs(around[1:] - value)))
    limits = np.finfo(dtype)
    return _Recomputed(value, moved + 4.0 * (float(limits.eps) * abs(value) + float(limits.tiny)))


def _recompute_along_axis(
    trace: Trace, layer: str, index: Shape, inputs: list[Array], activation: BoundActivation
) -> _Recomputed:
    """Do all pre-activations along the activation's axis again, then the node's value from them."""
    placed = trace.network.placed(layer)
    dtype = trace.network.dtype
    shape = placed.layer.pre_activation_shape(placed.input_shapes)
    axis = int(activation.parameters["axis"]) + len(shape)
    line = [(*index[:axis], position, *index[axis + 1 :]) for position in range(shape[axis])]
    taken = [placed.layer.terms(one, inputs, trace.network.parameters[layer]) for one in line]
    totals = np.array([terms.total for terms in taken])
    tolerances = np.array([_tolerance(terms, dtype) for terms in taken])
    record = activation.activation
    parameters = {**activation.parameters, "axis": -1}
    outputs = record.evaluate(totals, **parameters)
    value = float(outputs[index[axis]])
    chosen = np.zeros_like(outputs)
    chosen[index[axis]] = 1.0
    slopes = np.abs(record.backward(totals, chosen, **parameters))
    limits = np.finfo(dtype)
    # Shares are formed by dividing; the other functions subtract numbers of the size of the pre-activations.
    divided = record.name in ("softmax", "glu")
    size = abs(value) if divided else max(1.0, float(np.abs(totals).max()))
    tolerance = 2.0 * float(slopes @ tolerances) + 4.0 * len(totals) * (float(limits.eps) * size + float(limits.tiny))
    shift = denominator = None
    exponentials: list[float | None] = [None] * len(totals)
    if record.name in ("softmax", "log_softmax"):
        # Textbooks divide exp(z) by the sum of all; where exp would overflow, both are scaled by the same factor.
        largest = float(totals.max())
        shift = largest if abs(largest) > 500.0 else 0.0
        scaled = np.exp(totals - shift)
        exponentials = [float(one) for one in scaled]
        denominator = float(scaled.sum())
    activation_terms = tuple(
        ActivationTerm(one, float(total), exponential)
        for one, total, exponential in zip(line, totals, exponentials, strict=True)
    )
    return _Recomputed(value, tolerance, activation_terms, denominator, shift)


def edges(trace: Trace, layer: str, example: int = 0, top: int = 2000) -> Edges:
    """Return the `top` strongest connections into a layer (by |product|) in one example of a trace, strongest first.

    Takes one `terms` of the layer for each of its nodes, and keeps few connections at a time, whatever the
    layer's size.
    """
    placed = trace.network.placed(layer)
    parameters = trace.network.parameters[layer]
    inputs = [one[example] for one in trace.inputs_of(layer)]
    shape = placed.layer.pre_activation_shape(placed.input_shapes)
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
