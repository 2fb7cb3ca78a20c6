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
    """Bound the rounding error of a node that its terms make."""
    return float(_rounding(len(terms.value), terms.magnitude, dtype))


def _rounding(count: int, magnitude: Any, dtype: np.dtype[Any]) -> Any:
    """Bound the rounding error of a sum (or product) of `count` terms: 4 · n · eps · (Σ |product| + |bias|).

    Numbers below the smallest normal one are rounded too, to a subnormal or to 0: that bounds it from below.
    `magnitude` is a number, or an array with one for each sum.
    """
    limits = np.finfo(dtype)
    return 4.0 * count * (float(limits.eps) * magnitude + float(limits.tiny))


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
    parameters = trace.network.parameters[layer]
    form = placed.layer.product_form(inputs, parameters) if axis == len(shape) - 1 else None
    if form is not None:
        position = int(np.ravel_multi_index(index[:-1], shape[:-1])) if axis else 0
        totals, magnitudes = form.totals(position)
        tolerances = _rounding(len(form.weight), magnitudes, dtype)
    else:
        taken = [placed.layer.terms(one, inputs, parameters) for one in line]
        totals = np.array([terms.total for terms in taken])
        tolerances = np.array([_tolerance(terms, dtype) for terms in taken])
    record = activation.activation
    settings = {**activation.parameters, "axis": -1}
    outputs = record.evaluate(totals, **settings)
    value = float(outputs[index[axis]])
    chosen = np.zeros_like(outputs)
    chosen[index[axis]] = 1.0
    slopes = np.abs(record.backward(totals, chosen, **settings))
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
