"""What a signal through the depth shows, in plain words: where it vanishes, explodes, saturates, dies or is lost."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from app.nn.reading import Array
from app.nn.signal import Signal

FACTOR = 1000.0
"""So many times smaller or larger than where it began is called vanishing or exploding."""

SATURATED = 0.5
ALIKE = 1e-3
"""Examples whose values differ by less than this part of their size look all the same."""

MANY_EXAMPLES = 8
DEAD = 0.25
DEAD_FEW = 0.6
SHORTEST = 3

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Finding:
    """One thing that is seen. `kind` names it, `of` is "values" or "gradients", `severity` "problem", "note" or "good".

    It is so from `layer` on, in the direction in which the signal moves (values forwards, gradients backwards), up to
    `last`; `count` layers are so. `factor` is by what each layer multiplies the signal, where that is what is meant.
    """

    kind: str
    of: str
    severity: str
    layer: str
    last: str
    count: int
    text: str
    factor: float | None = None


def findings(signal: Signal) -> list[Finding]:
    """Return what is seen in a signal, the gravest first; one of kind "healthy" if there is nothing to worry about."""
    found = [
        *_not_finite(signal),
        *_dead_layers(signal),
        *_all_zero(signal),
        *_vanishing_or_exploding_values(signal),
        *_vanishing_or_exploding_gradients(signal),
        *_saturated(signal),
        *_dead_nodes(signal),
        *_all_alike(signal),
    ]
    found.sort(key=lambda finding: finding.severity != "problem")
    if found:
        return found
    first, last = signal.names[0], signal.names[-1]
    text = (
        "Nothing vanishes, explodes or saturates: through the whole depth, the size of values and gradients "
        f"changes by less than a factor of {FACTOR:,.0f}."
    )
    return [Finding("healthy", "values", "good", first, last, len(signal.names), text)]


def _runs(condition: Array) -> list[tuple[int, int]]:
    """Return the first and last places of all stretches in which a condition holds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], condition, [False]]).astype(np.int8)))
    return [(int(start), int(stop) - 1) for start, stop in zip(edges[::2], edges[1::2], strict=True)]


def _longest(condition: Array, end: int) -> tuple[int, int] | None:
    """Return the longest stretch, if it is not short or goes on to `end`."""
    runs = [run for run in _runs(condition) if run[1] - run[0] + 1 >= SHORTEST or end in run]
    return max(runs, key=lambda run: run[1] - run[0], default=None)


def _size(factor: float) -> str:
    """Return how many times larger or smaller something is, as one reads it."""
    if factor < 1e6:
        return f"{factor:,.0f}"
    if not math.isfinite(factor):
        return "more than 10³⁰⁸"
    return "10" + f"{math.log10(factor):.0f}".translate(SUPERSCRIPTS)


def _layers(count: int) -> str:
    return "1 layer" if count == 1 else f"{count:,} layers"


def _place(signal: Signal, start: int, last: int) -> str:
    if last == len(signal.names) - 1 and start != last:
        return f'from "{signal.names[start]}" on'
    if start == last:
        return f'in "{signal.names[start]}"'
    return f'from "{signal.names[start]}" to "{signal.names[last]}"'


def _not_finite(signal: Signal) -> Iterator[Finding]:
    places = np.flatnonzero(signal.values.non_finite > 0)
    if len(places):
        first, last = int(places[0]), int(places[-1])
        share = signal.values.non_finite[first]
        how_many = "all" if share == 1 else f"{share:.2%}"
        text = (
            f'The first numbers that are not finite (NaN or infinity) are in "{signal.names[first]}": {how_many} of '
            f"its values. {_layers(len(places))} of {len(signal.names):,} hold some."
        )
        yield Finding("non_finite", "values", "problem", signal.names[first], signal.names[last], len(places), text)
    places = np.flatnonzero(signal.gradients.non_finite > 0)
    if len(places):
        first, last = int(places[-1]), int(places[0])
        text = (
            f'On the way back, the first gradients that are not finite are in "{signal.names[first]}"; '
            f"{_layers(len(places))} hold some."
        )
        yield Finding("non_finite", "gradients", "problem", signal.names[first], signal.names[last], len(places), text)


def _all_zero(signal: Signal) -> Iterator[Finding]:
    run = _longest(signal.values.size == 0, len(signal.names) - 1)
    if run is None or (signal.dead == 1.0).any():
        return
    start, last = run
    text = f"Every value is exactly 0 {_place(signal, start, last)}, whatever the input is."
    yield Finding("zero", "values", "problem", signal.names[start], signal.names[last], last - start + 1, text)


def _vanishing_or_exploding_values(signal: Signal) -> Iterator[Finding]:
    size = signal.values.size
    began = size[0] if size[0] > 0 else 1.0
    if not math.isfinite(began):
        return
    end = len(size) - 1
    for kind, condition in (
        ("vanishing", (size < began / FACTOR) & (size > 0)),
        ("exploding", (size > began * FACTOR) & np.isfinite(size)),
    ):
        run = _longest(condition, end)
        if run is None and end > 0:  # the last layer may put it right again, as a softmax does
            run = _longest(condition[:-1], end - 1)
        if run is None or run[0] == 0:
            continue
        start, last = run
        factor = float((size[last] / began) ** (1 / last))
        smaller = kind == "vanishing"
        extreme = float(np.min(size[start : last + 1]) / began if smaller else np.max(size[start : last + 1]) / began)
        text = (
            f"The values {'vanish' if smaller else 'explode'}: {_place(signal, start, last)} they are more than "
            f"{FACTOR:,.0f} times {'smaller' if smaller else 'larger'} than the input, at most "
            f"{_size(1 / extreme if smaller else extreme)} times; each layer multiplies their size by about "
            f"{factor:.3g}."
        )
        yield Finding(
            kind, "values", "problem", signal.names[start], signal.names[last], last - start + 1, text, factor
        )


