"""Gradients against finite differences, for every node, pre-activation, parameter and input."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from app.nn.forward import forward
from app.nn.gradients import gradients
from app.nn.inputs import Override
from app.nn.network import INPUT, Network
from app.nn.reading import Array
from tests.nn.networks import PROPAGATION, WALKTHROUGH, build, dense, document, random_batch, trace_of, zoo

STEP = 1e-4
EXAMPLE = 1


def slope(function: Any) -> float:
    """Differentiate a function of one number at 0, by central differences of two steps (error of fourth order)."""
    near = function(STEP) - function(-STEP)
    far = function(2 * STEP) - function(-2 * STEP)
    return float((8 * near - far) / (12 * STEP))


def split_activations(value: dict[str, Any]) -> dict[str, Any]:
    """Write every layer with an activation as two, so that its pre-activations become nodes, which can be pinned.

    The first has the layer's name (its parameters are drawn by it), the second that name with `.after` added.
    """
    layers: list[dict[str, Any]] = []
    renamed: dict[str, str] = {}
    for layer in value["layers"]:
        inputs = [renamed.get(name, name) for name in layer["inputs"]]
        after: dict[str, Any] = {"name": f"{layer['name']}.after", "inputs": [layer["name"]]}
        if layer["kind"] == "Softmax":
            first = {"kind": "Activation", "activation": "linear", "name": layer["name"], "inputs": inputs}
            layers += [first, {**layer, **after}]
        elif "activation" in layer:
            first = {**layer, "activation": "linear", "inputs": inputs}
            layers += [first, {"kind": "Activation", "activation": layer["activation"], **after}]
        else:
            layers += [{**layer, "inputs": inputs}]
            continue
        renamed[layer["name"]] = f"{layer['name']}.after"
    return {**value, "layers": layers}


class Differences:
    """Finite differences of one node of a network by anything that can be pinned or edited."""

    def __init__(self, value: dict[str, Any], target: str, index: tuple[int, ...], pins: tuple[Override, ...]) -> None:
        self.network = Network.from_document(split_activations(value))
        self.inputs = random_batch(self.network, 3)
        self.index = index
        self.target = self.output_name(target)
        self.pins = tuple(Override(self.output_name(pin.layer), pin.index, pin.value) for pin in pins)
        self.trace = forward(self.network, self.inputs, self.pins)

    def output_name(self, layer: str) -> str:
        """Return the layer that holds a layer's outputs after splitting."""
        return f"{layer}.after" if f"{layer}.after" in self.network else layer

    def value(self, network: Network, pins: tuple[Override, ...]) -> float:
        """Run the network again and return the target."""
        output = forward(network, self.inputs, pins).layers[self.target].output
        return float(output[(EXAMPLE, *self.index)])

    def by_nodes(self, layer: str) -> Array:
        """Differentiate by every output of a layer (of the split network) in the example."""
        held = self.trace.layers[layer].output
        result = np.zeros(held.shape)
        for index in np.ndindex(held.shape[1:]):
            others = tuple(pin for pin in self.pins if (pin.layer, pin.index) != (layer, index))

            def moved(step: float, others: Any = others, index: Any = index) -> float:
                pinned = Override(layer, index, float(held[(EXAMPLE, *index)]) + step)
                return self.value(self.network, (*others, pinned))

            result[(EXAMPLE, *index)] = slope(moved)
        return result

    def by_parameter(self, layer: str, parameter: str) -> Array:
        """Differentiate by every value of a parameter."""
        values = self.network.parameters[layer][parameter]
        result = np.zeros(values.shape)
        for index in np.ndindex(values.shape):

            def moved(step: float, index: Any = index) -> float:
                edit = {
                    "layer": layer,
                    "parameter": parameter,
                    "index": list(index),
                    "value": float(values[index]) + step,
                }
                return self.value(self.network.with_edits([edit]), self.pins)

            result[index] = slope(moved)
        return result


