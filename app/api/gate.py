"""Who may compute outside the event loop: so many at a time, in so much memory, and a bounded queue for the rest."""

from collections import deque
from dataclasses import dataclass, field

import anyio

from app.errors import Busy


@dataclass(eq=False)
class _Ticket:
    size: int
    admitted: anyio.Event = field(default_factory=anyio.Event)


class Gate:
    """Admits work first come, first served. Used on the event loop only, so it needs no lock.

    `workers` may be inside at one time and take `memory_bytes` together, by their own estimates; `waiting` more
    may wait.
    """

    def __init__(self, workers: int, waiting: int, memory_bytes: int) -> None:
        self.free_workers = workers
        self.free_bytes = memory_bytes
        self._waiting = waiting
        self._queue: deque[_Ticket] = deque()
        self.limiter = anyio.CapacityLimiter(workers)

    async def enter(self, size: int) -> None:
        """Wait for a worker and `size` bytes; raises `Busy` if too many wait already."""
        if not self._queue and self._fits(size):
            self._take(size)
            return
        if len(self._queue) >= self._waiting:
            message = f"{len(self._queue)} requests are waiting, the most that may; try again in a moment"
            raise Busy(message)
        ticket = _Ticket(size)
        self._queue.append(ticket)
        try:
            await ticket.admitted.wait()
        except BaseException:
            if ticket.admitted.is_set():
                self.leave(size)
            else:
                self._queue.remove(ticket)
                self._admit()
            raise

    def grow(self, size: int) -> None:
        """Take `size` more bytes for work that is inside.

        It never waits for them, because two that are inside would wait for each other: raises `Busy`.
        """
        if size > self.free_bytes:
            message = "the memory for this request is in use by others; try again in a moment"
            raise Busy(message)
        self.free_bytes -= size

    def leave(self, size: int) -> None:
        """Give back the worker and all `size` bytes that were taken."""
        self.free_workers += 1
        self.free_bytes += size
        self._admit()

    def _fits(self, size: int) -> bool:
        return self.free_workers > 0 and size <= self.free_bytes

    def _take(self, size: int) -> None:
        self.free_workers -= 1
        self.free_bytes -= size

    def _admit(self) -> None:
        while self._queue and self._fits(self._queue[0].size):
            ticket = self._queue.popleft()
            self._take(ticket.size)
            ticket.admitted.set()
