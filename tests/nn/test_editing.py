"""Editing a document: every operation by hand, with the numbers worked out in NumPy."""

import copy
import json
from typing import Any

import numpy as np
import pytest

from app.nn.editing import OPERATIONS, Edited, edit_document
from app.nn.editing.draft import MOST_DRAWN_VALUES
from app.nn.editing.editor import MOST_OPERATIONS
from app.nn.editing.writing import MOST_WRITTEN_OUT
from app.nn.errors import LimitError, NetworkError
from app.nn.layers import LAYERS
from app.nn.limits import Limits
from app.nn.network import Network
from app.nn.reading import Array
from tests.nn.networks import WALKTHROUGH, build, dense, document, problems_of, trace_of

KERNEL = np.array([[0.2, 0.4, 0.6], [0.3, 0.5, 0.7]])
BIAS = np.array([0.1, 0.2, 0.3])
OUT = np.array([[0.1], [0.3], [0.5]])
X = np.array([0.5, 0.7])


def walkthrough(**more: Any) -> Network:
    return Network.from_document({**copy.deepcopy(WALKTHROUGH), **more})


def edit(network: Network, *operations: dict[str, Any]) -> Edited:
    return edit_document(network, list(operations))


def edited(network: Network, *operations: dict[str, Any]) -> Network:
    """Edit, and build the result as it arrives somewhere else: as JSON."""
    return Network.from_document(json.loads(json.dumps(edit(network, *operations).document)))


def output(network: Network, inputs: object) -> Array:
    values: Array = trace_of(network, inputs).output[0]
    return values


def problems(network: Network, *operations: Any) -> dict[str, str]:
    return problems_of(lambda: edit_document(network, list(operations)))


def operation(kind: str, /, **fields: Any) -> dict[str, Any]:
    return {"operation": kind, **{key.rstrip("_"): value for key, value in fields.items()}}


def names(network: Network) -> list[str]:
    return [placed.name for placed in network.layers]


def same_weights(network: Network, other: Network, *layers: str) -> None:
    for layer in layers or names(network):
        for name, values in network.parameters[layer].items():
            np.testing.assert_array_equal(other.parameters[layer][name], values)


def relu(x: Array) -> Array:
    return np.maximum(x, 0.0)


def test_no_operations_give_the_same_document() -> None:
    network = walkthrough()
    answer = edit(network)
    assert answer.document == WALKTHROUGH
    assert (answer.renamed, answer.added, answer.removed, answer.notes) == ({}, (), (), ())


# Values


def test_set_a_whole_parameter() -> None:
    network = edited(
        walkthrough(), operation("set_parameters", layer="output", parameter="kernel", values=[[1], [2], [3]])
    )
    assert output(network, X)[0] == pytest.approx((relu(X @ KERNEL + BIAS) @ [1, 2, 3]) + 0.4, rel=1e-15)


def test_set_one_value_and_leave_the_others_to_the_last_digit() -> None:
    change = operation("set_parameters", layer="hidden", parameter="kernel", index=[1, 2], value=0.1 + 0.2)
    document_ = edit(walkthrough(), change).document
    assert document_["layers"][0]["parameters"]["kernel"] == [[0.2, 0.4, 0.6], [0.3, 0.5, 0.1 + 0.2]]
    assert (
        document_["layers"][1] is walkthrough().document["layers"][1]
        or document_["layers"][1] == WALKTHROUGH["layers"][1]
    )


def test_a_drawn_parameter_is_written_out_where_one_value_changes_and_only_there() -> None:
    network = build(dense(3), dense(2))
    document_ = edit(
        network, operation("set_parameters", layer="dense_1", parameter="kernel", index=[0, 0], value=9)
    ).document
    assert list(document_["layers"][0]["parameters"]) == ["kernel"]
    assert document_["layers"][1] == dense(2)
    expected = network.parameters["dense_1"]["kernel"].copy()
    expected[0, 0] = 9
    np.testing.assert_array_equal(Network.from_document(document_).parameters["dense_1"]["kernel"], expected)


def test_float32_numbers_keep_the_digits_that_were_typed() -> None:
    network = walkthrough(dtype="float32")
    document_ = edit(network, operation("add_unit", layer="hidden")).document
    assert [row[:3] for row in document_["layers"][0]["parameters"]["kernel"]] == KERNEL.tolist()


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"layer": "other", "parameter": "kernel", "values": 1}, "/0/layer"),
        ({"layer": "input", "parameter": "kernel", "values": 1}, "/0/layer"),
        ({"layer": ["hidden"], "parameter": "kernel", "values": 1}, "/0/layer"),
        ({"layer": "hidden", "parameter": "gamma", "values": 1}, "/0/parameter"),
        ({"layer": "hidden", "parameter": "bias", "values": [1, 2]}, "/0/values"),
        ({"layer": "hidden", "parameter": "bias", "values": [1, 2, "3"]}, "/0/values/2"),
        ({"layer": "hidden", "parameter": "bias", "index": [3], "value": 1}, "/0/index/0"),
        ({"layer": "hidden", "parameter": "bias", "index": [0], "value": True}, "/0/value"),
        ({"layer": "hidden", "parameter": "bias", "index": [0]}, "/0"),
        ({"layer": "hidden", "parameter": "bias", "values": [1, 2, 3], "index": [0]}, "/0"),
    ],
)
def test_wrong_values_are_refused(fields: dict[str, Any], place: str) -> None:
    assert place in problems(walkthrough(), operation("set_parameters", **fields))


