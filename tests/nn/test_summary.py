"""Summaries: counts layer by layer, and the table that Keras prints."""

import json

from app.nn.network import Network
from app.nn.summary import format_bytes, summarize
from tests.nn.networks import WALKTHROUGH, build, dense


def test_counts_of_the_walkthrough() -> None:
    answer = summarize(Network.from_document({**WALKTHROUGH, "name": "walkthrough"})).to_dict()
    assert json.loads(json.dumps(answer)) == {
        "layers": [
            {
                "name": "input",
                "kind": "Input",
                "inputs": [],
                "output_shape": [2],
                "parameters": 0,
                "trainable": 0,
                "non_trainable": 0,
                "multiply_adds": 0,
            },
            {
                "name": "hidden",
                "kind": "Dense",
                "inputs": ["input"],
                "output_shape": [3],
                "parameters": 9,
                "trainable": 9,
                "non_trainable": 0,
                "multiply_adds": 6,
            },
            {
                "name": "output",
                "kind": "Dense",
                "inputs": ["hidden"],
                "output_shape": [1],
                "parameters": 4,
                "trainable": 4,
                "non_trainable": 0,
                "multiply_adds": 3,
            },
        ],
        "total_parameters": 13,
        "trainable_parameters": 13,
        "non_trainable_parameters": 0,
        "multiply_adds": 9,
        "parameter_bytes": 104,
        "repeats": [],
    }


def test_what_training_cannot_change_is_counted_apart() -> None:
    network = build(
        dense(4, trainable=False),
        {"kind": "BatchNormalization"},
        {"kind": "LayerNormalization", "trainable": False},
        dense(2),
        shape=(3,),
        dtype="float32",
    )
    summary = summarize(network)
    assert [(one.trainable, one.non_trainable) for one in summary.layers] == [(0, 0), (0, 16), (8, 8), (0, 8), (10, 0)]
    assert summary.total_parameters == 50
    assert summary.trainable_parameters == 18
    assert summary.non_trainable_parameters == 32
    assert summary.parameter_bytes == 200


def test_multiply_adds_follow_the_convention() -> None:
    network = build(
        dense(5, name="rows"),  # 4 rows of 3 features, 5 units
        {"kind": "BatchNormalization", "name": "batch"},
        {"kind": "LayerNormalization", "name": "layer"},
        {"kind": "Add", "name": "sum", "inputs": ["batch", "layer"]},
        {"kind": "Multiply", "name": "product", "inputs": ["batch", "layer", "sum"]},
        {"kind": "Activation", "activation": "tanh"},
        {"kind": "Softmax"},
        {"kind": "Flatten"},
        shape=(4, 3),
    )
    assert [one.multiply_adds for one in summarize(network).layers] == [0, 60, 20, 40, 0, 40, 0, 0, 0]
    assert summarize(network).multiply_adds == network.multiply_adds == 160


def test_totals_are_the_sums_of_the_lines() -> None:
    summary = summarize(build(dense(7), {"kind": "BatchNormalization"}, dense(2, use_bias=False), shape=(5,)))
    assert summary.total_parameters == sum(one.parameters for one in summary.layers)
    assert summary.total_parameters == summary.trainable_parameters + summary.non_trainable_parameters
    assert summary.multiply_adds == sum(one.multiply_adds for one in summary.layers)


def test_nothing_is_drawn() -> None:
    network = build(dense(10_000), dense(10_000), shape=(9_000,))
    summarize(network)
    assert "parameters" not in vars(network)


def test_the_printed_table() -> None:
    network = build(
        dense(128, "relu", name="wide"),
        dense(64, name="narrow"),
        dense(10, name="output"),
        shape=(784,),
        dtype="float32",
        name="images",
    )
    assert str(summarize(network)).splitlines() == [
        'Model: "images"',
        "─" * 70,
        "Layer (type)        Output Shape  Param #  Multiply-adds  Connected to",
        "─" * 70,
        "input (InputLayer)  (None, 784)         0              0  -",
        "wide (Dense)        (None, 128)   100,480        100,352  input",
        "narrow (Dense)      (None, 64)      8,256          8,192  wide",
        "output (Dense)      (None, 10)        650            640  narrow",
        "─" * 70,
        "Total params: 109,386 (427.29 KB)",
        "Trainable params: 109,386 (427.29 KB)",
        "Non-trainable params: 0 (0.00 B)",
        "Multiply-adds: 109,184",
    ]


def test_several_sources_are_listed() -> None:
    network = build({"kind": "Add", "inputs": ["input", "input"]})
    text = str(summarize(network))
    assert "input, input" in text
    assert text.startswith('Model: "network"')
    assert "Total params: 0 (0.00 B)" in text


def test_bytes_are_written_with_a_unit() -> None:
    texts = [format_bytes(count) for count in (0, 52, 1023, 1024, 437_544, 3 * 1024**2, 5 * 1024**3, 2048 * 1024**3)]
    assert texts == ["0.00 B", "52.00 B", "1023.00 B", "1.00 KB", "427.29 KB", "3.00 MB", "5.00 GB", "2048.00 GB"]
