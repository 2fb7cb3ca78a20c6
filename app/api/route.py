"""The route class of the API: declared as FastAPI declares routes, served by a shorter path.

FastAPI makes the documentation from the signature, and this class serves the call: it checks the query, reads the
body and hands both to the endpoint with the `Call`. FastAPI's own handling of a body model costs more than the
forward pass of a small network.
"""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import orjson
from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.call import Call
from app.api.dataset_inputs import resolve_inputs
from app.api.encoding import encode
from app.api.errors import answer_error, validation_problems
from app.api.media import SAFETENSORS
from app.errors import InvalidRequest, VitrineError
from app.nn.errors import NetworkError, Problem

BASE = "/api/v1"

TENSORS = {
    "schema": {
        "type": "string",
        "format": "binary",
        "description": 'Safetensors: the JSON of the request in `__metadata__["request"]`; beside it the tensor '
        "`inputs`, where the request has inputs, and parameters of the network as `parameters/<layer>/<name>`.",
    }
}
"""How a body of tensors is described."""

Endpoint = Callable[..., Awaitable[Response]]
Query = TypeVar("Query", bound=BaseModel)


class CallRoute(APIRoute):
    """Serves an endpoint `async def name(call: Call, body: Model, query: Model, <path parameters>) -> Response`.

    `body` and `query` may be left out; without `query` the call takes no query at all.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if getattr(
            _model(inspect.signature(self.endpoint, eval_str=True).parameters.get("body")), "takes_tensors", False
        ):
            self.openapi_extra = {**(self.openapi_extra or {}), "requestBody": {"content": {SAFETENSORS: TENSORS}}}
        self.app = self._serve()

    def _serve(self) -> ASGIApp:
        """Return the application that answers on this route, without the stacks that FastAPI keeps for dependencies."""
        endpoint: Endpoint = self.endpoint
        parameters = inspect.signature(endpoint, eval_str=True).parameters
        body_model = _model(parameters.get("body"))
        query_model = _model(parameters.get("query"))

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            call = Call(scope, receive)
            arguments: dict[str, Any] = dict(call.path_params)
            try:
                if query_model is not None:
                    arguments["query"] = read_query(call, query_model)
                elif scope["query_string"]:
                    refuse_query(call)
                if body_model is not None:
                    arguments["body"] = await call.read(body_model)
                    await resolve_inputs(call, arguments["body"])
                response = await endpoint(call=call, **arguments)
            except RecursionError:
                response = answer_error(call, InvalidRequest("the body is nested deeper than this server reads"))
            except (VitrineError, NetworkError) as error:
                response = answer_error(call, error)
            finally:
                call.release()
            await response(scope, receive, send)

        return serve


def _model(parameter: inspect.Parameter | None) -> type[BaseModel] | None:
    if parameter is None:
        return None
    model: type[BaseModel] = getattr(parameter.annotation, "__origin__", parameter.annotation)  # of Annotated
    return model


def read_query(call: Call, model: type[Query]) -> Query:
    """Read the query as `model`; a name may stand once."""
    items = call.query_params.multi_items()
    names = [name for name, _ in items]
    problems = [
        Problem(f"/{name[:60]}", f'"{name[:60]}" stands {names.count(name)} times in the query', "once")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    try:
        query = model.model_validate(
            {name: text if is_text(model, name) else read_scalar(text) for name, text in items}
        )
    except ValidationError as error:
        problems += validation_problems(error, "the query", model.model_fields)
    if problems:
        raise InvalidRequest(problems)
    return query


def is_text(model: type[BaseModel], name: str) -> bool:
    """Tell whether a field of a query is a text, so that one of digits is no number."""
    field = model.model_fields.get(name)
    return field is not None and field.annotation is str


def read_scalar(text: str) -> float | bool | str:
    """Return the number or boolean that a text of a query is, written as in JSON; any other text as it is."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return value if isinstance(value, int | float) else text


def refuse_query(call: Call) -> None:
    """Refuse the query of a call that takes none."""
    raise InvalidRequest(
        Problem(f"/{name[:60]}", f'"{name[:60]}" means nothing here: this call takes no query', "no query", name[:60])
        for name in call.query_params
    )


def api_router(tag: str) -> APIRouter:
    """Return a router for one resource; its functions' names are the ids of the operations."""
    return APIRouter(
        prefix=BASE, route_class=CallRoute, tags=[tag], generate_unique_id_function=lambda route: route.name
    )


def json_response(answer: Any) -> Response:
    """Return a response with `answer` as JSON."""
    return Response(encode(answer), media_type="application/json")