def test_edits_of_the_network_are_written_into_the_document() -> None:
    network = walkthrough().with_edits([{"layer": "hidden", "parameter": "bias", "index": [1], "value": 7}])
    assert edit(network).document["layers"][0]["parameters"]["bias"] == [0.1, 7.0, 0.3]


# The network and its input


def test_set_network() -> None:
    network = build(dense(2), seed=3, title="old")
    document_ = edit(network, operation("set_network", name="new", dtype="float32", seed=4, title=None)).document
    assert document_ == {**document(dense(2)), "name": "new", "dtype": "float32", "seed": 4}
    assert problems(network, operation("set_network", seed=-1, dtype="int8")).keys() == {"/0/seed", "/0/dtype"}


def test_an_input_with_another_number_of_features_keeps_the_weights_of_those_that_stay() -> None:
    network = walkthrough()
    answer = edit(network, operation("set_input", shape=[3]))
    assert answer.document["input"] == {"shape": [3], "names": ["x1", "x2", "x3"], "default": [0.5, 0.7, 0.0]}
    wider = Network.from_document(answer.document)
    np.testing.assert_array_equal(wider.parameters["hidden"]["kernel"][:2], KERNEL)
    assert output(wider, [0.5, 0.7, 0.0])[0] == pytest.approx(output(network, X)[0], rel=1e-15)
    narrow = edit(wider, operation("set_input", shape=[1])).document
    assert narrow["input"] == {"shape": [1], "names": ["x1"], "default": [0.5]}
    assert narrow["layers"][0]["parameters"]["kernel"] == [[0.2, 0.4, 0.6]]


def test_a_row_of_values_becomes_a_picture() -> None:
    network = build(
        {"kind": "Flatten"}, dense(2, parameters={"kernel": np.arange(12.0).reshape(6, 2).tolist()}), shape=(6,)
    )
    picture = edited(network, operation("set_input", shape=[2, 3]))
    same_weights(network, picture)
    cut = edited(picture, operation("set_input", shape=[2, 2]))
    np.testing.assert_array_equal(cut.parameters["dense_1"]["kernel"][:, 0], [0, 2, 6, 8])


def test_set_names_default_and_classes() -> None:
    network = walkthrough()
    spec = edit(network, operation("set_input", names=["a", "b"], default=None, classes=["yes"])).document["input"]
    assert spec == {"shape": [2], "names": ["a", "b"], "classes": ["yes"]}
    found = problems(network, operation("set_input", names=["a"], default=[1], classes=["yes", "no"]))
    assert found.keys() >= {"/0/names", "/0/default"}
    assert problems(network, operation("set_input", classes=["yes", "no"])).keys() == {"/0/classes"}
    assert problems(network, operation("set_input", shape=[0])).keys() == {"/0/shape"}


# Units


def test_a_unit_is_added_and_no_other_weight_moves() -> None:
    network = walkthrough()
    wider = edited(network, operation("add_unit", layer="hidden", index=1))
    kernel = wider.parameters["hidden"]["kernel"]
    np.testing.assert_array_equal(np.delete(kernel, 1, axis=1), KERNEL)
    np.testing.assert_array_equal(np.delete(wider.parameters["hidden"]["bias"], 1), BIAS)
    np.testing.assert_array_equal(np.delete(wider.parameters["output"]["kernel"], 1, axis=0), OUT)
    held = relu(X @ kernel + wider.parameters["hidden"]["bias"])
    assert output(wider, X)[0] == pytest.approx((held @ wider.parameters["output"]["kernel"])[0] + 0.4, rel=1e-14)


def test_new_weights_are_those_that_the_layer_draws_for_the_new_shape() -> None:
    wider = edited(walkthrough(), operation("add_unit", layer="hidden", index=0))
    drawn = build(dense(4, name="hidden")).parameters["hidden"]["kernel"]
    np.testing.assert_array_equal(wider.parameters["hidden"]["kernel"][:, 0], drawn[:, 0])
    assert wider.parameters["hidden"]["bias"][0] == 0.0


