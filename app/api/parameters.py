"""The parameters of a layer: whole, in part, or the strongest."""

import math

import numpy as np
from starlette.responses import Response

from app.api.call import Call, Cost, drawing_seconds
from app.api.encoding import encode_number
from app.api.problems import Problems
from app.api.route import api_router, json_response
from app.api.schemas_values import ParametersAnswer, ParametersRequest
from app.api.tensors import ANSWERS_TENSORS, tensor_response
from app.api.tracing import find_layer, read_batch, trace_cost
from app.errors import InvalidRequest
from app.nn.errors import NetworkError, Problem
from app.nn.network import INPUT, Network
from app.nn.parameters import read_slice, strongest
from app.nn.reading import Array, Shape

router = api_router("Values")


@router.post("/parameters", response_model=ParametersAnswer, responses=ANSWERS_TENSORS)
async def get_parameters(body: ParametersRequest, call: Call) -> Response:
    """Return a parameter, a slice of it, or its strongest entries."""
    network = await call.network(body.network)
    shape = _shape(network, body)
    if body.top is not None:
        values = 3 * min(body.top, math.prod(shape))
        return await call.run(
            trace_cost(network, body.inputs, values, passes=4), _strongest, network, body, call.wants_tensors
        )
    with Problems() as problems:
        chosen = problems.read("/slice", read_slice, shape, [None] * len(shape) if body.slice is None else body.slice)
    count = math.prod(len(range(*part.indices(length))) for part, length in zip(chosen, shape, strict=True))
    itemsize = network.dtype.itemsize
    cost = Cost(count * 5e-8 + drawing_seconds(network), network.parameter_count * itemsize + 50 * count, count)
    return await call.run(cost, _values, network, body, chosen, call.wants_tensors)


def _shape(network: Network, body: ParametersRequest) -> tuple[int, ...]:
    """Return the shape of the parameter that is meant; raises what is wrong with the rest of the request."""
    find_layer(network, body.layer, "/layer")
    specs = {} if body.layer == INPUT else network.placed(body.layer).parameter_specs
    problems = []
    if body.parameter not in specs:
        known = ", ".join(specs) or "none"
        detail = f'"{body.layer}" has no parameter "{body.parameter[:60]}"; it has {known}'
        problems.append(Problem("/parameter", detail, known, body.parameter[:60]))
    if body.top is None and body.inputs is not None:
        detail = "inputs only matter with top: without it the answer holds no products"
        problems.append(Problem("/inputs", detail, "top beside inputs", "no top"))
    if body.top is not None and body.slice is not None:
        detail = "slice and top are two ways to ask for a part; expected one of them"
        problems.append(Problem("/slice", detail, "slice or top", "both"))
    if problems:
        raise InvalidRequest(problems)
    return specs[body.parameter].shape


def _values(
    network: Network,
    body: ParametersRequest,
    chosen: tuple[slice, ...],
    wants_tensors: bool,
) -> Response:
    values = network.parameters[body.layer][body.parameter]
    if wants_tensors:
        return tensor_response({"shape": values.shape}, {"values": values[chosen]})
    return json_response({"shape": values.shape, "values": values[chosen]})


def _read_one(network: Network, value: object) -> Array:
    batch = read_batch(network, value)
    if batch.batched:
        received = f"a batch of {len(batch.values)}"
        raise NetworkError([Problem("", f"expected one example, received {received}", "one example", received)])
    return batch.values


def _strongest(network: Network, body: ParametersRequest, wants_tensors: bool) -> Response:
    assert body.top is not None
    inputs = None
    if body.inputs is not None:
        with Problems() as problems:
            inputs = problems.read("/inputs", _read_one, network, body.inputs)
    values = network.parameters[body.layer][body.parameter]
    entries = strongest(network, body.layer, body.parameter, body.top, inputs)
    if wants_tensors:
        return tensor_response({"shape": values.shape}, _columns(entries, values.ndim))
    return json_response(
        {
            "shape": values.shape,
            "entries": [
                {
                    "index": index,
                    "weight": encode_number(weight),
                    "product": None if product is None else encode_number(product),
                }
                for index, weight, product in entries
            ],
        }
    )


def _columns(entries: list[tuple[Shape, float, float | None]], axes: int) -> dict[str, Array]:
    """Return entries as tensors, a column a property; without products there is no such column."""
    columns = {
        "entries/index": np.array([index for index, _, _ in entries], dtype=np.int64).reshape(len(entries), axes),
        "entries/weight": np.array([weight for _, weight, _ in entries], dtype=np.float64),
    }
    if all(product is not None for _, _, product in entries):
        columns["entries/product"] = np.array([product for _, _, product in entries], dtype=np.float64)
    return columns
