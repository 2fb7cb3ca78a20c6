"""Starting the servers that are measured, each a process of its own."""

import socket
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from pathlib import Path

ROOT = Path(__file__).parent.parent
TIMEOUT_SECONDS = 30


def start_server(name: str, servers: ExitStack) -> int:
    """Start a server of `benchmarks.server` on a free port, which is returned; it ends with the stack."""
    return start_process(name, servers)[0]


def start_process(name: str, servers: ExitStack) -> tuple[int, int]:
    """Start a server as `start_server` does; return its port and the number of its process."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "benchmarks.server", name, str(port)], cwd=ROOT)
    servers.callback(server.wait)
    servers.callback(server.terminate)
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the {name} server did not start") from None
            time.sleep(0.05)
        else:
            return port, server.pid
