"""Evaluating: loss and metrics of a network as it is used, over examples it is not trained on."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from app.nn.forward import forward
from app.nn.losses import Loss
from app.nn.metrics import ConfusionMatrix, Metric, Result
from app.nn.network import Network
from app.nn.reading import Array
from app.nn.training.plan import BLOCK_BYTES, fused_loss
from app.nn.training.targets import Examples, read_examples


def evaluate(
    network: Network,
    loss: Loss,
    inputs: Array,
    targets: Array,
    metrics: Sequence[tuple[str, Metric]] = (),
    *,
    confusion_matrix: bool = False,
) -> dict[str, Result]:
    """Return the mean loss under `loss` and every metric under its key, over all examples.

    With `confusion_matrix`, a classifier (class targets, or a crossentropy) gets that too. Raises `NetworkError` for
    data that does not fit.
    """
    chosen = list(metrics)
    if confusion_matrix and "crossentropy" in loss.name:
        chosen.append(("confusion_matrix", ConfusionMatrix()))
    return evaluate_examples(network, loss, chosen, read_examples(network, loss, inputs, targets))


def evaluate_examples(
    network: Network, loss: Loss, metrics: Sequence[tuple[str, Metric]], examples: Examples
) -> dict[str, Result]:
    """Evaluate checked examples, block by block; where loss and output allow it, from before the activation."""
    inner, fused = fused_loss(network.output, loss)
    prepared = inner.prepare(examples.targets)
    block = max(1, min(len(examples), 4 * BLOCK_BYTES // (network.value_count * network.dtype.itemsize)))
    block = min(block, 4096)
    total, count = 0.0, 0
    sums: list[Array | None] = [None] * len(metrics)
    for start in range(0, len(examples), block):
        part = slice(start, start + block)
        trace = forward(network, examples.inputs[part])
        held = trace.layers[network.output.name]
        predictions: Any = held.pre_activation if fused else held.output
        with np.errstate(all="ignore"):
            values, _ = inner.evaluate(predictions, prepared[part])
            total += float(values.sum(dtype=np.float64))
            count += values.size
            for position, (_, metric) in enumerate(metrics):
                measured, before = metric.sums(held.output, examples.targets[part]), sums[position]
                sums[position] = measured if before is None else metric.merge(before, measured)
    results: dict[str, Result] = {"loss": total / count}
    for (key, metric), measured_all in zip(metrics, sums, strict=True):
        assert measured_all is not None, "there is at least one example"
        results[key] = metric.result(measured_all)
    return results
