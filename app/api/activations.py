"""Activation functions: what they are, their curves, their values."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from fastapi import Query
from starlette.responses import Response

from app.api.call import Call, Cost
from app.api.problems import Problems
from app.api.route import api_router, json_response
from app.api.schemas_activations import (
    ActivationAnswer,
    CurveAnswer,
    CurveQuery,
    EvaluateActivationAnswer,
    EvaluateActivationRequest,
)
from app.errors import NotFound
from app.nn.activations import ACTIVATIONS, Activation, Parameter, find_activation
from app.nn.errors import NetworkError, Problem
from app.nn.reading import describe, format_shape, read_array

router = api_router("Activations")

_SECONDS_PER_NUMBER = 5e-7  # to read, evaluate, differentiate and write it, for the slowest function
_BYTES_PER_NUMBER = 200
_OWN_PARAMETERS = {
    "name": "parameters",
    "in": "query",
    "required": False,
    "description": "The activation's own parameters, each under its name: `negative_slope=0.1`.",
    "style": "form",
    "explode": True,
    "schema": {"type": "object", "additionalProperties": {"type": ["number", "boolean"]}},
}


@router.get("/activations", response_model=list[ActivationAnswer])
async def list_activations(call: Call) -> Response:
    """List the activation functions, in the order of the gallery."""
    return await call.run(Cost(5e-4), _list)


@router.get("/activations/{name}", response_model=ActivationAnswer)
async def get_activation(name: str, call: Call) -> Response:  # noqa: ARG001
    """Describe one activation function, by its name or an alias."""
    return json_response(describe_activation(_find(name)))


@router.get("/activations/{name}/curve", response_model=CurveAnswer, openapi_extra={"parameters": [_OWN_PARAMETERS]})
async def get_activation_curve(name: str, query: Annotated[CurveQuery, Query()], call: Call) -> Response:
    """Compute points of an elementwise function and of its derivative."""
    activation = _find(name)
    return await call.run(Cost(query.num * _SECONDS_PER_NUMBER, values=3 * query.num), _curve, activation, query)


@router.post("/activations/{name}/evaluate", response_model=EvaluateActivationAnswer)
async def evaluate_activation(name: str, body: EvaluateActivationRequest, call: Call) -> Response:
    """Evaluate a function and its derivative at a number or an array."""
    activation = _find(name)
    count = int(call.headers.get("content-length", 0)) // 2
    cost = Cost(count * _SECONDS_PER_NUMBER, count * _BYTES_PER_NUMBER, 2 * count)
    return await call.run(cost, _evaluate, activation, body)


def describe_activation(activation: Activation) -> dict[str, Any]:
    """Return the record of an activation as it is sent."""
    return {
        "name": activation.name,
        "aliases": activation.aliases,
        "title": activation.title,
        "formula": activation.formula,
        "derivative_formula": activation.derivative_formula,
        "parameters": [_describe_parameter(parameter) for parameter in activation.parameters],
        "range": activation.range,
        "monotonic": activation.monotonic,
        "elementwise": activation.elementwise,
        "description": activation.description,
        "source": activation.source,
    }


def _describe_parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "type": {bool: "boolean", int: "integer", float: "number"}[type(parameter.default)],
        "default": parameter.default,
        "minimum": parameter.minimum,
        "maximum": parameter.maximum,
        "description": parameter.description,
    }


def _find(name: str) -> Activation:
    activation = find_activation(name)
    if activation is None:
        known = ", ".join(ACTIVATIONS)
        raise NotFound(Problem("", f'no activation is called "{name[:60]}"; there are {known}', None, name[:60]))
    return activation


def _list() -> Response:
    return json_response([describe_activation(activation) for activation in ACTIVATIONS.values()])


def _curve(activation: Activation, query: CurveQuery) -> Response:
    parameters: dict[str, Any] = query.model_extra or {}
    with Problems() as problems:
        if not activation.elementwise:
            detail = f"{activation.name} works along an axis and has no curve; use evaluate"
            problems.add("", detail, "an elementwise activation", activation.name)
        if not query.start < query.stop:
            detail = f"start is {query.start:g} and stop is {query.stop:g}; expected start below stop"
            problems.add("/start", detail, "a start below stop", f"{query.start:g}")
        elif not np.isfinite(query.stop - query.start):
            problems.add("/stop", "stop − start is beyond float64; expected a smaller range", "a smaller range")
        problems.read("", _check_query_parameters, activation, parameters)
    x = np.linspace(query.start, query.stop, query.num)
    return json_response(
        {"x": x, "y": activation.evaluate(x, **parameters), "dy": activation.derivative(x, **parameters)}
    )


def _check_query_parameters(activation: Activation, values: Mapping[str, Any]) -> None:
    """Refuse what is none of the activation's parameters, or not a value for one; raises `NetworkError`."""
    known = [parameter.name for parameter in activation.parameters]
    unknown = [name for name in values if name not in known]
    names = ", ".join(["start", "stop", "num", *known])
    problems = [
        Problem(
            f"/{name[:60]}", f'the query has no field "{name[:60]}"; it may have: {names}', f"one of {names}", name[:60]
        )
        for name in unknown
    ]
    problems += activation.check_parameters({name: value for name, value in values.items() if name in known})
    if problems:
        raise NetworkError(problems)


def _evaluate(activation: Activation, body: EvaluateActivationRequest) -> Response:
    array, found = read_array(body.inputs, np.dtype(np.float64))
    with Problems() as problems:
        problems.extend("/inputs", found)
        parameters = problems.read("/parameters", _read_parameters, activation, body.parameters)
        if array is not None and parameters is not None:
            problems.read("/inputs", _check_shape, activation, array.shape, parameters)
    assert array is not None
    outputs = activation.evaluate(array, **parameters)
    derivatives = activation.derivative(array, **parameters)
    return json_response({"outputs": outputs, "derivatives": derivatives})


def _read_parameters(activation: Activation, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        expected = "an object with the activation's parameters"
        raise NetworkError([Problem("", f"expected {expected}, received {describe(value)}", expected, describe(value))])
    problems = activation.check_parameters(value)
    if problems:
        raise NetworkError(problems)
    return value


def _check_shape(activation: Activation, shape: tuple[int, ...], parameters: Mapping[str, Any]) -> None:
    """Refuse an array that the activation cannot work on; raises `NetworkError`."""
    try:
        if not shape and not activation.elementwise:
            message = f"{activation.name} works along an axis; expected a list of numbers, received one number"
            raise ValueError(message)
        activation.output_shape(shape, **parameters)
    except ValueError as error:
        raise NetworkError([Problem("", str(error), None, format_shape(shape))]) from None
