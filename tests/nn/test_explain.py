"""Explanations: every node of every kind of layer is the sum of its terms, and edges are those terms."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.nn.edges import edges
from app.nn.explain import Explanation, explain
from app.nn.forward import Trace, forward
from app.nn.inputs import read_overrides
from app.nn.network import INPUT, Network
from tests.nn.networks import PROPAGATION, WALKTHROUGH, build, dense, random_batch, trace_of, zoo

ALL = 10**9


def total(explanation: Explanation) -> float:
    """Add up what an explanation says: Σ product + others + bias."""
    products = math.fsum(term.product for term in explanation.terms if term.product is not None)
    return products + explanation.others_sum + (explanation.bias or 0.0)


def magnitude(explanation: Explanation) -> float:
    """Say in proportion to what the rounding of that sum is: every number in it, and how many there are."""
    strengths = [abs(term.product) for term in explanation.terms if term.product is not None]
    return (4.0 + len(strengths)) * (math.fsum(strengths) + abs(explanation.others_sum) + abs(explanation.bias or 0.0))


def check_explanation(trace: Trace, layer: str, index: tuple[int, ...], example: int) -> None:
    """Check everything that an explanation promises for a node whose arithmetic stays finite."""
    one = explain(trace, layer, index, example, top=ALL)
    held = trace.layers[layer]
    where = f"{layer}{list(index)} {trace.network.placed(layer).layer}"
    eps = float(np.finfo(trace.network.dtype).eps)
    assert one.value == held.output[(example, *index)]
    assert one.others_count == 0
    assert one.others_sum == 0.0
    if one.operation == "product":
        assert one.pre_activation is None
        assert math.prod(term.value for term in one.terms) == pytest.approx(one.value, rel=8 * len(one.terms) * eps)
    else:
        assert one.pre_activation is not None
        assert abs(total(one) - one.pre_activation) <= 4 * eps * magnitude(one), where
    for term in one.terms:
        assert term.value == trace.layers[term.layer].output[(example, *term.index)]
        if one.operation == "lookup":
            assert term.product == term.weight
        elif term.weight is not None:
            assert term.product == term.value * term.weight
    strengths = [abs(term.value if term.product is None else term.product) for term in one.terms]
    assert strengths == sorted(strengths, reverse=True)
    assert one.exact, where
    assert one.difference == abs(one.recomputed - one.value)
    cut = explain(trace, layer, index, example, top=1)
    assert cut.terms == one.terms[:1]
    assert cut.others_count == max(0, len(one.terms) - 1)  # a dilated window may see nothing but padding
    if one.operation != "product":
        assert total(cut) == pytest.approx(total(one), rel=1e-12, abs=1e-14 * magnitude(one))
    json.dumps(one.to_dict(), allow_nan=False)


@settings(max_examples=150)
@given(zoo())
def test_every_node_of_random_networks_is_explained(document: dict[str, Any]) -> None:
    network = Network.from_document(document)
    trace = forward(network, random_batch(network))
    for placed in network.layers:
        held = trace.layers[placed.name]
        for index in np.ndindex(placed.output_shape):
            value = np.abs(held.output[(1, *index)])
            if not np.isfinite(held.output[1]).all() or (
                held.pre_activation is not None and not np.isfinite(held.pre_activation[1]).all()
            ):
                assert np.isfinite(value) or not explain(trace, placed.name, index, 1).exact
            else:
                check_explanation(trace, placed.name, index, 1)


@settings(max_examples=100)
@given(zoo())
def test_every_edge_of_random_networks_is_a_term(document: dict[str, Any]) -> None:
    network = Network.from_document(document)
    trace = forward(network, random_batch(network))
    for placed in network.layers:
        found = edges(trace, placed.name, 1, top=ALL)
        assert found.sources == placed.inputs
        assert found.count == len(found.source) == len(found.source_node) == len(found.node)
        if found.product is not None and np.isfinite(found.product).all():
            strengths = np.abs(found.product)
            assert (strengths[:-1] >= strengths[1:]).all()
        if placed.output_shape != placed.layer.pre_activation_shape(placed.input_shapes):
            continue  # glu: a node stands for two pre-activations
        terms: dict[tuple[str, int, int], list[tuple[float | None, float | None]]] = {}
        for node, index in enumerate(np.ndindex(placed.output_shape)):
            for term in explain(trace, placed.name, index, 1, top=ALL).terms:
                source_node = int(np.ravel_multi_index(term.index, network.shape_of(term.layer)))
                terms.setdefault((term.layer, source_node, node), []).append((term.weight, term.product))
        assert sum(len(several) for several in terms.values()) == found.count
        for row in range(found.count):
            key = (found.sources[found.source[row]], int(found.source_node[row]), int(found.node[row]))
            weight = None if found.weight is None else float(found.weight[row])
            product = None if found.product is None else float(found.product[row])
            if product is None or math.isfinite(product):
                assert (weight, product) in terms[key]


def test_the_walkthrough() -> None:
    trace = trace_of(Network.from_document(WALKTHROUGH), [0.5, 0.7])
    assert explain(trace, "hidden", (0,)).to_dict() == {
        "layer": "hidden",
        "index": [0],
        "kind": "Dense",
        "operation": "weighted_sum",
        "terms": [
            {"source": {"layer": "input", "index": [1]}, "value": 0.7, "weight": 0.3, "product": 0.21},
            {"source": {"layer": "input", "index": [0]}, "value": 0.5, "weight": 0.2, "product": 0.1},
        ],
        "others": {"count": 0, "sum": 0.0},
        "bias": 0.1,
        "pre_activation": pytest.approx(0.41, abs=1e-15),
        "activation": "relu",
        "value": pytest.approx(0.41, abs=1e-15),
        "recomputed": pytest.approx(0.41, abs=1e-15),
        "difference": pytest.approx(0.0, abs=1e-15),
        "exact": True,
        "pinned": False,
    }


def test_an_input_explains_itself() -> None:
    trace = trace_of(Network.from_document(WALKTHROUGH), [0.5, 0.7])
    one = explain(trace, INPUT, (1,))
    assert one.to_dict() == {
        "layer": "input",
        "index": [1],
        "kind": "Input",
        "operation": "input",
        "terms": [],
        "others": {"count": 0, "sum": 0.0},
        "bias": None,
        "pre_activation": None,
        "activation": None,
        "value": 0.7,
        "recomputed": 0.7,
        "difference": 0.0,
        "exact": True,
        "pinned": False,
    }


@pytest.mark.parametrize("top", [0, 1, 3, 9, 10, 11])
def test_others_hold_what_top_cuts(top: int) -> None:
    network = build(dense(1, kernel_initializer="ones", bias_initializer="ones"), shape=(10,))
    one = explain(trace_of(network, [float(n) for n in range(10)]), "dense_1", (0,), top=top)
    assert [term.value for term in one.terms] == [9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0][:top]
    assert one.others_count == max(0, 10 - top)
    assert total(one) == 46.0


def test_an_explanation_is_of_its_own_example() -> None:
    trace = trace_of(Network.from_document(WALKTHROUGH), [[0.5, 0.7], [-1.0, 2.0]])
    assert explain(trace, "output", (0,)).value == pytest.approx(1.211)
    second = explain(trace, "hidden", (1,), example=1)
    assert [term.value for term in second.terms] == [2.0, -1.0]
    assert second.value == pytest.approx(-0.4 + 1.0 + 0.2)


def test_softmax_shows_the_whole_line() -> None:
    network = build(dense(3, "softmax", parameters={"kernel": [[1, 2, 3]], "bias": [0, 0, 0]}), shape=(1,))
    answer = explain(trace_of(network, [1.0]), "dense_1", (2,)).to_dict()
    assert [one["index"] for one in answer["activation_terms"]] == [[0], [1], [2]]
    assert [one["pre_activation"] for one in answer["activation_terms"]] == [1.0, 2.0, 3.0]
    exponentials = [one["exponential"] for one in answer["activation_terms"]]
    assert exponentials == pytest.approx([math.exp(1), math.exp(2), math.exp(3)])
    assert answer["denominator"] == pytest.approx(sum(exponentials))
    assert answer["value"] == pytest.approx(exponentials[2] / answer["denominator"])
    assert answer["exact"] is True


def test_softmax_of_large_numbers_stays_finite() -> None:
    network = build({"kind": "Softmax", "axis": 1}, shape=(3, 2))
    trace = trace_of(network, [[1000, -1000], [999, 5], [0, 5]])
    one = explain(trace, "softmax_1", (1, 0))
    assert one.exact
    assert one.activation_terms is not None
    assert one.denominator is not None
    exponential = one.activation_terms[1].exponential
    assert exponential is not None
    assert one.value == pytest.approx(exponential / one.denominator)
    assert [term.index for term in one.activation_terms] == [(0, 0), (1, 0), (2, 0)]
    json.dumps(one.to_dict(), allow_nan=False)


def test_log_softmax_near_certainty_is_exact() -> None:
    for dtype in ("float32", "float64"):
        network = build({"kind": "Activation", "activation": "log_softmax"}, shape=(2,), dtype=dtype)
        for gap in (10.0, 20.0, 30.0, 50.0, 200.0):
            assert explain(trace_of(network, [gap, 0.0]), "activation_1", (0,)).exact, (dtype, gap)
            assert explain(trace_of(network, [gap, 0.0]), "activation_1", (1,)).exact, (dtype, gap)


@pytest.mark.parametrize(
    ("layer", "inputs"),
    [
        ({"kind": "Softmax"}, [0.0, 120.0]),
        ({"kind": "Softmax"}, [0.0, 95.0]),
        *(
            ({"kind": "Activation", "activation": name}, [-100.0, 0.0])
            for name in ("sigmoid", "silu", "gelu", "mish", "softplus", "gaussian", "exponential")
        ),
        ({"kind": "Activation", "activation": "log_sigmoid"}, [100.0, 0.0]),
        ({"kind": "Multiply", "inputs": ["input", "input"]}, [1e-25, 1.0]),
        (dense(1, parameters={"kernel": [[1e-25], [0]], "bias": [0]}), [1e-25, 1.0]),
    ],
)
def test_underflow_is_rounding(layer: dict[str, Any], inputs: list[float]) -> None:
    network = build(layer, dtype="float32")
    one = explain(trace_of(network, inputs), network.output.name, (0,))
    assert abs(one.value) < 1e-30
    assert one.exact


def test_batch_normalization_is_one_weight_and_one_bias() -> None:
    given = {"gamma": [2.0], "beta": [0.5], "moving_mean": [1.0], "moving_variance": [3.0]}
    network = build({"kind": "BatchNormalization", "epsilon": 1.0, "parameters": given}, shape=(1,))
    answer = explain(trace_of(network, [4.0]), "batch_normalization_1", (0,)).to_dict()
    assert answer["operation"] == "weighted_sum"
    assert [(term["value"], term["weight"], term["product"]) for term in answer["terms"]] == [(4.0, 1.0, 4.0)]
    assert answer["bias"] == -0.5
    assert answer["value"] == 3.5


def test_layer_normalization_tells_its_mean_and_variance() -> None:
    given = {"gamma": [1.0, 2.0], "beta": [0.0, 0.5]}
    network = build({"kind": "LayerNormalization", "epsilon": 0.0, "parameters": given})
    answer = explain(trace_of(network, [1.0, 5.0]), "layer_normalization_1", (1,)).to_dict()
    assert answer["operation"] == "normalize"
    assert {name: answer[name] for name in ("mean", "variance", "gamma", "beta")} == {
        "mean": 3.0,
        "variance": 4.0,
        "gamma": 2.0,
        "beta": 0.5,
    }
    assert answer["value"] == 2.5
    assert len(answer["terms"]) == 2


def test_multiply_lists_factors() -> None:
    network = build({"kind": "Multiply", "inputs": ["input", "input", "input"]}, shape=(2,))
    answer = explain(trace_of(network, [2.0, -3.0]), "multiply_1", (1,)).to_dict()
    assert answer["operation"] == "product"
    assert answer["value"] == answer["recomputed"] == -27.0
    assert answer["terms"] == 3 * [
        {"source": {"layer": "input", "index": [1]}, "value": -3.0, "weight": None, "product": None}
    ]


def test_embedding_names_the_row() -> None:
    table = {"embeddings": [[1.0, 2.0], [3.0, 4.0]]}
    network = build(
        {"kind": "Embedding", "input_dim": 2, "output_dim": 2, "parameters": table}, shape=(3,), integers=True
    )
    answer = explain(trace_of(network, [0, 1, 0]), "embedding_1", (1, 0)).to_dict()
    assert answer["operation"] == "lookup"
    assert answer["terms"] == [
        {"source": {"layer": "input", "index": [1]}, "value": 1.0, "weight": 3.0, "product": 3.0}
    ]


@pytest.mark.parametrize(
    ("layer", "operation"),
    [
        ({"kind": "Flatten"}, "copy"),
        ({"kind": "Dropout", "rate": 0.5}, "copy"),
        ({"kind": "Reshape", "target_shape": [2, 1]}, "copy"),
        ({"kind": "Concatenate", "inputs": ["input", "input"]}, "copy"),
        ({"kind": "Add", "inputs": ["input", "input"]}, "sum"),
        ({"kind": "Activation", "activation": "tanh"}, "activation"),
        ({"kind": "Softmax"}, "activation"),
    ],
)
def test_operations_are_called_as_the_design_says(layer: dict[str, Any], operation: str) -> None:
    network = build(layer)
    last = network.output
    one = explain(trace_of(network, [0.25, 0.5]), last.name, tuple(0 for _ in last.output_shape))
    assert one.operation == operation
    assert one.exact
    if operation in ("copy", "activation"):
        assert [(term.weight, term.product) for term in one.terms] == [(1.0, 0.25)]


@pytest.mark.parametrize("inputs", [[1e308, 1e308], [-1e308, 1e308]])
def test_what_is_not_finite_is_never_exact(inputs: list[float]) -> None:
    network = build(dense(2, parameters={"kernel": [[10, -10], [10, 10]], "bias": [0, 0]}))
    trace = trace_of(network, inputs)
    for index in ((0,), (1,)):
        one = explain(trace, "dense_1", index)
        assert not math.isfinite(one.value)
        assert one.exact is False
        assert math.isnan(one.difference)


def test_a_pinned_node_shows_both_values() -> None:
    network = Network.from_document(WALKTHROUGH)
    inputs = np.array([[0.5, 0.7]])
    overrides = read_overrides(network, [{"layer": "hidden", "index": [0], "value": 7.0}])
    trace = forward(network, inputs, overrides)
    pinned = explain(trace, "hidden", (0,))
    assert pinned.pinned is True
    assert pinned.value == 7.0
    assert pinned.pre_activation == pytest.approx(0.41)
    assert pinned.recomputed == pytest.approx(0.41)
    assert pinned.difference == pytest.approx(0.0, abs=1e-15)
    assert pinned.exact is True
    assert explain(trace, "hidden", (1,)).pinned is False
    after = explain(trace, "output", (0,))
    assert {term.index: term.value for term in after.terms}[0,] == 7.0
    assert after.exact is True


def test_a_pinned_input_shows_both_values() -> None:
    network = Network.from_document(WALKTHROUGH)
    overrides = read_overrides(network, [{"layer": "input", "index": [1], "value": 2.0}])
    trace = forward(network, np.array([[0.5, 0.7]]), overrides)
    one = explain(trace, INPUT, (1,))
    assert (one.value, one.recomputed, one.pinned) == (2.0, 0.7, True)


def test_a_wrong_value_is_not_called_exact() -> None:
    network = Network.from_document(PROPAGATION)
    trace = forward(network, np.array([[0.5, 0.6]]))
    held = trace.layers["output"]
    held.computed[0, 0] += 1e-12
    one = explain(trace, "output", (0,))
    assert one.difference == pytest.approx(1e-12, rel=1e-3)
    assert one.exact is False


def test_an_activation_with_parameters_is_named_in_full() -> None:
    network = build(dense(1, {"name": "leaky_relu", "negative_slope": 0.5}))
    assert explain(trace_of(network, [1, 2]), "dense_1", (0,)).activation == {
        "name": "leaky_relu",
        "negative_slope": 0.5,
    }


@given(st.integers(1, 30), st.integers(1, 40))
def test_edges_keep_the_strongest(units: int, top: int) -> None:
    network = build(dense(units), shape=(20,), seed=units)
    trace = trace_of(network, [float(n - 10) for n in range(20)])
    every = edges(trace, "dense_1", top=ALL)
    some = edges(trace, "dense_1", top=top)
    assert some.count == every.count == 20 * units
    assert every.product is not None
    assert some.product is not None
    np.testing.assert_array_equal(np.abs(some.product), np.abs(every.product[:top]))


def test_edges_of_a_wide_layer_are_the_strongest_of_all() -> None:
    network = build(dense(300), shape=(100,))
    trace = trace_of(network, [1.0] * 100)
    kernel = network.parameters["dense_1"]["kernel"]
    found = edges(trace, "dense_1", top=50)
    assert found.count == 30_000
    assert found.product is not None
    np.testing.assert_array_equal(np.abs(found.product), np.sort(np.abs(kernel).reshape(-1))[::-1][:50])
    np.testing.assert_array_equal(found.product, kernel[found.source_node, found.node])


def test_edges_of_glu_lead_to_the_node_that_both_halves_make() -> None:
    network = build(dense(4, "glu"), shape=(3,))
    found = edges(trace_of(network, [1, 2, 3]), "dense_1", top=ALL)
    assert found.count == 12
    assert set(found.node) == {0, 1}
