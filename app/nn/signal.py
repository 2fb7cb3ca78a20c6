"""The signal through the depth: what the values of every layer are like, and the gradients, from end to end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.nn.activations.linear import LINEAR
from app.nn.flatness import NOWHERE, Flatness, flatness_of
from app.nn.forward import Trace
from app.nn.gradients import walk_back
from app.nn.network import INPUT
from app.nn.percentiles import BLOCK, Distributions, distributions_of
from app.nn.reading import Array, Shape

Report = Callable[[str, int, int], None]
"""Told what is being done, and how many layers of how many are."""

REPORT_EVERY = 50


@dataclass(frozen=True)
class Target:
    """The node whose derivatives are taken, in every example of its own."""

    layer: str
    index: Shape


@dataclass(frozen=True)
class Signal:
    """What every layer holds over a batch; all arrays have one entry a layer, `names` begins with `input`.

    `saturated`, `dead` and `spread` are NaN where they mean nothing: `saturated` and `dead` for a layer whose
    activation has no flat side of that kind, `spread` for a single example. `dead` counts nodes that are idle in all
    examples. `spread` is the standard deviation over the examples (root mean square over the nodes): what tells the
    examples apart. `pre_activations` (if asked for) are NaN where a layer has
    none. `gradients` are by layers' outputs, over those in `reached`: the layers on which the target
    depends. `norm` is the Euclidean norm of an example's gradient, the mean over the examples.
    """

    names: tuple[str, ...]
    flatness: tuple[Flatness, ...]
    examples: int
    target: Target
    values: Distributions
    pre_activations: Distributions | None
    saturated: Array
    dead: Array
    spread: Array
    gradients: Distributions
    reached: Array
    norm: Array


def choose_target(trace: Trace) -> Target:
    """Return the output node with the largest value, on average over the examples; between equal ones the first."""
    name = trace.network.output.name
    output = trace.layers[name].output.astype(np.float64, copy=False)
    with np.errstate(all="ignore"):
        mean = output.mean(axis=0)
    usable = np.where(np.isfinite(mean), mean, -np.inf)
    return Target(name, tuple(int(place) for place in np.unravel_index(int(usable.argmax()), mean.shape)))


def signal(
    trace: Trace, target: Target | None = None, pre_activations: bool = False, report: Report = lambda *_: None
) -> Signal:
    """Describe the values of a trace, and the derivatives of a node by all of them (see `choose_target`).

    `pre_activations`: describe these, too.
    """
    target = target or choose_target(trace)
    names = tuple(trace.layers)
    outputs = [held.output for held in trace.layers.values()]
    flatness = tuple(_flatness(trace, name) for name in names)
    values = distributions_of(outputs)
    report("values", len(names), len(names))
    saturated, dead = _shares(trace, names, flatness)
    by_output = _gradients(trace, target, report)
    reached = np.array([name in by_output for name in names])
    found = distributions_of([by_output[name] for name in names if name in by_output])
    report("gradients", len(names), len(names))
    return Signal(
        names,
        flatness,
        len(outputs[0]),
        target,
        values,
        _before(trace) if pre_activations else None,
        saturated,
        dead,
        _spread(outputs),
        _spread_out(found, reached),
        reached,
        _norm([by_output.get(name) for name in names]),
    )


def _flatness(trace: Trace, name: str) -> Flatness:
    if name == INPUT:
        return NOWHERE
    activation = trace.network.placed(name).layer.bound_activation
    return NOWHERE if activation is None or activation.activation is LINEAR else flatness_of(activation)


def _before(trace: Trace) -> Distributions:
    held = [values.pre_activation for values in trace.layers.values()]
    there = np.array([values is not None for values in held])
    return _spread_out(distributions_of([values for values in held if values is not None]), there)


def _gradients(trace: Trace, target: Target, report: Report) -> Mapping[str, Array]:
    """Return the derivatives of the target by the outputs of the layers on which it depends."""
    network = trace.network
    seed = np.zeros(trace.layers[target.layer].output.shape, dtype=network.dtype)
    place: tuple[slice | int, ...] = (slice(None), *target.index)
    seed[place] = 1.0
    by_output = {target.layer: seed}
    for done, (placed, _, _) in enumerate(walk_back(trace, by_output)):
        if done % REPORT_EVERY == 0:
            report(placed.name, done, len(network.layers))
    return by_output


def _shares(trace: Trace, names: Sequence[str], flatness: Sequence[Flatness]) -> tuple[Array, Array]:
    """Return the shares of saturated nodes (over all examples) and of dead ones."""
    saturated, dead = np.full(len(names), np.nan), np.full(len(names), np.nan)
    alike: dict[tuple[Flatness, Shape], list[int]] = {}
    for place, (name, flat) in enumerate(zip(names, flatness, strict=True)):
        before = trace.layers[name].pre_activation
        if before is not None and (flat.bounded or flat.rectifies):
            alike.setdefault((flat, before.shape), []).append(place)
    with np.errstate(invalid="ignore"):
        for (flat, shape), places in alike.items():
            together = max(1, BLOCK // int(np.prod(shape)))
            for start in range(0, len(places), together):
                some = places[start : start + together]
                held = [trace.layers[names[place]].pre_activation for place in some]
                rows = np.concatenate([z.reshape(1, len(z), -1) for z in held if z is not None])
                if flat.bounded:
                    share = np.zeros(len(some))
                    for beyond in (rows <= flat.below, rows >= flat.above):
                        share += np.count_nonzero(beyond, axis=(1, 2)) / rows[0].size
                    saturated[some] = share
                if flat.rectifies:
                    dead[some] = (rows <= flat.idle).all(axis=1).mean(axis=1)
    return saturated, dead


def _spread(outputs: Sequence[Array]) -> Array:
    spread = np.full(len(outputs), np.nan)
    examples = len(outputs[0])
    if examples < 2:
        return spread
    alike: dict[Shape, list[int]] = {}
    for place, values in enumerate(outputs):
        alike.setdefault(values.shape, []).append(place)
    with np.errstate(all="ignore"):
        for places in alike.values():
            together = max(1, BLOCK // outputs[places[0]].size)
            for start in range(0, len(places), together):
                some = places[start : start + together]
                rows = np.concatenate([outputs[place].reshape(1, examples, -1) for place in some])
                rows = rows.astype(np.float64, copy=False)
                rows = rows - rows.mean(axis=1, keepdims=True)
                spread[some] = np.sqrt(np.einsum("ijk,ijk->i", rows, rows) / rows[0].size)
    return spread


def _norm(gradients: Sequence[Array | None]) -> Array:
    """Return the mean norm of an example's gradient, NaN where there is none."""
    norm = np.full(len(gradients), np.nan)
    with np.errstate(all="ignore"):
        for place, values in enumerate(gradients):
            if values is not None:
                rows = values.reshape(len(values), -1).astype(np.float64, copy=False)
                largest = max(float(rows.max()), -float(rows.min()))
                if not (largest == 0 or 1e-150 < largest < 1e150):  # also NaN
                    rows = rows / largest
                else:
                    largest = 1.0
                norm[place] = np.sqrt(np.einsum("ij,ij->i", rows, rows)).mean() * largest
    return norm


def _spread_out(found: Distributions, reached: Array) -> Distributions:
    """Return distributions of the layers that are reached as those of all, NaN for the others."""

    def put(values: Array) -> Array:
        whole = np.full((*values.shape[:-1], len(reached)), np.nan)
        whole[..., reached] = values
        return whole

    return Distributions(
        put(found.percentiles), put(found.mean), put(found.size), put(found.zeros), put(found.non_finite)
    )
