"""Arguments of layers: what each type takes and refuses, its JSON Schema, and the way back to a document."""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from app.nn.argument_lists import Numbers, Sides
from app.nn.argument_types import Axes, Boolean, Choice, Integer, Number, Sizes, TargetShape
from app.nn.arguments import ActivationChoice, InitializerChoice, arguments_schema, declared_arguments
from app.nn.layers import LAYERS, describe
from tests.nn.networks import dense, document, document_problems
from tests.nn.test_document import JSON

NAN, INF = float("nan"), float("inf")

# a type, what it takes (JSON → what the layer holds), what it refuses
TYPES: list[tuple[Any, list[tuple[Any, Any]], list[Any]]] = [
    (
        Integer(minimum=1, maximum=9),
        [(1, 1), (9, 9)],
        [0, 10, -1, 1.0, True, "1", None, [], {}, NAN, 10**400],
    ),
    (
        Number(0.0, 1.0, exclusive_maximum=True),
        [(0, 0.0), (0.5, 0.5)],
        [1, 1.0, -0.1, True, "0.5", None, [], {}, NAN, INF, -INF, 10**400],
    ),
    (Number(0.0, exclusive_minimum=True), [(5e-324, 5e-324), (1e308, 1e308)], [0, 0.0, -1]),
    (Number(), [(-3, -3.0)], ["-3", False]),
    (Boolean(), [(True, True), (False, False)], [0, 1, "true", None, [], {}]),
    (Axes(), [(1, (1,)), (-1, (-1,))], [0, 1.0, True, "1", None, [1], [], {}, 10**400, NAN]),
    (
        Axes(several=True),
        [(1, (1,)), ([1], (1,)), ([-1, 2], (-1, 2))],
        [0, [], [0], [1, 1], [1.0], [[1]], [1, None], "12", None, {}, True, [True]],
    ),
    (
        Sizes(2),
        [(3, (3, 3)), ([1, 2], (1, 2))],
        [0, [0, 1], [1], [1, 2, 3], [1.0, 2], "3", None, {}, True, [True, 1], [[1, 2]], NAN, 10**400],
    ),
    (Sizes(1, minimum=0), [(0, (0,)), ([4], (4,))], [-1, [1, 2], 0.0]),
    (Choice(("valid", "same")), [("same", "same")], ["Same", "", None, 1, ["same"], {}]),
    (
        Sides(),
        [(1, ((1, 1), (1, 1))), ([1, 2], ((1, 1), (2, 2))), ([[1, 2], [0, 3]], ((1, 2), (0, 3)))],
        [-1, [1], [1, 2, 3], [[1, 2, 3], [1, 2]], [[1, -1], [0, 0]], 1.0, "1", None, {}, True, [True, 1]],
    ),
    (
        Numbers(minimum=0.0),
        [(0, 0.0), (2.5, 2.5), ([1, 2.5], (1.0, 2.5))],
        [-1, [], [1, -1], "1", None, {}, True, [True], [[1]], NAN, INF, 10**400],
    ),
    (
        TargetShape(),
        [([3], (3,)), ([2, -1], (2, -1))],
        [[], [0], [-2], [-1, -1], [2.0], [True], ["2"], 3, None, {}, [[2]], [1] * 17, [10**400]],
    ),
]


@pytest.mark.parametrize(("argument", "taken", "refused"), TYPES, ids=[repr(one[0]) for one in TYPES])
def test_each_type(argument: Any, taken: list[tuple[Any, Any]], refused: list[Any]) -> None:
    for value, held in taken:
        assert argument.read(value) == (held, [])
        assert type(argument.read(value)[0]) is type(held)
        again = argument.to_document(held)
        assert argument.read(again)[0] == held
        jsonschema.validate(value, argument.schema())
        jsonschema.validate(again, argument.schema())
    for value in refused:
        held, problems = argument.read(value)
        assert held is None, value
        assert problems, value
        assert all(problem.detail for problem in problems)