def assert_agree(actual: Array | None, expected: Array, where: str) -> None:
    assert actual is not None, where
    assert actual.shape == expected.shape, where
    scale = max(1.0, float(np.abs(expected).max(initial=0.0)))
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6 * scale, err_msg=where)


def check_gradients(
    value: dict[str, Any], target: str, index: tuple[int, ...], pins: tuple[Override, ...] = ()
) -> None:
    """Compare all gradients of one node of the middle one of three examples with finite differences."""
    network = Network.from_document(value)
    differences = Differences(value, target, index, pins)
    trace = forward(network, differences.inputs, pins)
    found = gradients(trace, target, index, EXAMPLE)
    assert list(found) == [INPUT, *(placed.name for placed in network.layers)]
    if network.input.dtype == "int":
        assert found[INPUT].output is None
    else:
        assert_agree(found[INPUT].output, differences.by_nodes(INPUT), INPUT)
    for placed in network.layers:
        mine = found[placed.name]
        where = f"{placed.name} {placed.layer}"
        assert_agree(mine.output, differences.by_nodes(differences.output_name(placed.name)), where)
        if placed.layer.bound_activation is None:
            assert mine.pre_activation is None
        else:
            assert_agree(mine.pre_activation, differences.by_nodes(placed.name), f"{where} before its activation")
        assert list(mine.parameters) == list(placed.parameter_specs)
        for parameter, by_parameter in mine.parameters.items():
            assert_agree(by_parameter, differences.by_parameter(placed.name, parameter), f"{where} {parameter}")


@settings(max_examples=60)
@given(zoo("float64", smooth=True))
def test_random_networks_against_finite_differences(value: dict[str, Any]) -> None:
    network = Network.from_document(value)
    shape = network.output.output_shape
    check_gradients(value, network.output.name, tuple(length - 1 for length in shape))


