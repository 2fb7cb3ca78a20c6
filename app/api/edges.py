"""The strongest edges into every layer, in columns."""

import math
from typing import Any

from starlette.responses import Response

from app.api.answers import check_layer_names
from app.api.call import Call
from app.api.problems import Problems
from app.api.route import api_router, json_response
from app.api.schemas_values import EdgesAnswer, EdgesRequest
from app.api.tracing import read_asked, trace_cost
from app.nn.edges import Edges, edges
from app.nn.network import Network

router = api_router("Values")

_NUMBERS_PER_EDGE = 5
_SECONDS_PER_NODE = 3e-5
_SECONDS_PER_TERM = 3e-8


@router.post("/edges", response_model=EdgesAnswer)
async def list_edges(body: EdgesRequest, call: Call) -> Response:
    """List the strongest edges into each layer, by |weight × value|."""
    network = await call.network(body.network)
    names = {placed.name for placed in network.layers} if body.layers is None else set(body.layers)
    placed = [one for one in network.layers if one.name in names]
    values = _NUMBERS_PER_EDGE * min(len(placed) * body.top, network.multiply_adds + network.value_count)
    nodes = sum(math.prod(one.output_shape) for one in placed)
    terms = sum(one.multiply_adds for one in placed)
    cost = trace_cost(network, body.inputs, values)
    cost = cost._replace(seconds=cost.seconds + nodes * _SECONDS_PER_NODE + terms * _SECONDS_PER_TERM)
    return await call.run(cost, _edges, network, body)


def _edges(network: Network, body: EdgesRequest) -> Response:
    with Problems() as problems:
        asked = read_asked(problems, network, body)
        problems.read("/layers", check_layer_names, network, body.layers)
    trace = asked.trace(network)
    wanted = None if body.layers is None else set(body.layers)
    names = [placed.name for placed in network.layers if wanted is None or placed.name in wanted]
    found = [(name, edges(trace, name, body.example, body.top)) for name in names]
    return json_response({"layers": [_layer(name, one) for name, one in found]})


def _layer(name: str, found: Edges) -> dict[str, Any]:
    return {
        "name": name,
        "sources": found.sources,
        "count": found.count,
        "edges": {
            "source": found.source,
            "source_node": found.source_node,
            "node": found.node,
            "weight": found.weight if found.weight is not None else [None] * len(found.node),
            "product": found.product if found.product is not None else [None] * len(found.node),
        },
    }
