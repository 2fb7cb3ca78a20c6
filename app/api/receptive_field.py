"""The nodes that can have an influence on a node."""

from starlette.responses import Response

from app.api.call import Call, Cost
from app.api.problems import Problems
from app.api.route import api_router, json_response
from app.api.schemas_receptive_field import ReceptiveFieldAnswer, ReceptiveFieldRequest
from app.api.tracing import read_known_node
from app.nn.network import Network
from app.nn.receptive_field import receptive_field

router = api_router("Values")

_SECONDS_PER_LAYER = 1e-5


@router.post("/receptive_field", response_model=ReceptiveFieldAnswer)
async def trace_receptive_field(body: ReceptiveFieldRequest, call: Call) -> Response:
    """Say which nodes of the input and of the layers before can have an influence on a node; nothing is computed."""
    network = await call.network(body.network)
    return await call.run(Cost(_SECONDS_PER_LAYER * len(network.layers)), _receptive_field, network, body)


def _receptive_field(network: Network, body: ReceptiveFieldRequest) -> Response:
    with Problems() as problems:
        node = problems.read("/node", read_known_node, network, body.node, "/node")
    layer, index = node
    layers = [
        {"name": name, "start": [start for start, _ in box], "stop": [stop for _, stop in box]}
        for name, box in receptive_field(network, layer, index).items()
        if name != layer
    ]
    return json_response({"layers": layers})