def test_a_unit_is_removed_with_its_weights() -> None:
    network = edited(walkthrough(), operation("remove_unit", layer="hidden", index=1))
    np.testing.assert_array_equal(network.parameters["hidden"]["kernel"], KERNEL[:, [0, 2]])
    np.testing.assert_array_equal(network.parameters["hidden"]["bias"], BIAS[[0, 2]])
    np.testing.assert_array_equal(network.parameters["output"]["kernel"], OUT[[0, 2]])
    held = relu(X @ KERNEL[:, [0, 2]] + BIAS[[0, 2]])
    assert output(network, X)[0] == pytest.approx((held @ OUT[[0, 2]])[0] + 0.4, rel=1e-15)


def test_a_unit_is_followed_through_everything_that_copies_or_scales_it() -> None:
    network = build(
        dense(3, name="a"),
        {"kind": "Activation", "activation": "tanh"},
        {"kind": "Dropout", "rate": 0.5},
        {"kind": "BatchNormalization", "name": "norm", "parameters": {"gamma": [1, 2, 3], "beta": [4, 5, 6]}},
        {"kind": "LayerNormalization", "name": "layer", "parameters": {"gamma": [7, 8, 9]}},
        dense(2, name="b", inputs=["input"]),
        {"kind": "Concatenate", "name": "c", "inputs": ["b", "layer", "layer"]},
        {"kind": "Flatten"},
        {"kind": "Reshape", "target_shape": [-1]},
        dense(1, name="d"),
    )
    less = edited(network, operation("remove_unit", layer="a", index=1))
    np.testing.assert_array_equal(less.parameters["norm"]["gamma"], [1, 3])
    np.testing.assert_array_equal(less.parameters["norm"]["moving_mean"], [0, 0])
    np.testing.assert_array_equal(less.parameters["layer"]["gamma"], [7, 9])
    same_weights(network, less, "b")
    np.testing.assert_array_equal(less.parameters["d"]["kernel"], network.parameters["d"]["kernel"][[0, 1, 2, 4, 5, 7]])
    more = edited(less, operation("add_unit", layer="a", index=1))
    kept = [0, 1, 2, 4, 5, 7]
    np.testing.assert_array_equal(more.parameters["d"]["kernel"][kept], network.parameters["d"]["kernel"][kept])


def test_units_at_every_position_of_a_sequence() -> None:
    network = build(dense(3, name="a"), {"kind": "Flatten"}, dense(1, name="b"), shape=(2, 2))
    less = edited(network, operation("remove_unit", layer="a", index=2))
    np.testing.assert_array_equal(less.parameters["b"]["kernel"], network.parameters["b"]["kernel"][[0, 1, 3, 4]])


def test_an_embedding_has_units_too() -> None:
    network = build({"kind": "Embedding", "name": "e", "input_dim": 4, "output_dim": 3}, dense(2), integers=True)
    less = edited(network, operation("remove_unit", layer="e", index=0))
    np.testing.assert_array_equal(less.parameters["e"]["embeddings"], network.parameters["e"]["embeddings"][:, 1:])
    np.testing.assert_array_equal(less.parameters["dense_1"]["kernel"], network.parameters["dense_1"]["kernel"][1:])
    words = edited(network, operation("set_arguments", layer="e", arguments={"input_dim": 6}))
    np.testing.assert_array_equal(words.parameters["e"]["embeddings"][:4], network.parameters["e"]["embeddings"])
    same_weights(network, words, "dense_1")


def test_a_unit_behind_glu_is_a_pair() -> None:
    network = build(dense(6, "glu", name="a"), dense(1, name="b"))
    less = edited(network, operation("remove_unit", layer="a", index=1))
    np.testing.assert_array_equal(less.parameters["a"]["kernel"], network.parameters["a"]["kernel"][:, [0, 2, 3, 5]])
    np.testing.assert_array_equal(less.parameters["b"]["kernel"], network.parameters["b"]["kernel"][[0, 2]])
    resized = edited(network, operation("set_arguments", layer="a", arguments={"units": 4}))
    np.testing.assert_array_equal(resized.parameters["a"]["kernel"], network.parameters["a"]["kernel"][:, [0, 1, 3, 4]])
    found = problems(network, operation("set_arguments", layer="a", arguments={"units": 5}))
    assert "even" in found["/0/arguments"]


def test_add_joins_node_by_node_and_says_so() -> None:
    branches = build(
        dense(3, name="left"), dense(3, name="right", inputs=["input"]), {"kind": "Add", "inputs": ["left", "right"]}
    )
    for change in (operation("remove_unit", layer="left", index=0), operation("add_unit", layer="right")):
        (detail,) = problems(branches, change).values()
        assert '"add_1"' in detail
        assert "disconnect" in detail
    stretched = build(
        dense(1, name="left"), dense(2, name="right", inputs=["input"]), {"kind": "Add", "inputs": ["left", "right"]}
    )
    assert "node by node" in problems(stretched, operation("add_unit", layer="left"))["/0"]
    less = edited(stretched, operation("remove_unit", layer="right", index=0))
    assert output(less, X)[0] == output(stretched, X)[1]


