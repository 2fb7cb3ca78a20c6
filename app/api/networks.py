"""Stored networks."""

from typing import Any

from starlette.responses import Response

from app.api.call import Call
from app.api.route import api_router, json_response
from app.api.schemas import NetworkInfo, StoredDocument
from app.storage import StoredNetwork

router = api_router("Networks")


@router.get("/networks", response_model=list[NetworkInfo])
async def list_networks(call: Call) -> Response:
    """List the stored networks."""
    return json_response([describe_stored(stored) for stored in call.services.examples])


@router.get("/networks/{id}", response_model=StoredDocument)
async def get_network(id: str, call: Call) -> Response:  # noqa: A002 - the name in the path
    """Return the document of a stored network."""
    return json_response(call.services.examples[id].document)


def describe_stored(stored: StoredNetwork) -> dict[str, Any]:
    """Return what a list of networks says of one."""
    network = stored.network
    return {
        "id": stored.id,
        "name": network.name,
        "title": stored.document.get("title"),
        "description": stored.document.get("description"),
        "read_only": stored.read_only,
        "input_shape": network.input.shape,
        "layers": len(network.layers),
        "parameters": network.parameter_count,
        "multiply_adds": network.multiply_adds,
    }
