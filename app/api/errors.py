"""Every error as `application/problem+json` (RFC 9457): the one place that maps errors to statuses."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice
from typing import Any

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.api.encoding import encode
from app.errors import (
    Busy,
    Conflict,
    InvalidNetwork,
    InvalidRequest,
    NotFound,
    NotPossible,
    ReadOnly,
    TooLarge,
    Unavailable,
    UnsupportedMediaType,
    VersionMissing,
    VitrineError,
)
from app.nn.errors import LimitError, NetworkError, Problem
from app.nn.reading import MAXIMUM_PROBLEMS, describe, pointer_to

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Kind:
    """A kind of error: its status, the end of its type URI, and its title."""

    status: int
    slug: str
    title: str


UNAUTHENTICATED = Kind(401, "unauthenticated", "Not authenticated")
CROSS_SITE = Kind(403, "cross-site", "Asked by another site")
NOT_FOUND = Kind(404, "not-found", "Not found")
METHOD_NOT_ALLOWED = Kind(405, "method-not-allowed", "Method not allowed")
READ_ONLY = Kind(405, "read-only", "Read-only")
NOT_POSSIBLE = Kind(409, "not-possible-now", "Not possible now")
CONFLICT = Kind(412, "version-changed", "Changed meanwhile")
TOO_LARGE = Kind(413, "too-large", "Too large")
UNSUPPORTED_MEDIA_TYPE = Kind(415, "unsupported-media-type", "Unsupported media type")
MISDIRECTED = Kind(421, "misdirected", "Misdirected request")
INVALID_REQUEST = Kind(422, "invalid-request", "Invalid request")
INVALID_NETWORK = Kind(422, "invalid-network", "Invalid network")
VERSION_MISSING = Kind(428, "version-missing", "Version missing")
HEAD_TOO_LARGE = Kind(431, "headers-too-large", "Request header fields too large")
INTERNAL = Kind(500, "internal", "Internal error")
BUSY = Kind(503, "busy", "Busy")
UNAVAILABLE = Kind(503, "storage-unavailable", "Storage unavailable")

KINDS = (
    UNAUTHENTICATED,
    CROSS_SITE,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    READ_ONLY,
    NOT_POSSIBLE,
    CONFLICT,
    TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    MISDIRECTED,
    INVALID_REQUEST,
    INVALID_NETWORK,
    VERSION_MISSING,
    HEAD_TOO_LARGE,
    INTERNAL,
    BUSY,
    UNAVAILABLE,
)

_OF_ERROR: Mapping[type[Exception], Kind] = {
    NotFound: NOT_FOUND,
    TooLarge: TOO_LARGE,
    LimitError: TOO_LARGE,
    UnsupportedMediaType: UNSUPPORTED_MEDIA_TYPE,
    InvalidRequest: INVALID_REQUEST,
    NetworkError: INVALID_REQUEST,
    InvalidNetwork: INVALID_NETWORK,
    ReadOnly: READ_ONLY,
    VersionMissing: VERSION_MISSING,
    NotPossible: NOT_POSSIBLE,
    Conflict: CONFLICT,
    Busy: BUSY,
    Unavailable: UNAVAILABLE,
}


def problem_response(kind: Kind, problems: Iterable[Problem], headers: Mapping[str, str] | None = None) -> Response:
    """Write a problem: the first of `problems` at the top, all of them under `errors`."""
    found = [_entry(problem, kind) for problem in islice(problems, MAXIMUM_PROBLEMS)]
    document: dict[str, Any] = {
        "type": f"urn:vitrine:problem:{kind.slug}",
        "title": kind.title,
        "status": kind.status,
        **(found[0] if found else {"detail": kind.title}),
    }
    if len(found) > 1:
        more = "1 more problem" if len(found) == 2 else f"{len(found) - 1} more problems"
        document["detail"] += f" (and {more}, see errors)"
    if kind.status == INVALID_REQUEST.status:
        document["errors"] = found
    return Response(encode(document), kind.status, headers, MEDIA_TYPE)


def _entry(problem: Problem, kind: Kind) -> dict[str, str]:
    """Return the fields of one problem; a pointer to all of the request is only worth saying of its contents."""
    fields = {
        "detail": problem.detail,
        "pointer": problem.pointer if problem.pointer or kind.status == INVALID_REQUEST.status else None,
        "expected": problem.expected,
        "received": problem.received,
    }
    return {name: _printable(text) for name, text in fields.items() if text is not None}


def _printable(text: str) -> str:
    """Return text that UTF-8 can carry: a path or query may hold lone surrogates."""
    return text.encode("utf-8", "replace").decode("utf-8")


def answer_error(_request: Request, error: Exception) -> Response:
    """Answer an error of the service or of the core."""
    assert isinstance(error, VitrineError | NetworkError)
    kind = _OF_ERROR[type(error)]
    problems = error.problems
    if kind is INVALID_REQUEST and all(problem.pointer.startswith("/network") for problem in problems):
        kind = INVALID_NETWORK
    return problem_response(kind, problems, _headers(kind, error))


def _headers(kind: Kind, error: Exception) -> dict[str, str] | None:
    if isinstance(error, Busy | Unavailable):
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, Conflict | VersionMissing):
        return {"ETag": f'"{error.version}"'}
    if kind is READ_ONLY:
        return {"Allow": "GET, HEAD"}
    if kind is TOO_LARGE:
        return {"Connection": "close"}  # the rest of a body that was not read must not be taken for a request
    return None


def answer_http_error(request: Request, error: Exception) -> Response:
    """Answer what the router found: a path or a method that does not exist."""
    assert isinstance(error, HTTPException)
    method, path = request.method, request.url.path
    if error.status_code == NOT_FOUND.status:
        return problem_response(NOT_FOUND, [Problem("", f"nothing is at {path[:200]}; /docs lists what there is")])
    if error.status_code == METHOD_NOT_ALLOWED.status:
        methods = (error.headers or {}).get("Allow", "GET").split(", ")
        if "GET" in methods:
            methods.append("HEAD")  # see boundary.py
        allowed = ", ".join(sorted(set(methods)))
        detail = f"{method} is not possible at {path[:200]}; possible: {allowed}"
        return problem_response(METHOD_NOT_ALLOWED, [Problem("", detail, allowed, method)], {"Allow": allowed})
    phrase = HTTPStatus(error.status_code).phrase
    kind = Kind(error.status_code, phrase.lower().replace(" ", "-"), phrase)
    return problem_response(kind, [Problem("", str(error.detail or phrase))], error.headers)


def internal_error() -> Response:
    """Answer an error of ours: the log has the details, the client none."""
    detail = "the server made a mistake; its log says more"
    return problem_response(INTERNAL, [Problem("", detail)])


_NOT_EXPECTED = re.compile("^Input should be |^(String|List) should have | after validation.*")
"""What is left out of Pydantic's messages, so that the rest fits behind "expected"."""

