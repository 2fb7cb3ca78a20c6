"""The signal through the depth: what every layer's values and gradients are like, at once or as a job."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from starlette.responses import Response

from app.api.call import Call, Cost
from app.api.encoding import encode
from app.api.jobs import describe_job
from app.api.problems import Problems
from app.api.route import api_router, json_response
from app.api.schemas_signal import CompareAnswer, CompareRequest, SignalAnswer, SignalRequest
from app.api.signal_answers import describe_signal, describe_variant
from app.api.tracing import count_examples, read_asked, read_known_node, trace_cost
from app.jobs.payload import pack_network, pack_overrides
from app.nn.arguments import ActivationChoice
from app.nn.errors import NetworkError, Problem
from app.nn.initializers import read_initializer
from app.nn.network import Network
from app.nn.signal import Target

router = api_router("Values")

KIND = "signal"
_COLUMNS = 40
_PASSES = 4
_SECONDS_PER_VALUE = 8e-8
_SECONDS_PER_LAYER = 2e-5
_AS_A_JOB: dict[int | str, dict[str, Any]] = {
    202: {
        "description": "It was made a job, whose `result` will be this answer.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/JobInfo"}}},
    }
}


@router.post("/signal", response_model=SignalAnswer, responses=_AS_A_JOB)
async def describe_the_signal(body: SignalRequest, call: Call) -> Response:
    """Describe the values and the gradients of every layer, and say in words what is seen.

    Gradients are those of `target` by the outputs of all layers, in every example of its own; without it of the output
    node with the largest value (on average over the examples).
    """
    network = await call.network(body.network)
    return await _answer(call, network, body, None)


@router.post("/signal/compare", response_model=CompareAnswer, responses=_AS_A_JOB)
async def compare_signals(body: CompareRequest, call: Call) -> Response:
    """Describe the signal of the same network with other activations, initialisers or seeds in its hidden layers."""
    network = await call.network(body.network)
    variants = [variant.model_dump() for variant in body.variants]
    with Problems() as problems:
        for place, variant in enumerate(variants):
            problems.read(f"/variants/{place}", _check_variant, variant)
    return await _answer(call, network, body, variants)


def _check_variant(variant: Mapping[str, Any]) -> None:
    """Refuse a variant with a function or an initialiser that there is not; raises `NetworkError`."""
    problems: list[Problem] = []
    if variant["activation"] is not None:
        activation, found = ActivationChoice().read(variant["activation"])
        problems += [problem.within("/activation") for problem in found]
        if activation is not None and not activation.activation.elementwise:
            detail = f"{activation.name} works along an axis; expected a function of single numbers"
            problems.append(Problem("/activation", detail, "an elementwise activation", activation.name))
    if variant["initializer"] is not None:
        _, found = read_initializer(variant["initializer"])
        problems += [problem.within("/initializer") for problem in found]
    if problems:
        raise NetworkError(problems)


async def _answer(call: Call, network: Network, body: SignalRequest, variants: list[dict[str, Any]] | None) -> Response:
    times = 1 if variants is None else len(variants)
    cost = trace_cost(network, body.inputs, _COLUMNS * len(network.layers) * times, _PASSES)
    computed = count_examples(network, body.inputs) * network.value_count
    seconds = cost.seconds + computed * _SECONDS_PER_VALUE + len(network.layers) * _SECONDS_PER_LAYER
    cost = cost._replace(seconds=seconds * times)
    if not body.job:
        return await call.run(cost, _compute, network, body, variants)
    call.refuse_too_large(cost)
    arguments, arrays = await call.run(Cost(1e-3), _pack, call, network, body, variants)
    what = "Signal" if variants is None else f"Signal, {times} ways,"
    title = f"{what} through {network.name or 'a network'}"
    submit = partial(call.services.jobs.submit, arrays=arrays, memory_bytes=cost.memory_bytes)
    job = await call.file(submit, KIND, arguments, title)
    described = describe_job(job, None)
    return Response(encode(described), 202, {"Location": described["links"]["self"]}, "application/json")


def _read(network: Network, body: SignalRequest) -> Any:
    with Problems() as problems:
        asked = read_asked(problems, network, body)
        target = None
        if body.target is not None:
            target = problems.read("/target", read_known_node, network, body.target, "/target")
    return asked, None if target is None else Target(*target)


def _compute(network: Network, body: SignalRequest, variants: list[dict[str, Any]] | None) -> Response:
    asked, target = _read(network, body)

    def describe(one: Network) -> dict[str, Any]:
        return describe_signal(one, asked.inputs.values, asked.overrides, target, body.pre_activations)

    if variants is None:
        return json_response(describe(network))
    return json_response({"variants": [describe_variant(network, variant, describe) for variant in variants]})


def _pack(call: Call, network: Network, body: SignalRequest, variants: list[dict[str, Any]] | None) -> Any:
    asked, target = _read(network, body)
    description, arrays = pack_network(network, call.given_parameters)
    arguments = {
        "network": description,
        "overrides": pack_overrides(asked.overrides),
        "target": None if target is None else {"layer": target.layer, "index": list(target.index)},
        "pre_activations": body.pre_activations,
        "variants": variants,
    }
    return arguments, {**arrays, "inputs": asked.inputs.values}
