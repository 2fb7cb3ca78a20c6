"""Finding nodes among all values of a network: the largest, the first that is not finite, layers that are dead."""

from starlette.responses import Response

from app.api.call import Call
from app.api.encoding import encode_number
from app.api.problems import Problems
from app.api.route import api_router, json_response
from app.api.schemas_find import FindAnswer, FindRequest
from app.api.tracing import read_asked, trace_cost
from app.nn.find import find
from app.nn.network import Network

router = api_router("Values")

_NUMBERS_PER_MATCH = 6


@router.post("/find", response_model=FindAnswer)
async def find_nodes(body: FindRequest, call: Call) -> Response:
    """Find nodes by their values, in any network: no value has to be sent for it but those that are found."""
    network = await call.network(body.network)
    return await call.run(trace_cost(network, body.inputs, _NUMBERS_PER_MATCH * body.limit), _find, network, body)


def _find(network: Network, body: FindRequest) -> Response:
    with Problems() as problems:
        asked = read_asked(problems, network, body)
    found = find(asked.trace(network), body.what, body.example, body.skip, body.limit)
    return json_response(
        {
            "count": found.count,
            "matches": [
                {"layer": one.layer, "index": one.index, "value": encode_number(one.value), "nodes": one.nodes}
                for one in found.matches
            ],
        }
    )
