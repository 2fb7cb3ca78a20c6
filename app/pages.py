"""The pages: shells that load the front end, and its files."""

import json
import re
from collections.abc import Awaitable, Callable
from os import PathLike, stat_result

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app import __version__
from app.settings import Bundle

PAGES = {"/": "studio.html", "/activations": "activations.html", "/docs": "docs.html"}

FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
_HASHED = re.compile(r"-[A-Z0-9]{8}\.\w+$")


def page_routes(bundle: Bundle, api: str) -> list[BaseRoute]:
    """Return the routes of the pages and of the files that they load; `api` is where they find the API."""
    environment = _templates(bundle)

    def page(template: str) -> Callable[[Request], Awaitable[Response]]:
        async def render(_request: Request) -> Response:
            html = environment.get_template(template).render(version=__version__, api=api)
            return HTMLResponse(html, headers={"Cache-Control": ASK_AGAIN})

        return render

    routes: list[BaseRoute] = [Route(path, page(template), name=path) for path, template in PAGES.items()]
    if bundle.static.is_dir():
        routes.append(Mount("/static", BundledFiles(directory=bundle.static)))
    return routes


def access_page(bundle: Bundle) -> Callable[[bool], str]:
    """Return what makes the page that asks for the token; it is told whether a wrong one was given."""
    environment = _templates(bundle)
    return lambda wrong: environment.get_template("access.html").render(wrong=wrong)


def _templates(bundle: Bundle) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(bundle.templates), autoescape=True, undefined=jinja2.StrictUndefined
    )

    def asset(name: str) -> str:
        """Return the address of a file of the front end, whose name on disk holds a hash of its contents."""
        manifest = json.loads((bundle.static / "manifest.json").read_text(encoding="utf-8"))
        return f"/static/{manifest[name]}"

    environment.globals["asset"] = asset
    return environment


class BundledFiles(StaticFiles):
    """Files of the front end: one with a hash in its name never changes."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Return the file, and say how long it may be kept."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = FOREVER if _HASHED.search(str(full_path)) else ASK_AGAIN
        return response
