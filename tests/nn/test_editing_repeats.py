"""Operations on repeats: the document stays short, and means what it says."""

import copy
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.nn.editing import edit_document
from app.nn.editing.editor import Edited
from app.nn.errors import LimitError, NetworkError
from app.nn.limits import Limits
from app.nn.network import Network
from tests.nn.networks import dense


def document(*layers: dict[str, Any]) -> dict[str, Any]:
    return {"input": {"shape": [3]}, "seed": 5, "layers": list(layers)}


def edit(before: dict[str, Any], *operations: dict[str, Any]) -> Edited:
    """Edit, and check that the document given was not touched and that the new one describes the network."""
    untouched = copy.deepcopy(before)
    edited = edit_document(Network.from_document(before), list(operations))
    assert before == untouched
    Network.from_document(edited.document)
    return edited


def names(edited: Edited) -> list[str]:
    return [placed.name for placed in Network.from_document(edited.document).layers]


def kernel(described: dict[str, Any], layer: str) -> Any:
    return Network.from_document(described).parameters[layer]["kernel"]


SMALL = document(dense(4, "relu", name="hidden"), dense(2, name="output"))


def test_a_thousand_layers_are_one_line() -> None:
    block = [dense(4, "tanh")]
    edited = edit(SMALL, {"operation": "add_repeat", "repeat": 1000, "layers": block, "after": "hidden"})
    assert edited.document["layers"] == [
        SMALL["layers"][0],
        {"repeat": 1000, "name": "dense", **block[0]},
        SMALL["layers"][1],
    ]
    network = Network.from_document(edited.document)
    assert network.placed("dense_1").inputs == ("hidden",)
    assert network.placed("output").inputs == ("dense_1000",)
    assert len(edited.added) == 1000
    assert edited.notes == ()


def test_a_block_gets_names_and_may_skip() -> None:
    block = [
        {"name": "skip", "kind": "Activation", "activation": "linear"},
        {"kind": "LayerNormalization"},
        dense(4, "relu"),
        dense(4),
        {"kind": "Add", "inputs": ["dense_b", "skip"]},
    ]
    edited = edit(SMALL, {"operation": "add_repeat", "repeat": 3, "layers": block, "after": "hidden"})
    entry = edited.document["layers"][1]
    assert entry["repeat"] == 3
    assert [one["name"] for one in entry["layers"]] == ["skip", "layer_normalization", "dense_a", "dense_b", "add"]
    network = Network.from_document(edited.document)
    assert network.placed("add_2").inputs == ("dense_b_2", "skip_2")
    assert network.placed("skip_2").inputs == ("add_1",)


def test_names_that_are_taken_are_passed_over() -> None:
    before = document(dense(4, name="dense_2"), dense(4, name="dense_block_9"))
    edited = edit(before, {"operation": "add_repeat", "repeat": 3, "layers": [dense(4)]})
    assert names(edited)[2:] == ["dense_block_1", "dense_block_2", "dense_block_3"]
    with pytest.raises(NetworkError) as caught:
        edit(before, {"operation": "add_repeat", "repeat": 3, "layers": [dense(4, name="dense")]})
    assert caught.value.problems[0].pointer == "/0/layers/0/name"


def test_layers_that_are_there_repeat() -> None:
    before = document(
        dense(4, "relu", name="hidden", parameters={"kernel": np.ones((3, 4)).tolist()}),
        dense(4),
        dense(2, name="output"),
    )
    edited = edit(before, {"operation": "repeat_layers", "layer": "hidden", "last": "dense_2", "repeat": 5})
    assert edited.document["layers"] == [
        {"repeat": 5, "layers": [dense(4, "relu", name="hidden"), dense(4, name="dense")]},
        dense(2, name="output"),
    ]
    assert edited.renamed == {"hidden": "hidden_1", "dense_2": "dense_1"}
    assert "hidden are gone" in edited.notes[0]
    network = Network.from_document(edited.document)
    assert network.placed("output").inputs == ("dense_5",)
    assert network.placed("hidden_2").inputs == ("dense_1",)
    assert np.array_equal(kernel(edited.document, "output"), kernel(before, "output"))


