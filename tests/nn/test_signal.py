"""The signal through the depth, against values and gradients taken one by one."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from app.nn.activations import bind
from app.nn.forward import Trace, forward
from app.nn.gradients import gradients
from app.nn.initializers import default_initializer
from app.nn.inputs import read_overrides
from app.nn.network import Network
from app.nn.percentiles import PERCENTILES
from app.nn.reading import Array
from app.nn.signal import Signal, Target, choose_target, signal
from app.nn.signal_findings import Finding, findings
from app.nn.varied import vary
from tests.nn.networks import random_batch, zoo


def dense(depth: int, activation: str, initializer: str = "glorot_uniform", width: int = 32, **more: Any) -> Network:
    layer = {"kind": "Dense", "units": width, "activation": activation, "kernel_initializer": initializer}
    last = {"kind": "Dense", "units": 3, "name": "last"}
    return Network.from_document({"input": {"shape": [width]}, "layers": [{**layer, "repeat": depth}, last], **more})


def traced(network: Network, examples: int = 16) -> Trace:
    inputs = np.random.default_rng(1).normal(size=(examples, *network.input.shape))
    return forward(network, inputs.astype(network.dtype))


def percentiles(values: Array) -> Array:
    values = values.astype(np.float64)
    values = values[np.isfinite(values)]
    return np.percentile(values, PERCENTILES) if values.size else np.full(len(PERCENTILES), np.nan)


@settings(max_examples=60, deadline=None)
@given(zoo("float64"))
def test_it_agrees_with_values_and_gradients_of_every_kind(value: dict[str, Any]) -> None:
    network = Network.from_document(value)
    trace = forward(network, random_batch(network, 3))
    found = signal(trace, pre_activations=True)
    target = choose_target(trace)
    assert found.target == target
    assert found.pre_activations is not None
    one_by_one = [gradients(trace, target.layer, target.index, example) for example in range(3)]
    for place, layer in enumerate(found.names):
        held = trace.layers[layer]
        np.testing.assert_allclose(found.values.percentiles[:, place], percentiles(held.output), rtol=1e-12, atol=1e-12)
        before = np.full(len(PERCENTILES), np.nan) if held.pre_activation is None else percentiles(held.pre_activation)
        np.testing.assert_allclose(found.pre_activations.percentiles[:, place], before, rtol=1e-12, atol=1e-12)
        by_layer = [one[layer].output for one in one_by_one]
        if not found.reached[place]:
            assert all(values is None or not values.any() for values in by_layer)
            continue
        rows = [values[example : example + 1] for example, values in enumerate(by_layer) if values is not None]
        together = np.concatenate(rows)
        expected = percentiles(together)
        np.testing.assert_allclose(found.gradients.percentiles[:, place], expected, rtol=1e-9, atol=1e-12)
        norms = np.sqrt((together.reshape(3, -1) ** 2).sum(axis=1))
        assert found.norm[place] == pytest.approx(norms.mean(), rel=1e-9, abs=1e-12, nan_ok=True)
    assert all(finding.text for finding in findings(found))


def test_saturated_and_dead_nodes_are_counted() -> None:
    kernel = [[3.0, 1.0, -1.0, 0.0]]
    layers = [
        {"name": "flat", "kind": "Dense", "units": 4, "activation": "tanh", "parameters": {"kernel": kernel}},
        {"name": "idle", "kind": "Activation", "activation": "relu"},
        {"name": "either", "kind": "Activation", "activation": "relu6"},
        {"name": "neither", "kind": "Activation", "activation": "leaky_relu"},
        {"name": "along", "kind": "Softmax"},
    ]
    network = Network.from_document({"input": {"shape": [1]}, "layers": layers})
    found = signal(forward(network, np.array([[1.0], [2.0]])))
    np.testing.assert_array_equal(found.saturated, [np.nan, 2 / 8, np.nan, 0, np.nan, np.nan])
    np.testing.assert_array_equal(found.dead, [np.nan, np.nan, 2 / 4, 2 / 4, np.nan, np.nan])
    np.testing.assert_array_equal(found.values.zeros[:3], [0, 2 / 8, 4 / 8])
    both = signal(forward(network, np.array([[1.0], [-2.0]])))
    assert both.dead[2] == 1 / 4  # a node that is idle for one example is not dead


def test_nothing_flows_behind_pinned_nodes_and_beside_the_target() -> None:
    network = dense(3, "tanh", width=2)
    overrides = read_overrides(network, [{"layer": "dense_2", "index": [unit], "value": 0.5} for unit in range(2)])
    found = signal(forward(network, np.ones((2, 2)), overrides), Target("dense_3", (1,)))
    assert found.target == Target("dense_3", (1,))
    np.testing.assert_array_equal(found.reached, [True, True, True, True, False])
    np.testing.assert_array_equal(found.norm[:2], [0, 0])
    assert found.norm[3] == 1
    assert np.isnan(found.norm[4])
    assert findings(found)[0].kind == "blocked"


def kinds(found: Signal) -> dict[tuple[str, str], Finding]:
    return {(finding.kind, finding.of): finding for finding in findings(found)}


def test_a_thousand_tanh_with_glorot_are_told_from_sigmoids() -> None:
    seen = kinds(signal(traced(dense(60, "sigmoid"))))
    vanishing = seen["vanishing", "gradients"]
    assert vanishing.last == "input"
    assert vanishing.factor == pytest.approx(0.25, abs=0.05)
    assert vanishing.count > 50
    assert int(vanishing.layer.removeprefix("dense_")) == vanishing.count - 1
    assert ("alike", "values") in seen
    assert "from " in vanishing.text
    assert re.search("at last 10[³⁴]?[⁰¹²³⁴⁵⁶⁷⁸⁹] times", vanishing.text)
    healthy = findings(signal(traced(dense(20, "tanh", "orthogonal"))))
    assert [finding.kind for finding in healthy] == ["healthy"]


def test_exploding_and_vanishing_values_are_found_where_they_begin() -> None:
    seen = kinds(signal(traced(dense(40, "linear", "he_normal"))))
    exploding = seen["exploding", "values"]
    found = signal(traced(dense(40, "linear", "he_normal")))
    place = found.names.index(exploding.layer)
    assert found.values.size[place] > 1000 * found.values.size[0] >= found.values.size[place - 1]
    assert exploding.factor == pytest.approx(2**0.5, rel=0.1)
    assert ("exploding", "gradients") in seen
    vanishing = kinds(signal(traced(dense(40, "relu", "glorot_uniform"))))["vanishing", "values"]
    assert vanishing.factor == pytest.approx(0.5**0.5, rel=0.1)


def test_dying_relus_and_dead_layers_are_found() -> None:
    document = {"kind": "Dense", "units": 64, "activation": "relu"}
    biased = {**document, "name": "dead", "bias_initializer": {"name": "constant", "value": -100.0}}
    half = {**document, "name": "dying", "bias_initializer": {"name": "constant", "value": -1.5}}
    layers = [half, biased, {**document, "name": "after"}, {"kind": "Dense", "units": 2}]
    network = Network.from_document({"input": {"shape": [64]}, "layers": layers})
    seen = kinds(signal(traced(network, 8)))
    assert seen["dead_layer", "values"].layer == "dead"
    assert seen["dying", "values"].layer == "dying"
    assert seen["blocked", "gradients"].layer == "dead" or seen["blocked", "gradients"].last == "input"
    assert "all 8 examples" in seen["dead_layer", "values"].text


def test_saturation_zeros_and_numbers_that_are_not_finite_are_found() -> None:
    wide = {"name": "random_normal", "stddev": 5.0}
    seen = kinds(signal(traced(dense(3, "tanh", wide))))  # type: ignore[arg-type]
    assert seen["saturated", "values"].layer == "dense_1"
    assert seen["saturated", "values"].count == 3
    assert ("zero", "values") in kinds(signal(traced(dense(3, "tanh", "zeros"))))
    huge = {"name": "constant", "value": 1e200}
    lost = kinds(signal(traced(dense(4, "linear", huge))))  # type: ignore[arg-type]
    assert lost["non_finite", "values"].layer == "dense_2"
    assert all(finding.text for finding in lost.values())


def test_a_network_is_varied_where_it_makes_sense() -> None:
    document = {
        "input": {"shape": [4]},
        "seed": 3,
        "layers": [
            {"kind": "Dense", "name": "a", "units": 4, "activation": "relu", "parameters": {"bias": [1.0] * 4}},
            {"kind": "Dense", "name": "b", "units": 4},
            {"kind": "Activation", "name": "c", "activation": "sigmoid"},
            {"kind": "LayerNormalization", "name": "d"},
            {"kind": "Dense", "name": "e", "units": 2, "activation": "tanh"},
        ],
    }
    network = Network.from_document(document).with_edits(
        [{"layer": "a", "parameter": "kernel", "index": [0, 0], "value": 9.0}]
    )
    varied = vary(network, bind("elu"), default_initializer("he_normal"))
    assert varied.activations == ("a", "c")
    assert varied.initializers == ("a", "b", "e")
    rebuilt = {
        **document,
        "layers": [
            {"kind": "Dense", "name": "a", "units": 4, "activation": "elu", "kernel_initializer": "he_normal"},
            {"kind": "Dense", "name": "b", "units": 4, "kernel_initializer": "he_normal"},
            {"kind": "Activation", "name": "c", "activation": "elu"},
            {"kind": "LayerNormalization", "name": "d"},
            {"kind": "Dense", "name": "e", "units": 2, "activation": "tanh", "kernel_initializer": "he_normal"},
        ],
    }
    inputs = np.random.default_rng(0).normal(size=(3, 4))
    expected = forward(Network.from_document(rebuilt), inputs).output
    np.testing.assert_array_equal(forward(varied.network, inputs).output, expected)
    other = vary(network, seed=8).network
    np.testing.assert_array_equal(
        other.parameters["b"]["kernel"], Network.from_document({**document, "seed": 8}).parameters["b"]["kernel"]
    )
    unchanged = vary(network)
    np.testing.assert_array_equal(forward(unchanged.network, inputs).output, forward(network, inputs).output)
