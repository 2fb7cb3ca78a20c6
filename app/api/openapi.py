"""The OpenAPI document: what FastAPI reads off the routes, the schema of network documents, errors and examples."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.responses import Response
from starlette.routing import BaseRoute

from app import __version__
from app.api.call import Call, Cost
from app.api.errors import (
    BUSY,
    CONFLICT,
    MEDIA_TYPE,
    NOT_FOUND,
    NOT_POSSIBLE,
    READ_ONLY,
    TOO_LARGE,
    UNAUTHENTICATED,
    UNAVAILABLE,
    UNSUPPORTED_MEDIA_TYPE,
    VERSION_MISSING,
    Kind,
)
from app.api.examples import EXAMPLES, PROBLEM_EXAMPLE
from app.api.route import BASE, api_router, json_response
from app.api.schemas import COMPONENT, NETWORK_REFERENCE_SCHEMA, NUMBER_SCHEMAS, ProblemAnswer
from app.nn.document_schema import NETWORK_SCHEMA

DESCRIPTION = """
Open a neural network, give it an input, and read the value held at every node, with the arithmetic that produced it.

* **Numbers** are never rounded. What is not finite is one of the strings `"NaN"`, `"Infinity"`, `"-Infinity"`; they
  are results, not inputs. A float32 is written as the exact double that it is.
* **Shapes** never count the batch. Indexes count from 0.
* **Requests** are read strictly: unknown fields, `"1.5"` for a number and `NaN` are refused.
* **Networks** that are stored have versions: a change says in `If-Match` which one it changes, so that none is lost.
* **Errors** are `application/problem+json` (RFC 9457) with every mistake under `errors`, each with a JSON pointer.
* **A server that other machines can reach** asks for its token, in the header `Authorization: Bearer`.
"""

router = api_router("Service")


@router.get("/openapi.json", include_in_schema=False)
async def get_openapi_document(call: Call) -> Response:
    """Return this API's description."""
    app: FastAPI = call.scope["app"]
    return await call.run(Cost(seconds=1.0), _respond, app)


@cache
def _respond(app: FastAPI) -> Response:
    return json_response(app.openapi())


def describe_api(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """Return the OpenAPI document of `routes`."""
    document = get_openapi(
        title="Vitrine",
        version=__version__,
        summary="Every value of a neural network.",
        description=DESCRIPTION,
        routes=routes,
    )
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["NetworkDocument"] = dict(NETWORK_SCHEMA)
    schemas["NetworkReference"] = NETWORK_REFERENCE_SCHEMA
    schemas.update(NUMBER_SCHEMAS)
    schemas["Problem"] = ProblemAnswer.model_json_schema(ref_template=COMPONENT + "{model}")
    schemas.update(schemas["Problem"].pop("$defs", {}))
    for path, operations in document["paths"].items():
        for operation in operations.values():
            _complete(operation, path)
    return document


def _complete(operation: dict[str, Any], path: str) -> None:
    """Add to an operation the errors it may answer with, and its example."""
    responses = operation["responses"]
    responses.pop("422", None)
    for status, description in _errors(operation, path).items():
        content = {MEDIA_TYPE: {"schema": {"$ref": f"{COMPONENT}Problem"}}}
        if status == "422":
            content[MEDIA_TYPE]["example"] = PROBLEM_EXAMPLE
        responses[status] = {"description": description, "content": content}
    example = EXAMPLES[operation["operationId"]]
    answer = next(responses[status] for status in ("200", "201", "202", "204") if status in responses)
    answer["description"] = "The answer."
    if example.answer is not None:  # a file has no example
        answer["content"]["application/json"]["example"] = example.answer
    if example.body is not None:
        operation["requestBody"]["content"]["application/json"]["example"] = example.body
    for parameter in operation.get("parameters", []):
        if parameter["name"] in example.parameters:
            parameter["example"] = example.parameters[parameter["name"]]


def _errors(operation: dict[str, Any], path: str) -> dict[str, str]:
    def entry(kind: Kind) -> tuple[str, str]:
        return str(kind.status), kind.title + "."

    if not path.startswith(BASE):
        return {}
    errors = [("422", "Invalid request, network or query."), entry(UNAUTHENTICATED)]
    if "requestBody" in operation:
        errors += [entry(NOT_FOUND), entry(TOO_LARGE), entry(UNSUPPORTED_MEDIA_TYPE), entry(BUSY)]
    elif "{" in path:
        errors.append(entry(NOT_FOUND))
    if any(parameter["name"] == "If-Match" for parameter in operation.get("parameters", [])):
        errors += [entry(READ_ONLY), entry(CONFLICT), entry(VERSION_MISSING)]
    if path.startswith((f"{BASE}/jobs", f"{BASE}/trainings")):
        errors += [entry(BUSY), entry(UNAVAILABLE)]
    if path.startswith(f"{BASE}/datasets"):
        errors += [entry(TOO_LARGE), entry(BUSY)]
        errors += {
            "download_dataset": [entry(NOT_POSSIBLE), entry(UNAVAILABLE)],
            "create_dataset": [entry(UNAVAILABLE)],
            "delete_dataset": [entry(READ_ONLY), entry(UNAVAILABLE)],
        }.get(operation["operationId"], [])
    if path.startswith(f"{BASE}/trainings/") and not path.endswith(("}", "events")):
        errors.append(entry(NOT_POSSIBLE))
    if path.startswith(f"{BASE}/networks"):
        errors.append(entry(UNAVAILABLE))
    return dict(sorted(errors))
