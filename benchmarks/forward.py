"""The forward pass with every value kept, against NumPy, PyTorch and Keras."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from app.nn.description import describe_layers
from app.nn.forward import forward
from app.nn.network import Network
from benchmarks.peers import keras_model, numpy_loop, pytorch
from benchmarks.timing import Row, compare


@dataclass(frozen=True)
class Case:
    """A network, the sizes of its batches, and what it may take at most, as a multiple of the NumPy loop."""

    name: str
    dtype: str
    features: int
    layers: tuple[dict[str, Any], ...]
    batches: tuple[int, ...]
    bar: float
    statistics_bars: tuple[float, ...] = ()


def _dense(units: int, activation: str = "relu", **more: Any) -> dict[str, Any]:
    # he_normal keeps the size of values over a thousand layers: there is nothing to gain from zeros or denormals.
    return {"kind": "Dense", "units": units, "activation": activation, "kernel_initializer": "he_normal", **more}


CASES = (
    Case("2-3-1", "float64", 2, (_dense(3), _dense(1, "linear")), (1,), 2.0),
    Case("784-128-64-10", "float32", 784, (_dense(128), _dense(64), _dense(10, "linear")), (1, 256), 1.1),
    Case("1000×64", "float32", 64, (_dense(64, repeat=1000),), (1, 32), 1.2, (1.6, 1.8)),
)


def _products(threads: int) -> Iterator[Row]:
    """Yield rows for layers so wide that the matrix products are nearly all there is to do."""
    document = {"dtype": "float32", "input": {"shape": [4096]}, "layers": [_dense(4096, repeat=10)]}
    network = Network.from_document(document)
    kernels = [values["kernel"] for values in network.parameters.values()]
    for batch in (1, 32):
        inputs = np.random.default_rng(0).random((batch, 4096)).astype(np.float32)
        read = [inputs, *(held.output for held in forward(network, inputs).layers.values())][1:]

        def products(read: Any = read) -> object:
            return [values @ kernel for values, kernel in zip(read, kernels, strict=False)]

        def ours(inputs: Any = inputs) -> object:
            return forward(network, inputs)

        yield compare(f"10×4096, batch {batch} ÷ its matrix products alone", ours, products, 1.1, threads=threads)


def measure(threads: int) -> Iterator[Row]:
    """Yield a row for every case, batch and peer, with so many threads for BLAS and PyTorch."""
    with threadpool_limits(threads):
        torch.set_num_threads(threads)
        for case in CASES:
            document = {"dtype": case.dtype, "input": {"shape": [case.features]}, "layers": list(case.layers)}
            network = Network.from_document(document)
            loop, torch_run, keras_run = numpy_loop(network), pytorch(network), keras_model(network)
            for position, batch in enumerate(case.batches):
                inputs = np.random.default_rng(0).random((batch, case.features)).astype(case.dtype)
                _check(network, inputs, loop, torch_run, keras_run)
                name = f"{case.name}, batch {batch}"

                def ours(network: Network = network, inputs: Any = inputs) -> object:
                    return forward(network, inputs)

                def described(network: Network = network, inputs: Any = inputs) -> object:
                    trace = forward(network, inputs)
                    return trace, describe_layers(trace)

                peers = (("NumPy loop", loop, case.bar), ("PyTorch", torch_run, 1.0), ("Keras", keras_run, 1.0))
                for peer, run, bar in peers:
                    yield compare(f"{name} ÷ {peer}", ours, lambda: run(inputs), bar, threads=threads)  # noqa: B023
                if case.statistics_bars:
                    bar = case.statistics_bars[position]
                    label = f"{name}, with statistics of all layers ÷ NumPy loop"
                    yield compare(label, described, lambda: loop(inputs), bar, threads=threads)  # noqa: B023
        yield from _products(threads)


def _check(network: Network, inputs: Any, *peers: Any) -> None:
    """Make sure that everybody computes the same numbers before anybody is timed."""
    expected = [held.output for held in list(forward(network, inputs).layers.values())[1:]]
    tolerance = 1e-6 if network.dtype == np.float64 else 1e-3
    for peer in peers:
        for one, other in zip(peer(inputs), expected, strict=True):
            scale = max(1.0, float(np.abs(other).max()))
            np.testing.assert_allclose(np.asarray(one), other, rtol=tolerance, atol=tolerance * scale)