def test_both_inputs_of_an_add_that_change_together_are_followed() -> None:
    network = build(
        dense(3, name="a"),
        {"kind": "Activation", "name": "b", "activation": "relu"},
        {"kind": "Add", "inputs": ["a", "b"]},
        dense(1, name="d"),
    )
    less = edited(network, operation("remove_unit", layer="a", index=0))
    np.testing.assert_array_equal(less.parameters["d"]["kernel"], network.parameters["d"]["kernel"][1:])


def test_layers_without_units_name_the_one_to_edit() -> None:
    network = build(dense(3, name="a"), {"kind": "Dropout", "name": "b", "rate": 0})
    assert "follows what it reads, a;" in problems(network, operation("add_unit", layer="b"))["/0/layer"]
    assert problems(network, operation("remove_unit", layer="a", index=3)).keys() == {"/0/index"}
    assert problems(network, operation("add_unit", layer="a", index=4)).keys() == {"/0/index"}
    assert (
        "remove the layer"
        in problems(build(dense(1, name="a")), operation("remove_unit", layer="a", index=0))["/0/index"]
    )


def test_classes_follow_the_units_of_the_output() -> None:
    network = Network.from_document(
        {**document(dense(3, name="a")), "input": {"shape": [2], "classes": ["x", "y", "z"]}}
    )
    assert edit(network, operation("remove_unit", layer="a", index=1)).document["input"]["classes"] == ["x", "z"]
    assert edit(network, operation("add_unit", layer="a", index=0)).document["input"]["classes"] == [
        "class 0",
        "x",
        "y",
        "z",
    ]
    answer = edit(network, operation("add_layer", layer=dense(5)))
    assert "classes" not in answer.document["input"]
    assert answer.notes == (
        "The output has other nodes now: the names of the classes were removed.",
        '"dense_1" is the output now.',
    )


# Arguments


def test_arguments_are_replaced_and_the_units_that_fit_stay() -> None:
    network = walkthrough()
    changed = edited(network, operation("set_arguments", layer="hidden", arguments={"activation": "tanh", "units": 2}))
    np.testing.assert_array_equal(changed.parameters["output"]["kernel"], OUT[:2])
    expected = np.tanh(X @ KERNEL[:, :2] + BIAS[:2]) @ OUT[:2] + 0.4
    np.testing.assert_allclose(output(changed, X), expected, rtol=1e-15)
    grown = edited(network, operation("set_arguments", layer="hidden", arguments={"units": 5}))
    np.testing.assert_array_equal(grown.parameters["hidden"]["kernel"][:, :3], KERNEL)
    np.testing.assert_array_equal(grown.parameters["output"]["kernel"][:3], OUT)


def test_a_bias_and_defaults_come_and_go() -> None:
    without = edit(
        walkthrough(), operation("set_arguments", layer="hidden", arguments={"use_bias": False, "activation": None})
    )
    layer = without.document["layers"][0]
    assert list(layer["parameters"]) == ["kernel"]
    assert "activation" not in layer
    again = edited(
        Network.from_document(without.document),
        operation("set_arguments", layer="hidden", arguments={"use_bias": None}),
    )
    np.testing.assert_array_equal(again.parameters["hidden"]["bias"], np.zeros(3))


def test_another_axis_of_normalisation_draws_its_weights_again() -> None:
    network = build({"kind": "BatchNormalization", "name": "n", "parameters": {"gamma": [1, 2, 3]}}, shape=(2, 3))
    answer = edit(network, operation("set_arguments", layer="n", arguments={"axis": 1}))
    np.testing.assert_array_equal(Network.from_document(answer.document).parameters["n"]["gamma"], np.ones(2))
    assert answer.notes


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        ({"units": 0}, "/0/arguments/units"),
        ({"units": None}, "/0/arguments"),
        ({"activation": "reloo"}, "/0/arguments/activation"),
        ({"rate": 0.5}, "/0/arguments/rate"),
        ({"rate": None}, "/0/arguments/rate"),
        ({"inputs": ["input"]}, "/0/arguments/inputs"),
        ({}, "/0/arguments"),
        (5, "/0/arguments"),
    ],
)
def test_wrong_arguments_are_refused(arguments: Any, place: str) -> None:
    assert place in problems(walkthrough(), operation("set_arguments", layer="hidden", arguments=arguments))


# Layers


