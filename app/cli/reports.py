"""Results as text: every number in full, as JSON would write it."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app.api.encoding import encode_number
from app.cli.text import RULE, printable, table
from app.nn.activations import BoundActivation
from app.nn.explain import Explanation
from app.nn.forward import Trace
from app.nn.network import INPUT, Network
from app.nn.reading import Array, Shape, format_shape

Row = list[str] | None


def describe_trace(trace: Trace, batched: bool, layers: Sequence[str] | None) -> str:
    """Return the values of all layers, or of those named, example after example."""
    blocks = [f"{printable(trace.network.name or 'network')}, {trace.network.dtype.name}"]
    count = len(trace.output)
    for example in range(count):
        if batched:
            blocks.append(f"example {example} of {count}")
        blocks += [_describe_layer(trace, name, example) for name in trace.layers if layers is None or name in layers]
    return "\n\n".join(blocks) + "\n"


def _describe_layer(trace: Trace, name: str, example: int) -> str:
    held = trace.layers[name]
    output = held.output[example]
    before = None if held.pre_activation is None else held.pre_activation[example]
    # glu makes one value of two, which have no single place beside it: they stand in a table of their own.
    beside = before is not None and before.shape == output.shape
    shown = before if beside else None
    names = _node_names(trace.network, name)
    pinned = {override.index for override in trace.pinned(name)}
    rows: list[Row] = [["node", *([] if shown is None else ["pre-activation"]), "value"]]
    for position, index in enumerate(np.ndindex(output.shape)):
        notes = [names[position]] if names else []
        notes += ["pinned"] if index in pinned else []
        numbers = [_number(values[index]) for values in (shown, output) if values is not None]
        rows.append([_node(name, index), *numbers, ", ".join(notes)])
    lines = [_title(trace.network, name)]
    strange = int(np.count_nonzero(~np.isfinite(output)))
    if strange:
        lines.append(f"  {strange} of {output.size} values {'is' if strange == 1 else 'are'} not finite")
    lines.append(table(rows, numeric=range(1, 2 if shown is None else 3)))
    if before is not None and not beside:
        rows = [["before it", "pre-activation"]]
        rows += [[_node(name, index), _number(before[index])] for index in np.ndindex(before.shape)]
        lines.append(table(rows, numeric=(1,)))
    return "\n".join(lines)


def describe_explanation(trace: Trace, found: Explanation) -> str:
    """Return the arithmetic of one node as a textbook writes it: term by term, then the sum and what became of it."""
    node = _node(found.layer, found.index)
    head = f"{node} of {printable(trace.network.name or 'network')} is {_number(found.value)}"
    if found.layer == INPUT:
        text = f"{head}\n  an input{' pinned to this value' if found.pinned else ''}: nothing is computed\n"
        return text if not found.pinned else f"{text}  what was given: {_number(found.recomputed)}\n"
    blocks = [
        f"{head}\n{_title(trace.network, found.layer)}",
        table(_sum_rows(trace, found), numeric=(1, 3, 5)),
        *_along_axis(found),
    ]
    numbers = {name: value for name, value in found.details.items() if isinstance(value, int | float)}
    if numbers:
        blocks.append(table([[name, "=", _number(value)] for name, value in numbers.items()], numeric=(2,)))
    blocks += _window(found.details)
    return "\n\n".join([*blocks, _check(found)]) + "\n"


def _window(details: Mapping[str, Any]) -> list[str]:
    """Return where a convolution or a pooling looks, and what each channel under it adds."""
    blocks = []
    if "window" in details:
        window = details["window"]
        start, size, dilation = window["start"], window["size"], window["dilation"]
        places = ", ".join(
            f"{first} to {first + (length - 1) * step}" + (f" by {step}" if step > 1 else "")
            for first, length, step in zip(start, size, dilation, strict=True)
        )
        blocks.append(f"Window: {'×'.join(map(str, size))} of {printable(window['layer'])}, at {places}")
    if len(details.get("channels", ())) > 1:
        rows = [[f"channel {one['channel']}", _number(one["sum"])] for one in details["channels"]]
        blocks.append(table([["of the input", "sum of its products"], *rows], numeric=(1,)))
    return blocks


def _sum_rows(trace: Trace, found: Explanation) -> list[Row]:
    factors = bool(found.terms) and found.terms[0].product is None
    rows: list[Row] = [["node", "value"] if factors else ["node", "value", "×", "weight", "=", "product"]]
    for term in found.terms:
        row = [_node(term.layer, term.index), _number(term.value)]
        if term.weight is not None and term.product is not None:
            row += ["×", _number(term.weight), "=", _number(term.product)]
        names = _node_names(trace.network, term.layer)
        shape = trace.network.shape_of(term.layer)
        row += [""] * (6 - len(row)) + ([names[int(np.ravel_multi_index(term.index, shape))]] if names else [])
        rows.append(row)

    def total(label: str, sign: str, value: float) -> None:
        rows.append([label, _number(value)] if factors else [label, "", "", "", sign, _number(value)])

    if found.others_count:
        more = f"{found.others_count:,} {'other' if found.others_count == 1 else 'others'}"
        if factors:
            rows.append([more])
        else:
            total(more, "+", found.others_sum)
    if found.bias is not None:
        total("bias", "+", found.bias)
    rows.append(RULE)
    if found.pre_activation is not None:
        total("pre-activation" if found.activation else "sum", "=", found.pre_activation)
    computed = found.recomputed if found.pinned else found.value
    if found.activation:
        total(_activation(found.activation), "→", computed)
    elif factors:
        total("product", "=", computed)
    if found.pinned:
        total("pinned to", "→", found.value)
    return rows


def _along_axis(found: Explanation) -> list[str]:
    """Return what a function along an axis looked at: all pre-activations, and for softmax their shares."""
    if found.activation_terms is None:
        return []
    shares = found.denominator is not None
    power = f"exp(z − {_number(found.shift)})" if found.shift else "exp(z)"
    rows: list[Row] = [["node", "pre-activation z", *([power] if shares else [])]]
    rows += [
        [
            _node(found.layer, term.index),
            _number(term.pre_activation),
            *([] if term.exponential is None else [_number(term.exponential)]),
            *(["this node"] if term.index == found.index else []),
        ]
        for term in found.activation_terms
    ]
    if found.denominator is not None:
        rows += [RULE, ["sum", "", _number(found.denominator)]]
    return [f"{_activation(found.activation)} looks at\n" + table(rows, numeric=(1, 2) if shares else (1,))]


def _check(found: Explanation) -> str:
    again = f"Check: done again in float64 from all terms it is {_number(found.recomputed)}"
    if found.exact:
        exactly = (
            "exactly the same" if found.difference == 0 else f"{_number(found.difference)} away, which is rounding"
        )
        return f"{again}, {exactly}: it agrees."
    if not (math.isfinite(found.recomputed) and math.isfinite(found.difference)):
        return f"{again}: not finite, so there is nothing to compare."
    return f"{again}, {_number(found.difference)} away: more than rounding explains, it does NOT agree."


def describe_activation(bound: BoundActivation, x: Array, outputs: Array, derivatives: Array | None) -> str:
    """Return a table of an activation function; `glu`, which has no derivatives, has half as many outputs as inputs."""
    record = bound.activation
    slope = "f'(x)" if record.elementwise else "∂f/∂x"
    rows: list[Row] = [["x", "f(x)", *([] if derivatives is None else [slope])]]
    for position, value in enumerate(x):
        row = [_number(value)]
        if position < len(outputs):
            row.append(_number(outputs[position]))
        if derivatives is not None:
            row.append(_number(derivatives[position]))
        rows.append(row)
    head = _activation({"name": bound.name, **bound.parameters})
    note = "" if record.elementwise else "\nalong an axis: each output depends on all values"
    return f"{head}: {record.title}{note}\n{table(rows, numeric=(0, 1, 2)[: len(rows[0] or ())])}\n"


def _title(network: Network, name: str) -> str:
    """Return a line on a layer: name, kind, activation, shape."""
    shape = format_shape(network.shape_of(name))
    if name == INPUT:
        return f"{name}: {shape}"
    layer = network.placed(name).layer
    activation = layer.bound_activation
    function = [] if activation is None else [_activation(activation.to_document())]
    return f"{name}: {', '.join([layer.kind, *function, shape])}"


def _activation(document: str | Mapping[str, Any] | None) -> str:
    """Write an activation as a network document has it: `leaky_relu(negative_slope=0.1)`."""
    if document is None or isinstance(document, str):
        return document or ""
    parameters = ", ".join(f"{name}={_parameter(value)}" for name, value in document.items() if name != "name")
    return f"{document['name']}({parameters})" if parameters else str(document["name"])


def _parameter(value: float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else _number(value)


def _node_names(network: Network, name: str) -> tuple[str, ...]:
    """Return what people call the nodes of a layer: the input's names, and the output's classes."""
    if name == INPUT:
        return network.input.names
    classes = network.input.classes
    fits = name == network.output.name and network.shape_of(name) == (len(classes),)
    return tuple(f"class {one}" for one in classes) if fits else ()


def _node(layer: str, index: Shape) -> str:
    return f"{layer}[{','.join(map(str, index))}]"


def _number(value: Any) -> str:
    """Write a number with all its digits, as JSON would; what is not finite by its name."""
    plain = value.item() if isinstance(value, np.generic) else value
    return str(encode_number(plain))
