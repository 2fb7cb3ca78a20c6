"""Attribution: what in the input a node's value comes from."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from starlette.responses import Response

from app.api.call import Call, Cost
from app.api.encoding import encode_number
from app.api.problems import Problems
from app.api.route import api_router, json_response
from app.api.schemas_attribution import AttributionAnswer, AttributionRequest
from app.api.tracing import Asked, read_asked, read_known_node, trace_cost
from app.errors import TooLarge
from app.nn.attribution import (
    Occlusion,
    block_size,
    count_windows,
    gradient_times_input,
    input_gradient,
    occlude,
    window_axes,
)
from app.nn.errors import NetworkError, Problem
from app.nn.inputs import input_dtype
from app.nn.network import Network
from app.nn.reading import Array, Shape, format_shape

router = api_router("Values")

MOST_SECONDS = 120.0
"""An occlusion map that takes longer, by estimate, is refused."""


@router.post("/attribution", response_model=AttributionAnswer)
async def attribute_node(body: AttributionRequest, call: Call) -> Response:
    """Find what in the input a node's value comes from.

    `gradient` is the derivative by each value of the input (for an image its saliency map), `gradient_times_input` that
    times the value, and `occlusion` by how much the node's value falls where a window of the input is covered.
    """
    network = await call.network(body.network)
    cost = trace_cost(network, body.inputs, 2 * network.value_count, passes=3)
    if body.method != "occlusion":
        return await call.run(cost, _gradient, network, body)
    window, stride = _read_window(network, body)
    return await call.run(_cost(network, window, stride), _occlusion, network, body, window, stride)


def _cost(network: Network, window: Shape, stride: Shape) -> Cost:
    """Estimate an occlusion map; raises `TooLarge` for one that takes too long."""
    count = count_windows(network.input.shape, window, stride)
    seconds = count * (network.multiply_adds * 1e-9 + network.value_count * 1e-8) + len(network.layers) * 1e-5
    if seconds > MOST_SECONDS:
        detail = (
            f"an occlusion map of {count:,} windows would take about {seconds:,.0f} seconds; "
            f"at most {MOST_SECONDS:,.0f} are spent: choose a larger stride"
        )
        raise TooLarge(Problem("/stride", detail, f"at most {MOST_SECONDS:,.0f} seconds", f"{seconds:,.0f} seconds"))
    block = min(block_size(network), count)
    memory = (3 * block * network.value_count + network.parameter_count) * network.dtype.itemsize + 60 * count
    return Cost(seconds, memory, count + int(np.prod(window_axes(network.input.shape))))


def _read_window(network: Network, body: AttributionRequest) -> tuple[Shape, Shape]:
    """Read how long the window is and by how much it moves; raises `NetworkError`."""
    axes = window_axes(network.input.shape)
    with Problems() as problems:
        window = problems.read("/window", _read_lengths, "window", body.window, axes)
        window = tuple(max(1, round(length / 5)) for length in axes) if window == () else window
        stride = problems.read("/stride", _read_lengths, "stride", body.stride, axes)
        stride = tuple(max(1, length // 2) for length in window or axes) if stride == () else stride
    return window, stride


def _read_lengths(name: str, value: int | Sequence[int] | None, axes: Shape) -> Shape:
    if value is None:
        return ()
    lengths = (value,) * len(axes) if isinstance(value, int) else tuple(value)
    if len(lengths) != len(axes) or any(one > length for one, length in zip(lengths, axes, strict=True)):
        expected = f"a number, or {len(axes)} numbers, up to {format_shape(axes)}"
        detail = f"{name} is {format_shape(lengths)}; expected {expected}, the size of the input"
        raise NetworkError([Problem("", detail, expected, format_shape(lengths))])
    return lengths


def _read(network: Network, body: AttributionRequest) -> tuple[Asked, str, Shape]:
    with Problems() as problems:
        asked = read_asked(problems, network, body)
        target = problems.read("/target", read_known_node, network, body.target, "/target")
        if body.method == "occlusion":
            cover = 0.0 if body.value is None else body.value
            if input_dtype(network).kind == "i" and not (
                cover.is_integer() and 0 <= cover < (network.integer_bound or 2**31)
            ):
                expected = f"an integer from 0 to {(network.integer_bound or 2**31) - 1}"
                problems.add("/value", f"the network takes integers; value is {cover:g}", expected, f"{cover:g}")
        else:
            if input_dtype(network).kind == "i":
                detail = "an input of integers has no derivative; use occlusion"
                problems.add("/method", detail, "occlusion", body.method)
            for name in ("window", "stride", "value"):
                if getattr(body, name) is not None:
                    problems.add(f"/{name}", f"{name} is for occlusion only", f"no {name}", body.method)
    return asked, *target


def _gradient(network: Network, body: AttributionRequest) -> Response:
    asked, layer, index = _read(network, body)
    trace = asked.trace(network)
    function = input_gradient if body.method == "gradient" else gradient_times_input
    values = function(trace, layer, index, body.example)
    assert values is not None, "inputs of integers were refused"
    return _answer(body, layer, index, float(trace.layers[layer].output[(body.example, *index)]), values)


def _occlusion(network: Network, body: AttributionRequest, window: Shape, stride: Shape) -> Response:
    asked, layer, index = _read(network, body)
    example = asked.inputs.values[body.example]
    cover = 0.0 if body.value is None else body.value
    found: Occlusion = occlude(network, example, layer, index, window, stride, cover, asked.overrides)
    windows = {"window": window, "starts": found.starts, "values": found.by_window}
    return _answer(body, layer, index, found.value, found.values, windows=windows)


def _answer(body: AttributionRequest, layer: str, index: Shape, value: float, values: Array, **more: Any) -> Response:
    finite = values[np.isfinite(values)]
    lowest, highest = (float(finite.min()), float(finite.max())) if finite.size else (np.nan, np.nan)
    return json_response(
        {
            "method": body.method,
            "target": {"layer": layer, "index": index},
            "value": encode_number(value),
            "shape": values.shape,
            "values": values,
            "minimum": encode_number(lowest),
            "maximum": encode_number(highest),
            **more,
        }
    )
