"""Derivatives of one node."""

from typing import Any

from starlette.responses import Response

from app.api.call import Call
from app.api.problems import Problems
from app.api.route import api_router, json_response
from app.api.schemas import GradientsAnswer, GradientsRequest
from app.api.tracing import Asked, count_examples, read_asked, read_known_node, trace_cost
from app.nn.gradients import LayerGradients, gradients
from app.nn.network import Network

router = api_router("Values")


@router.post("/gradients", response_model=GradientsAnswer)
async def differentiate_node(body: GradientsRequest, call: Call) -> Response:
    """Differentiate one node by every node and every parameter."""
    network = await call.network(body.network)
    values = 2 * count_examples(network, body.inputs) * network.value_count + network.parameter_count
    return await call.run(trace_cost(network, body.inputs, values, passes=3), _gradients, network, body)


def _gradients(network: Network, body: GradientsRequest) -> Response:
    with Problems() as problems:
        asked = read_asked(problems, network, body)
        target = problems.read("/target", read_known_node, network, body.target, "/target")
    layer, index = target
    found = gradients(asked.trace(network), layer, index, body.example)
    return json_response({"layers": [_layer(name, one, asked) for name, one in found.items()]})


def _layer(name: str, found: LayerGradients, asked: Asked) -> dict[str, Any]:
    layer: dict[str, Any] = {"name": name, "output": None if found.output is None else asked.shown(found.output)}
    if found.pre_activation is not None:
        layer["pre_activation"] = asked.shown(found.pre_activation)
    layer["parameters"] = dict(found.parameters)
    return layer
