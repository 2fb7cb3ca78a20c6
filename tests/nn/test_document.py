"""Network documents: names, `repeat`, and every kind of mistake with its place and a message that helps."""

import copy
import json
import time
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.nn.document import count_layers, snake_case
from app.nn.document_schema import NETWORK_SCHEMA
from app.nn.errors import LimitError, NetworkError
from app.nn.layers import LAYERS
from app.nn.limits import Limits
from app.nn.network import Network
from tests.nn.networks import (
    PROPAGATION,
    WALKTHROUGH,
    build,
    check_error,
    dense,
    document,
    document_problems,
    zoo,
)

NUMBERS = st.one_of(
    st.integers(), st.floats(), st.sampled_from([10**400, -(10**400), 2**63, -(2**63), 1e308, -0.0, 10**9, 10**18])
)
WORDS = st.sampled_from(
    [
        *(
            "name",
            "kind",
            "layers",
            "input",
            "inputs",
            "shape",
            "dtype",
            "seed",
            "repeat",
            "parameters",
            "units",
            "axis",
        ),
        *("Dense", "Add", "Reshape", "Embedding", "float64", "int", "relu", "softmax", "glu", "kernel", "default"),
        *("names", "classes", "target_shape", "input_dim", "output_dim", "activation", "kernel_initializer", "value"),
        *("hidden", "output", "preprocessing", "scale", "rate", "epsilon", "0", "a/b~c", "\ud800", "x" * 300),
    ]
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=5), WORDS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(WORDS, st.text(max_size=3)), inner, max_size=6)
    ),
    max_leaves=20,
)
LAYER = st.fixed_dictionaries(
    {"kind": st.sampled_from([*LAYERS, "LSTM"])},
    optional={
        "name": st.sampled_from(["a", "b", "a_1", "dense_1"]),
        "inputs": st.lists(st.sampled_from(["a", "b", "input", "a_1", "dense_1"]), max_size=3),
        "repeat": st.one_of(st.integers(1, 3), JSON),
        "units": st.one_of(st.integers(1, 3), JSON),
        "activation": st.one_of(st.sampled_from(["relu", "glu", "softmax"]), JSON),
        "axis": st.one_of(st.integers(-4, 4), JSON),
        "target_shape": st.one_of(st.lists(st.integers(-1, 6), max_size=3), JSON),
        "input_dim": st.integers(-1, 4),
        "output_dim": st.integers(-1, 4),
        "rate": NUMBERS,
        "parameters": st.one_of(JSON, st.dictionaries(st.sampled_from(["kernel", "bias", "gamma"]), JSON, max_size=2)),
    },
)
DOCUMENT = st.fixed_dictionaries(
    {
        "input": st.one_of(
            JSON, st.fixed_dictionaries({"shape": st.lists(st.integers(0, 3), max_size=3)}, optional={"dtype": WORDS})
        ),
        "layers": st.lists(
            st.one_of(LAYER, st.fixed_dictionaries({"repeat": st.integers(0, 3), "layers": st.lists(LAYER)}), JSON)
        ),
    },
    optional={"dtype": WORDS, "seed": NUMBERS, "name": JSON},
)


def names(value: object) -> list[str]:
    return [placed.name for placed in Network.from_document(value).layers]


def sources(value: object) -> dict[str, tuple[str, ...]]:
    return {placed.name: placed.inputs for placed in Network.from_document(value).layers}


# ---------------------------------------------------------------------------------------------------------------
# Names and references


@pytest.mark.parametrize(
    ("kind", "name"),
    [("Dense", "dense"), ("BatchNormalization", "batch_normalization"), ("Conv2D", "conv2d"), ("LSTM", "lstm")],
)
def test_default_names_are_those_of_keras(kind: str, name: str) -> None:
    assert snake_case(kind) == name


def test_unnamed_layers_are_counted_by_kind() -> None:
    value = document(
        dense(2), {"kind": "Flatten"}, dense(2, name="mine"), dense(2), {"repeat": 2, "layers": [dense(2)]}
    )
    assert names(value) == ["dense_1", "flatten_1", "mine", "dense_3", "dense_4", "dense_5"]