_EXPECTED = {
    "string_type": "a text",
    "int_type": "an integer",
    "int_parsing": "an integer",
    "int_from_float": "an integer",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}


def validation_problems(error: ValidationError, what: str, fields: Iterable[str]) -> list[Problem]:
    """Say what Pydantic found as problems; `what` names the thing read, `fields` are those that it may have."""
    problems = []
    known = ", ".join(fields) or "none"
    for found in error.errors(include_url=False, include_context=True):
        pointer = pointer_to(*found["loc"])
        name = str(found["loc"][-1]) if found["loc"] else what
        received = describe(found["input"])
        match found["type"]:
            case "missing":
                problems.append(Problem(pointer, f'"{name}" is missing', name, "nothing"))
            case "extra_forbidden":
                detail = f'{what} has no field "{name[:60]}"; it may have: {known}'
                problems.append(Problem(pointer, detail, f"one of {known}", name[:60]))
            case kind if kind in _EXPECTED:
                expected = _EXPECTED[kind]
                problems.append(
                    Problem(pointer, f"{name}: expected {expected}, received {received}", expected, received)
                )
            case _:
                expected = _NOT_EXPECTED.sub("", found["msg"])
                problems.append(
                    Problem(pointer, f"{name}: expected {expected}, received {received}", expected, received)
                )
    return problems
