"""The wiring: settings, stored networks, API and pages become one application. `python -m app.main` serves it."""

import argparse
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

from anyio import to_thread
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.errors import ServerErrorMiddleware
from threadpoolctl import threadpool_limits

from app import __version__
from app.access import decide_access
from app.api import (
    activations,
    attribution,
    code,
    datasets,
    edges,
    edit,
    evaluate,
    explain,
    find,
    forward,
    gradients,
    health,
    images,
    jobs,
    layers,
    networks,
    openapi,
    parameters,
    receptive_field,
    signal,
    trainings,
)
from app.api import summary as summary_
from app.api.boundary import Boundary
from app.api.built import BuiltNetworks
from app.api.call import Services
from app.api.drawn import DrawnParameters
from app.api.errors import answer_error, answer_http_error
from app.api.event_stream import Streams
from app.api.gate import Gate, Holding
from app.api.guard import Guard
from app.api.route import BASE
from app.api.shortcut import Shortcut
from app.api.traces import RecentTraces
from app.cli.reading import open_network
from app.errors import SettingsError, Unavailable, VitrineError
from app.jobs import Jobs
from app.nn.errors import NetworkError
from app.pages import access_page, page_routes
from app.serving import serve
from app.settings import Settings
from app.storage import CONNECTIONS, Database, Examples, Networks, StoredNetwork, database_url

RESOURCES = (
    *(forward, explain, edges, find, gradients, parameters, summary_, edit, networks, layers, activations),
    *(code, attribution, images, datasets, jobs, signal, trainings, evaluate, receptive_field, openapi, health),
)
"""Every resource of the API; the router tries them in this order, so what is asked most stands first."""

FILE_THREADS = 4
JOBS_STOP_SECONDS = 8.0
"""How long jobs may take to keep what they have, when the server stops; less than containers are given to stop."""


def create_app(settings: Settings | None = None, opened: StoredNetwork | None = None) -> FastAPI:
    """Return the application; `settings` come from the environment by default, `opened` is one more example."""
    settings = settings or Settings.from_environment()

    networks_ = Networks(
        Examples(settings.bundle.examples, opened),
        Database(database_url(settings)),
        settings.networks,
        settings.deleted_days,
    )

    @asynccontextmanager
    async def running(_app: FastAPI) -> AsyncIterator[None]:
        with suppress(Unavailable):  # it is in the log; all that needs no database works
            await to_thread.run_sync(networks_.database.open)
        app.state.services.jobs.open()
        gc.freeze()  # what is there now stays: the garbage collector need not look at it with every large answer
        with threadpool_limits(settings.blas_threads):
            yield
        await to_thread.run_sync(app.state.services.jobs.close, JOBS_STOP_SECONDS)
        networks_.database.close()

    app = FastAPI(
        title="Vitrine",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Nobody is told what is asked here; and to look each time whether anybody listens takes as long as two layers.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=running,
    )
    app.state.services = Services(
        settings,
        networks_,
        Gate(settings.workers, settings.waiting, settings.memory_bytes, settings.wait_seconds),
        Gate(CONNECTIONS, settings.waiting, 0, settings.wait_seconds),
        Gate(FILE_THREADS, settings.waiting, 0, settings.wait_seconds),
        Holding(max(settings.bodies_bytes, settings.body_bytes), "bodies"),
        Jobs(settings),
        Streams(settings.streams),
        BuiltNetworks(settings.cache_bytes // 8),
        DrawnParameters(settings.cache_bytes * 3 // 4),
        RecentTraces(settings.cache_bytes // 8),
    )
    # Routes stand in one flat list: an included router is asked twice for every request that passes it.
    for resource in RESOURCES:
        app.router.routes.extend(resource.router.routes)
    app.router.routes.extend(page_routes(settings.bundle, BASE))
    for error in (VitrineError, NetworkError):
        app.add_exception_handler(error, answer_error)
    app.add_exception_handler(HTTPException, answer_http_error)
    access = app.state.access = decide_access(settings)
    # Ours stand around FastAPI's own, which the shortcut passes by; FastAPI's outermost would answer for the boundary.
    outermost = app.build_middleware_stack()
    assert isinstance(outermost, ServerErrorMiddleware)
    guard = Guard(Shortcut(outermost.app, app.routes), access, access_page(settings.bundle))
    app.middleware_stack = Boundary(guard, Holding(settings.answers_bytes, "answers"))

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = openapi.describe_api(app.routes)
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign]
    return app


def main(arguments: list[str] | None = None) -> None:
    """Serve the application until it is interrupted."""
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        sys.exit(str(error))
    parser = argparse.ArgumentParser(prog="python -m app.main", description="Serve Vitrine.")
    parser.add_argument("--host", default=settings.host, help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=settings.port, help="port to listen on (default: %(default)s)")
    parser.add_argument("--network", help="path of a network document to open beside the examples")
    parser.add_argument("--parameters", help="path of its parameters, .npz or .safetensors, if they stand in a file")
    chosen = parser.parse_args(arguments)
    if chosen.parameters is not None and chosen.network is None:
        parser.error("--parameters belongs to a document: expected --network too")
    settings = replace(settings, host=chosen.host, port=chosen.port)
    try:
        opened = None if chosen.network is None else open_network(chosen.network, chosen.parameters)
        app = create_app(settings, opened)
    except SettingsError as error:
        sys.exit(str(error))
    except (NetworkError, VitrineError) as error:
        sys.exit("\n".join(f"vitrine: {problem.pointer.strip()}: {problem.detail}" for problem in error.problems))
    serve(app, app.state.access, settings, app.state.services.prepare_stop, None if opened is None else opened.id)


if __name__ == "__main__":
    main()
