"""A server to measure, on a port of the loopback: `python -m benchmarks.server vitrine|bare PORT`."""

import sys

import uvicorn
from fastapi import FastAPI
from fastapi.responses import Response

from app.api.schemas_values import ForwardRequest
from app.main import create_app


def bare_app() -> FastAPI:
    """Return the floor: a FastAPI route that reads the same body and answers with bytes made beforehand."""
    app = FastAPI(openapi_url=None)

    @app.post("/api/v1/forward")
    async def answer(body: ForwardRequest) -> Response:  # noqa: ARG001
        return Response(b'{"output":[1.0]}', media_type="application/json")

    return app


if __name__ == "__main__":
    served = create_app() if sys.argv[1] == "vitrine" else bare_app()
    uvicorn.run(served, port=int(sys.argv[2]), log_level="warning", access_log=False)
