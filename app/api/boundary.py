"""The outermost layer of the server: headers for every answer, and nothing of an error of ours gets out.

Plain ASGI: Starlette's base class for middleware costs more than a small forward pass.
"""

import asyncio
import logging

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.errors import BUSY, internal_error, problem_response
from app.api.gate import Holding
from app.errors import Busy
from app.nn.errors import Problem

logger = logging.getLogger(__name__)

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
UNUSED_FEATURES = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)
HEADERS = [
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", ", ".join(f"{feature}=()" for feature in UNUSED_FEATURES).encode()),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
]

HEAD_ONLY = "vitrine.head_only"
"""Stands in the scope of a request whose answer will have no body, for answers without an end."""

LARGE_ANSWER = 2**20
PIECE = 2**18


class Boundary:
    """Wraps the application; answers HEAD as GET without the body; hands out large answers as they are taken.

    `answers` bounds the large answers that are on their way at one time: clients may take them slowly.
    """

    def __init__(self, app: ASGIApp, answers: Holding) -> None:
        self._app = app
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = refused = False
        held = 0
        head = scope["method"] == "HEAD"
        if head:
            scope = {**scope, "method": "GET", HEAD_ONLY: True}

        async def send_with_headers(message: Message) -> None:
            nonlocal started, refused, held
            if message["type"] == "http.response.start":
                started = True
                message["headers"].extend(HEADERS)
                size = _length(message)
                if size > LARGE_ANSWER and not head:
                    try:
                        self._answers.take(size)
                    except Busy as error:
                        refused = True
                        answer = problem_response(BUSY, error.problems, {"Retry-After": str(error.retry_after)})
                        answer.raw_headers.extend(HEADERS)
                        await answer(scope, receive, send)
                    else:
                        held = size
            elif head:
                message = {**message, "body": b""}
            elif held:
                await _send_in_pieces(message, send)
                return
            if not refused:
                await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except ClientDisconnect:
            return
        except asyncio.CancelledError:
            if started:
                raise
            # uvicorn has waited long enough for this request, and would call its end an error.
            problem = Problem("", "the server is stopping")
            answer = problem_response(BUSY, [problem], {"Retry-After": "5", "Connection": "close"})
            await answer(scope, receive, send_with_headers)
        except Exception:
            logger.exception("%s %s failed", scope["method"], scope["path"])
            if started:
                raise
            await internal_error()(scope, receive, send_with_headers)
        finally:
            if held:
                self._answers.give_back(held)


def _length(message: Message) -> int:
    for name, value in message["headers"]:
        if name == b"content-length":
            return int(value)
    return 0


async def _send_in_pieces(message: Message, send: Send) -> None:
    """Send a body so that each piece waits until the client has taken those before it."""
    body = message["body"]
    for start in range(0, len(body), PIECE):
        piece = body[start : start + PIECE]
        more = message.get("more_body", False) or start + PIECE < len(body)
        await send({"type": "http.response.body", "body": piece, "more_body": more})
    if not body:
        await send(message)
