"""The progress of a job on a terminal: a line that is drawn again and again, and lines that stay."""

import math
import time
from collections.abc import Mapping
from typing import Any, TextIO

from app.cli.text import printable, write

WIDTH = 24
REDRAW_SECONDS = 0.1
SAY_SECONDS = 0.25


class Progress:
    """Writes to `stream`; the moving line only where that is a terminal."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._moves = stream is not None and stream.isatty()
        self._drawn = 0
        self._at = 0.0
        self._said = -math.inf

    def draw(self, progress: Mapping[str, Any] | None, waiting: int | None) -> None:
        """Draw how far a job is, or how many are before it."""
        moment = time.monotonic()
        if not self._moves or moment - self._at < REDRAW_SECONDS:
            return
        self._at = moment
        if waiting is not None:
            self._put(f"waiting: {waiting} before this one" if waiting else "about to begin")
        elif progress is not None:
            self._put(describe_progress(progress))

    def say(self, text: str, *, often: bool = False) -> None:
        """Write a line that stays; of those that come `often` only a few a second."""
        moment = time.monotonic()
        if often and moment - self._said < SAY_SECONDS:
            return
        self._said = moment
        self.clear()
        write(printable(text) + "\n", self._stream)

    def clear(self) -> None:
        """Take the moving line away."""
        if self._drawn:
            write("\r" + " " * self._drawn + "\r", self._stream)
            self._drawn = 0

    def _put(self, text: str) -> None:
        padded = text.ljust(self._drawn)
        write("\r" + padded, self._stream)
        self._drawn = len(text)


def describe_progress(progress: Mapping[str, Any]) -> str:
    """Return one line: a bar, the share that is done, what else the work says, and the time left."""
    total = progress.get("total")
    if not total:
        return f"{progress['done']:,} {progress['unit']}"
    share = min(1.0, progress["done"] / total)
    full = int(share * WIDTH)
    parts = [f"[{'#' * full}{'.' * (WIDTH - full)}] {share:4.0%}"]
    if progress.get("epochs"):
        parts.append(f"epoch {progress['epoch'] + 1}/{progress['epochs']}")
    if isinstance(progress.get("loss"), int | float):
        parts.append(f"loss {progress['loss']:.4g}")
    if progress.get("examples_per_second"):
        parts.append(f"{progress['examples_per_second']:,.0f} examples/s")
    if progress.get("seconds_left") is not None:
        parts.append(f"{describe_seconds(progress['seconds_left'])} left")
    return "  ".join(parts)


def describe_seconds(seconds: float) -> str:
    """Return a duration as people write it: 42 s, 3:05, 1:02:03."""
    whole = math.ceil(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