def test_a_layer_reads_the_one_before_unless_it_says_otherwise() -> None:
    value = document(
        dense(2, name="a"), dense(2, name="b", inputs=["input"]), {"kind": "Add", "inputs": ["a", "b"]}, dense(1)
    )
    assert sources(value) == {"a": ("input",), "b": ("input",), "add_1": ("a", "b"), "dense_3": ("add_1",)}


def test_a_name_may_have_points_and_dashes() -> None:
    assert names(document(dense(1, name="_a.b-C9"))) == ["_a.b-C9"]


# ---------------------------------------------------------------------------------------------------------------
# repeat


def test_a_repeated_block_is_written_out() -> None:
    block = [dense(2, name="a"), {"kind": "Activation", "activation": "relu", "name": "b"}]
    value = document(dense(2, name="first"), {"repeat": 2, "layers": block}, dense(1, name="last"))
    assert sources(value) == {
        "first": ("input",),
        "a_1": ("first",),
        "b_1": ("a_1",),
        "a_2": ("b_1",),
        "b_2": ("a_2",),
        "last": ("b_2",),
    }


def test_references_inside_a_block_mean_the_same_round() -> None:
    block = [
        dense(2, name="a"),
        dense(2, name="b", inputs=["a"]),
        {"kind": "Add", "name": "sum", "inputs": ["a", "b", "start"]},
    ]
    value = document(dense(2, name="start"), {"repeat": 2, "layers": block})
    written = sources(value)
    assert written["sum_1"] == ("a_1", "b_1", "start")
    assert written["a_2"] == ("sum_1",)
    assert written["sum_2"] == ("a_2", "b_2", "start")


def test_a_later_layer_names_a_round() -> None:
    value = document({"repeat": 3, "layers": [dense(2, name="a")]}, dense(1, inputs=["a_2"]))
    assert sources(value)["dense_4"] == ("a_2",)
    assert "/layers/1/inputs/0" in document_problems(
        document({"repeat": 3, "layers": [dense(2, name="a")]}, dense(1, inputs=["a"]))
    )


def test_one_layer_may_repeat_itself() -> None:
    assert names(document(dense(2, name="a", repeat=3))) == ["a_1", "a_2", "a_3"]
    assert names(document(dense(2, repeat=2))) == ["dense_1", "dense_2"]
    assert names(document(dense(2, name="a", repeat=1))) == ["a_1"]


def test_nested_blocks() -> None:
    inner = {"repeat": 2, "layers": [dense(2, name="a")]}
    outer = {"repeat": 2, "layers": [inner, dense(2, name="b", inputs=["a_1"])]}
    assert sources(document(outer)) == {
        "a_1_1": ("input",),
        "a_2_1": ("a_1_1",),
        "b_1": ("a_1_1",),
        "a_1_2": ("b_1",),
        "a_2_2": ("a_1_2",),
        "b_2": ("a_1_2",),
    }


def test_rounds_draw_their_own_parameters() -> None:
    network = build(dense(2, name="a", repeat=2))
    assert (network.parameters["a_1"]["kernel"] != network.parameters["a_2"]["kernel"]).all()


@pytest.mark.parametrize(
    ("layer", "place"),
    [
        ({"repeat": 2, "layers": [dense(1, parameters={"bias": [1]})]}, "/layers/0/layers/0/parameters"),
        (dense(1, repeat=2, parameters={"bias": [1]}), "/layers/0/parameters"),
        ({"repeat": 1, "layers": [dense(1, parameters={"bias": [1]})]}, "/layers/0/layers/0/parameters"),
    ],
)
def test_parameters_inside_a_repeat_are_refused(layer: dict[str, Any], place: str) -> None:
    assert "repeated layer cannot be given parameters" in document_problems(document(layer))[place]


@pytest.mark.parametrize("rounds", [0, -1, True, 1.0, "2", None, [], 1.5, 10**400, float("nan")])
def test_repeat_is_a_positive_integer(rounds: object) -> None:
    for layer, place in (
        (dense(1, repeat=rounds), "/layers/0/repeat"),
        ({"repeat": rounds, "layers": [dense(1)]}, "/layers/0/repeat"),
    ):
        assert "expected a positive integer" in document_problems(document(layer))[place]


def deep(rounds: int, nesting: int, core: list[Any]) -> dict[str, Any]:
    block: dict[str, Any] = {"repeat": rounds, "layers": core}
    for _ in range(nesting):
        block = {"repeat": rounds, "layers": [block]}
    return block


