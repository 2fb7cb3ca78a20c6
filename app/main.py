"""The wiring: settings, stored networks, API and pages become one application. `python -m app.main` serves it."""

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from threadpoolctl import threadpool_limits

from app import __version__
from app.api import activations, edges, explain, forward, gradients, health, layers, networks, openapi, parameters
from app.api import summary as summary_
from app.api.boundary import Boundary
from app.api.call import Services
from app.api.errors import answer_error, answer_http_error
from app.api.gate import Gate
from app.api.route import BASE
from app.errors import VitrineError
from app.nn.errors import NetworkError
from app.pages import page_routes
from app.settings import Settings
from app.storage import Examples

RESOURCES = (forward, explain, edges, gradients, parameters, summary_, networks, layers, activations, openapi, health)
"""Every resource of the API; the router tries them in this order, so what is asked most stands first."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the application; `settings` come from the environment by default."""
    settings = settings or Settings.from_environment()

    @asynccontextmanager
    async def bounded_threads(_app: FastAPI) -> AsyncIterator[None]:
        with threadpool_limits(settings.blas_threads):
            yield

    app = FastAPI(
        title="Vitrine",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=bounded_threads,
    )
    app.state.services = Services(
        settings,
        Examples(settings.bundle.examples),
        Gate(settings.workers, settings.waiting, settings.memory_bytes),
    )
    # Routes stand in one flat list: an included router is asked twice for every request that passes it.
    for resource in RESOURCES:
        app.router.routes.extend(resource.router.routes)
    app.router.routes.extend(page_routes(settings.bundle, BASE))
    for error in (VitrineError, NetworkError):
        app.add_exception_handler(error, answer_error)
    app.add_exception_handler(HTTPException, answer_http_error)
    app.add_middleware(Boundary)

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = openapi.describe_api(app.routes)
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign]
    return app


def main(arguments: list[str] | None = None) -> None:
    """Serve the application until it is interrupted."""
    settings = Settings.from_environment()
    parser = argparse.ArgumentParser(prog="python -m app.main", description="Serve Vitrine.")
    parser.add_argument("--host", default=settings.host, help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=settings.port, help="port to listen on (default: %(default)s)")
    chosen = parser.parse_args(arguments)
    settings = replace(settings, host=chosen.host, port=chosen.port)
    uvicorn.run(create_app(settings), host=settings.host, port=settings.port, server_header=False)


if __name__ == "__main__":
    main()