@settings(max_examples=40)
@given(zoo("float64", smooth=True))
def test_random_networks_with_pinned_nodes(value: dict[str, Any]) -> None:
    network = Network.from_document(value)
    pins = tuple(
        Override(placed.name, tuple(length // 2 for length in placed.output_shape), 0.75)
        for placed in network.layers[::2]
    )
    check_gradients(value, network.output.name, tuple(0 for _ in network.output.output_shape), pins)


@settings(max_examples=40)
@given(zoo("float64", smooth=True))
def test_a_node_in_the_middle(value: dict[str, Any]) -> None:
    network = Network.from_document(value)
    middle = network.layers[len(network.layers) // 2]
    check_gradients(value, middle.name, tuple(0 for _ in middle.output_shape))


@settings(max_examples=60)
@given(zoo())
def test_gradients_have_the_shapes_and_dtypes_of_what_they_are_by(value: dict[str, Any]) -> None:
    network = Network.from_document(value)
    trace = forward(network, random_batch(network, 3))
    found = gradients(trace, network.output.name, tuple(0 for _ in network.output.output_shape), example=2)
    for name, one in found.items():
        held = trace.layers[name]
        if one.output is not None:
            assert (one.output.shape, one.output.dtype) == (held.output.shape, network.dtype)
            assert not one.output[:2].any()
        assert (one.pre_activation is None) == (held.pre_activation is None)
        if one.pre_activation is not None and held.pre_activation is not None:
            assert (one.pre_activation.shape, one.pre_activation.dtype) == (held.pre_activation.shape, network.dtype)
            assert not one.pre_activation[:2].any()
        for parameter, by_parameter in one.parameters.items():
            values = network.parameters[name][parameter]
            assert (by_parameter.shape, by_parameter.dtype) == (values.shape, network.dtype)


def test_the_issues_network_by_hand() -> None:
    trace = trace_of(Network.from_document(PROPAGATION), [0.5, 0.6])
    found = gradients(trace, "output", (0,))
    assert_agree(found["output"].output, np.array([[1.0]]), "output")
    assert_agree(found["hidden"].output, np.array([[0.5, 0.6]]), "hidden")
    assert_agree(found["hidden"].parameters["kernel"], np.array([[0.25, 0.3], [0.3, 0.36]]), "kernel")
    assert_agree(found[INPUT].output, np.array([[0.17, 0.39]]), "input")


def test_a_dead_relu_passes_nothing() -> None:
    trace = trace_of(Network.from_document(PROPAGATION), [-5.0, -6.0])
    found = gradients(trace, "output", (0,))
    assert found["hidden"].output is not None
    assert found["hidden"].output.all()
    for array in (found["hidden"].pre_activation, found[INPUT].output, *found["hidden"].parameters.values()):
        assert array is not None
        assert not array.any()


def test_nothing_flows_behind_a_pin() -> None:
    network = Network.from_document(WALKTHROUGH)
    pins = [Override("hidden", (node,), 1.0) for node in range(3)]
    found = gradients(forward(network, np.array([[0.5, 0.7]]), pins), "output", (0,))
    assert_agree(found["hidden"].output, np.array([[0.1, 0.3, 0.5]]), "a pin's own derivative is that by its value")
    for array in (found["hidden"].pre_activation, found[INPUT].output, *found["hidden"].parameters.values()):
        assert array is not None
        assert not array.any()


def test_a_pinned_target_depends_on_nothing() -> None:
    network = Network.from_document(WALKTHROUGH)
    trace = forward(network, np.array([[0.5, 0.7]]), [Override("output", (0,), 3.0)])
    found = gradients(trace, "output", (0,))
    assert_agree(found["output"].output, np.array([[1.0]]), "output")
    assert_agree(found["hidden"].output, np.zeros((1, 3)), "hidden")


def test_the_input_may_be_the_target() -> None:
    found = gradients(trace_of(Network.from_document(WALKTHROUGH), [0.5, 0.7]), INPUT, (1,))
    assert_agree(found[INPUT].output, np.array([[0.0, 1.0]]), "input")
    assert_agree(found["output"].parameters["kernel"], np.zeros((3, 1)), "kernel")


def test_layers_that_do_not_lead_to_the_target_get_zeros() -> None:
    network = build(
        dense(2, name="a"), dense(2, "tanh", name="b", inputs=["input"]), {"kind": "Add", "inputs": ["a", "b"]}
    )
    found = gradients(trace_of(network, [1, 2]), "a", (0,))
    assert_agree(found["b"].output, np.zeros((1, 2)), "b")
    assert_agree(found["b"].pre_activation, np.zeros((1, 2)), "b")
    assert_agree(found["add_1"].output, np.zeros((1, 2)), "add")


def test_one_layer_read_twice_gets_both_gradients() -> None:
    value = document({"name": "square", "kind": "Multiply", "inputs": ["input", "input"]})
    found = gradients(trace_of(Network.from_document(value), [3.0, 5.0]), "square", (1,))
    assert_agree(found[INPUT].output, np.array([[0.0, 10.0]]), "input")


def test_rows_looked_up_twice_add_up() -> None:
    network = build(
        {"kind": "Embedding", "name": "table", "input_dim": 3, "output_dim": 1},
        {"kind": "Flatten"},
        dense(1, name="sum", kernel_initializer="ones"),
        shape=(3,),
        integers=True,
    )
    found = gradients(trace_of(network, [2, 0, 2]), "sum", (0,))
    assert_agree(found["table"].parameters["embeddings"], np.array([[1.0], [0.0], [2.0]]), "table")


@pytest.mark.parametrize("inputs", [[1e308, 1e308], [-1e308, 1e308]])
def test_gradients_of_what_diverged_are_a_result(inputs: list[float]) -> None:
    network = build(dense(2, "tanh"), {"kind": "LayerNormalization"}, {"kind": "Softmax"})
    huge = build(dense(2, kernel_initializer={"name": "constant", "value": 1e30}), {"kind": "LayerNormalization"})
    for one in (network, huge):
        trace = trace_of(one, inputs)
        gradients(trace, one.output.name, (0,))