def test_what_skips_over_a_block_skips_in_every_round() -> None:
    before = document(dense(3, "relu", name="work"), {"name": "sum", "kind": "Add", "inputs": ["work", "input"]})
    edited = edit(before, {"operation": "repeat_layers", "layer": "work", "last": "sum", "repeat": 4})
    network = Network.from_document(edited.document)
    assert network.placed("sum_3").inputs == ("work_3", "skip_3")
    assert network.placed("skip_3").inputs == ("sum_2",)
    assert network.output.name == "sum_4"
    assert any("passes on what enters" in note for note in edited.notes)


NAMED = document(dense(4), {"repeat": 10, **dense(4, "tanh", name="deep")}, dense(2, name="output"))


@pytest.mark.parametrize("rounds", [1, 3, 10, 25])
def test_the_count_can_be_changed(rounds: int) -> None:
    edited = edit(NAMED, {"operation": "set_repeat", "layer": "deep_3", "repeat": rounds})
    assert edited.document["layers"][1] == {"repeat": rounds, **dense(4, "tanh", name="deep")}
    assert edited.document["layers"][0] == NAMED["layers"][0]
    assert names(edited) == ["dense_1", *(f"deep_{n}" for n in range(1, rounds + 1)), "output"]
    assert Network.from_document(edited.document).placed("output").inputs == (f"deep_{rounds}",)
    # What has its name has its weights.
    for layer in ("deep_1", "output", "dense_1"):
        assert np.array_equal(kernel(edited.document, layer), kernel(NAMED, layer))
    assert edited.notes == ()


@pytest.mark.parametrize("rounds", [2, 7])
def test_the_count_of_layers_without_names(rounds: int) -> None:
    """They are called after their place: what cannot keep its name and its repeat gets another, and is told."""
    before = document(
        dense(4),
        {"repeat": 4, "layers": [dense(4, "relu"), dense(4)]},
        dense(4),
        {"repeat": 3, **dense(4)},
        dense(2, name="output"),
    )
    edited = edit(before, {"operation": "set_repeat", "layer": "dense_3", "repeat": rounds})
    layers = edited.document["layers"]
    assert [one.get("repeat") for one in layers] == [None, rounds, None, 3, None]
    after = names(edited)
    assert len(set(after)) == len(after) == 1 + 2 * rounds + 1 + 3 + 1
    assert after[1 : 1 + 2 * rounds] == [f"dense_{n}" for n in range(2, 2 + 2 * rounds)]
    single = after[1 + 2 * rounds]
    assert single == ("dense_10" if rounds == 2 else edited.renamed["dense_10"])
    assert len(edited.notes) == 1
    assert "other" in edited.notes[0]
    for old, new in edited.renamed.items():
        assert old in [placed.name for placed in Network.from_document(before).layers]
        assert new in after


def test_readers_of_the_last_round_follow_and_of_lost_ones_are_told() -> None:
    before = document(
        {"repeat": 5, "layers": [dense(4, name="a"), dense(4, "relu", name="b")]},
        {"name": "sum", "kind": "Add", "inputs": ["a_5", "b_5"]},
    )
    edited = edit(before, {"operation": "set_repeat", "layer": "a_2", "repeat": 2})
    assert Network.from_document(edited.document).placed("sum").inputs == ("a_2", "b_2")
    before["layers"][1]["inputs"] = ["a_4", "b_5"]
    with pytest.raises(NetworkError, match='"sum" reads "a_4"'):
        edit(before, {"operation": "set_repeat", "layer": "a_2", "repeat": 2})


