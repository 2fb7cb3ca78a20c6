"""The forward pass: every tensor kept, pinned nodes, batches, and what diverges."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from app.nn.forward import forward
from app.nn.inputs import Override
from app.nn.network import INPUT, Network
from tests.nn.networks import WALKTHROUGH, build, dense, random_batch, trace_of, zoo

NETWORK = Network.from_document(WALKTHROUGH)


def test_a_trace_begins_with_the_input() -> None:
    trace = trace_of(NETWORK, [0.5, 0.7])
    assert list(trace.layers) == ["input", "hidden", "output"]
    np.testing.assert_array_equal(trace.layers[INPUT].output, [[0.5, 0.7]])
    assert trace.layers[INPUT].pre_activation is None
    assert trace.network is NETWORK
    assert trace.overrides == ()


def test_pre_activations_are_kept() -> None:
    trace = trace_of(NETWORK, [-0.5, -0.7])
    pre_activation = trace.layers["hidden"].pre_activation
    assert pre_activation is not None
    np.testing.assert_allclose(pre_activation, [[-0.21, -0.35, -0.49]], atol=1e-15)
    np.testing.assert_array_equal(trace.layers["hidden"].output, [[0.0, 0.0, 0.0]])
    np.testing.assert_array_equal(trace.layers["output"].pre_activation, trace.layers["output"].output)


def test_a_pinned_node_is_what_later_layers_read() -> None:
    inputs = np.array([[0.5, 0.7], [1.0, 1.0]])
    plain = forward(NETWORK, inputs)
    trace = forward(NETWORK, inputs, [Override("hidden", (1,), 0.0)])
    held = trace.layers["hidden"]
    np.testing.assert_array_equal(held.output[:, 1], [0.0, 0.0])
    np.testing.assert_array_equal(held.computed, plain.layers["hidden"].output)
    np.testing.assert_array_equal(held.pre_activation, plain.layers["hidden"].pre_activation)
    np.testing.assert_allclose(trace.output[0], [0.41 * 0.1 + 1.09 * 0.5 + 0.4])
    assert trace.pinned("hidden") == [Override("hidden", (1,), 0.0)]
    assert trace.pinned("output") == []


def test_a_pinned_output_is_the_answer() -> None:
    trace = forward(NETWORK, np.array([[0.5, 0.7]]), [Override("output", (0,), 5.0)])
    np.testing.assert_array_equal(trace.output, [[5.0]])
    np.testing.assert_allclose(trace.layers["output"].computed, [[1.211]])


def test_a_pinned_input_leaves_the_given_array_alone() -> None:
    inputs = np.array([[0.5, 0.7]])
    trace = forward(NETWORK, inputs, [Override("input", (0,), 0.0)])
    np.testing.assert_array_equal(inputs, [[0.5, 0.7]])
    np.testing.assert_array_equal(trace.layers[INPUT].output, [[0.0, 0.7]])
    np.testing.assert_array_equal(trace.layers[INPUT].computed, [[0.5, 0.7]])


def test_pinning_a_layer_that_shares_its_array_changes_no_other() -> None:
    network = build({"kind": "Flatten", "name": "a"}, {"kind": "Dropout", "name": "b", "rate": 0.5}, dense(1))
    inputs = np.array([[1.0, 2.0]])
    trace = forward(network, inputs, [Override("a", (0,), 9.0)])
    np.testing.assert_array_equal(trace.layers[INPUT].output, [[1.0, 2.0]])
    np.testing.assert_array_equal(trace.layers["b"].output, [[9.0, 2.0]])


@given(zoo())
def test_a_batch_is_its_examples(value: dict[str, Any]) -> None:
    network = Network.from_document(value)
    inputs = random_batch(network, 3)
    together = forward(network, inputs)
    for example in range(3):
        alone = forward(network, inputs[example : example + 1])
        for name, held in alone.layers.items():
            eps = np.finfo(network.dtype).eps
            np.testing.assert_allclose(
                together.layers[name].output[example], held.output[0], rtol=1e4 * eps, atol=1e3 * eps
            )


@given(zoo())
def test_pinning_a_node_to_its_own_value_changes_nothing(value: dict[str, Any]) -> None:
    network = Network.from_document(value)
    inputs = random_batch(network, 1)
    plain = forward(network, inputs)
    pins = [
        Override(name, index, held.output[(0, *index)].item())
        for name, held in plain.layers.items()
        for index in np.ndindex(held.output.shape[1:])
    ]
    pinned = forward(network, inputs, pins)
    for name, held in plain.layers.items():
        np.testing.assert_array_equal(pinned.layers[name].output, held.output)
        np.testing.assert_array_equal(pinned.layers[name].computed, held.output)


@given(zoo())
def test_nothing_that_was_given_is_changed(value: dict[str, Any]) -> None:
    network = Network.from_document(value)
    inputs = random_batch(network)
    copy = inputs.copy()
    parameters = {
        (layer, name): one.copy() for layer, values in network.parameters.items() for name, one in values.items()
    }
    trace = forward(network, inputs)
    np.testing.assert_array_equal(inputs, copy)
    for (layer, name), one in parameters.items():
        np.testing.assert_array_equal(network.parameters[layer][name], one)
    again = forward(network, inputs)
    for name, held in trace.layers.items():
        np.testing.assert_array_equal(again.layers[name].output, held.output)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_divergence_is_a_result_without_a_warning(dtype: str) -> None:
    growing = dense(2, "relu", kernel_initializer={"name": "constant", "value": 1e10})
    network = build(
        {"repeat": 40, "layers": [growing]},
        dense(2, kernel_initializer={"name": "orthogonal"}),
        {"kind": "BatchNormalization"},
        {"kind": "LayerNormalization"},
        {"kind": "Softmax"},
        dtype=dtype,
    )
    trace = trace_of(network, [1.0, 2.0])
    assert np.isinf(trace.layers["dense_40"].output).all()
    assert np.isnan(trace.output).all()


def test_a_deep_network_runs() -> None:
    network = build(dense(4, "tanh", repeat=1000, kernel_initializer="orthogonal"), shape=(4,))
    trace = trace_of(network, [1, 2, 3, 4])
    assert len(trace.layers) == 1001
    assert np.isfinite(trace.output).all()
