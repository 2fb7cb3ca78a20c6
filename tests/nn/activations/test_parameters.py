"""Parameters of activations: what is accepted, and what is said of the rest."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.nn.activations import ACTIVATIONS, Parameter, bind
from app.nn.errors import NetworkError


@pytest.mark.parametrize(
    ("name", "parameters", "pointer", "expected", "received"),
    [
        (
            "leaky_relu",
            {"negative_slope": "0.1"},
            "/negative_slope",
            "a finite number from 0 to 1e+06",
            'the text "0.1"',
        ),
        ("leaky_relu", {"negative_slope": True}, "/negative_slope", "a finite number from 0 to 1e+06", "true"),
        ("leaky_relu", {"negative_slope": None}, "/negative_slope", "a finite number from 0 to 1e+06", "null"),
        ("leaky_relu", {"negative_slope": -0.1}, "/negative_slope", "a finite number from 0 to 1e+06", "-0.1"),
        ("elu", {"alpha": math.nan}, "/alpha", "a finite number from 0 to 1e+06", "NaN"),
        ("elu", {"alpha": math.inf}, "/alpha", "a finite number from 0 to 1e+06", "a number too large for float64"),
        ("elu", {"alpha": 10**400}, "/alpha", "a finite number from 0 to 1e+06", "a very large integer"),
        ("elu", {"alpha": [1]}, "/alpha", "a finite number from 0 to 1e+06", "a list of 1"),
        ("celu", {"alpha": 0.0}, "/alpha", "a finite number from 1e-06 to 1e+06", "0.0"),
        ("gelu", {"approximate": 1}, "/approximate", "true or false", "1"),
        ("gelu", {"approximate": "tanh"}, "/approximate", "true or false", 'the text "tanh"'),
        ("softmax", {"axis": 0}, "/axis", "an integer, -1 or less", "0"),
        ("softmax", {"axis": -1.0}, "/axis", "an integer, -1 or less", "-1.0"),
        ("softmax", {"axis": False}, "/axis", "an integer, -1 or less", "false"),
        ("relu", {"slope": 1}, "/slope", "no parameters", 'the text "slope"'),
        ("elu", {"a/b~c": 1}, "/a~1b~0c", "one of alpha", 'the text "a/b~c"'),
        ("threshold", {"value": 1}, "/value", "one of threshold, default_value", 'the text "value"'),
    ],
)
def test_wrong_parameters(name: str, parameters: dict[str, Any], pointer: str, expected: str, received: str) -> None:
    (problem,) = ACTIVATIONS[name].check_parameters(parameters)
    assert (problem.pointer, problem.expected, problem.received) == (pointer, expected, received)
    assert expected in problem.detail
    with pytest.raises(NetworkError) as caught:
        bind(name, **parameters)
    assert caught.value.problems == (problem,)
    with pytest.raises(NetworkError):
        ACTIVATIONS[name].evaluate(np.ones(2), **parameters)


def test_all_problems_are_found_at_once() -> None:
    problems = ACTIVATIONS["threshold"].check_parameters({"threshold": "1", "default_value": math.nan, "alpha": 1})
    assert [problem.pointer for problem in problems] == ["/threshold", "/default_value", "/alpha"]


def test_right_parameters() -> None:
    assert ACTIVATIONS["elu"].check_parameters({"alpha": 2}) == ()
    assert ACTIVATIONS["elu"].check_parameters({}) == ()
    assert bind("elu", alpha=2)(np.array([-1000.0])).tolist() == [-2.0]


@given(
    value=st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.lists(st.floats()))
)
def test_checking_never_fails_and_accepts_only_numbers_in_range(value: object) -> None:
    for activation in ACTIVATIONS.values():
        for parameter in activation.parameters:
            problems = activation.check_parameters({parameter.name: value})
            if parameter.type == "boolean":
                valid = isinstance(value, bool)
            else:
                kinds = (int,) if parameter.type == "integer" else (int, float)
                valid = (
                    isinstance(value, kinds)
                    and not isinstance(value, bool)
                    and (parameter.minimum is None or value >= parameter.minimum)
                    and (parameter.maximum is None or value <= parameter.maximum)
                )
            assert (not problems) == valid


def test_parameter_types_and_words() -> None:
    assert Parameter("a", 1.0, "A.").type == "number"
    assert Parameter("a", 1, "A.").type == "integer"
    assert Parameter("a", True, "A.").type == "boolean"
    assert Parameter("a", 1.0, "A.").expected == "a finite number"
    assert Parameter("a", 1.0, "A.", minimum=0.5).expected == "a finite number, 0.5 or more"
    problem = Parameter("a", 1.0, "A.").check("x" * 200)
    assert problem is not None
    assert problem.received is not None
    assert len(problem.received) < 80