@settings(max_examples=60)
@given(JSON)
def test_any_json_is_taken_or_refused(value: object) -> None:
    for argument in (*(one[0] for one in TYPES), ActivationChoice(), InitializerChoice()):
        held, problems = argument.read(value)
        assert (held is None) == bool(problems)
        if not problems:
            assert argument.read(argument.to_document(held)) == (held, [])


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("relu", "relu"),
        ("swish", "silu"),
        ({"name": "relu"}, "relu"),
        ({"name": "leaky_relu", "negative_slope": 0.5}, {"name": "leaky_relu", "negative_slope": 0.5}),
    ],
)
def test_activations_by_name_or_object(value: object, written: object) -> None:
    held, problems = ActivationChoice().read(value)
    assert not problems
    assert ActivationChoice().to_document(held) == written


@pytest.mark.parametrize(
    ("value", "place", "words"),
    [
        ("rleu", "", 'no activation is called "rleu"; there are linear, '),
        ("ReLU", "", "no activation is called"),
        (None, "", "no activation is called null"),
        (5, "", "no activation is called 5"),
        (["relu"], "", "no activation is called a list of 1"),
        ({}, "/name", "no activation is called null"),
        ({"name": 5}, "/name", "no activation is called 5"),
        ({"name": "relu", "slope": 1}, "/slope", "no parameter"),
        ({"name": "leaky_relu", "negative_slope": "0.1"}, "/negative_slope", "number"),
        ({"name": "leaky_relu", "negative_slope": True}, "/negative_slope", "number"),
        ({"name": "leaky_relu", "negative_slope": NAN}, "/negative_slope", "number"),
        ({"name": "softmax", "axis": 0}, "/axis", ""),
        ({"name": "softmax", "axis": -1.0}, "/axis", "integer"),
    ],
)
def test_wrong_activations(value: object, place: str, words: str) -> None:
    problems = document_problems(document(dense(1, value)))
    assert list(problems) == [f"/layers/0/activation{place}"]
    assert words in problems[f"/layers/0/activation{place}"]


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        ({"kind": "Dense", "units": 1.5}, "units"),
        ({"kind": "Dense", "units": 0}, "units"),
        ({"kind": "Dense", "units": True}, "units"),
        ({"kind": "Dense", "units": "3"}, "units"),
        ({"kind": "Dense", "units": 2**31}, "units"),
        ({"kind": "Dense", "units": 1, "use_bias": 1}, "use_bias"),
        ({"kind": "Dense", "units": 1, "trainable": None}, "trainable"),
        ({"kind": "Dropout", "rate": -0.1}, "rate"),
        ({"kind": "Dropout", "rate": 1}, "rate"),
        ({"kind": "Dropout", "rate": 0.5, "seed": 0.5}, "seed"),
        ({"kind": "BatchNormalization", "momentum": 1.1}, "momentum"),
        ({"kind": "BatchNormalization", "epsilon": -1e-3}, "epsilon"),
        ({"kind": "LayerNormalization", "axis": []}, "axis"),
        ({"kind": "Reshape", "target_shape": [-1, -1]}, "target_shape"),
        ({"kind": "Embedding", "input_dim": 0, "output_dim": 1}, "input_dim"),
    ],
)
def test_wrong_arguments_are_named(layer: dict[str, Any], name: str) -> None:
    problems = document_problems(document(layer, integers=layer["kind"] == "Embedding"))
    assert list(problems) == [f"/layers/0/{name}"]
    assert f"layers/0: {name}: expected " in problems[f"/layers/0/{name}"]


@pytest.mark.parametrize("kind", LAYERS)
def test_schemas_list_every_argument_with_its_default(kind: str) -> None:
    schema = arguments_schema(LAYERS[kind])
    jsonschema.Draft202012Validator.check_schema(schema)
    json.dumps(schema, allow_nan=False)
    assert list(schema["properties"]) == [one.name for one in declared_arguments(LAYERS[kind])]
    for name, one in schema["properties"].items():
        assert one["description"].endswith(".")
        assert (name in schema["required"]) != ("default" in one)
        if "default" in one and one["default"] is not None:
            jsonschema.validate(one["default"], one)
    assert schema == describe(kind)["arguments"]