@pytest.mark.parametrize(
    "layer",
    [
        dense(1, repeat=10**9),
        {"repeat": 10**18, "layers": [dense(1)]},
        {"repeat": 10**18, "layers": [5]},
        {"repeat": 10**18, "layers": []},
        {"repeat": 10**18, "layers": "x"},
        {"repeat": 10**18, "layers": [{"repeat": 10**18, "layers": []}]},
        {"repeat": 10**9, "layers": [dense(1, layers=[])]},
        {"repeat": 10**9, "layers": [{"repeat": "x", "layers": [dense(1)]}]},
        {"repeat": 10**9, "layers": [{}]},
        deep(10**18, 20, [dense(1)]),
        deep(10**18, 31, [dense(1)]),
        deep(10**18, 32, [dense(1)]),
        deep(10**18, 33, [dense(1)]),
        deep(10**18, 200, [dense(1)]),
        deep(2, 13, [dense(1)]),
    ],
)
def test_enormous_repeats_are_refused_at_once(layer: dict[str, Any]) -> None:
    start = time.perf_counter()
    with pytest.raises(NetworkError) as caught:
        Network.from_document(document(layer))
    assert time.perf_counter() - start < 1.0
    assert caught.value.problems


def test_limits() -> None:
    small = Limits(layers=3, parameters=10)
    assert len(Network.from_document(document(dense(1, repeat=3)), small).layers) == 3
    with pytest.raises(LimitError) as caught:
        Network.from_document(document(dense(1, repeat=4)), small)
    assert caught.value.problems[0].detail == "the network has 4 layers; at most 3 are allowed"
    with pytest.raises(LimitError) as caught:
        Network.from_document(document(dense(4)), small)
    assert caught.value.problems[0].detail == "the network has 12 parameters; at most 10 are allowed"
    with pytest.raises(LimitError) as caught:
        Network.from_document(document(dense(1), shape=(11,)), small)
    assert caught.value.problems[0].pointer == "/input/shape"


def test_the_default_limits_are_the_designs() -> None:
    assert Limits() == Limits(layers=10_000, parameters=200_000_000)


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (document(dense(1), dense(1, repeat=3)), 4),
        (document({"repeat": 3, "layers": [dense(1), dense(1, repeat=2)]}), 9),
        (document(), 0),
        ({}, 0),
        ([], 0),
        (None, 0),
        ({"layers": {}}, 0),
    ],
)
def test_layers_are_counted_before_building(value: object, count: int) -> None:
    assert count_layers(value) == count


# ---------------------------------------------------------------------------------------------------------------
# Mistakes: (a document, the pointer of the only problem, words of its message)

