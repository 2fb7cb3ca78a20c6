"""The forward pass: the value of every node."""

import math

from starlette.responses import Response

from app.api.answers import check_layer_names, describe_forward
from app.api.call import Call
from app.api.problems import Problems
from app.api.route import api_router, json_response
from app.api.schemas_values import ForwardAnswer, ForwardRequest
from app.api.tensors import ANSWERS_TENSORS, tensor_response
from app.api.tracing import count_examples, read_asked, trace_cost
from app.nn.network import Network
from app.nn.reading import Array

router = api_router("Values")


@router.post("/forward", response_model=ForwardAnswer, responses=ANSWERS_TENSORS)
async def forward_network(body: ForwardRequest, call: Call) -> Response:
    """Compute the value of every node."""
    network = await call.network(body.network)
    sent = body.layers if body.values is None else body.values
    values = count_examples(network, body.inputs) * _count_values(network, sent)
    cost = trace_cost(network, body.inputs, values, tensors=call.wants_tensors)
    return await call.run(cost, _forward, network, body, call.wants_tensors)


def _count_values(network: Network, layers: list[str] | None) -> int:
    """Return how many numbers an answer holds for one example, pre-activations and the output included."""
    if layers is None or len(layers) > len(network.layers):
        return 2 * network.value_count
    names = {name for name in layers if name in network}
    return sum(2 * math.prod(network.shape_of(name)) for name in (*names, network.output.name))


def _forward(network: Network, body: ForwardRequest, wants_tensors: bool) -> Response:
    with Problems() as problems:
        asked = read_asked(problems, network, body)
        problems.read("/layers", check_layer_names, network, body.layers)
        problems.read("/values", check_layer_names, network, body.values)
    tensors: dict[str, Array] | None = {} if wants_tensors else None
    trace = asked.trace(network)
    answer = describe_forward(
        trace,
        asked.inputs.batched,
        body.layers,
        body.precision,
        tensors,
        body.values,
        pre_activations=body.pre_activations,
    )
    return json_response(answer) if tensors is None else tensor_response(answer, tensors)
