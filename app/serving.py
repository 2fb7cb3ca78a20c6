"""The server process: what a connection may do, how it starts and how it stops.

uvicorn bounds how long a connection may rest between requests, and nothing else: a request that never ends and a
client that never reads its answer would hold their connections for ever.
"""

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.access import Access, is_loopback
from app.api.errors import BUSY, HEAD_TOO_LARGE, problem_response
from app.nn.errors import Problem
from app.settings import Settings

if TYPE_CHECKING:
    from socket import socket

HEAD_BYTES = 64 * 2**10
"""The most that the request line and the headers may take."""
SLOWEST = 4 * 2**10
"""Bytes a second. A body that comes, or an answer that is taken, more slowly than that is given up."""
FAREWELL_SECONDS = 0.5
"""What a request that is cut off has to tell its client so, and a thread to end."""
EVERYWHERE = {"", "0.0.0.0", "::"}  # noqa: S104 - to tell what a setting means

logger = logging.getLogger("uvicorn.error")


class Connection(HttpToolsProtocol):
    """A connection that is closed when its client keeps it waiting, and one of a limited number.

    A request's head must be complete within `client_seconds`; then, in every span of that length, the body must
    make progress, and so must an answer that the client has not taken yet.
    """

    client_seconds: float
    most: int

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._awaits: str | None = "head"
        self._turn = 0  # counts what is awaited, so that a change is seen
        self._watched_turn = -1
        self._watch: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._received = 0
        self._answer_watch: asyncio.TimerHandle | None = None
        self._resumed = False
        if len(self.connections) > 2 * self.most:
            transport.abort()
        elif len(self.connections) > self.most:
            self.app = refuse_as_busy
        self._follow()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        for timer in (self._watch, self._answer_watch):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        self._received += len(data)
        turn = self._turn
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._awaits is None and self.timeout_keep_alive_task is None and self._under_way is None:
            self._await("head")  # empty lines before a request end uvicorn's own wait for one
        elif self._awaits == "head":
            self._head_bytes = len(data) if turn != self._turn else self._head_bytes + len(data)
            if self._head_bytes > HEAD_BYTES:
                self._give_up(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        self._follow()

    def on_message_begin(self) -> None:
        """Expect the head of a request."""
        super().on_message_begin()
        self._await("head")

    def on_headers_complete(self) -> None:
        """Expect its body."""
        self._await("body")
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        app = self.app
        if size > HEAD_BYTES:
            self.app = refuse_large_head
        super().on_headers_complete()
        self.app = app

    def on_message_complete(self) -> None:
        """Expect nothing: the next move is the server's."""
        super().on_message_complete()
        self._await(None)

    def pause_writing(self) -> None:
        """Begin to watch whether the client takes its answer."""
        super().pause_writing()
        if self._answer_watch is None:
            self._judge_answer(sys.maxsize)

    def resume_writing(self) -> None:
        """Note that it does."""
        super().resume_writing()
        self._resumed = True

    @property
    def _under_way(self) -> RequestResponseCycle | None:
        """The request that is being answered."""
        cycle: RequestResponseCycle | None = self.cycle
        return None if cycle is None or cycle.response_complete else cycle

    def _await(self, what: str | None) -> None:
        self._awaits = what
        self._turn += 1

    def _follow(self) -> None:
        """Watch what is awaited now, once a turn; most requests come in one piece and are never watched."""
        if self._turn == self._watched_turn:
            return
        self._watched_turn = self._turn
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        if self._awaits is not None:
            self._watch = self.loop.call_later(self.client_seconds, self._judge, self._received)

    def _judge(self, received: int) -> None:
        enough = self._awaits == "body" and self._received - received >= self.client_seconds * SLOWEST
        # A next request may be held up by this server, while it answers the one before.
        held_up = self.flow.read_paused or (self._awaits == "head" and self._under_way is not None)
        if enough or held_up:
            self._watch = self.loop.call_later(self.client_seconds, self._judge, self._received)
        else:
            self._give_up(HTTPStatus.REQUEST_TIMEOUT)

    def _judge_answer(self, unsent_before: int) -> None:
        unsent = self.transport.get_write_buffer_size()
        if unsent == 0 and not self.flow.write_paused:
            self._answer_watch = None
        elif self._resumed or unsent_before - unsent >= self.client_seconds * SLOWEST:
            self._resumed = False
            self._answer_watch = self.loop.call_later(self.client_seconds, self._judge_answer, unsent)
        else:
            self.transport.abort()

    def _give_up(self, status: HTTPStatus) -> None:
        """Close the connection, with a word about why if no answer has begun."""
        cycle = self._under_way
        if cycle is None or not cycle.response_started:
            line = f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            self.transport.write(line.encode())
        self.transport.close()


async def refuse_as_busy(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request on a connection too many."""
    problem = Problem("", "as many connections are open as this server keeps; try again in a moment")
    await problem_response(BUSY, [problem], {"Retry-After": "1", "Connection": "close"})(scope, receive, send)


async def refuse_large_head(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request whose headers are too large."""
    problem = Problem("", f"the address and the headers take more than {HEAD_BYTES:,} bytes")
    await problem_response(HEAD_TOO_LARGE, [problem], {"Connection": "close"})(scope, receive, send)


class Server(uvicorn.Server):
    """Says at the start where it can be opened; at the end, what is cut off can say so.

    `prepare_stop` is called before the server waits for what runs.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        access: Access,
        authentication: str,
        prepare_stop: Callable[[], None],
        opened: str | None,
    ) -> None:
        super().__init__(config)
        self._prepare_stop = prepare_stop
        self._access = access
        self._authentication = authentication
        self._opened = opened

    async def startup(self, sockets: "list[socket] | None" = None) -> None:
        """Listen, then print the link to open."""
        await super().startup(sockets)
        if self.started:
            port = self.servers[0].sockets[0].getsockname()[1]
            text = describe_start(self.config.host, port, self._access, self._authentication, self._opened)
            print(text, file=sys.stderr, flush=True)  # noqa: T201 - it is for a person, and no log shall hold a token

    async def shutdown(self, sockets: "list[socket] | None" = None) -> None:
        """Let what runs come to its end within `stop_seconds`, then cut it off."""
        self._prepare_stop()
        await super().shutdown(sockets)
        if self.server_state.tasks:
            await asyncio.wait(tuple(self.server_state.tasks), timeout=FAREWELL_SECONDS)


class WithoutQuery(logging.Filter):
    """Leaves queries out of the log of requests: they may hold a token, or somebody's numbers."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line through."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                argument.partition("?")[0] if isinstance(argument, str) else argument for argument in record.args
            )
        return True


def describe_start(host: str, port: int, access: Access, authentication: str, opened: str | None = None) -> str:
    """Return what to print at the start: the link to open, to the network `opened` if one is, and who can open it."""
    name = "127.0.0.1" if host in EVERYWHERE else host
    address = f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"
    network = "" if opened is None else f"network={opened}"
    if access.token is None:
        lines = [f"Vitrine: {address}{'?' if network else ''}{network}"]
        if not is_loopback(host):
            lines.append(
                f"WARNING: everybody who reaches this machine can use it, because VITRINE_AUTHENTICATION is "
                f"{authentication}."
            )
        return "\n".join(lines)
    if access.drawn:
        lines = [f"Vitrine: {address}?token={access.token}{'&' if network else ''}{network}"]
    else:
        lines = [f"Vitrine: {address}{'?' if network else ''}{network} (it asks for the token that VITRINE_TOKEN sets)"]
    if host in EVERYWHERE:
        lines.append("From another machine: the same, with this machine's name or address instead of 127.0.0.1.")
    return "\n".join(lines)


def configure(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """Return uvicorn's configuration."""
    limits: dict[str, Any] = {"client_seconds": settings.client_seconds, "most": settings.connections}
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=type("LimitedConnection", (Connection,), limits),
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=settings.stop_seconds,
    )
    logging.getLogger("uvicorn.access").addFilter(WithoutQuery())
    return config


def serve(
    app: ASGIApp,
    access: Access,
    settings: Settings,
    prepare_stop: Callable[[], None] = lambda: None,
    opened: str | None = None,
) -> None:
    """Serve `app` until the process is asked to stop; exit with 3 if it cannot listen. The link leads to `opened`."""
    server = Server(configure(app, settings), access, settings.authentication, prepare_stop, opened)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(3)
    leave_threads()


def leave_threads() -> None:
    """End the process if threads still compute: they cannot be ended one by one, and Python would wait for them."""
    threads = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    for thread in threads:
        thread.join(FAREWELL_SECONDS)
    computing = sum(thread.is_alive() and not thread.daemon for thread in threads)
    if computing:
        logger.warning("Stopped while %d threads were still computing", computing)
        logging.shutdown()
        os._exit(1)