MISTAKES: list[tuple[object, str, str]] = [
    (None, "", "the document is null; expected an object"),
    ([], "", "the document is a list of 0; expected an object"),
    ({**PROPAGATION, "layer": []}, "/layer", 'no field "layer"'),
    ({**PROPAGATION, "a/b~": 1}, "/a~1b~0", "no field"),
    ({**PROPAGATION, "name": 5}, "/name", "name is 5; expected a text"),
    ({**PROPAGATION, "name": ""}, "/name", "expected a text of 1 to"),
    ({**PROPAGATION, "title": None}, "/title", "title is null"),
    ({**PROPAGATION, "description": "x" * 20_000}, "/description", "expected a text of 1 to"),
    ({**PROPAGATION, "dtype": "float16"}, "/dtype", 'dtype is the text "float16"; expected "float64" or "float32"'),
    ({**PROPAGATION, "dtype": []}, "/dtype", "dtype is a list of 0"),
    ({**PROPAGATION, "dtype": None}, "/dtype", "dtype is null"),
    ({**PROPAGATION, "seed": -1}, "/seed", "seed is -1; expected an integer from 0"),
    ({**PROPAGATION, "seed": 1.0}, "/seed", "seed is 1.0; expected an integer"),
    ({**PROPAGATION, "seed": True}, "/seed", "seed is true"),
    ({**PROPAGATION, "seed": "1"}, "/seed", 'seed is the text "1"'),
    ({**PROPAGATION, "seed": 10**400}, "/seed", "seed is a very large integer"),
    ({**PROPAGATION, "layers": []}, "/layers", "expected a list with at least one layer"),
    ({**PROPAGATION, "layers": {}}, "/layers", "layers is an object with nothing; expected a list"),
    (document("Dense"), "/layers/0", "expected an object that describes a layer"),
    (document(None), "/layers/0", "layers/0 is null"),
    (document({"units": 1}), "/layers/0/kind", "has no kind; there are Dense, "),
    (document({"kind": "LSTM"}), "/layers/0/kind", 'no layer kind "LSTM"; there are Dense, '),
    (document({"kind": None}), "/layers/0/kind", "no layer kind null"),
    (document({"kind": ["Dense"], "units": 1}), "/layers/0/kind", "no layer kind a list of 1"),
    (document({"kind": "dense", "units": 1}), "/layers/0/kind", "no layer kind"),
    (document(dense(1, units_=2)), "/layers/0/units_", 'no field "units_"; it may have kind, name'),
    (document({"kind": "Dense"}), "/layers/0", "needs units"),
    (document(dense(1, name="1a")), "/layers/0/name", "expected a letter or _"),
    (document(dense(1, name="")), "/layers/0/name", "expected a letter or _"),
    (document(dense(1, name="a b")), "/layers/0/name", "expected a letter or _"),
    (document(dense(1, name="é")), "/layers/0/name", "expected a letter or _"),
    (document(dense(1, name="a\n")), "/layers/0/name", "expected a letter or _"),
    (document(dense(1, name="x" * 201)), "/layers/0/name", "expected a letter or _"),
    (document(dense(1, name=None)), "/layers/0/name", "name is null"),
    (document(dense(1, name=5)), "/layers/0/name", "name is 5"),
    (document(dense(1, name="input")), "/layers/0/name", '"input" is the name of the network\'s input'),
    (
        document(dense(1, name="a"), dense(1, name="a")),
        "/layers/1/name",
        '"a" is also the name of the layer at /layers/0',
    ),
    (document(dense(1, name="dense_2"), dense(1)), "/layers/1/name", "its default name is dense_2"),
    (document(dense(1, repeat=2, name="a"), dense(1, name="a_2")), "/layers/1/name", '"a_2" is also the name'),
    (document(dense(1, inputs=[])), "/layers/0/inputs", "expected a list with the names of"),
    (document(dense(1, inputs="input")), "/layers/0/inputs", "expected a list"),
    (document(dense(1, inputs=[1])), "/layers/0/inputs", "expected a list"),
    (document(dense(1, inputs=None)), "/layers/0/inputs", "inputs is null"),
    (document(dense(1, inputs=["there"])), "/layers/0/inputs/0", 'its input "there" does not exist'),
    (
        document(dense(1, name="a", inputs=["b"]), dense(1, name="b", inputs=["input"])),
        "/layers/0/inputs/0",
        "does not stand before it",
    ),
    (document(dense(1, name="a", inputs=["a"])), "/layers/0/inputs/0", "does not stand before it"),
    (document(dense(1, inputs=["input", "input"])), "/layers/0/inputs", "Dense takes 1 input, but has 2"),
    (document({"kind": "Add"}), "/layers/0", "Add takes 2 inputs or more, but has 1"),
    (document({"kind": "Concatenate", "inputs": ["input"]}), "/layers/0/inputs", "Concatenate takes 2 inputs or more"),
    (document(dense(1, parameters=[])), "/layers/0/parameters", "expected an object with an array for each parameter"),
    (document(dense(1, parameters={"weights": [1]})), "/layers/0/parameters/weights", "it has kernel, bias"),
    (document(dense(1, use_bias=False, parameters={"bias": [1]})), "/layers/0/parameters/bias", "it has kernel"),
    (document({"kind": "Flatten", "parameters": {"a/b": [1]}}), "/layers/0/parameters/a~1b", "it has none"),
    (
        document(dense(1, name="output", parameters={"kernel": [[1], [2]]}), shape=(3,)),
        "/layers/0/parameters/kernel",
        'layers/0 "output": kernel is 2×1, but its input has 3 features; expected 3×1',
    ),
    (document(dense(2, parameters={"bias": [1, 2, 3]})), "/layers/0/parameters/bias", "bias is 3; expected 2"),
    (document(dense(2, parameters={"bias": 1})), "/layers/0/parameters/bias", "bias is a number; expected 2"),
    (document(dense(2, parameters={"bias": [1, "1.5"]})), "/layers/0/parameters/bias/1", 'received the text "1.5"'),
    (document(dense(2, parameters={"bias": [1, True]})), "/layers/0/parameters/bias/1", "received true"),
    (document(dense(2, parameters={"bias": [1, None]})), "/layers/0/parameters/bias/1", "received null"),
    (document(dense(2, parameters={"bias": [1, float("nan")]})), "/layers/0/parameters/bias/1", "received NaN"),
    (
        document(dense(2, parameters={"bias": [1, float("inf")]})),
        "/layers/0/parameters/bias/1",
        "a number too large for float64",
    ),
    (document(dense(2, parameters={"bias": [1, 10**400]})), "/layers/0/parameters/bias/1", "a very large integer"),
    (
        document(dense(2, parameters={"bias": [1, 1e39]}), dtype="float32"),
        "/layers/0/parameters/bias/1",
        "does not fit into float32",
    ),
    (document(dense(2, parameters={"kernel": [[1, 2], [3]]})), "/layers/0/parameters/kernel/1", "different lengths"),
    (document(dense(2, parameters={"kernel": [[1, 2], 3]})), "/layers/0/parameters/kernel/1", "different lengths"),
    (document(dense(2, parameters={"kernel": []})), "/layers/0/parameters/kernel", "an empty list holds no numbers"),
    (document(dense(2, parameters={"kernel": {"a": 1}})), "/layers/0/parameters/kernel", "an object with a"),
    (
        document({"kind": "Reshape", "target_shape": [3]}),
        "/layers/0",
        "target_shape 3 cannot hold its input's 2 values",
    ),
    (document({"kind": "Reshape", "target_shape": [3, -1]}), "/layers/0", "cannot hold"),
    (
        document({"kind": "BatchNormalization", "axis": 2}),
        "/layers/0",
        "axis 2 is not one of the 1 axes after the batch",
    ),
    (document({"kind": "LayerNormalization", "axis": [1, -1]}), "/layers/0", "the same axis twice"),
    (document({"kind": "Softmax", "axis": -2}), "/layers/0", "axis -2"),
    (document(dense(3, "glu")), "/layers/0", "glu splits axis"),
    (document({"kind": "Activation", "activation": {"name": "softmax", "axis": -2}}), "/layers/0", "axis -2"),
    (document(dense(3), {"kind": "Add", "inputs": ["input", "dense_1"]}), "/layers/1", "different shapes: 2, 3"),
    (
        document({"kind": "Flatten"}, {"kind": "Multiply", "inputs": ["input", "flatten_1"]}, shape=(2, 3)),
        "/layers/1",
        "different numbers of axes: 2×3, 6",
    ),
    (
        document(dense(2), {"kind": "Concatenate", "axis": 1, "inputs": ["input", "dense_1"]}, shape=(2, 3)),
        "/layers/1",
        "differ in more than axis 1: 2×3, 2×2",
    ),
    (document({"kind": "Embedding", "input_dim": 3, "output_dim": 2}), "/layers/0", "looks up integers"),
    (document(dense(1), integers=True), "/layers/0", "the network's input holds integers, which only Embedding reads"),
    (
        document(
            {"kind": "Embedding", "input_dim": 3, "output_dim": 2},
            {"kind": "Embedding", "input_dim": 3, "output_dim": 2},
            integers=True,
        ),
        "/layers/1",
        "looks up integers",
    ),
    (
        {"input": {"shape": [2]}, "layers": [{"repeat": 2, "layers": [dense(1)], "name": "a"}]},
        "/layers/0/name",
        "no field",
    ),
    ({"input": {"shape": [2]}, "layers": [{"repeat": 2, "layers": []}]}, "/layers/0/layers", "at least one layer"),
    ({"input": {"shape": [2]}, "layers": [{"layers": [dense(1)]}]}, "/layers/0", ""),
]


