"""What depth costs: building, running, summarising and opening chains of 10 to 5,000 layers of 64 nodes."""

from collections.abc import Iterator

import numpy as np
from threadpoolctl import threadpool_limits

from app.api.answers import describe_forward
from app.api.encoding import encode
from app.api.tensors import tensor_response
from app.nn.forward import forward
from app.nn.network import Network
from app.nn.reading import Array
from app.nn.signal import signal
from app.nn.summary import summarize
from benchmarks.timing import Row, best_seconds

DEPTHS = (10, 100, 1000, 5000)
REFERENCE = 100
LINEAR = 2.0
"""Room for weights that no longer fit into the processor's cache; quadratic cost would show as 10 or 50."""


def measure() -> Iterator[Row]:
    """Yield rows with the time a layer; the peer is the same at a hundred layers, so 1 means linear."""
    with threadpool_limits(1):
        times = {depth: _per_layer(depth) for depth in DEPTHS}
    for work in times[REFERENCE]:
        for depth in DEPTHS:
            ours, peer = times[depth][work], times[REFERENCE][work]
            bar = LINEAR if depth > REFERENCE else None
            yield Row(f"{work}, a layer of {depth:,} ÷ a layer of {REFERENCE}", ours, peer, ours / peer, bar)


def _open(document: dict[str, object], inputs: Array) -> object:
    """Do what a server does when a network is opened for the first time: everything but the connection."""
    network = Network.from_document(document)
    tensors: dict[str, Array] = {}
    answer = describe_forward(forward(network, inputs), False, None, None, tensors)
    return encode(summarize(network).to_dict()), tensor_response(answer, tensors)


def _per_layer(depth: int) -> dict[str, float]:
    layer = {"kind": "Dense", "units": 64, "activation": "relu", "kernel_initializer": "he_normal", "repeat": depth}
    document = {"dtype": "float32", "input": {"shape": [64]}, "layers": [layer]}
    network = Network.from_document(document)
    inputs = np.ones((1, 64), dtype=np.float32)
    trace = forward(network, inputs)  # draws the parameters
    work = {
        "build": lambda: Network.from_document(document),
        "forward": lambda: forward(network, inputs),
        "signal": lambda: signal(trace),
        "summary": lambda: summarize(network).to_dict(),
        "open": lambda: _open(document, inputs),
    }
    return {name: best_seconds(function) / depth * 1e6 for name, function in work.items()}
