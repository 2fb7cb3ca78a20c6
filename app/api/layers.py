"""Layer kinds: what there is to build networks from."""

from starlette.responses import Response

from app.api.call import Call
from app.api.route import api_router, json_response
from app.api.schemas import LayerKind
from app.nn.layers import LAYERS, describe

router = api_router("Networks")


@router.get("/layers", response_model=list[LayerKind])
async def list_layers(call: Call) -> Response:  # noqa: ARG001
    """List the kinds of layers with their arguments as JSON Schema."""
    return json_response([describe(kind) for kind in LAYERS])