@pytest.mark.parametrize(("value", "pointer", "words"), MISTAKES, ids=[f"{one[1]} {one[2][:30]}" for one in MISTAKES])
def test_each_mistake_has_its_place_and_its_words(value: object, pointer: str, words: str) -> None:
    problems = document_problems(value)
    assert pointer in problems or words == ""
    if words:
        assert words in problems[pointer]
        assert list(problems) == [pointer]


def test_all_mistakes_are_reported_at_once() -> None:
    value = {
        "dtype": "double",
        "seed": -1,
        "colour": "red",
        "input": {"shape": [2], "names": ["a"], "default": [1, 2, 3], "classes": "x"},
        "layers": [
            dense(0, "rleu", name="a"),
            dense(2, name="b", inputs=["c"]),
            dense(2, parameters={"bias": [1]}, inputs=["input"]),
            {"kind": "Dropout", "rate": 1},
            {"kind": "LSTM"},
        ],
    }
    assert set(document_problems(value)) == {
        "/dtype",
        "/seed",
        "/colour",
        "/input/names",
        "/input/default",
        "/input/classes",
        "/layers/0/units",
        "/layers/0/activation",
        "/layers/1/inputs/0",
        "/layers/2/parameters/bias",
        "/layers/3/rate",
        "/layers/4/kind",
    }


