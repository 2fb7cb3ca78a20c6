"""The forward pass: the value of every node."""

import math
from typing import Any

from starlette.responses import Response

from app.api.call import Call
from app.api.encoding import encode_number
from app.api.problems import Problems
from app.api.route import api_router, json_response
from app.api.schemas import ForwardAnswer, ForwardRequest
from app.api.tracing import check_layer_names, count_examples, named, read_asked, trace_cost
from app.nn.network import Network
from app.nn.reading import Array
from app.nn.statistics import statistics

router = api_router("Values")


@router.post("/forward", response_model=ForwardAnswer)
async def forward_network(body: ForwardRequest, call: Call) -> Response:
    """Compute the value of every node."""
    network = await call.network(body.network)
    values = count_examples(network, body.inputs) * _count_values(network, body.layers)
    return await call.run(trace_cost(network, body.inputs, values), _forward, network, body)


def _count_values(network: Network, layers: list[str] | None) -> int:
    """Return how many numbers an answer holds for one example, pre-activations and the output included."""
    if layers is None:
        return 2 * network.value_count
    names = {name for name in layers if name in network}
    return sum(2 * math.prod(network.shape_of(name)) for name in (*names, network.output.name))


def _forward(network: Network, body: ForwardRequest) -> Response:
    with Problems() as problems:
        asked = read_asked(problems, network, body)
        problems.read("/layers", check_layer_names, network, body.layers)
    trace = asked.trace(network)
    wanted = None if body.layers is None else set(body.layers)
    layers = []
    for name, held in trace.layers.items():
        if wanted is not None and name not in wanted:
            continue
        layer = named(network, name)
        if held.pre_activation is not None:
            layer["pre_activation"] = asked.shown(held.pre_activation)
        output = asked.shown(held.output)
        layer["output"] = output
        layer["statistics"] = describe_values(output)
        layers.append(layer)
    return json_response(
        {
            "network": network.name,
            "dtype": network.dtype.name,
            "layers": layers,
            "output": asked.shown(trace.output),
        }
    )


def describe_values(values: Array) -> dict[str, Any]:
    """Return the statistics of an array as they are sent."""
    found = statistics(values)
    return {
        "min": encode_number(found.min),
        "max": encode_number(found.max),
        "mean": encode_number(found.mean),
        "std": encode_number(found.std),
        "argmax": found.argmax,
        "zeros": found.zeros,
        "positive": found.positive,
        "negative": found.negative,
        "nan": found.nan,
        "inf": found.inf,
        "first_non_finite": found.first_non_finite,
    }
