"""Large networks asked of a real server: a thousand layers, layers of 4,096 nodes, a million nodes."""

import http.client
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from app.nn.forward import forward
from app.nn.network import Network
from benchmarks.start import start_process
from benchmarks.timing import Row, Work, steady_memory

SAFETENSORS = "application/vnd.safetensors"
ROUNDS = 41
FIRST_ROUNDS = 7
MEBIBYTE = 2**20


def deep(seed: int) -> dict[str, Any]:
    """Return 1000×64 as a document."""
    layer = {"kind": "Dense", "units": 64, "activation": "relu", "kernel_initializer": "he_normal", "repeat": 1000}
    return {"dtype": "float32", "seed": seed, "input": {"shape": [64]}, "layers": [layer]}


def wide() -> dict[str, Any]:
    """Return 10×4,096 as a document."""
    layer = {"kind": "Dense", "units": 4096, "activation": "relu", "kernel_initializer": "he_normal", "repeat": 10}
    return {"dtype": "float32", "input": {"shape": [4096]}, "layers": [layer]}


def million() -> dict[str, Any]:
    """Return a million nodes as a document: a block of one Dense and nine other layers, a hundred times."""
    normal, kinds = {"kind": "LayerNormalization"}, ("tanh", "gelu", "silu", "relu")
    others = [part for name in kinds for part in (normal, {"kind": "Activation", "activation": name})]
    block = [{"kind": "Dense", "units": 1000, "kernel_initializer": "he_normal"}, *others, normal]
    return {"dtype": "float32", "input": {"shape": [1000]}, "layers": [{"repeat": 100, "layers": block}]}


def measure() -> Iterator[Row]:
    """Yield a row for every bar; each network is asked of a server of its own."""
    with ExitStack() as servers:
        ask, process = _connect(servers)
        yield _warm(ask, process)
        yield _first(ask, process)
    for name, document in (("10×4,096", wide()), ("a million nodes", million())):
        with ExitStack() as servers:
            yield from _opened(name, document, *_connect(servers))


def _connect(servers: ExitStack) -> tuple[Callable[[str, dict[str, Any]], bytes], int]:
    """Start a server; return what asks it over one connection, and the number of its process."""
    port, process = start_process("vitrine", servers)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    servers.callback(connection.close)
    headers = {"Content-Type": "application/json", "Accept": SAFETENSORS}

    def ask(path: str, body: dict[str, Any]) -> bytes:
        connection.request("POST", f"/api/v1/{path}", json.dumps(body), headers)
        response = connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise RuntimeError(content.decode())
        return content

    return ask, process


def _warm(ask: Callable[[str, dict[str, Any]], bytes], process: int) -> Row:
    """Ask for all values of 1000×64 again and again, always for another input: no trace that is kept helps."""
    document = deep(0)
    network = Network.from_document(document)
    inputs = np.random.default_rng(0).random((ROUNDS + 5, 64)).astype(np.float32)
    bodies = [{"network": document, "inputs": one.tolist()} for one in inputs]
    passes = [partial(forward, network, one[np.newaxis]) for one in inputs]
    case = "1000×64, whole request, parameters warm ÷ forward pass"
    return _compare(case, [partial(ask, "forward", body) for body in bodies], passes, process, 5, 3.0)


def _first(ask: Callable[[str, dict[str, Any]], bytes], process: int) -> Row:
    """Ask for all values of networks that were never seen, and draw the same parameters without a server."""
    seeds = range(1, FIRST_ROUNDS + 3)
    asks = [partial(ask, "forward", {"network": deep(seed), "inputs": [0.5] * 64}) for seed in seeds]
    networks = [Network.from_document(deep(seed)) for seed in seeds]
    draws = [partial(getattr, network, "parameters") for network in networks]
    return _compare("1000×64, first request ÷ drawing the parameters alone", asks, draws, process, 2, 1.5)


def _compare(case: str, ours: Sequence[Work], peers: Sequence[Work], process: int, warm_up: int, bar: float) -> Row:
    """Do both in turns and compare the processor time of the server with that of this thread, after some rounds."""
    own = 0.0
    with steady_memory():
        for number, (one, other) in enumerate(zip(ours, peers, strict=True)):
            if number == warm_up:
                before, own = _processor_seconds(process), 0.0
            one()
            start = time.thread_time()
            other()
            own += time.thread_time() - start
    rounds = len(ours) - warm_up
    served = _processor_seconds(process) - before
    return Row(case, served / rounds * 1e3, own / rounds * 1e3, served / own, bar, "ms")


def _processor_seconds(process: int) -> float:
    """Return the processor time that a process has taken, all its threads together (Linux)."""
    text = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    fields = text.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _opened(
    name: str, document: dict[str, Any], ask: Callable[[str, dict[str, Any]], bytes], process: int
) -> Iterator[Row]:
    """Open a network, explain a node, draw its edges; then look at how much memory the server ever took."""
    network = Network.from_document(document)
    shape = network.input.shape
    inputs = np.random.default_rng(0).random(shape).astype(np.float32).tolist()
    last = network.output.name
    drawn = _seconds(lambda: network.parameters)
    asked = {"network": document, "inputs": inputs}
    first = _seconds(lambda: (ask("summary", {"network": document}), ask("forward", asked)))
    yield Row(
        f"{name}, summary and first values ÷ drawing the parameters alone",
        first * 1e3,
        drawn * 1e3,
        first / drawn,
        unit="ms",
    )
    dense = next(placed.name for placed in reversed(network.layers) if placed.layer.kind == "Dense")
    moment = 1.0
    for path, more in (
        ("explain", {"node": {"layer": last, "index": [0]}}),
        ("edges", {"layers": [dense], "top": 2000}),
        ("parameters", {"layer": dense, "parameter": "kernel", "top": 100}),
    ):
        seconds = _seconds(lambda: ask(path, {**asked, **more}))  # noqa: B023
        yield Row(f"{name}, /{path} ÷ one second", seconds * 1e3, moment * 1e3, seconds / moment, 1.0, "ms")
    peak = _peak_bytes(process)
    held = network.parameter_bytes + sum(
        values.output.nbytes + (0 if values.pre_activation is None else values.pre_activation.nbytes)
        for values in forward(network, np.asarray(inputs, dtype=np.float32)[np.newaxis]).layers.values()
    )
    case = f"{name}, peak memory of the server ÷ parameters and values"
    bar = 1.3 if name == "10×4,096" else None
    yield Row(case, peak / MEBIBYTE, held / MEBIBYTE, peak / held, bar, "MiB")


def _peak_bytes(process: int) -> int:
    """Return the most memory that a process has held (Linux)."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    peak = next(line for line in lines if line.startswith("VmHWM"))
    return int(peak.split()[1]) * 1024


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