def test_a_layer_between_two_others() -> None:
    layer = {"kind": "Dense", "units": 3, "parameters": {"kernel": np.eye(3).tolist(), "bias": [1, 1, 1]}}
    answer = edit(walkthrough(), operation("add_layer", layer=layer, after="hidden"))
    assert answer.added == ("dense_1",)
    assert answer.document["layers"][2] == WALKTHROUGH["layers"][1]
    assert output(Network.from_document(answer.document), X)[0] == pytest.approx(
        ((relu(X @ KERNEL + BIAS) + 1) @ OUT)[0] + 0.4, rel=1e-14
    )


def test_a_layer_of_another_width_lets_its_reader_draw_its_kernel() -> None:
    answer = edit(
        walkthrough(), operation("add_layer", layer={"kind": "Dense", "units": 5, "name": "new"}, after="hidden")
    )
    assert answer.document["layers"][2]["parameters"] == {"bias": [0.4]}
    assert "output" in answer.notes[0]


def test_a_layer_at_the_end_before_another_and_as_a_branch() -> None:
    network = build(dense(2, name="a"), dense(2, name="b"), {"kind": "Add", "name": "c", "inputs": ["a", "b"]})
    softmax = {"kind": "Softmax", "name": "new"}
    end = edited(network, operation("add_layer", layer=softmax))
    assert (end.output.name, end.output.inputs) == ("new", ("c",))
    everywhere = edited(network, operation("add_layer", layer=softmax, after="a"))
    assert (everywhere.placed("b").inputs, everywhere.placed("c").inputs) == (("new",), ("new", "b"))
    one = edited(network, operation("add_layer", layer=softmax, after="a", before="c"))
    assert (one.placed("b").inputs, one.placed("c").inputs) == (("a",), ("new", "b"))
    branch = edited(network, operation("add_layer", layer=softmax, after="a", branch=True))
    assert branch.placed("b").inputs == ("a",)
    assert branch.placed("new").inputs == ("a",)
    joined = edited(
        network, operation("add_layer", layer={"kind": "Multiply", "name": "new", "inputs": ["input", "a"]}, before="b")
    )
    assert joined.placed("b").inputs == ("new",)
    for changed in (end, everywhere, one, branch, joined):
        same_weights(network, changed)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"layer": 5}, "/0/layer"),
        ({"layer": {"kind": "Dens"}}, "/0/layer/kind"),
        ({"layer": {}}, "/0/layer/kind"),
        ({"layer": dense(3, repeat=2)}, "/0/layer"),
        ({"layer": dense(0)}, "/0/layer/units"),
        ({"layer": dense(3, name="hidden")}, "/0/layer/name"),
        ({"layer": dense(3, name="input")}, "/0/layer/name"),
        ({"layer": dense(3, name="7")}, "/0/layer/name"),
        ({"layer": dense(3, inputs=[])}, "/0/layer/inputs"),
        ({"layer": dense(3, inputs=["hidden", "other", 5])}, "/0/layer/inputs/1"),
        ({"layer": dense(3, parameters=[])}, "/0/layer/parameters"),
        ({"layer": dense(3, parameters={"kernel": [[1]]})}, "/0/layer/parameters/kernel"),
        ({"layer": dense(3, parameters={"gamma": [[1]]})}, "/0/layer/parameters/gamma"),
        ({"layer": {"kind": "Add"}}, "/0/layer"),
        ({"layer": dense(3), "after": "other"}, "/0/after"),
        ({"layer": dense(3), "before": "input"}, "/0/before"),
        ({"layer": dense(3), "after": "input", "before": "output"}, "/0/after"),
        ({"layer": dense(3), "branch": 1}, "/0/branch"),
        ({"layer": dense(3), "before": "output", "branch": True}, "/0/before"),
    ],
)
def test_layers_that_cannot_be_added(fields: dict[str, Any], place: str) -> None:
    assert place in problems(walkthrough(), operation("add_layer", **fields))


def test_a_removed_layer_is_bridged() -> None:
    network = build(dense(2, name="a"), {"kind": "Activation", "name": "b", "activation": "tanh"}, dense(1, name="c"))
    answer = edit(network, operation("remove_layer", layer="b"))
    assert answer.removed == ("b",)
    same_weights(network, Network.from_document(answer.document), "a", "c")
    assert edited(network, operation("remove_layer", layer="c")).output.name == "b"
    assert "only layer" in problems(build(dense(2, name="a")), operation("remove_layer", layer="a"))["/0/layer"]


def test_without_its_inner_layer_a_skip_connection_is_gone() -> None:
    network = build(dense(2, name="a"), {"kind": "Add", "name": "b", "inputs": ["input", "a"]}, dense(1, name="c"))
    answer = edit(network, operation("remove_layer", layer="a"))
    assert answer.removed == ("a", "b")
    less = Network.from_document(answer.document)
    same_weights(network, less, "c")
    assert less.placed("c").inputs == ("input",)
    assert "disconnect" in problems(network, operation("remove_layer", layer="b"))["/0/layer"]