def test_arguments_of_every_round() -> None:
    edited = edit(
        NAMED,
        {"operation": "set_repeated_arguments", "layer": "deep_7", "arguments": {"units": 6, "activation": "relu"}},
    )
    assert edited.document["layers"][1] == {"repeat": 10, **dense(6, "relu", name="deep")}
    network = Network.from_document(edited.document)
    assert {placed.output_shape for placed in network.layers[1:11]} == {(6,)}
    # The output reads two nodes more: its other weights are kept.
    assert np.array_equal(kernel(edited.document, "output")[:4], kernel(NAMED, "output"))
    block = document({"repeat": 3, "layers": [dense(4, name="a"), {"repeat": 2, **dense(4, name="b")}]}, dense(1))
    edited = edit(block, {"operation": "set_repeated_arguments", "layer": "b_1_2", "arguments": {"use_bias": False}})
    inner = edited.document["layers"][0]["layers"]
    assert inner == [dense(4, name="a"), {"repeat": 2, **dense(4, name="b"), "use_bias": False}]


def test_several_operations_on_one_repeat() -> None:
    edited = edit(
        SMALL,
        {"operation": "add_repeat", "repeat": 4, "layers": [dense(4, name="x")], "after": "hidden"},
        {"operation": "set_repeat", "layer": "x_1", "repeat": 9},
        {"operation": "set_repeated_arguments", "layer": "x_9", "arguments": {"activation": "tanh"}},
        {"operation": "set_repeat", "layer": "x_1", "repeat": 3},
        {"operation": "set_repeated_arguments", "layer": "x_2", "arguments": {"activation": None}},
    )
    assert [one.get("repeat") for one in edited.document["layers"]] == [None, 3, None]
    assert edited.document["layers"][1]["name"] == "x"
    assert "activation" not in edited.document["layers"][1]


def test_removing() -> None:
    edited = edit(NAMED, {"operation": "remove_repeat", "layer": "deep_4"})
    assert edited.document["layers"] == [NAMED["layers"][0], NAMED["layers"][2]]
    assert np.array_equal(kernel(edited.document, "output"), kernel(NAMED, "output"))
    only = document({"repeat": 4, **dense(3)})
    with pytest.raises(NetworkError, match="needs a layer"):
        edit(only, {"operation": "remove_repeat", "layer": "dense_1"})
    last = document(dense(4), {"repeat": 4, **dense(3, name="deep")})
    assert names(edit(last, {"operation": "remove_repeat", "layer": "deep_1"})) == ["dense_1"]


def test_writing_out() -> None:
    edited = edit(
        NAMED,
        {"operation": "write_out", "layer": "deep_2"},
        {"operation": "set_arguments", "layer": "deep_3", "arguments": {"activation": "relu"}},
    )
    assert [one["name"] for one in edited.document["layers"][1:11]] == [f"deep_{n}" for n in range(1, 11)]
    assert edited.document["layers"][3]["activation"] == "relu"
    assert edited.notes == ()
    for layer in ("deep_1", "deep_10"):
        assert np.array_equal(kernel(edited.document, layer), kernel(NAMED, layer))
    # An edit of one round does it by itself, and says so.
    implied = edit(NAMED, {"operation": "set_arguments", "layer": "deep_3", "arguments": {"activation": "relu"}})
    assert "deep_1 to deep_10 were one repeat" in implied.notes[0]


