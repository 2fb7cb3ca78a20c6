"""The events of a job on disk: one line each, only ever appended, numbered from 1.

A line is `number TAB kind TAB milliseconds TAB json`, so that a reader need not understand the JSON to pass it on.
"""

import os
import time
from pathlib import Path
from typing import Any, NamedTuple

from app.api.encoding import encode

PIECE_BYTES = 2**18
END = "end"
"""The kind of a job's last event."""


class Event(NamedTuple):
    """One event: `data` is JSON."""

    number: int
    kind: str
    milliseconds: int
    data: str


class EventWriter:
    """Appends events; one process at a time may have it. A line that a former writer did not finish is cut off."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self.size, self.number = 0, 0
        with path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    self.size += len(line)
                    self.number += 1
        os.ftruncate(self._descriptor, self.size)

    def append(self, kind: str, data: Any, *, durable: bool = False) -> int:
        """Append an event and return its number; raises `OSError`, and then nothing was appended."""
        stamp = time.time_ns() // 1_000_000
        line = b"%d\t%b\t%d\t%b\n" % (self.number + 1, kind.encode(), stamp, encode(data))
        try:
            rest = memoryview(line)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:
            os.ftruncate(self._descriptor, self.size)
            raise
        self.size += len(line)
        self.number += 1
        if durable:
            os.fsync(self._descriptor)
        return self.number

    def close(self) -> None:
        """Append no more."""
        os.close(self._descriptor)


def read_events(path: Path, offset: int, after: int = 0) -> tuple[list[Event], int]:
    """Return a piece of the events that stand from byte `offset` on, and the offset behind them.

    Those up to number `after` are left out. Nothing new gives an empty list and the same offset.
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            piece = file.read(PIECE_BYTES)
            if b"\n" not in piece and len(piece) == PIECE_BYTES:
                piece += file.readline()
    except FileNotFoundError:
        return [], offset
    whole = piece[: piece.rfind(b"\n") + 1]
    events = []
    for line in whole.splitlines():
        number, kind, milliseconds, data = line.decode().split("\t", 3)
        if int(number) > after:
            events.append(Event(int(number), kind, int(milliseconds), data))
    return events, offset + len(whole)


def read_last_event(path: Path) -> Event | None:
    """Return the last whole event, if there is one."""
    last, offset = None, 0
    while True:
        events, following = read_events(path, offset)
        if following == offset:
            return last
        last, offset = events[-1] if events else last, following
