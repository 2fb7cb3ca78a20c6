"""Editing random documents by random operations: always a network or a NetworkError, and no weight moves unasked."""

import copy
import json
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.nn.editing import OPERATIONS, edit_document
from app.nn.editing.repeat_operations import REPEAT_OPERATIONS
from app.nn.editing.vary_operations import VARY_OPERATIONS
from app.nn.errors import NetworkError
from app.nn.forward import forward
from app.nn.inputs import read_overrides
from app.nn.network import Network
from tests.nn.networks import check_error, dense, document, random_batch, zoo
from tests.nn.test_document import JSON

ON_REPEATS = {one.name for one in (*REPEAT_OPERATIONS, *VARY_OPERATIONS)}
"""What `test_editing_repeats.py` draws at random."""

ADDED: tuple[dict[str, Any], ...] = (
    dense(3),
    dense(2, "glu", name="new"),
    {"kind": "Dropout", "rate": 0.5},
    {"kind": "Activation", "activation": "tanh"},
    {"kind": "BatchNormalization"},
    {"kind": "LayerNormalization", "axis": 1},
    {"kind": "Flatten"},
    {"kind": "Reshape", "target_shape": [-1, 1]},
    {"kind": "Add"},
    {"kind": "Concatenate", "inputs": ["input", "input"]},
)
ARGUMENTS: tuple[dict[str, Any], ...] = (
    {"units": 1},
    {"units": 4, "activation": "glu"},
    {"activation": "softmax"},
    {"use_bias": False},
    {"kernel_initializer": "ones"},
    {"axis": 1},
    {"target_shape": [-1]},
    {"output_dim": 2},
    {"input_dim": 7},
    {"rate": 0.1, "seed": 5},
    {"center": False, "epsilon": None},
)


@st.composite
def chains(draw: st.DrawFn) -> dict[str, Any]:
    """Draw networks of few layers with repeats, and mostly without names."""
    layers: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 4))):
        layer = dense(2, draw(st.sampled_from(["linear", "relu"])))
        if draw(st.booleans()):
            layer["name"] = f"layer{number}"
        match draw(st.integers(0, 3)):
            case 0:
                layers.append({**layer, "repeat": draw(st.integers(1, 3))})
            case 1:
                layers.append({"repeat": draw(st.integers(1, 2)), "layers": [layer, {"kind": "Dropout", "rate": 0.5}]})
            case _:
                layers.append(layer)
    return document(*layers, seed=draw(st.integers(0, 9)))


def operations(network: Network) -> st.SearchStrategy[dict[str, Any]]:
    """Draw operations that mostly make sense for a network."""
    layers = st.sampled_from([placed.name for placed in network.layers])
    tensors = st.one_of(st.just("input"), layers)
    index = st.integers(0, 3)
    shape = network.input.shape
    choices: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "set_parameters": {
            "layer": layers,
            "parameter": st.sampled_from(["kernel", "bias", "gamma"]),
            "index": st.lists(index, min_size=1, max_size=2),
            "value": st.floats(-2, 2),
        },
        "set_arguments": {"layer": layers, "arguments": st.sampled_from(ARGUMENTS)},
        "set_input": {"shape": st.sampled_from([list(shape), [*shape[:-1], shape[-1] + 1], [2], [6], [2, 3]])},
        "set_network": {"seed": st.integers(0, 3)},
        "add_unit": {"layer": layers, "index": index},
        "remove_unit": {"layer": layers, "index": index},
        "move_unit": {"layer": layers, "index": index, "to": index},
        "add_layer": {"layer": st.sampled_from(ADDED), "after": tensors},
        "remove_layer": {"layer": layers},
        "move_layer": {"layer": layers, "after": tensors},
        "rename_layer": {"layer": layers, "name": st.sampled_from(["x", "y", "dense_1"])},
        "connect": {"from": tensors, "to": layers},
        "disconnect": {"from": tensors, "to": layers},
    }
    assert choices.keys() | ON_REPEATS == OPERATIONS.keys()
    return st.one_of(
        [st.fixed_dictionaries({"operation": st.just(name), **fields}) for name, fields in choices.items()]
    )


DOCUMENTS = st.one_of(zoo(), chains())


def same_run(network: Network, other: Network) -> None:
    """Check that two networks hold the same values for the same inputs, bit for bit, layer by layer."""
    assert other.input.shape == network.input.shape
    batch = random_batch(network)
    pairs = zip(forward(network, batch).layers.values(), forward(other, batch).layers.values(), strict=True)
    for one, two in pairs:
        np.testing.assert_array_equal(one.output, two.output)


def rebuilt(document_: Any) -> Network:
    """Return the network of a document that travelled as JSON."""
    return Network.from_document(json.loads(json.dumps(document_)))


@settings(max_examples=400)
@given(DOCUMENTS, st.data())
def test_operations_give_a_network_or_a_network_error(document_: dict[str, Any], data: st.DataObject) -> None:
    network = Network.from_document(document_)
    before = copy.deepcopy(document_)
    changes: list[Any] = []
    for _ in range(data.draw(st.integers(1, 4))):
        changes = [data.draw(operations(network))]
        try:
            answer = edit_document(network, changes)
        except NetworkError as error:
            check_error(error, changes)
            continue
        changed = rebuilt(answer.document)
        assert answer == edit_document(network, changes)
        kept = [name for name in (placed.name for placed in network.layers) if name not in answer.removed]
        assert [answer.renamed.get(name, name) in changed for name in kept] == [True] * len(kept)
        if changes[0]["operation"] not in {"set_parameters", "set_network", "set_arguments", "set_input", "move_unit"}:
            check_weights(network, changed, kept, dict(answer.renamed))
        network = changed
    assert document_ == before


