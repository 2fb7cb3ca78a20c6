"""Networks: the numbers that the design promises, what is counted, and what is drawn when."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from app.nn.network import INPUT, Network
from tests.nn.networks import PROPAGATION, WALKTHROUGH, build, dense, document, random_batch, trace_of, zoo


def test_propagation() -> None:
    trace = trace_of(Network.from_document(PROPAGATION), [0.5, 0.6])
    np.testing.assert_allclose(trace.layers["hidden"].output, [[0.33, 0.54]], rtol=0, atol=1e-12)
    np.testing.assert_allclose(trace.output, [[0.789]], rtol=0, atol=1e-12)


def test_walkthrough() -> None:
    trace = trace_of(Network.from_document(WALKTHROUGH), [0.5, 0.7])
    np.testing.assert_allclose(trace.layers["hidden"].output, [[0.41, 0.75, 1.09]], rtol=0, atol=1e-12)
    np.testing.assert_allclose(trace.output, [[1.211]], rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("inputs", "units", "count"),
    [(784, (128, 64, 10), 109_386), (10, (64, 32, 16, 1), 3_329), (2, (3, 1), 13), (2, (2, 1), 9)],
)
def test_dense_parameter_counts(inputs: int, units: tuple[int, ...], count: int) -> None:
    network = build(*map(dense, units), shape=(inputs,))
    assert network.parameter_count == count
    assert network.multiply_adds == sum(a * b for a, b in zip((inputs, *units), units, strict=False))
    assert network.value_count == inputs + sum(units)


def test_defaults_of_a_document() -> None:
    network = build(dense(1))
    assert (network.name, network.dtype.name, network.seed) == (None, "float64", 0)
    assert (network.input.dtype, network.input.names, network.input.default, network.input.classes) == (
        "float",
        (),
        None,
        (),
    )


def test_what_stands_in_the_document_is_kept() -> None:
    value = document(dense(1), dtype="float32", seed=3, name="mine", title="A title", description="Words.")
    network = Network.from_document(value)
    assert (network.name, network.dtype.name, network.seed) == ("mine", "float32", 3)
    assert network.document == value


def test_looking_layers_up() -> None:
    network = Network.from_document(WALKTHROUGH)
    assert network.placed("hidden").output_shape == (3,)
    assert network.output.name == "output"
    assert network.shape_of(INPUT) == (2,)
    assert network.shape_of("output") == (1,)
    assert [name in network for name in ("input", "hidden", "other", 5)] == [True, True, False, False]
    with pytest.raises(KeyError):
        network.placed("other")


def test_nothing_is_drawn_before_it_is_asked_for() -> None:
    network = build(dense(10_000), dense(10_000), shape=(9_000,))
    assert network.parameter_count == network.drawn_parameter_count == 9_001 * 10_000 + 10_001 * 10_000
    assert "parameters" not in vars(network)


def test_given_parameters_are_not_counted_as_drawn() -> None:
    network = build(dense(2, parameters={"bias": [1, 2]}), dense(1))
    assert network.parameter_count == 9
    assert network.drawn_parameter_count == 7
    np.testing.assert_array_equal(network.parameters["dense_1"]["bias"], [1.0, 2.0])


def test_parameters_cannot_be_replaced() -> None:
    network = Network.from_document(WALKTHROUGH)
    with pytest.raises(TypeError):
        network.parameters["hidden"]["bias"] = np.zeros(3)  # type: ignore[index]
    with pytest.raises(AttributeError):
        network.seed = 1  # type: ignore[misc]


def test_two_networks_of_one_document_are_alike() -> None:
    one, other = (build(dense(4, "gelu"), dense(2), seed=9) for _ in range(2))
    for layer in one.parameters:
        for name, values in one.parameters[layer].items():
            np.testing.assert_array_equal(values, other.parameters[layer][name])


@given(zoo())
def test_inferred_shapes_are_the_actual_ones(value: dict[str, Any]) -> None:
    network = Network.from_document(value)
    trace = trace_of(network, random_batch(network, 2))
    assert list(trace.layers) == [INPUT, *(placed.name for placed in network.layers)]
    for placed in network.layers:
        held = trace.layers[placed.name]
        assert held.output.shape == (2, *placed.output_shape)
        assert held.output.dtype == network.dtype
        assert placed.input_shapes == tuple(network.shape_of(source) for source in placed.inputs)
        if held.pre_activation is not None:
            assert held.pre_activation.shape == (2, *placed.layer.pre_activation_shape(placed.input_shapes))
            assert held.pre_activation.dtype == network.dtype
        assert (held.pre_activation is None) == (placed.layer.bound_activation is None)
        for name, spec in placed.parameter_specs.items():
            assert network.parameters[placed.name][name].shape == spec.shape
            assert network.parameters[placed.name][name].dtype == network.dtype
    assert network.value_count == sum(held.output[0].size for held in trace.layers.values())


def test_the_smallest_table_bounds_the_integers() -> None:
    network = build(
        {"kind": "Embedding", "name": "a", "input_dim": 9, "output_dim": 2, "inputs": ["input"]},
        {"kind": "Embedding", "name": "b", "input_dim": 5, "output_dim": 2, "inputs": ["input"]},
        {"kind": "Add", "inputs": ["a", "b"]},
        integers=True,
    )
    assert network.integer_bound == 5
    assert Network.from_document(WALKTHROUGH).integer_bound is None
