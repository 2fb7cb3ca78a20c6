"""The same networks done by others: each keeps the output of every layer, as Vitrine does."""

from collections.abc import Callable

import keras
import numpy as np
import torch

from app.nn.network import Network
from app.nn.reading import Array

Run = Callable[[Array], list[Array]]


def _dense_layers(network: Network) -> list[tuple[Array, Array, bool]]:
    """Return kernel, bias, and whether a ReLU follows, of every layer of a network that is a chain of Dense layers."""
    return [
        (values["kernel"], values["bias"], getattr(placed.layer, "activation").name == "relu")  # noqa: B009
        for placed, values in zip(network.layers, network.parameters.values(), strict=True)
    ]


def numpy_loop(network: Network) -> Run:
    """The plain loop: matrix product, add, maximum."""
    layers = _dense_layers(network)

    def run(values: Array) -> list[Array]:
        kept = []
        for kernel, bias, rectified in layers:
            values = values @ kernel + bias
            if rectified:
                values = np.maximum(values, 0)
            kept.append(values)
        return kept

    return run


def pytorch(network: Network) -> Callable[[Array], list[torch.Tensor]]:
    """PyTorch's functions in eager and inference mode: less to do than for a model made of modules."""
    layers = [
        (torch.from_numpy(kernel.T.copy()), torch.from_numpy(bias.copy()), rectified)
        for kernel, bias, rectified in _dense_layers(network)
    ]

    def run(values: Array) -> list[torch.Tensor]:
        kept = []
        with torch.inference_mode():
            held = torch.from_numpy(values)
            for kernel, bias, rectified in layers:
                held = torch.nn.functional.linear(held, kernel, bias)
                if rectified:
                    held = torch.relu(held)
                kept.append(held)
        return kept

    return run


def keras_model(network: Network) -> Callable[[Array], list[torch.Tensor]]:
    """A Keras model (on PyTorch) whose outputs are those of all its layers, called in inference mode."""
    entry = keras.Input(network.input.shape, dtype=network.dtype.name)
    held = entry
    outputs = []
    for kernel, bias, rectified in _dense_layers(network):
        layer = keras.layers.Dense(len(bias), activation="relu" if rectified else None, dtype=network.dtype.name)
        held = layer(held)
        layer.set_weights([kernel, bias])
        outputs.append(held)
    model = keras.Model(entry, outputs)

    def run(values: Array) -> list[torch.Tensor]:
        with torch.inference_mode():
            results: list[torch.Tensor] = model(values, training=False)
        return results

    return run