@pytest.mark.parametrize(
    ("operation", "pointer", "words"),
    [
        ({"operation": "set_repeat", "layer": "output", "repeat": 2}, "/0/layer", "not part of a repeat"),
        ({"operation": "set_repeat", "layer": "deep_1", "repeat": 0}, "/0/repeat", "an integer from 1"),
        ({"operation": "set_repeat", "layer": "deep_1", "repeat": True}, "/0/repeat", "an integer from 1"),
        ({"operation": "set_repeat", "layer": "deep_1", "repeat": 10**12}, "/0/repeat", "at most 10,000"),
        ({"operation": "add_repeat", "layers": [], "repeat": 2}, "/0/layers", "a list of 1 to"),
        ({"operation": "add_repeat", "layers": [{"kind": "Denes"}], "repeat": 2}, "/0/layers/0/kind", "Denes"),
        ({"operation": "add_repeat", "layers": [{"kind": "Dense"}], "repeat": 2}, "/0/layers/0", "units"),
        (
            {"operation": "add_repeat", "layers": [{**dense(2), "parameters": {}}], "repeat": 2},
            "/0/layers/0/parameters",
            "every round draws its own",
        ),
        ({"operation": "add_repeat", "layers": [{"repeat": 2}], "repeat": 2}, "/0/layers/0", "one layer"),
        ({"operation": "repeat_layers", "layer": "deep_1", "repeat": 2}, "/0/layer", "part of a repeat already"),
        ({"operation": "repeat_layers", "layer": "output", "last": "dense_1", "repeat": 2}, "/0/last", "in front of"),
        ({"operation": "repeat_layers", "layer": "output", "repeat": 1}, "/0/repeat", "an integer from 2"),
        ({"operation": "write_out", "layer": "nowhere"}, "/0/layer", "no layer is called"),
        (
            {"operation": "set_repeated_arguments", "layer": "deep_1", "arguments": {"units": 0}},
            "/0/arguments/units",
            "units",
        ),
    ],
)
def test_what_cannot_be_done_is_said(operation: dict[str, Any], pointer: str, words: str) -> None:
    with pytest.raises(NetworkError) as caught:
        edit_document(Network.from_document(NAMED), [operation], Limits(10_000, 10**8))
    assert caught.value.problems[0].pointer == pointer
    assert words in caught.value.problems[0].detail


def test_a_long_repeat_is_not_written_out() -> None:
    long = document({"repeat": 3000, **dense(2, name="deep")})
    with pytest.raises(LimitError, match="at most 2,000"):
        edit_document(Network.from_document(long), [{"operation": "write_out", "layer": "deep_1"}])


@given(data=st.data())
def test_a_changed_count_means_what_the_document_says(data: st.DataObject) -> None:
    """Setting a count and writing the other count by hand give the same network, if all have names."""
    block = data.draw(
        st.lists(
            st.sampled_from([dense(3), {"kind": "LayerNormalization"}, {"kind": "Softmax"}]), min_size=1, max_size=3
        )
    )
    named = [{"name": f"part{number}", **one} for number, one in enumerate(block)]
    if data.draw(st.booleans()) and len(named) > 1:
        named.append({"name": "sum", "kind": "Add", "inputs": [named[-1]["name"], named[0]["name"]]})
    before, after = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 5))
    entry = {"repeat": before, **named[0]} if len(named) == 1 else {"repeat": before, "layers": named}
    whole = document(dense(3, name="first"), entry, dense(2, name="last"))
    edited = edit(whole, {"operation": "set_repeat", "layer": "part0_1", "repeat": after})
    expected = copy.deepcopy(whole)
    expected["layers"][1]["repeat"] = after
    assert edited.document == expected


def test_editing_ten_thousand_layers_takes_no_step_for_each_pair() -> None:
    start = time.perf_counter()
    edited = edit_document(
        Network.from_document(SMALL),
        [
            {"operation": "add_repeat", "repeat": 9_000, "layers": [dense(4)], "after": "hidden"},
            {"operation": "set_repeat", "layer": "dense_1", "repeat": 5_000},
            {"operation": "set_repeated_arguments", "layer": "dense_1", "arguments": {"activation": "relu"}},
        ],
    )
    assert len(edited.document["layers"]) == 3
    assert time.perf_counter() - start < 20