def test_one_mistake_is_not_reported_again_by_the_layers_after_it() -> None:
    value = document(dense(0, name="a"), dense(2, parameters={"kernel": [[1.0]]}), {"kind": "Softmax", "axis": 7})
    assert list(document_problems(value)) == ["/layers/0/units"]


def test_no_more_than_a_hundred_mistakes_are_listed() -> None:
    with pytest.raises(NetworkError) as caught:
        Network.from_document(document(dense(1000, parameters={"bias": ["x"] * 1000}), *([{"kind": "?"}] * 500)))
    assert len(caught.value.problems) == 100


# ---------------------------------------------------------------------------------------------------------------
# The JSON Schema


@pytest.fixture(scope="module")
def validator() -> Any:
    jsonschema.Draft202012Validator.check_schema(NETWORK_SCHEMA)
    return jsonschema.Draft202012Validator(NETWORK_SCHEMA)


def test_the_schema_is_json() -> None:
    json.dumps(NETWORK_SCHEMA, allow_nan=False)


@pytest.mark.parametrize(
    "value", [PROPAGATION, WALKTHROUGH, document(dense(1, "swish"), {"repeat": 2, "layers": [dense(1)]})]
)
def test_the_schema_accepts_what_is_read(value: object, validator: Any) -> None:
    validator.validate(value)


@settings(max_examples=60)
@given(zoo())
def test_the_schema_accepts_every_layer_kind(value: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(NETWORK_SCHEMA).validate(value)


# ---------------------------------------------------------------------------------------------------------------
# Anything at all


def check_reading(value: object) -> None:
    """Read a value as a document: a network whose parameters can be drawn, or a NetworkError that points into it."""
    before = copy.deepcopy(value)
    try:
        network = Network.from_document(value, Limits(layers=1000, parameters=10_000))
    except NetworkError as error:
        check_error(error, value)
    else:
        assert network.document == value
        assert (
            sum(one.size for layer in network.parameters.values() for one in layer.values()) == network.parameter_count
        )
    assert repr(value) == repr(before)


@given(JSON)
def test_any_json_is_read_or_refused(value: object) -> None:
    check_reading(value)


@settings(max_examples=150)
@given(DOCUMENT)
@example({"input": {"shape": [1]}, "layers": [{"repeat": 2, "layers": []}]})
def test_anything_like_a_document_is_read_or_refused(value: dict[str, Any]) -> None:
    check_reading(value)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the paths of everything in a JSON value."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, child in children for place in places(child, (*path, key)))]


@settings(max_examples=250)
@given(st.one_of(st.just(WALKTHROUGH), zoo()), JSON, st.data())
def test_a_valid_document_with_anything_in_one_place(value: dict[str, Any], other: object, data: st.DataObject) -> None:
    changed = copy.deepcopy(value)
    path = data.draw(st.sampled_from(places(changed)[1:]))
    parent: Any = changed
    for key in path[:-1]:
        parent = parent[key]
    change: Callable[[], None] = data.draw(
        st.sampled_from([lambda: parent.pop(path[-1]), lambda: parent.__setitem__(path[-1], other)])
    )
    change()
    check_reading(changed)