def _vanishing_or_exploding_gradients(signal: Signal) -> Iterator[Finding]:
    places = np.flatnonzero(signal.reached)
    if len(places) < 2:
        return
    # Backwards from the layer before the target, where the derivative of the target's own function is already in it.
    places = places[::-1][1:]
    norm = signal.norm[places]
    began = norm[0]
    if began == 0:
        name = signal.names[places[0]]
        target = f"{signal.target.layer}[{', '.join(map(str, signal.target.index))}]"
        text = f'No gradient at all comes back from {target} to "{name}": nothing before it changes the target.'
        yield Finding("blocked", "gradients", "problem", name, signal.names[places[-1]], len(places), text, 0.0)
        return
    if not math.isfinite(began):
        return
    blocked = _longest(norm == 0, len(norm) - 1)
    if blocked is not None and blocked[1] == len(norm) - 1:
        name = signal.names[places[blocked[0]]]
        text = (
            f'No gradient at all arrives at "{name}" and before it: it is exactly 0 there, so training changes '
            f"nothing in these {_layers(len(norm) - blocked[0])}."
        )
        yield Finding(
            "blocked", "gradients", "problem", name, signal.names[places[-1]], len(norm) - blocked[0], text, 0.0
        )
    for kind, condition in (
        ("vanishing", (norm < began / FACTOR) & (norm > 0)),
        ("exploding", (norm > began * FACTOR) & np.isfinite(norm)),
    ):
        run = _longest(condition, len(norm) - 1)
        if run is None:
            continue
        start, last = run
        factor = float((norm[last] / began) ** (1 / last))
        smaller = kind == "vanishing"
        extreme = float(norm[last] / began)
        first_name, last_name = signal.names[places[start]], signal.names[places[last]]
        where = f'from "{first_name}" down to "{last_name}"' if first_name != last_name else f'at "{first_name}"'
        text = (
            f"The gradients {'vanish' if smaller else 'explode'} on the way back: {where} they are more than "
            f"{FACTOR:,.0f} times {'smaller' if smaller else 'larger'} than at the "
            f"end, at last {_size(1 / extreme if smaller else extreme)} times; each layer multiplies them by about "
            f"{factor:.3g}."
        )
        yield Finding(kind, "gradients", "problem", first_name, last_name, last - start + 1, text, factor)


def _saturated(signal: Signal) -> Iterator[Finding]:
    condition = np.nan_to_num(signal.saturated) > SATURATED
    condition[-1] = False  # a classifier that is sure of itself
    places = np.flatnonzero(condition)
    if not len(places):
        return
    first, last = signal.names[places[0]], signal.names[places[-1]]
    share = float(signal.saturated[places].mean())
    where = f'In "{first}"' if len(places) == 1 else f'In {_layers(len(places))} from "{first}" on'
    text = (
        f"{where}, most nodes are saturated ({share:.0%} of them): they stand on the flat part of their activation, "
        "where a change of their input changes next to nothing."
    )
    yield Finding("saturated", "values", "problem", first, last, len(places), text)


def _dead_layers(signal: Signal) -> Iterator[Finding]:
    places = np.flatnonzero(signal.dead == 1.0)
    if not len(places):
        return
    first, last = signal.names[places[0]], signal.names[places[-1]]
    text = (
        f'Every node of "{first}" is dead: 0 in {_of_all(signal.examples)}, so nothing of the input passes through it. '
        f"{_layers(len(places))} {'is' if len(places) == 1 else 'are'} so."
    )
    yield Finding("dead_layer", "values", "problem", first, last, len(places), text)


def _dead_nodes(signal: Signal) -> Iterator[Finding]:
    least = DEAD if signal.examples >= MANY_EXAMPLES else DEAD_FEW
    places = np.flatnonzero((np.nan_to_num(signal.dead) > least) & (signal.dead < 1.0))
    if not len(places):
        return
    first, last = signal.names[places[0]], signal.names[places[-1]]
    share = float(signal.dead[places].mean())
    where = f'In "{first}"' if len(places) == 1 else f'In {_layers(len(places))} from "{first}" on'
    text = f"{where}, {share:.0%} of the nodes are dead: 0 in {_of_all(signal.examples)}, and without a gradient."
    if signal.examples < MANY_EXAMPLES:
        text += " With more examples this is surer."
    severity = "problem" if signal.examples >= MANY_EXAMPLES else "note"
    yield Finding("dying", "values", severity, first, last, len(places), text)


def _of_all(examples: int) -> str:
    return "the one example" if examples == 1 else f"all {examples:,} examples"


def _all_alike(signal: Signal) -> Iterator[Finding]:
    spread, size = signal.spread, signal.values.size
    if not (spread[0] > ALIKE * size[0]):
        return
    run = _longest((spread <= ALIKE * size) & (size > 0), len(size) - 1)
    if run is None or run[1] != len(size) - 1:
        return
    start, last = run
    text = (
        f'From "{signal.names[start]}" on all examples look the same: they differ by less than a thousandth of the '
        "values' size, so the output hardly depends on the input."
    )
    yield Finding("alike", "values", "problem", signal.names[start], signal.names[last], last - start + 1, text)