def test_all_hidden_layers_vary_and_repeats_stay() -> None:
    before = document(
        dense(4, "relu", name="first", parameters={"kernel": np.ones((3, 4)).tolist()}),
        {
            "repeat": 50,
            "layers": [dense(4, "relu", name="a"), dense(4, name="plain"), {"kind": "Softmax", "name": "s"}],
        },
        dense(2, "sigmoid", name="last"),
    )
    edited = edit(before, {"operation": "vary_layers", "activation": "tanh", "initializer": "he_normal", "seed": 9})
    layers = edited.document["layers"]
    assert layers[0] == dense(4, "tanh", name="first", kernel_initializer="he_normal")
    assert layers[1] == {
        "repeat": 50,
        "layers": [
            dense(4, "tanh", name="a", kernel_initializer="he_normal"),
            dense(4, name="plain", kernel_initializer="he_normal"),
            {"kind": "Softmax", "name": "s"},
        ],
    }
    assert layers[2]["activation"] == "sigmoid"
    assert edited.document["seed"] == 9
    assert "weights given for 1 layer" in edited.notes[0]
    only = edit(before, {"operation": "vary_layers", "activation": {"name": "leaky_relu", "negative_slope": 0.1}})
    assert only.document["layers"][0]["parameters"] == before["layers"][0]["parameters"]
    assert only.document["layers"][1]["layers"][0]["activation"] == {"name": "leaky_relu", "negative_slope": 0.1}
    with pytest.raises(NetworkError) as caught:
        edit(before, {"operation": "vary_layers", "activation": "softmax", "initializer": "nice", "seed": -1})
    assert [one.pointer.split("/")[2] for one in caught.value.problems] == ["activation", "initializer", "seed"]


@st.composite
def operations_on(draw: st.DrawFn, names: list[str]) -> dict[str, Any]:
    """Draw an operation, on repeats mostly, that may or may not be possible."""
    layer = draw(st.sampled_from(names))
    other = draw(st.sampled_from(names))
    count = draw(st.integers(1, 4))
    block = [dense(3, "relu"), {"kind": "LayerNormalization"}, dense(2)][: draw(st.integers(1, 3))]
    return draw(
        st.sampled_from(
            [
                {"operation": "set_repeat", "layer": layer, "repeat": count},
                {"operation": "repeat_layers", "layer": layer, "last": other, "repeat": count + 1},
                {"operation": "add_repeat", "layers": block, "repeat": count, "after": layer},
                {"operation": "set_repeated_arguments", "layer": layer, "arguments": {"units": count}},
                {"operation": "write_out", "layer": layer},
                {"operation": "remove_repeat", "layer": layer},
                {"operation": "vary_layers", "activation": "tanh", "initializer": "he_normal"},
                {"operation": "remove_layer", "layer": layer},
                {"operation": "rename_layer", "layer": layer, "name": f"renamed_{count}"},
                {"operation": "set_arguments", "layer": layer, "arguments": {"units": count}},
                {"operation": "add_layer", "layer": dense(3), "after": layer},
            ]
        )
    )


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_operations_leave_a_network_or_say_why_not(data: st.DataObject) -> None:
    def entry() -> dict[str, Any]:
        layer = data.draw(st.sampled_from([dense(3), dense(2, "relu"), {"kind": "LayerNormalization"}]))
        layer = {**layer, "name": data.draw(st.sampled_from("abc"))} if data.draw(st.booleans()) else dict(layer)
        if data.draw(st.booleans()):
            return {"repeat": data.draw(st.integers(1, 3)), **layer}
        return {"repeat": 2, "layers": [layer, dense(3)]} if data.draw(st.booleans()) else layer

    try:
        network = Network.from_document(document(*(entry() for _ in range(data.draw(st.integers(1, 4))))))
    except NetworkError:
        return  # a name that stands twice
    for _ in range(data.draw(st.integers(1, 3))):
        names = [placed.name for placed in network.layers]
        operations = [data.draw(operations_on(names)) for _ in range(data.draw(st.integers(1, 2)))]
        try:
            edited = edit_document(network, operations)
        except NetworkError:
            continue
        before = set(names)
        network = Network.from_document(edited.document)
        after = {placed.name for placed in network.layers}
        assert set(edited.renamed) <= before
        assert set(edited.renamed.values()) <= after
        assert set(edited.added) <= after
