"""Comparing the speed of two functions on a machine that is never quiet: in turns, as ratios, by medians."""

import ctypes
import gc
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

Work = Callable[[], object]

ROUND_SECONDS = 0.002
ROUNDS = 101
TOTAL_SECONDS = 4.0
_TRIM_THRESHOLD, _MAP_THRESHOLD = -1, -3  # of mallopt(3)


@dataclass(frozen=True)
class Row:
    """One line of the table: two medians, their ratio, and the `bar` that the ratio must not pass (`None`: no bar).

    Where more is better (`rising`), the ratio must reach the bar instead.
    """

    case: str
    ours: float
    peer: float
    ratio: float
    bar: float | None = None
    unit: str = "µs"
    rising: bool = False

    @property
    def met(self) -> str:
        """Say whether the bar is met."""
        if self.bar is None:
            return ""
        return "yes" if (self.ratio >= self.bar if self.rising else self.ratio <= self.bar) else "NO"


@contextmanager
def steady_memory() -> Iterator[None]:
    """Keep the garbage collector out, and let malloc keep freed memory, as the arenas of PyTorch and onnxruntime do.

    Otherwise a run's memory goes back to the system after every call, and page faults are half of what is measured.
    """
    np.empty(24 << 20, dtype=np.uint8)  # from then on malloc keeps arrays up to that size
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # glibc: keep the larger ones too
        mallopt(_TRIM_THRESHOLD, 1 << 30)
        mallopt(_MAP_THRESHOLD, 32 << 20)
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def compare(case: str, ours: Work, peer: Work, bar: float | None, *, threads: int) -> Row:
    """Call both in turns, many rounds, and return the medians and the median of the rounds' ratios.

    With one thread it is the processor time of this thread that counts, so that other programs matter little; with
    more it is the time on the wall.
    """
    clock = time.thread_time if threads == 1 else time.perf_counter
    both = (ours, peer)
    slowest = max(_seconds(work, 1, time.perf_counter) for work in both for _ in range(3))
    calls = [max(1, round(ROUND_SECONDS / min(_seconds(work, 1, clock) for _ in range(5)))) for work in both]
    rounds = max(7, min(ROUNDS, int(TOTAL_SECONDS / (2 * max(slowest, ROUND_SECONDS)))))
    times: list[tuple[float, ...]] = []
    with steady_memory():
        for number in range(rounds):
            order = (0, 1) if number % 2 else (1, 0)
            seconds = {one: _seconds(both[one], calls[one], clock) for one in order}
            times.append((seconds[0], seconds[1]))
    return Row(
        case,
        statistics.median(one for one, _ in times) * 1e6,
        statistics.median(other for _, other in times) * 1e6,
        statistics.median(one / other for one, other in times),
        bar,
    )


def best_seconds(work: Work, tries: int = 5) -> float:
    """Return the processor time of the fastest of a few calls."""
    with steady_memory():
        return min(_seconds(work, 1, time.thread_time) for _ in range(tries))


def _seconds(work: Work, calls: int, clock: Callable[[], float]) -> float:
    start = clock()
    for _ in range(calls):
        work()
    return max(clock() - start, 1e-9) / calls


def print_rows(title: str, rows: list[Row]) -> None:
    """Print rows as a table."""
    print(f"\n{title}\n{'':62}{'ours':>11}{'peer':>11}     {'ratio':>6}  {'bar':>6}  met", flush=True)  # noqa: T201
    for row in rows:
        bar = "" if row.bar is None else f"{'≥' if row.rising else '≤'} {row.bar:g}"
        numbers = f"{row.ours:>11,.1f}{row.peer:>11,.1f} {row.unit:<4}{row.ratio:>6.2f}"
        print(f"{row.case:62}{numbers}  {bar:>6}  {row.met}", flush=True)  # noqa: T201
