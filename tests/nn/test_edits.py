"""Edits: single parameter values replaced."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.nn.errors import NetworkError
from app.nn.network import Network
from tests.nn.networks import WALKTHROUGH, build, check_error, dense, problems_of, trace_of
from tests.nn.test_document import JSON

EDIT: dict[str, Any] = {"layer": "hidden", "parameter": "kernel", "index": [0, 1], "value": -4}


def test_an_edit_changes_one_value_and_leaves_the_network_it_came_from() -> None:
    network = Network.from_document(WALKTHROUGH)
    edited = network.with_edits([EDIT])
    np.testing.assert_array_equal(edited.parameters["hidden"]["kernel"], [[0.2, -4.0, 0.6], [0.3, 0.5, 0.7]])
    np.testing.assert_array_equal(network.parameters["hidden"]["kernel"], [[0.2, 0.4, 0.6], [0.3, 0.5, 0.7]])
    np.testing.assert_array_equal(network.given["hidden"]["kernel"], [[0.2, 0.4, 0.6], [0.3, 0.5, 0.7]])
    assert trace_of(edited, [0.5, 0.7]).output[0, 0] == pytest.approx(0.4 + 0.041 + 0.545)


def test_the_last_edit_of_a_value_wins_and_edits_add_up() -> None:
    network = Network.from_document(WALKTHROUGH)
    edited = network.with_edits([EDIT, {**EDIT, "value": 2.5}]).with_edits([{**EDIT, "index": [1, 1], "value": 9}])
    np.testing.assert_array_equal(edited.parameters["hidden"]["kernel"], [[0.2, 2.5, 0.6], [0.3, 9.0, 0.7]])


def test_an_edit_of_a_drawn_parameter_keeps_the_others() -> None:
    network = build(dense(3))
    edited = network.with_edits([{"layer": "dense_1", "parameter": "kernel", "index": [1, 2], "value": 0}])
    expected = network.parameters["dense_1"]["kernel"].copy()
    expected[1, 2] = 0.0
    np.testing.assert_array_equal(edited.parameters["dense_1"]["kernel"], expected)


def test_a_round_of_a_repeat_can_be_edited() -> None:
    network = build(dense(2, name="a", repeat=2))
    edited = network.with_edits([{"layer": "a_2", "parameter": "bias", "index": [0], "value": 1}])
    assert edited.parameters["a_1"]["bias"][0] == 0.0
    assert edited.parameters["a_2"]["bias"][0] == 1.0


@pytest.mark.parametrize(
    ("edit", "place", "words"),
    [
        (5, "", "an edit is 5; expected an object"),
        ({}, "", "an edit needs layer and parameter and index and value"),
        ({**EDIT, "by": 1}, "/by", "no field"),
        ({**EDIT, "layer": "other"}, "/layer", "no layer is called"),
        ({**EDIT, "layer": "input"}, "/layer", "no layer is called"),
        ({**EDIT, "layer": ["hidden"]}, "/layer", "no layer is called"),
        ({**EDIT, "parameter": "gamma"}, "/parameter", "it has kernel, bias"),
        ({**EDIT, "parameter": None}, "/parameter", "it has kernel, bias"),
        ({**EDIT, "index": [0]}, "/index", "a list of 2 integers"),
        ({**EDIT, "index": 0}, "/index", "a list of 2 integers"),
        ({**EDIT, "index": [0, True]}, "/index", "a list of 2 integers"),
        ({**EDIT, "index": [0, 1.0]}, "/index", "a list of 2 integers"),
        ({**EDIT, "index": [2, 1]}, "/index/0", "index 2 is outside hidden/kernel (2×3): axis 0 goes from 0 to 1"),
        ({**EDIT, "index": [0, -1]}, "/index/1", "index -1 is outside"),
        ({**EDIT, "value": "1.5"}, "/value", 'the text "1.5"; expected a finite number'),
        ({**EDIT, "value": True}, "/value", "true; expected a finite number"),
        ({**EDIT, "value": None}, "/value", "null; expected a finite number"),
        ({**EDIT, "value": [1]}, "/value", "expected a finite number"),
        ({**EDIT, "value": float("nan")}, "/value", "NaN; expected a finite number"),
        ({**EDIT, "value": 10**400}, "/value", "expected a finite number"),
    ],
)
def test_wrong_edits(edit: object, place: str, words: str) -> None:
    network = Network.from_document(WALKTHROUGH)
    problems = problems_of(lambda: network.with_edits([EDIT, edit]))
    assert list(problems) == [f"/1{place}"]
    assert words in problems[f"/1{place}"]


def test_all_wrong_edits_are_reported() -> None:
    network = Network.from_document(WALKTHROUGH)
    wrong = [{**EDIT, "layer": "x"}, EDIT, {**EDIT, "index": [9, 9], "value": "x"}]
    assert set(problems_of(lambda: network.with_edits(wrong))) == {"/0/layer", "/2/index/0", "/2/index/1", "/2/value"}


@pytest.mark.parametrize("value", [None, {}, "edits", 5])
def test_edits_are_a_list(value: object) -> None:
    network = Network.from_document(WALKTHROUGH)
    assert "expected a list" in problems_of(lambda: network.with_edits(value))[""]


def test_a_value_must_fit_into_float32() -> None:
    network = build(dense(1, name="hidden", parameters={"bias": [0]}), dtype="float32")
    edit = {"layer": "hidden", "parameter": "bias", "index": [0], "value": 1e39}
    assert "does not fit into float32" in problems_of(lambda: network.with_edits([edit]))["/0/value"]


@settings(max_examples=50)
@given(
    st.one_of(
        JSON,
        st.lists(
            st.fixed_dictionaries({name: st.one_of(st.just(one), JSON) for name, one in EDIT.items()}), max_size=3
        ),
    )
)
def test_any_json_is_read_or_refused(value: object) -> None:
    network = Network.from_document(WALKTHROUGH)
    try:
        assert network.with_edits(value).parameters
    except NetworkError as error:
        check_error(error, value)