def test_a_layer_moves_and_moves_back() -> None:
    network = build(dense(2, name="a"), dense(2, "tanh", name="b"), dense(2, name="c"), dense(1, name="d"))
    moved = edited(network, operation("move_layer", layer="b", after="c"))
    assert names(moved) == ["a", "c", "b", "d"]
    same_weights(network, moved)
    back = edited(moved, operation("move_layer", layer="b", after="a"))
    assert back.document["layers"] == network.document["layers"]
    first = edited(network, operation("move_layer", layer="d", after="input"))
    assert names(first) == ["d", "a", "b", "c"]
    assert problems(network, operation("move_layer", layer="a", after="a")).keys() == {"/0/after"}


def test_a_renamed_layer_keeps_its_readers_and_its_drawn_weights() -> None:
    network = build(dense(2, name="a"), dense(2, name="b"), {"kind": "Add", "inputs": ["a", "b"]})
    answer = edit(
        network, operation("rename_layer", layer="a", name="x"), operation("rename_layer", layer="x", name="y")
    )
    assert answer.renamed == {"a": "y"}
    assert (answer.added, answer.removed) == ((), ())
    renamed = Network.from_document(answer.document)
    assert renamed.output.inputs == ("y", "b")
    np.testing.assert_array_equal(renamed.parameters["y"]["kernel"], network.parameters["a"]["kernel"])
    assert list(answer.document["layers"][0]["parameters"]) == ["kernel"]  # a bias of zeros is drawn as before
    assert "parameters" not in answer.document["layers"][1]
    assert problems(network, operation("rename_layer", layer="a", name="b")).keys() == {"/0/name"}
    assert problems(network, operation("rename_layer", layer="a", name="no spaces")).keys() == {"/0/name"}
    assert edit(network, operation("rename_layer", layer="a", name="a")).renamed == {}
    back = edit(network, operation("rename_layer", layer="a", name="x"), operation("rename_layer", layer="x", name="a"))
    assert back.renamed == {}


# Connections


def test_a_skip_connection_adds_what_has_one_shape() -> None:
    network = build(dense(2, name="a"), dense(2, name="b"), dense(1, name="c"))
    answer = edit(network, operation("connect", from_="a", to="c"))
    assert answer.added == ("add_1",)
    assert "add_1" in answer.notes[0]
    skip = Network.from_document(answer.document)
    same_weights(network, skip)
    held = trace_of(network, X).layers
    expected = (held["b"].output[0] + held["a"].output[0]) @ network.parameters["c"]["kernel"]
    np.testing.assert_allclose(output(skip, X), expected, rtol=1e-14)


def test_a_skip_connection_concatenates_other_shapes_and_keeps_the_weights() -> None:
    network = walkthrough()
    skip = edited(network, operation("connect", from_="input", to="output"))
    np.testing.assert_array_equal(skip.parameters["output"]["kernel"][:3], OUT)
    first = edited(network, operation("connect", from_="input", to="output", position=0))
    np.testing.assert_array_equal(first.parameters["output"]["kernel"][2:], OUT)
    held = np.concatenate([X, relu(X @ KERNEL + BIAS)])
    np.testing.assert_allclose(output(first, X), held @ first.parameters["output"]["kernel"] + 0.4, rtol=1e-14)
    for changed, merge in ((skip, "concatenate_1"), (first, "concatenate_1")):
        back = edited(changed, operation("disconnect", from_="input", to=merge))
        assert back.document == WALKTHROUGH


def test_a_merge_layer_takes_and_gives_back_an_input() -> None:
    network = build(
        dense(2, name="a"),
        dense(3, name="b", inputs=["input"]),
        {"kind": "Concatenate", "name": "c", "inputs": ["a", "b"]},
        dense(1, name="d"),
    )
    more = edited(network, operation("connect", from_="input", to="c", position=1))
    assert more.placed("c").inputs == ("a", "input", "b")
    np.testing.assert_array_equal(more.parameters["d"]["kernel"][[0, 1, 4, 5, 6]], network.parameters["d"]["kernel"])
    assert output(edited(more, operation("disconnect", from_="input", to="c")), X) == output(network, X)
    answer = edit(network, operation("disconnect", from_="a", to="c"))
    assert answer.removed == ("c",)
    less = Network.from_document(answer.document)
    np.testing.assert_array_equal(less.parameters["d"]["kernel"], network.parameters["d"]["kernel"][2:])


