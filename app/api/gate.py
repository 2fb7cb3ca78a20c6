"""Who may compute outside the event loop: so many at a time, in so much memory, and a bounded queue for the rest.

And how much may be held for all clients together of what they send and are sent.
"""

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
    may wait, each for `wait_seconds`.
    """

    def __init__(self, workers: int, waiting: int, memory_bytes: int, wait_seconds: float = 30.0) -> None:
        self.free_workers = workers
        self.free_bytes = memory_bytes
        self._waiting = waiting
        self._wait_seconds = wait_seconds
        self._queue: deque[_Ticket] = deque()
        self.limiter = anyio.CapacityLimiter(workers)

    async def enter(self, size: int) -> bool:
        """Wait for a worker and `size` bytes; raises `Busy` if too many wait already, or after waiting too long.

        Returns whether it had to wait: the client may be gone by then.
        """
        if not self._queue and self._fits(size):
            self._take(size)
            return False
        if len(self._queue) >= self._waiting:
            message = f"{len(self._queue)} requests are waiting, the most that may; try again in a moment"
            raise Busy(message)
        ticket = _Ticket(size)
        self._queue.append(ticket)
        try:
            with anyio.move_on_after(self._wait_seconds):
                await ticket.admitted.wait()
        except BaseException:
            self._withdraw(ticket)
            raise
        if not ticket.admitted.is_set():
            self._withdraw(ticket)
            message = f"no worker came free within {self._wait_seconds:g} seconds; try again in a while"
            raise Busy(message, retry_after=5)
        return True

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

    def _withdraw(self, ticket: _Ticket) -> None:
        if ticket.admitted.is_set():
            self.leave(ticket.size)
        else:
            self._queue.remove(ticket)
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


class Holding:
    """Counts the bytes of one kind, `what`, that are held at one time; used on the event loop only."""

    def __init__(self, most_bytes: int, what: str) -> None:
        self.held_bytes = 0
        self._most_bytes = most_bytes
        self._what = what

    def take(self, size: int) -> None:
        """Count `size` more bytes; raises `Busy` if that is too much. What is alone is let in, whatever its size."""
        if self.held_bytes and self.held_bytes + size > self._most_bytes:
            message = f"this server holds as many {self._what} of other clients as it can; try again in a moment"
            raise Busy(message)
        self.held_bytes += size

    def give_back(self, size: int) -> None:
        """Count `size` bytes less."""
        self.held_bytes -= size
