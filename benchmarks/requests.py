"""Requests a second of a small `POST /api/v1/forward`, against a bare FastAPI route; two real servers, one client."""

import asyncio
import json
import statistics
import time
from contextlib import ExitStack
from pathlib import Path

import uvloop

from benchmarks.start import TIMEOUT_SECONDS, start_server
from benchmarks.timing import Row

ROOT = Path(__file__).parent.parent
CONNECTIONS = 16
REQUESTS = 100
"""Requests on each connection in one round."""
ROUNDS = 21
BAR = 0.7


def measure() -> Row:
    """Start both servers, ask them in turns, and return the medians of their requests a second."""
    document = json.loads((ROOT / "examples" / "walkthrough.json").read_text(encoding="utf-8"))
    body = json.dumps({"network": document, "inputs": [0.5, 0.7]}).encode()
    head = "POST /api/v1/forward HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    with ExitStack() as servers:
        ports = [start_server(name, servers) for name in ("vitrine", "bare")]
        rates = uvloop.run(_ask_in_turns(ports, request))
    ours, peer = ([rate[which] for rate in rates] for which in (0, 1))
    ratio = statistics.median(one / other for one, other in rates)
    case = f"2-3-1 POST /forward, {CONNECTIONS} connections ÷ bare FastAPI route"
    return Row(case, statistics.median(ours), statistics.median(peer), ratio, BAR, "1/s", rising=True)


async def _ask_in_turns(ports: list[int], request: bytes) -> list[tuple[float, float]]:
    rates = []
    async with asyncio.timeout(4 * TIMEOUT_SECONDS):
        for number in range(ROUNDS + 2):
            order = (0, 1) if number % 2 else (1, 0)
            seconds = {which: await _ask(ports[which], request) for which in order}
            rates.append((CONNECTIONS * REQUESTS / seconds[0], CONNECTIONS * REQUESTS / seconds[1]))
    return rates[2:]  # the first two warm up


async def _ask(port: int, request: bytes) -> float:
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(CONNECTIONS)]
    start = time.perf_counter()
    await asyncio.gather(*(_converse(reader, writer, request) for reader, writer in connections))
    seconds = time.perf_counter() - start
    for _, writer in connections:
        writer.close()
        await writer.wait_closed()
    return seconds


async def _converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
    """Send requests over one connection, each after the answer to the one before."""
    for _ in range(REQUESTS):
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(head.decode())
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
