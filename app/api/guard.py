"""The guard at the door: whose requests are let in to the application.

A request must name a host that is served, must not come from a page of another site if it may change something, and
must show the token if there is one: as `Authorization: Bearer`, or as the cookie that a browser is given when it
opens the link with the token, or sends it by the form of the page that asks for it.
"""

from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, quote, unquote_to_bytes

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.access import Access, split_host
from app.api.errors import CROSS_SITE, MISDIRECTED, UNAUTHENTICATED, Kind, problem_response
from app.nn.errors import Problem

HEALTH = "/health"
STATIC = "/static/"
API = "/api/"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
FORM = "application/x-www-form-urlencoded"
LARGEST_FORM = 4096

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="vitrine"', "Cache-Control": "no-store"}
ASK = (
    "this server asks for its token: open the link that it printed at its start, or send the token in the header "
    "Authorization: Bearer"
)


class Guard:
    """Lets requests in to `app`, or answers them itself. `page` makes the page that asks for the token.

    The health check is open to everybody, and the files of the front end need no token: both are the same everywhere.
    """

    def __init__(self, app: ASGIApp, access: Access, page: Callable[[bool], str]) -> None:
        self._app = app
        self._access = access
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["path"] != HEALTH:
            answer = await self._examine(scope, receive)
            if answer is not None:
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _examine(self, scope: Scope, receive: Receive) -> Response | None:
        """Return an answer to a request that is not let in."""
        hosts: list[str] = []
        origin = site = None
        for name, value in scope["headers"]:
            if name == b"host":
                hosts.append(value.decode("latin-1"))
            elif name == b"origin":
                origin = value.decode("latin-1")
            elif name == b"sec-fetch-site":
                site = value.decode("latin-1")
        host, port = split_host(hosts[0]) if len(hosts) == 1 else ("", "")
        if not self._access.serves(host):
            named = f'"{hosts[0][:80]}"' if hosts else "no host"
            detail = f"the request is for {named}, which is not served here; VITRINE_ALLOWED_HOSTS lists what is"
            return _refusal(MISDIRECTED, detail, scope)
        if scope["method"] not in SAFE_METHODS and _is_foreign(origin, site, hosts[0]):
            return _refusal(CROSS_SITE, "a page of another site may not send this request", scope)
        if self._access.token is None or scope["path"].startswith(STATIC):
            return None
        return await self._authenticate(Request(scope, receive), f"vitrine-{port or scope['scheme']}")

    async def _authenticate(self, request: Request, cookie: str) -> Response | None:
        """Return an answer to a request without the token, or one that brings it to have it exchanged for a cookie."""
        is_page = not request.scope["path"].startswith(API)
        query = request.scope["query_string"]
        if is_page and request.method == "GET" and b"token=" in query:
            parts = query.split(b"&")
            brought = [part.removeprefix(b"token=") for part in parts if part.startswith(b"token=")]
            if brought and self._access.opens(unquote_to_bytes(brought[0]).decode("utf-8", "replace")):
                rest = b"&".join(part for part in parts if not part.startswith(b"token="))
                return self._welcome(request, cookie, rest)
        if is_page and request.method == "POST" and request.headers.get("content-type", "").startswith(FORM):
            if self._access.opens(await _read_form_token(request)):
                return self._welcome(request, cookie, query)
            return self._ask(wrong=True)
        if any(self._access.opens(token) for token in _shown_tokens(request, cookie)):
            return None
        if is_page and "text/html" in request.headers.get("accept", ""):
            return self._ask(wrong=b"token=" in query)
        wrong = "authorization" in request.headers
        challenge = {"WWW-Authenticate": CHALLENGE["WWW-Authenticate"] + ', error="invalid_token"'} if wrong else {}
        detail = f"that is not the token; {ASK}" if wrong else ASK
        return _refusal(UNAUTHENTICATED, detail, request.scope, CHALLENGE | challenge)

    def _ask(self, wrong: bool) -> Response:
        return HTMLResponse(self._page(wrong), UNAUTHENTICATED.status, CHALLENGE)

    def _welcome(self, request: Request, cookie: str, query: bytes) -> Response:
        """Give the browser its cookie and send it to the address without the token.

        The cookie's name holds the port as the browser sees it: to a browser, all ports of a host share their cookies.
        """
        # A path that begins with two slashes would be the name of another host.
        address = "/" + quote(request.scope["path"].lstrip("/\\")) + ("?" + query.decode("latin-1") if query else "")
        response = RedirectResponse(address, 303, {"Cache-Control": "no-store"})
        assert self._access.token is not None
        # Lax: a link on another site may lead here, and such a request changes nothing; all others go without it.
        response.set_cookie(
            cookie, self._access.token, httponly=True, samesite="lax", secure=request.scope["scheme"] == "https"
        )
        return response


def _is_foreign(origin: str | None, site: str | None, host: str) -> bool:
    """Tell whether a page of another origin sends this; a client that is no browser sends neither header."""
    if site is not None:
        return site not in {"same-origin", "none"}
    if origin is None:
        return False
    scheme, _, sender = origin.partition("://")
    return scheme not in {"http", "https"} or sender.lower() != host.lower()


def _shown_tokens(request: Request, cookie: str) -> Iterator[str]:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        yield token.strip()
    for header in request.headers.getlist("cookie"):
        for pair in header.split(";"):
            name, _, value = pair.strip().partition("=")
            if name == cookie:
                yield value


async def _read_form_token(request: Request) -> str:
    """Return the token in a form that is sent; "" for a form that is not the one of the page that asks for it."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            return ""
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=4)
    except ValueError:
        return ""
    return fields.get("token", [""])[0].strip()


def _refusal(kind: Kind, detail: str, scope: Scope, headers: dict[str, str] | None = None) -> Response:
    # What is left of a body that was not read must not be taken for a request.
    close = {} if scope["method"] in SAFE_METHODS else {"Connection": "close"}
    return problem_response(kind, [Problem("", detail)], (headers or {}) | close)
