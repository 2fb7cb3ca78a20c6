"""Receptive fields: what lies outside has no influence, and boxes are as small as they can be."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from app.nn.forward import forward
from app.nn.gradients import gradients
from app.nn.layers.shapes import Box
from app.nn.network import INPUT, Network
from app.nn.reading import Array
from app.nn.receptive_field import receptive_field
from tests.nn.networks import build, dense, random_batch, zoo

CLASSIFIER = (
    {"kind": "Conv2D", "filters": 4, "kernel_size": 3, "name": "a"},
    {"kind": "MaxPooling2D", "name": "b"},
    {"kind": "Conv2D", "filters": 5, "kernel_size": 3, "padding": "same", "name": "c"},
    {"kind": "Flatten", "name": "d"},
    dense(3, name="e"),
)


def box_of(places: Array) -> Box | None:
    """Return the smallest box around the nodes that are true."""
    found = np.argwhere(places)
    if not len(found):
        return None
    return tuple((int(low), int(high) + 1) for low, high in zip(found.min(axis=0), found.max(axis=0), strict=True))


def test_it_grows_from_layer_to_layer() -> None:
    network = build(*CLASSIFIER, shape=(12, 10, 2))
    assert receptive_field(network, "a", (2, 3, 1)) == {
        "input": ((2, 5), (3, 6), (0, 2)),
        "a": ((2, 3), (3, 4), (1, 2)),
    }
    assert receptive_field(network, "b", (1, 2, 3))["input"] == ((2, 6), (4, 8), (0, 2))
    assert receptive_field(network, "c", (2, 2, 0)) == {
        "input": ((2, 10), (2, 10), (0, 2)),
        "a": ((2, 8), (2, 8), (0, 4)),
        "b": ((1, 4), (1, 4), (0, 4)),
        "c": ((2, 3), (2, 3), (0, 1)),
    }
    assert receptive_field(network, "c", (0, 3, 0))["b"] == ((0, 2), (2, 4), (0, 4))
    flat = int(np.ravel_multi_index((2, 2, 0), network.shape_of("c")))
    assert receptive_field(network, "d", (flat,))["c"] == ((2, 3), (2, 3), (0, 1))
    assert receptive_field(network, "e", (0,))["input"] == ((0, 12), (0, 10), (0, 2))


def test_groups_read_their_own_channels() -> None:
    layer = {"kind": "Conv2D", "filters": 4, "kernel_size": 1, "groups": 2, "name": "a"}
    network = build(layer, shape=(2, 2, 6))
    assert receptive_field(network, "a", (0, 1, 1))[INPUT] == ((0, 1), (1, 2), (0, 3))
    assert receptive_field(network, "a", (0, 1, 2))[INPUT] == ((0, 1), (1, 2), (3, 6))


def test_branches_come_together_and_others_are_left_out() -> None:
    network = build(
        dense(2, name="a", inputs=["input"]),
        dense(2, name="b", inputs=["input"]),
        {"kind": "Concatenate", "name": "both", "inputs": ["a", "b"]},
        {"kind": "Add", "name": "sum", "inputs": ["a", "b"]},
        shape=(3,),
    )
    assert receptive_field(network, "both", (3,)) == {"input": ((0, 3),), "b": ((1, 2),), "both": ((3, 4),)}
    assert list(receptive_field(network, "sum", (0,))) == ["input", "a", "b", "sum"]
    assert receptive_field(network, INPUT, (1,)) == {"input": ((1, 2),)}


@settings(max_examples=100)
@given(zoo("float64"))
def test_derivatives_of_random_networks_lie_inside(document: dict[str, Any]) -> None:
    network = Network.from_document(document)
    trace = forward(network, random_batch(network))
    output = network.output
    for index in {tuple(0 for _ in output.output_shape), tuple(length - 1 for length in output.output_shape)}:
        fields = receptive_field(network, output.name, index)
        for name, found in gradients(trace, output.name, index, example=1).items():
            if found.output is None:
                continue
            derivative = found.output[1]
            inside = np.zeros(derivative.shape, dtype=bool)
            if name in fields:
                inside[tuple(slice(*side) for side in fields[name])] = True
            assert not derivative[~inside & np.isfinite(derivative)].any(), name


@pytest.mark.parametrize(
    "layer",
    [
        {"kind": "Conv2D", "filters": 2, "kernel_size": [2, 3], "strides": [2, 1], "padding": "same"},
        {"kind": "Conv2D", "filters": 4, "kernel_size": 2, "dilation_rate": 3, "groups": 2},
        {"kind": "Conv2D", "filters": 2, "kernel_size": 1, "activation": "softmax"},
        {"kind": "AveragePooling2D", "pool_size": 3, "strides": 2, "padding": "same"},
        {"kind": "GlobalAveragePooling2D"},
        {"kind": "Reshape", "target_shape": [42, 4]},
        {"kind": "Flatten"},
        {"kind": "LayerNormalization", "axis": [1, 3]},
        {"kind": "Softmax", "axis": 2},
        {"kind": "BatchNormalization"},
        {"kind": "Dense", "units": 3},
    ],
)
def test_boxes_are_as_small_as_they_can_be(layer: dict[str, Any]) -> None:
    network = build({**layer, "name": "it"}, shape=(7, 6, 4))
    trace = forward(network, random_batch(network))
    shape = network.output.output_shape
    for index in {tuple(0 for _ in shape), tuple(length // 2 for length in shape), tuple(n - 1 for n in shape)}:
        derivative = gradients(trace, "it", index)[INPUT].output
        assert derivative is not None
        assert receptive_field(network, "it", index)[INPUT] == box_of(derivative[0] != 0)
