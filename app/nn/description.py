"""The statistics of the layers of a trace, with as few calls as there are kinds of layers, not a few for each layer."""

from collections.abc import Collection

from app.nn.forward import Trace
from app.nn.statistics import Statistics, statistics_of, statistics_of_stack


def describe_layers(
    trace: Trace, names: Collection[str] | None = None, *, batched: bool = True
) -> dict[str, Statistics]:
    """Describe the outputs of the layers called `names` (by default all, with the input), pinned nodes included.

    Without `batched`, indexes do not count the batch, which then has one example.
    """
    if names is not None or not trace.stacks:
        return _describe(trace, trace.layers if names is None else names, batched=batched)
    described: dict[str, Statistics] = {}
    for stack in trace.stacks:
        outputs = stack.outputs if batched else stack.outputs[:, 0]
        described.update(zip(stack.names, statistics_of_stack(outputs), strict=True))
    others = [name for name in trace.layers if name not in described]
    pinned = [name for name in {override.layer for override in trace.overrides} if name in described]
    described.update(_describe(trace, [*others, *pinned], batched=batched))
    return described


def _describe(trace: Trace, names: Collection[str], *, batched: bool) -> dict[str, Statistics]:
    outputs = [trace.layers[name].output for name in names]
    found = statistics_of(outputs if batched else [output[0] for output in outputs])
    return dict(zip(names, found, strict=True))
