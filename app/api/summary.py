"""The summary of a network: its layers, counted."""

from starlette.responses import Response

from app.api.call import Call, Cost
from app.api.route import api_router, json_response
from app.api.schemas_networks import SummaryAnswer, SummaryRequest
from app.nn.network import Network
from app.nn.summary import summarize

router = api_router("Networks")

_SECONDS_PER_LAYER = 1e-5


@router.post("/summary", response_model=SummaryAnswer)
async def summarize_network(body: SummaryRequest, call: Call) -> Response:
    """Count parameters and multiply-adds, layer by layer."""
    network = await call.network(body.network)
    return await call.run(Cost(len(network.layers) * _SECONDS_PER_LAYER), _summarize, network)


def _summarize(network: Network) -> Response:
    return json_response(summarize(network).to_dict())
