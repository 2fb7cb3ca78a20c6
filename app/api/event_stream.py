"""Server-sent events (WHATWG HTML, 9.2): answers that go on while something happens.

A client that falls silent is given up by the connection; one that goes away, and a server that is stopping, end the
answer at once. Clients come back by themselves and say in `Last-Event-ID` what they have seen.
"""

from collections.abc import AsyncIterator

import anyio
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from app.api.boundary import HEAD_ONLY
from app.errors import Busy

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # asks proxies to pass on each event as it comes
]


class Streams:
    """Counts the answers of this kind, of which there may be `most`, and ends them when the server stops.

    Used on the event loop only, but for `close`.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._open = 0
        self._closing = False

    def enter(self) -> None:
        """Count one more; raises `Busy` if there are as many as may be."""
        if self._open >= self._most:
            message = f"{self._open} clients are following jobs, the most that may; close one, or come back later"
            raise Busy(message, retry_after=5)
        self._open += 1

    def leave(self) -> None:
        """Count one less."""
        self._open -= 1

    def close(self) -> None:
        """Let all end soon, and none begin."""
        self._closing = True

    def ends(self) -> bool:
        """Tell whether all are to end."""
        return self._closing


class EventStream(Response):
    """The response that sends `pieces` as they come; it must be sent, or `streams` would count it for ever."""

    def __init__(self, streams: Streams, pieces: AsyncIterator[bytes]) -> None:
        super().__init__()
        streams.enter()
        self._streams = streams
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the pieces end or the client goes away."""
        try:
            start: Message = {"type": "http.response.start", "status": 200, "headers": list(HEADERS)}
            await send(start)
            if HEAD_ONLY in scope:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                return
            async with anyio.create_task_group() as group:

                async def await_farewell() -> None:
                    while (await receive())["type"] != "http.disconnect":
                        pass
                    group.cancel_scope.cancel()

                group.start_soon(await_farewell)
                async for piece in self._pieces:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                group.cancel_scope.cancel()
        finally:
            self._streams.leave()
