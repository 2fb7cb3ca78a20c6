"""Answers as safetensors: the tensors, and the rest of the answer as JSON in `__metadata__["response"]`."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.api.encoding import encode
from app.api.media import SAFETENSORS
from app.nn.reading import Array
from app.tensors.safetensors import total_bytes, write_safetensors

RESPONSE = "response"
PIECE = 2**20
"""Smaller pieces are joined: to send each of them would take longer than to copy it."""

_BINARY = {"schema": {"type": "string", "format": "binary"}}
ANSWERS_TENSORS: dict[int | str, dict[str, Any]] = {200: {"content": {SAFETENSORS: _BINARY}}}
"""For the description of a call that answers with safetensors where the client asks for them."""


class PiecesResponse(Response):
    """A response whose body is sent in pieces, so that large arrays go out without being copied into one."""

    def __init__(
        self, pieces: Sequence[bytes | memoryview], media_type: str, headers: Mapping[str, str] | None = None
    ) -> None:
        size = total_bytes(pieces)
        super().__init__(None, headers={**(headers or {}), "content-length": str(size)})
        self.raw_headers.append((b"content-type", media_type.encode()))
        self.pieces: list[bytes | memoryview] = [b"".join(pieces)] if size <= PIECE else joined(pieces)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the pieces."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        last = len(self.pieces) - 1
        for number, piece in enumerate(self.pieces):
            await send({"type": "http.response.body", "body": piece, "more_body": number < last})


def joined(pieces: Sequence[bytes | memoryview]) -> list[bytes | memoryview]:
    """Return the same bytes in fewer pieces: neighbours that are small are joined."""
    result: list[bytes | memoryview] = []
    small: list[bytes | memoryview] = []
    size = 0
    for piece in pieces:
        if len(piece) < PIECE:
            small.append(piece)
            size += len(piece)
        if small and (size >= PIECE or len(piece) >= PIECE):
            result.append(b"".join(small))
            small, size = [], 0
        if len(piece) >= PIECE:
            result.append(piece)
    if small or not result:
        result.append(b"".join(small))
    return result


def tensor_response(answer: Any, arrays: Mapping[str, Array]) -> Response:
    """Return a response with arrays as safetensors, and the rest of the answer as JSON in their metadata."""
    return PiecesResponse(write_safetensors(arrays, {RESPONSE: encode(answer).decode()}), SAFETENSORS)