def test_a_later_layer_is_moved_before_its_new_reader() -> None:
    network = build(
        dense(2, name="a"), dense(2, name="b", inputs=["input"]), {"kind": "Add", "name": "c", "inputs": ["a", "b"]}
    )
    changed = edited(network, operation("connect", from_="b", to="a"))
    assert names(changed) == ["b", "add_1", "a", "c"]
    same_weights(network, changed)
    assert "circle" in problems(network, operation("connect", from_="c", to="a"))["/0/from"]
    dead_end = build(dense(2, name="a"), dense(2, name="b", inputs=["input"]))
    assert "output" in problems(dead_end, operation("connect", from_="b", to="a"))["/0/from"]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (operation("connect", from_="hidden", to="output"), "/0/from"),
        (operation("connect", from_="other", to="output"), "/0/from"),
        (operation("connect", from_="input", to="input"), "/0/to"),
        (operation("connect", from_="input", to="output", merge="add"), "/0/merge"),
        (operation("connect", from_="input", to="output", merge="glue"), "/0/merge"),
        (operation("connect", from_="input", to="output", position=2), "/0/position"),
        (operation("disconnect", from_="input", to="output"), "/0/from"),
        (operation("disconnect", from_="hidden", to="output"), "/0/to"),
    ],
)
def test_connections_that_cannot_be(change: dict[str, Any], place: str) -> None:
    assert place in problems(walkthrough(), change)


# Repeats and names


REPEATED = document({"repeat": 3, "layers": [dense(2, name="a"), dense(2, "tanh")]}, dense(2, name="last"))


def test_a_repeat_is_written_out_only_where_it_is_touched() -> None:
    network = Network.from_document(REPEATED)
    for untouched in (
        operation("rename_layer", layer="last", name="end"),
        operation("add_layer", layer={"kind": "Dropout", "rate": 0.1}, after="input"),
        operation("add_layer", layer={"kind": "Dropout", "rate": 0.1}, before="last"),
        operation("set_input", shape=[2], names=["x", "y"]),
    ):
        assert REPEATED["layers"][0] in edit(network, untouched).document["layers"]
    answer = edit(network, operation("set_parameters", layer="dense_4", parameter="bias", values=[1, 2]))
    assert [layer["name"] for layer in answer.document["layers"] if "name" in layer] == ["a_1", "a_2", "a_3", "last"]
    assert [layer.get("parameters") for layer in answer.document["layers"]].count(None) == 6
    changed = Network.from_document(answer.document)
    assert names(changed) == names(network)
    same_weights(network, changed, "a_1", "dense_2", "a_2", "a_3", "dense_6", "last")


def test_names_that_nobody_wrote_stay_when_others_come_before() -> None:
    network = build(dense(2), {"repeat": 2, "layers": [dense(2)]}, dense(2))
    answer = edit(network, operation("add_layer", layer=dense(2), after="input"))
    changed = Network.from_document(answer.document)
    assert names(changed) == ["dense_5", "dense_1", "dense_2", "dense_3", "dense_4"]
    same_weights(network, changed)
    back = edit(changed, operation("remove_layer", layer="dense_5"))
    same_weights(network, Network.from_document(back.document))
    assert (answer.added, back.removed) == (("dense_5",), ("dense_5",))


def test_a_repeat_without_a_name_gets_one_where_that_keeps_its_names() -> None:
    network = build(dense(2, repeat=3), shape=(2,))
    answer = edit(network, operation("add_layer", layer=dense(2, name="first"), after="input"))
    assert answer.document["layers"][1] == {"name": "dense", **dense(2, repeat=3)}
    same_weights(network, Network.from_document(answer.document))


def test_a_repeat_with_references_is_written_out() -> None:
    block = {"repeat": 2, "layers": [dense(2, name="a"), {"kind": "Add", "name": "b", "inputs": ["a", "input"]}]}
    network = build(block, dense(1, name="c"))
    changed = edited(
        network,
        operation("rename_layer", layer="a_2", name="z"),
    )
    assert [placed.inputs for placed in changed.layers] == [
        ("input",),
        ("a_1", "input"),
        ("b_1",),
        ("z", "input"),
        ("b_2",),
    ]
    assert output(changed, X) == output(network, X)


# Limits and form


