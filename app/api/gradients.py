"""Derivatives of one node."""

import math
from typing import Any

from starlette.responses import Response

from app.api.answers import check_layer_names
from app.api.bodies import PARAMETERS
from app.api.call import Call
from app.api.problems import Problems
from app.api.route import api_router, json_response
from app.api.schemas_values import GradientsAnswer, GradientsRequest
from app.api.tensors import ANSWERS_TENSORS, tensor_response
from app.api.tracing import Asked, count_examples, read_asked, read_known_node, trace_cost
from app.nn.gradients import LayerGradients, gradients
from app.nn.network import Network
from app.nn.reading import Array

router = api_router("Values")


@router.post("/gradients", response_model=GradientsAnswer, responses=ANSWERS_TENSORS)
async def differentiate_node(body: GradientsRequest, call: Call) -> Response:
    """Differentiate one node by every node and every parameter."""
    network = await call.network(body.network)
    wanted = None if body.layers is None else set(body.layers)
    placed = [one for one in network.layers if wanted is None or one.name in wanted]
    nodes = math.prod(network.input.shape) + sum(math.prod(one.output_shape) for one in placed)
    kept = sum(one.parameter_count for one in placed) if body.parameters else 0
    values = 2 * count_examples(network, body.inputs) * nodes + kept
    # Of one layer at a time there are derivatives by its parameters, whether they are asked for or not.
    passing = max((one.parameter_count for one in network.layers), default=0)
    more_bytes = (kept + 2 * passing) * network.dtype.itemsize
    tensors = call.wants_tensors
    cost = trace_cost(network, body.inputs, values, passes=3, tensors=tensors, more_bytes=more_bytes)
    return await call.run(cost, _gradients, network, body, tensors)


def _gradients(network: Network, body: GradientsRequest, wants_tensors: bool) -> Response:
    with Problems() as problems:
        asked = read_asked(problems, network, body)
        problems.read("/layers", check_layer_names, network, body.layers)
        target = problems.read("/target", read_known_node, network, body.target, "/target")
    layer, index = target
    found = gradients(asked.trace(network), layer, index, body.example, body.layers, parameters=body.parameters)
    if not wants_tensors:
        return json_response({"layers": [_layer(name, one, asked) for name, one in found.items()]})
    tensors: dict[str, Array] = {}
    layers = [_layer_of_tensors(name, one, asked, tensors) for name, one in found.items()]
    return tensor_response({"layers": layers}, tensors)


def _layer(name: str, found: LayerGradients, asked: Asked) -> dict[str, Any]:
    layer: dict[str, Any] = {"name": name, "output": None if found.output is None else asked.shown(found.output)}
    if found.pre_activation is not None:
        layer["pre_activation"] = asked.shown(found.pre_activation)
    layer["parameters"] = dict(found.parameters)  # none, if they are not asked for
    return layer


def _layer_of_tensors(name: str, found: LayerGradients, asked: Asked, tensors: dict[str, Array]) -> dict[str, Any]:
    """Put what was found into `tensors`: `<layer>/output`, `<layer>/pre_activation`, `parameters/<layer>/<name>`."""
    for part, values in (("output", found.output), ("pre_activation", found.pre_activation)):
        if values is not None:
            tensors[f"{name}/{part}"] = asked.shown(values)
    tensors.update({f"{PARAMETERS}{name}/{parameter}": values for parameter, values in found.parameters.items()})
    return {"name": name}
