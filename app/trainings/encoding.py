"""Encoding of labels: class numbers as the loss compares them with the network's output."""

import numpy as np

from app.nn.losses import Loss
from app.nn.network import Network
from app.nn.reading import Array


def encode_targets(targets: Array, loss: Loss, network: Network, classes: tuple[str, ...]) -> Array:
    """Return class numbers one-hot where the loss compares with an output for each class; all else as it is."""
    outputs = network.output.output_shape
    if classes and loss.targets == "values" and targets.ndim == 1 and outputs == (len(classes),) and len(classes) > 1:
        return np.eye(len(classes), dtype=network.dtype)[targets]
    return targets
