"""A training in the background: what a small request waits while the CIFAR-10 network is trained, and while it rests.

The training is paused and let go on in turns, so both are measured on the machine as it is.
"""

import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path
from socket import socket
from typing import Any

import numpy as np

from benchmarks.start import ROOT, TIMEOUT_SECONDS
from benchmarks.timing import Row

IMAGES = 2000
ROUNDS = 11
REQUESTS = 300
BAR = 3.0


def measure() -> Row:
    """Serve, train, and ask in turns; return the medians of a request's time."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        api = _Api(_serve(Path(folder), stack))
        training = api.call("POST", "/trainings", _request())["links"]["self"].removeprefix("/api/v1")
        document = json.loads((ROOT / "examples" / "walkthrough.json").read_text(encoding="utf-8"))
        small = json.dumps({"network": document, "inputs": [0.5, 0.7]})
        api.wait(training, lambda found: found["step"] > 0 or found["status"] == "failed")
        rounds = []
        for _ in range(ROUNDS + 1):
            api.call("POST", f"{training}/pause")
            api.wait(training, lambda found: found["status"] == "paused")
            idle = api.median(small)
            api.call("POST", f"{training}/resume")
            api.wait(training, lambda found: found["status"] == "running")
            before = api.call("GET", training)["progress"]["done"]
            busy = api.median(small)
            api.wait(training, lambda found, before=before: found["progress"]["done"] > before)  # it did train
            rounds.append((busy, idle))
        api.call("POST", f"{training}/stop")
        rounds = rounds[1:]
    ratio = statistics.median(busy / idle for busy, idle in rounds)
    busy, idle = (statistics.median(one[which] for one in rounds) * 1e6 for which in (0, 1))
    return Row("2-3-1 POST /forward while CIFAR-10 is trained ÷ while it rests", busy, idle, ratio, BAR)


def _request() -> dict[str, Any]:
    random = np.random.default_rng(0)
    inputs = random.integers(0, 256, (IMAGES, 32, 32, 3)) / 255
    return {
        "network": "cifar10",
        "dataset": {"inputs": inputs.round(3).tolist(), "targets": random.integers(0, 10, IMAGES).tolist()},
        "loss": "sparse_categorical_crossentropy",
        "optimizer": "adam",
        "batch_size": 64,
        "epochs": 1000,
    }


def _serve(folder: Path, stack: ExitStack) -> int:
    with closing(socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "app.main", "--port", str(port)]
    environment = os.environ | {"VITRINE_DATA_DIR": str(folder)}
    log = stack.enter_context((folder / "log").open("wb"))
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    stack.callback(server.wait)
    stack.callback(server.terminate)
    return port


class _Api:
    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4 * TIMEOUT_SECONDS)
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while True:
            try:
                self._connection.connect()
            except ConnectionRefusedError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def call(self, method: str, path: str, body: Any = None) -> Any:
        text = None if body is None else json.dumps(body)
        self._connection.request(method, f"/api/v1{path}", text, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        read = json.loads(answer.read())
        if answer.status >= 300:
            raise RuntimeError(read)
        return read

    def wait(self, path: str, test: Any) -> None:
        deadline = time.monotonic() + 4 * TIMEOUT_SECONDS
        while not test(found := self.call("GET", path)):
            if time.monotonic() > deadline or found["status"] == "failed":
                raise RuntimeError(found)
            time.sleep(0.05)

    def median(self, body: str) -> float:
        """Return the median of the seconds that a small request takes, one after the other on one connection."""
        seconds = []
        for _ in range(REQUESTS):
            start = time.perf_counter()
            self._connection.request("POST", "/api/v1/forward", body, {"Content-Type": "application/json"})
            self._connection.getresponse().read()
            seconds.append(time.perf_counter() - start)
        return statistics.median(seconds)
