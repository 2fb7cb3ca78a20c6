"""The statistics of the layers of a trace, with as few calls as there are kinds of layers, not a few for each layer."""

from collections.abc import Collection

from app.nn.forward import Trace
from app.nn.statistics import Statistics, statistics, statistics_of, statistics_of_stack


def describe_layers(
    trace: Trace, names: Collection[str] | None = None, *, batched: bool = True
) -> dict[str, Statistics]:
    """Describe the outputs of the layers called `names` (by default all, with the input), pinned nodes included.

    Without `batched`, indexes do not count the batch, which then has one example.
    """
    described: dict[str, Statistics] = {}
    pinned = {override.layer for override in trace.overrides}
    if names is None:
        for stack in trace.stacks:
            outputs = stack.outputs if batched else stack.outputs[:, 0]
            described.update(zip(stack.names, statistics_of_stack(outputs), strict=True))
        others = [name for name in trace.layers if name not in described]
        for name in pinned & described.keys():
            output = trace.layers[name].output
            described[name] = statistics(output if batched else output[0])
    else:
        others = list(names)
    arrays = [trace.layers[name].output for name in others]
    found = statistics_of(arrays if batched else [output[0] for output in arrays])
    described.update(zip(others, found, strict=True))
    return described
