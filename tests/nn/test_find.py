"""Finding places in a trace: in the order that is asked for, and against a plain search through every value."""

import math
from typing import Any

import numpy as np
import pytest

from app.nn.find import What, find
from app.nn.forward import Trace, forward
from app.nn.inputs import read_overrides
from app.nn.network import Network
from tests.nn.networks import dense


def trace_of(layers: list[dict[str, Any]], inputs: list[list[float]], overrides: object = ()) -> Trace:
    network = Network.from_document({"input": {"shape": [len(inputs[0])]}, "seed": 3, "layers": layers})
    return forward(network, np.array(inputs), read_overrides(network, list(overrides)))  # type: ignore[call-overload]


DEEP = [dense(7, "relu"), dense(5, "tanh"), dense(6, "relu", use_bias=False), dense(2)]


@pytest.mark.parametrize("example", [0, 1])
@pytest.mark.parametrize(("what", "sign"), [("largest", -1), ("smallest", 1)])
def test_extremes_are_those_of_a_plain_search(what: What, sign: int, example: int) -> None:
    trace = trace_of(DEEP, [[1.0, -2.0, 0.5], [0.0, 0.0, 0.0]])
    order = [
        (sign * float(value), position, place, name)
        for position, (name, held) in enumerate(trace.layers.items())
        for place, value in enumerate(held.output[example])
    ]
    order.sort()
    everything = find(trace, what, example, limit=1000)
    assert everything.count == 3 + 7 + 5 + 6 + 2 == len(everything.matches)
    assert [(one.layer, one.index) for one in everything.matches] == [(name, (place,)) for _, _, place, name in order]
    for skip, limit in ((0, 1), (1, 1), (3, 4), (22, 5), (23, 5)):
        part = find(trace, what, example, skip, limit)
        assert part.count == everything.count
        assert part.matches == everything.matches[skip : skip + limit]


def test_layers_with_values_that_are_not_finite() -> None:
    pins = [
        {"layer": "dense_2", "index": [3], "value": 1e308},
        {"layer": "dense_2", "index": [4], "value": 1e308},
    ]
    layers = [
        dense(4, name="dense_1"),
        dense(5, name="dense_2"),
        dense(1, "exponential", name="large"),
        dense(3, name="last"),
    ]
    layers[2]["parameters"] = {"kernel": [[1.0]] * 5, "bias": [0.0]}
    layers[3]["parameters"] = {"kernel": [[0.0, 1.0, -1.0]], "bias": [0.0, 0.0, 0.0]}
    found = find(trace_of(layers, [[1.0, 2.0]], pins), "non_finite", limit=10)
    # Two values of 1e308 add up to an infinity, and yet each of them is a number.
    assert [(one.layer, one.index, one.nodes) for one in found.matches] == [("large", (0,), 1), ("last", (0,), 3)]
    assert found.count == 2
    assert math.isinf(found.matches[0].value)
    assert math.isnan(found.matches[1].value)  # 0 × ∞
    second = find(trace_of(layers, [[1.0, 2.0]], pins), "non_finite", skip=1)
    assert [one.layer for one in second.matches] == ["last"]


def test_extremes_pass_over_what_is_not_finite() -> None:
    trace = trace_of([dense(2, parameters={"kernel": [[1e308, 2.0]], "bias": [0.0, 0.0]})], [[10.0]])
    assert np.isinf(trace.output).any()
    assert [(one.layer, one.value) for one in find(trace, "largest", limit=9).matches] == [
        ("dense_1", 20.0),
        ("input", 10.0),
    ]


def test_dead_layers_are_all_zero_after_an_activation() -> None:
    zero = {"kernel": [[0.0, 0.0, 0.0]] * 2, "bias": [-1.0, -1.0, 0.0]}
    layers = [
        dense(3, "relu", name="dead", parameters=zero),
        dense(2, name="zero_but_linear", parameters={"kernel": [[1.0, 1.0]] * 3, "bias": [0.0, 0.0]}),
        dense(2, "sigmoid", name="alive"),
        dense(2, "relu", name="half", parameters={"kernel": [[1.0, -1.0]] * 2, "bias": [0.0, 0.0]}),
        dense(1, "relu", name="dead_too", parameters={"kernel": [[-1.0], [0.0]], "bias": [0.0]}),
    ]
    found = find(trace_of(layers, [[0.5, 0.5]]), "dead", limit=10)
    assert [(one.layer, one.index, one.value, one.nodes) for one in found.matches] == [
        ("dead", (0,), 0.0, 3),
        ("dead_too", (0,), 0.0, 1),
    ]
    assert find(trace_of(layers, [[0.5, 0.5]]), "dead", skip=1).matches == found.matches[1:]


def test_indexes_are_those_of_the_layer() -> None:
    layers = [{"kind": "Reshape", "target_shape": [2, 3], "name": "grid"}]
    trace = trace_of(layers, [[0.0, 1.0, 2.0, 3.0, 9.0, 4.0]])
    assert [one.index for one in find(trace, "largest", limit=2).matches] == [(4,), (1, 1)]
