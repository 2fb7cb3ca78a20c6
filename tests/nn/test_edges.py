"""Edges of layers that are products with a matrix, against the terms of each node; the best of many numbers."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.nn import edges as edges_module
from app.nn import parameters as parameters_module
from app.nn.best import Best
from app.nn.edges import edges
from app.nn.explain import explain
from app.nn.forward import forward
from app.nn.layers.dense import Dense
from app.nn.network import Network
from app.nn.parameters import strongest_values

NUMBERS = st.sampled_from([0.0, 0.5, 1.0, 1.0, 2.0, 3.5, np.inf, np.nan])


@given(st.lists(NUMBERS, max_size=40), st.integers(0, 12), st.integers(1, 9))
def test_the_best_are_those_of_a_stable_sort(numbers: list[float], top: int, block: int) -> None:
    strengths = np.array(numbers, dtype=np.float64)
    best = Best(top)
    for start in range(0, len(strengths), block):
        best.add(strengths[start : start + block].copy(), start)
    ranked = np.where(np.isnan(strengths), np.inf, strengths)
    assert best.places().tolist() == np.argsort(-ranked, kind="stable")[:top].tolist()


def network(activation: Any, shape: list[int], kernel: Any = None, dtype: str = "float64") -> Network:
    layer: dict[str, Any] = {"name": "d", "kind": "Dense", "units": 8, "activation": activation}
    if kernel is not None:
        layer["parameters"] = {"kernel": kernel}
    return Network.from_document({"dtype": dtype, "input": {"shape": shape}, "layers": [layer]})


TIES = np.tile([[0.5], [-0.5], [0.0], [2.0]], (1, 8)).tolist()


@pytest.mark.parametrize("block", [1, 7, 2**17])
@pytest.mark.parametrize("top", [1, 5, 24, 1000])
@pytest.mark.parametrize(
    "case",
    [
        network("relu", [4]),
        network("tanh", [3, 4], dtype="float32"),
        network("glu", [2, 4]),
        network({"name": "glu", "axis": -2}, [2, 4]),
        network("linear", [4], TIES),
    ],
    ids=["dense", "sequence", "glu", "glu over positions", "ties"],
)
def test_blocks_give_what_the_terms_of_each_node_give(
    case: Network, top: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = np.random.default_rng(0).standard_normal((2, *case.input.shape)).round(1).astype(case.dtype)
    inputs[1, ..., 0] = 0.0
    inputs[1, ..., 1] = np.inf
    trace = forward(case, inputs)
    for example in (0, 1):
        monkeypatch.setattr(edges_module, "BLOCK", block)
        found = edges(trace, "d", example, top)
        with monkeypatch.context() as patch:
            patch.setattr(Dense, "product_form", lambda *_: None)
            expected = edges(trace, "d", example, top)
        assert found.count == expected.count
        for column in ("source", "source_node", "node", "weight", "product"):
            np.testing.assert_array_equal(getattr(found, column), getattr(expected, column), column)


@pytest.mark.parametrize("activation", ["softmax", "log_softmax", "sparsemax", "glu"])
def test_explanations_along_an_axis_are_those_of_the_terms(activation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = network(activation, [3, 4], dtype="float32")
    trace = forward(case, np.random.default_rng(1).standard_normal((1, 3, 4)).astype(np.float32))
    found = explain(trace, "d", (1, 2))
    assert found.exact
    with monkeypatch.context() as patch:
        patch.setattr(Dense, "product_form", lambda *_: None)
        expected = explain(trace, "d", (1, 2))
    assert found.recomputed == pytest.approx(expected.recomputed, rel=1e-13)
    assert found.activation_terms is not None
    assert expected.activation_terms is not None
    for one, other in zip(found.activation_terms, expected.activation_terms, strict=True):
        assert one.index == other.index
        assert one.pre_activation == pytest.approx(other.pre_activation, rel=1e-13)


@pytest.mark.parametrize("shape", [(), (5,), (4, 3), (2, 3, 4)])
@pytest.mark.parametrize("with_factors", [True, False])
def test_strongest_values_in_blocks(
    shape: tuple[int, ...], with_factors: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parameters_module, "BLOCK", 3)
    generator = np.random.default_rng(2)
    values = generator.integers(-3, 4, shape).astype(np.float32)
    factors = generator.integers(-2, 3, (shape[0], *[1] * (len(shape) - 1)) if shape else ()) if with_factors else None
    found = strongest_values(values, factors, 6)
    products = values.astype(np.float64) * (1 if factors is None else factors)
    order = np.argsort(-np.abs(products), axis=None, kind="stable")[:6]
    expected = [tuple(int(one) for one in np.unravel_index(place, shape)) for place in order] if shape else [()]
    assert [index for index, _, _ in found] == expected
    for index, weight, product in found:
        assert weight == values[index]
        assert product == (None if factors is None else products[index])