def check_weights(network: Network, changed: Network, kept: list[str], renamed: dict[str, str]) -> None:
    """Check that parameters of the same shape are the same, and that others keep or lose whole rows and columns."""
    for name in kept:
        for parameter, values in network.parameters[name].items():
            now = changed.parameters[renamed.get(name, name)][parameter]
            if now.shape == values.shape:
                np.testing.assert_array_equal(now, values)


@given(DOCUMENTS, st.data())
def test_several_operations_are_the_same_as_one_after_the_other(document_: dict[str, Any], data: st.DataObject) -> None:
    network = Network.from_document(document_)
    changes = data.draw(st.lists(operations(network), min_size=2, max_size=3))
    try:
        together = rebuilt(edit_document(network, changes).document)
        for change in changes:
            network = rebuilt(edit_document(network, [change]).document)
    except NetworkError:
        return
    same_run(network, together)


@given(DOCUMENTS, st.data())
def test_a_unit_added_and_removed_leaves_the_first_values(document_: dict[str, Any], data: st.DataObject) -> None:
    network = Network.from_document(document_)
    placed = data.draw(st.sampled_from(network.layers))
    index = data.draw(st.integers(0, placed.output_shape[-1]))
    unit = {"layer": placed.name, "index": index}
    try:
        more = edit_document(network, [{"operation": "add_unit", **unit}])
    except NetworkError:
        return
    less = edit_document(Network.from_document(more.document), [{"operation": "remove_unit", **unit}])
    same_run(network, rebuilt(less.document))


@given(chains(), st.data())
def test_without_a_unit_all_others_hold_what_they_held_when_it_was_pinned_to_0(
    document_: dict[str, Any], data: st.DataObject
) -> None:
    network = Network.from_document(document_)
    name = data.draw(st.sampled_from([one.name for one in network.layers[:-1] if one.layer.kind == "Dense"] or [""]))
    if not name:
        return
    less = edit_document(network, [{"operation": "remove_unit", "layer": name, "index": 1}])
    batch = random_batch(network)
    pinned = forward(network, batch, read_overrides(network, [{"layer": name, "index": [1], "value": 0}]))
    held = forward(rebuilt(less.document), batch)
    np.testing.assert_allclose(held.layers[name].output, pinned.layers[name].output[:, :1], rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(held.output, pinned.output[..., : held.output.shape[-1]], rtol=1e-13, atol=1e-15)


@given(DOCUMENTS, st.data())
def test_what_changes_no_value_changes_no_value(document_: dict[str, Any], data: st.DataObject) -> None:
    network = Network.from_document(document_)
    placed = data.draw(st.sampled_from(network.layers))
    renamed = edit_document(network, [{"operation": "rename_layer", "layer": placed.name, "name": "another"}])
    same_run(network, rebuilt(renamed.document))
    after = placed.name if network.input.dtype == "int" else data.draw(st.sampled_from(["input", placed.name]))
    layer = {"kind": "Dropout", "name": "another", "rate": 0.5}
    added = edit_document(network, [{"operation": "add_layer", "layer": layer, "after": after}])
    with_dropout = rebuilt(added.document)
    removed = edit_document(with_dropout, [{"operation": "remove_layer", "layer": "another"}])
    same_run(network, rebuilt(removed.document))


@given(DOCUMENTS, st.data())
def test_a_connection_made_and_cut_leaves_the_first_values(document_: dict[str, Any], data: st.DataObject) -> None:
    network = Network.from_document(document_)
    names = [placed.name for placed in network.layers]
    source = data.draw(st.sampled_from(["input", *names]))
    reader = data.draw(st.sampled_from(names))
    try:
        answer = edit_document(network, [{"operation": "connect", "from": source, "to": reader}])
    except NetworkError:
        return
    changed = Network.from_document(answer.document)
    merge = answer.added[0] if answer.added else reader
    back = edit_document(changed, [{"operation": "disconnect", "from": source, "to": merge}])
    again = rebuilt(back.document)
    for placed in network.layers:
        for name, values in network.parameters[placed.name].items():
            np.testing.assert_array_equal(again.parameters[placed.name][name], values)


@given(JSON)
def test_anything_else_is_refused(value: object) -> None:
    network = Network.from_document(document(dense(2, name="a")))
    for operations_ in (value, [value], [{"operation": "add_layer", "layer": value}]):
        try:
            edit_document(network, operations_)
        except NetworkError as error:
            check_error(error, operations_)


@given(st.sampled_from(sorted(OPERATIONS)), st.data())
def test_fields_of_any_kind_are_refused_or_done(name: str, data: st.DataObject) -> None:
    network = Network.from_document(document(dense(2, name="a"), dense(2, name="b"), seed=1))
    operation = OPERATIONS[name]
    values = st.one_of(JSON, st.sampled_from(["a", "b", "input", "kernel", 0, [0, 0], {"units": 2}]))
    fields = {field: data.draw(values) for field in (*operation.required, *operation.optional[:2])}
    try:
        answer = edit_document(network, [{"operation": name, **fields}])
    except NetworkError as error:
        check_error(error, [{"operation": name, **fields}])
    else:
        rebuilt(answer.document)
