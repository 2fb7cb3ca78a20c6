"""What is asked of a network: inputs with and without a batch, pinned nodes, and nodes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.nn.errors import NetworkError
from app.nn.inputs import Override, read_inputs, read_node, read_overrides
from app.nn.network import Network
from tests.nn.networks import WALKTHROUGH, build, check_error, dense, problems_of
from tests.nn.test_document import JSON

NETWORK = Network.from_document(WALKTHROUGH)
SINGLE = build(dense(2, name="hidden"), shape=(1,), dtype="float32")
GRID = build({"kind": "Flatten", "name": "hidden"}, shape=(2, 3))
WORDS = build({"kind": "Embedding", "name": "table", "input_dim": 4, "output_dim": 2}, shape=(3,), integers=True)
NETWORKS = {"walkthrough": NETWORK, "single": SINGLE, "grid": GRID, "words": WORDS}
PIN: dict[str, Any] = {"layer": "hidden", "index": [1], "value": 0.5}


@pytest.mark.parametrize(
    ("network", "value", "shape", "batched"),
    [
        (NETWORK, [0.5, 1], (1, 2), False),
        (NETWORK, [[0.5, 1]], (1, 2), True),
        (NETWORK, [[0.5, 1], [2, 3], [4, 5]], (3, 2), True),
        (NETWORK, np.array([0.5, 1]), (1, 2), False),
        (NETWORK, np.ones((4, 2), dtype=np.float32), (4, 2), True),
        (NETWORK, np.ones((4, 2), dtype=np.int32), (4, 2), True),
        (SINGLE, 3, (1, 1), False),
        (SINGLE, [3], (1, 1), False),
        (SINGLE, [[3], [4]], (2, 1), True),
        (GRID, [[1, 2, 3], [4, 5, 6]], (1, 2, 3), False),
        (GRID, [[[1, 2, 3], [4, 5, 6]]] * 2, (2, 2, 3), True),
        (WORDS, [0, 1, 3], (1, 3), False),
        (WORDS, [[0, 1, 3]], (1, 3), True),
    ],
)
def test_one_example_or_a_batch(network: Network, value: object, shape: tuple[int, ...], batched: bool) -> None:
    array, had_batch = read_inputs(network, value)
    assert array.shape == shape
    assert had_batch is batched
    assert array.dtype == (np.int64 if network is WORDS else network.dtype)


@pytest.mark.parametrize(
    ("network", "value", "place", "words"),
    [
        (NETWORK, [0.5], "", "inputs are 1; expected 2 for one example, or n×2 for a batch"),
        (NETWORK, [0.5, 1, 2], "", "inputs are 3"),
        (NETWORK, 3, "", "inputs are a number"),
        (NETWORK, [[0.5], [1]], "", "inputs are 2×1"),
        (NETWORK, [[[0.5, 1]]], "", "inputs are 1×1×2"),
        (NETWORK, [], "", "an empty list"),
        (NETWORK, [[]], "", "an empty list"),
        (NETWORK, np.ones((0, 2)), "", "inputs are 0×2"),
        (NETWORK, None, "", "null"),
        (NETWORK, "0.5, 1", "", "the text"),
        (NETWORK, {"x1": 1}, "", "an object with x1"),
        (NETWORK, [0.5, "1.5"], "/1", 'the text "1.5"'),
        (NETWORK, [0.5, True], "/1", "true"),
        (NETWORK, [0.5, None], "/1", "null"),
        (NETWORK, [0.5, float("nan")], "/1", "NaN"),
        (NETWORK, [0.5, float("inf")], "/1", "too large for float64"),
        (NETWORK, [0.5, 10**400], "/1", "a very large integer"),
        (NETWORK, np.array([0.5, np.nan]), "/1", "finite"),
        (NETWORK, np.array([0.5, 1j]), "", "expected float64 numbers, received complex128"),
        (NETWORK, np.array([True, False]), "", "received bool"),
        (NETWORK, np.array(["a", "b"]), "", "expected float64 numbers"),
        (NETWORK, [[0.5, 1], [2]], "/1", "different lengths"),
        (NETWORK, [[0.5, 1], [2, [3]]], "/1/1", "a list of 1"),
        (SINGLE, [1e39], "/0", "does not fit into float32"),
        (SINGLE, [[3, 4]], "", "inputs are 1×2; expected 1"),
        (WORDS, [0, 1, 4], "/2", "4 is out of range: the Embedding takes integers from 0 to 3"),
        (WORDS, [[0, 1, 2], [0, -1, 2]], "/1/1", "-1 is out of range"),
        (WORDS, [0, 1.5, 2], "/1", "received 1.5"),
        (WORDS, [0, 1, 2.0], "/2", "received 2.0"),
        (WORDS, [0, 1, 10**30], "", "too large"),
        (WORDS, np.array([0.0, 1.0, 2.0]), "", "expected int64 numbers, received float64"),
    ],
)
def test_wrong_inputs(network: Network, value: object, place: str, words: str) -> None:
    problems = problems_of(lambda: read_inputs(network, value))
    assert list(problems) == [place]
    assert words in problems[place]


def test_every_wrong_number_is_named() -> None:
    assert set(problems_of(lambda: read_inputs(GRID, [[1, "a", 3], [None, 5, True]]))) == {"/0/1", "/1/0", "/1/2"}
    assert set(problems_of(lambda: read_inputs(WORDS, [[9, 0, -1], [0, 0, 7]]))) == {"/0/0", "/0/2", "/1/2"}


def test_lists_nested_without_end_are_refused() -> None:
    value: Any = 1
    for _ in range(900):
        value = [value]
    assert "more than 16 deep" in problems_of(lambda: read_inputs(NETWORK, value))[""]


def test_numpy_numbers_in_a_list_are_read() -> None:
    array, _ = read_inputs(NETWORK, [np.float64(0.5), np.float64(0.7)])
    np.testing.assert_array_equal(array, [[0.5, 0.7]])


# ---------------------------------------------------------------------------------------------------------------
# Pinned nodes


def test_overrides_are_read() -> None:
    assert read_overrides(NETWORK, None) == ()
    assert read_overrides(NETWORK, []) == ()
    pins = [PIN, {"layer": "input", "index": [0], "value": 2}, {"layer": "output", "index": [0], "value": -1}]
    assert read_overrides(NETWORK, pins) == (
        Override("hidden", (1,), 0.5),
        Override("input", (0,), 2.0),
        Override("output", (0,), -1.0),
    )


def test_an_integer_input_is_pinned_to_an_integer() -> None:
    pin = {"layer": "input", "index": [0], "value": 3}
    assert read_overrides(WORDS, [pin]) == (Override("input", (0,), 3),)
    assert "out of range" in problems_of(lambda: read_overrides(WORDS, [{**pin, "value": 4}]))["/0/value"]
    assert "out of range" in problems_of(lambda: read_overrides(WORDS, [{**pin, "value": -1}]))["/0/value"]
    assert "whole numbers" in problems_of(lambda: read_overrides(WORDS, [{**pin, "value": 1.5}]))["/0/value"]


@pytest.mark.parametrize(
    ("pin", "place", "words"),
    [
        (None, "", "null; expected an object"),
        ({}, "", "needs layer and index and value"),
        ({"layer": "hidden", "index": [1]}, "", "needs value"),
        ({**PIN, "example": 0}, "/example", "no field"),
        ({**PIN, "layer": "other"}, "/layer", "no layer is called"),
        ({**PIN, "layer": None}, "/layer", "no layer is called null"),
        ({**PIN, "layer": []}, "/layer", "no layer is called"),
        ({**PIN, "index": 1}, "/index", "a list of 1 integer"),
        ({**PIN, "index": []}, "/index", "a list of 1 integer"),
        ({**PIN, "index": [3]}, "/index/0", 'index 3 is outside "hidden" (3): axis 0 goes from 0 to 2'),
        ({**PIN, "index": [-1]}, "/index/0", "outside"),
        ({**PIN, "index": [True]}, "/index", "a list of 1 integer"),
        ({**PIN, "index": ["1"]}, "/index", "a list of 1 integer"),
        ({**PIN, "value": "0.5"}, "/value", "expected a finite number"),
        ({**PIN, "value": True}, "/value", "expected a finite number"),
        ({**PIN, "value": [0.5]}, "/value", "expected a finite number"),
        ({**PIN, "value": float("-inf")}, "/value", "expected a finite number"),
        (PIN, "", "hidden[1] is pinned twice"),
    ],
)
def test_wrong_overrides(pin: object, place: str, words: str) -> None:
    problems = problems_of(lambda: read_overrides(NETWORK, [PIN, pin]))
    assert list(problems) == [f"/1{place}"]
    assert words in problems[f"/1{place}"]


@pytest.mark.parametrize("value", [{}, "pins", 5, True])
def test_overrides_are_a_list(value: object) -> None:
    assert "expected a list" in problems_of(lambda: read_overrides(NETWORK, value))[""]


# ---------------------------------------------------------------------------------------------------------------
# Nodes


def test_nodes_are_read() -> None:
    assert read_node(NETWORK, {"layer": "hidden", "index": [2]}) == ("hidden", (2,))
    assert read_node(GRID, {"layer": "input", "index": [1, 2]}) == ("input", (1, 2))


@pytest.mark.parametrize(
    ("value", "place", "words"),
    [
        ("hidden[0]", "", "expected an object"),
        ({"layer": "hidden"}, "", "a node needs index"),
        ({"layer": "hidden", "index": [0], "value": 1}, "/value", "no field"),
        ({"layer": "there", "index": [0]}, "/layer", 'no layer is called "there"'),
        ({"layer": "hidden", "index": [0, 0]}, "/index", "a list of 1 integer"),
        ({"layer": "hidden", "index": [10**400]}, "/index", ""),
        ({"layer": "hidden", "index": [0.0]}, "/index", "a list of 1 integer"),
    ],
)
def test_wrong_nodes(value: object, place: str, words: str) -> None:
    problems = problems_of(lambda: read_node(NETWORK, value))
    assert list(problems) == [place]
    assert words in problems[place]


LIKELY = st.one_of(
    JSON,
    st.fixed_dictionaries(
        {
            "layer": st.sampled_from(["hidden", "input", "table", "x"]),
            "index": st.one_of(JSON, st.lists(st.integers(-1, 3), max_size=3)),
        },
        optional={"value": st.one_of(JSON, st.integers(-5, 5))},
    ),
    st.recursive(
        st.one_of(st.integers(-1, 4), st.floats(), st.none()), lambda inner: st.lists(inner, max_size=3), max_leaves=8
    ),
)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("read", [read_inputs, read_node, read_overrides])
@settings(max_examples=40)
@given(value=st.one_of(LIKELY, st.lists(LIKELY, max_size=3)))
def test_any_json_is_read_or_refused(read: Callable[[Network, object], object], name: str, value: object) -> None:
    try:
        read(NETWORKS[name], value)
    except NetworkError as error:
        check_error(error, value)