def test_too_much_is_refused() -> None:
    long = build({"repeat": MOST_WRITTEN_OUT + 1, "layers": [dense(1, name="a")]}, dense(1, name="b"))
    with pytest.raises(LimitError, match="repeated layers"):
        edit(long, operation("set_parameters", layer="a_1", parameter="bias", values=[1]))
    assert len(edit(long, operation("rename_layer", layer="b", name="c")).document["layers"]) == 2
    wide = build(dense(MOST_DRAWN_VALUES // 2, name="a"), dense(1, name="b"))
    for change in (
        operation("add_unit", layer="a"),
        operation("set_arguments", layer="a", arguments={"units": MOST_DRAWN_VALUES + 1}),
        operation("set_arguments", layer="b", arguments={"units": 2**31 - 1}),
    ):
        with pytest.raises(LimitError) as caught:
            edit(wide, change)
        assert caught.value.problems[0].pointer.startswith("/0")
    with pytest.raises(LimitError, match="an edit makes inputs"):
        edit(walkthrough(), operation("set_input", shape=[1001, 1000]))
    with pytest.raises(LimitError, match="nodes"):
        edit(build(dense(5_001), shape=(1000, 1)), operation("add_unit", layer="dense_1"))
    with pytest.raises(LimitError):
        edit_document(walkthrough(), [operation("add_layer", layer=dense(2))], Limits(layers=2))
    with pytest.raises(LimitError):
        edit_document(walkthrough(), [operation("add_unit", layer="hidden")] * (MOST_OPERATIONS + 1))


def test_infinite_drawn_values_cannot_be_written() -> None:
    huge = {"name": "random_normal", "stddev": 1e300}
    network = build(dense(2, name="a", kernel_initializer=huge), dtype="float32")
    assert "float32" in problems(network, operation("add_unit", layer="a"))["/0"]


def test_malformed_operations_are_all_reported() -> None:
    assert problems_of(lambda: edit_document(walkthrough(), {})).keys() == {""}
    found = problems(
        walkthrough(),
        5,
        {},
        {"operation": []},
        operation("add_unit"),
        operation("add_unit", layer="hidden", at=1),
        operation("set_input"),
    )
    assert found.keys() == {"/0", "/1", "/2/operation", "/3", "/4/at", "/5"}


def test_the_first_operation_that_cannot_be_done_is_named() -> None:
    changes = [operation("add_unit", layer="hidden"), operation("remove_unit", layer="hidden", index=9)]
    assert problems(walkthrough(), *changes).keys() == {"/1/index"}


def test_the_document_given_is_left_alone_and_the_same_edit_gives_the_same_document() -> None:
    network = Network.from_document(REPEATED)
    before = copy.deepcopy(REPEATED)
    changes = [operation("add_unit", layer="a_2"), operation("connect", from_="input", to="last")]
    assert edit(network, *changes) == edit(network, *changes)
    assert before == REPEATED


def test_every_operation_is_described_and_every_kind_can_be_added() -> None:
    assert all(one.name == name and one.description.endswith(".") for name, one in OPERATIONS.items())
    required: dict[str, dict[str, Any]] = {
        "Dense": {"units": 2},
        "Activation": {"activation": "relu"},
        "Dropout": {"rate": 0.5},
        "Reshape": {"target_shape": [2]},
        "Add": {"inputs": ["input", "a"]},
        "Multiply": {"inputs": ["input", "a"]},
        "Concatenate": {"inputs": ["input", "a"]},
        "Conv1D": {"filters": 2, "kernel_size": 3},
        "Conv2D": {"filters": 2, "kernel_size": 3},
        "DepthwiseConv2D": {"kernel_size": 3},
        "SeparableConv2D": {"filters": 2, "kernel_size": 3},
        "Conv2DTranspose": {"filters": 2, "kernel_size": 3},
        "SpatialDropout2D": {"rate": 0.5},
        "GroupNormalization": {"groups": 2},
        "Rescaling": {"scale": 0.5},
        "Normalization": {"mean": 0.5, "variance": 4},
    }
    shapes = {"1D": (6, 2), "2D": (6, 6, 2)}
    for kind in LAYERS:
        if kind != "Embedding":
            changed = edited(
                build(dense(2, name="a"), shape=shapes.get("2D" if "2D" in kind else kind[-2:], (2,))),
                operation("add_layer", layer={"kind": kind, **required.get(kind, {})}),
            )
            assert changed.output.layer.kind == kind
    with pytest.raises(NetworkError, match="dtype"):
        edit(build(dense(2)), operation("add_layer", layer={"kind": "Embedding", "input_dim": 2, "output_dim": 2}))


def test_a_unit_is_moved_with_its_weights() -> None:
    network = edited(walkthrough(), operation("move_unit", layer="hidden", index=0, to=2))
    np.testing.assert_array_equal(network.parameters["hidden"]["kernel"], KERNEL[:, [1, 2, 0]])
    np.testing.assert_array_equal(network.parameters["hidden"]["bias"], BIAS[[1, 2, 0]])
    np.testing.assert_array_equal(network.parameters["output"]["kernel"], OUT[[1, 2, 0]])


def test_a_moved_unit_is_followed_into_a_layer_of_the_same_width() -> None:
    before = build(dense(4, name="a"), dense(4, name="b"), dense(1, name="c"))
    after = edited(before, operation("move_unit", layer="a", index=3, to=1))
    kernel = before.parameters["b"]["kernel"]
    np.testing.assert_array_equal(after.parameters["b"]["kernel"], kernel[[0, 3, 1, 2]])
    np.testing.assert_array_equal(after.parameters["c"]["kernel"], before.parameters["c"]["kernel"])
    assert problems(before, operation("move_unit", layer="a", index=0, to=4)).keys() == {"/0/to"}
