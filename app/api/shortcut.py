"""The shortest way to a route: what is asked most needs no search.

Between the guard and a route stand FastAPI's handlers, its exit stacks and a router that tries one route after the
other; a small forward pass takes hardly longer than they do. Calls of the API whose path has no parameters are found
here by their path, and answer their own errors, so they need none of these.
"""

from collections.abc import Iterable

from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.route import CallRoute


class Shortcut:
    """Hands a POST to the route of its path in `routes`, where there is one, and all else to `app`."""

    def __init__(self, app: ASGIApp, routes: Iterable[BaseRoute]) -> None:
        self._app = app
        self._direct: dict[str, ASGIApp] = {
            route.path: route.app
            for route in routes
            if isinstance(route, CallRoute) and route.methods == {"POST"} and not route.param_convertors
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["method"] == "POST":
            route = self._direct.get(scope["path"])
            if route is not None:
                await route(scope, receive, send)
                return
        await self._app(scope, receive, send)
