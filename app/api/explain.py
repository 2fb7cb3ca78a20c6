"""The explanation of one node: its exact arithmetic."""

from starlette.responses import Response

from app.api.call import Call
from app.api.encoding import plain
from app.api.problems import Problems
from app.api.route import api_router, json_response
from app.api.schemas_explain import ExplainAnswer, ExplainRequest
from app.api.tracing import read_asked, read_known_node, trace_cost
from app.nn.explain import explain
from app.nn.network import Network

router = api_router("Values")

_SECONDS_PER_TERM = 1e-5


@router.post("/explain", response_model=ExplainAnswer)
async def explain_node(body: ExplainRequest, call: Call) -> Response:
    """Take one node apart: the terms that make its value."""
    network = await call.network(body.network)
    terms = min(body.top, network.value_count)
    cost = trace_cost(network, body.inputs, values=3 * terms)
    cost = cost._replace(seconds=cost.seconds + terms * _SECONDS_PER_TERM)
    return await call.run(cost, _explain, network, body)


def _explain(network: Network, body: ExplainRequest) -> Response:
    with Problems() as problems:
        asked = read_asked(problems, network, body)
        node = problems.read("/node", read_known_node, network, body.node, "/node")
    layer, index = node
    explanation = explain(asked.trace(network), layer, index, body.example, body.top)
    return json_response(plain(explanation.to_dict()))
