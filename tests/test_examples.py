"""The example networks: each can be opened, says what it is for, and every one of its numbers can be explained."""

import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.datasets import load as load_dataset
from app.example_files import read_example
from app.nn.errors import NetworkError
from app.nn.explain import explain
from app.nn.forward import Trace, forward
from app.nn.inputs import read_inputs
from app.nn.network import INPUT, Network
from app.storage.examples import Examples
from app.tensors.safetensors import write_safetensors
from tests.datasets.makers import SHARED, SHARED_REASON
from tests.huge_examples import HUGE

DIRECTORY = Path(__file__).parent.parent / "examples"
NAMES = {
    *("walkthrough", "propagation", "deep", "branches", "dead-relus", "diverging", "digits"),
    *("digits-conv", "cifar10", "cifar10-trained"),
}
MOST_NODES = 60
"""Of a larger layer, so many nodes are explained, chosen at random."""


def load(name: str) -> dict[str, Any]:
    return read_example(DIRECTORY / f"{name}.json")


def run(name: str) -> Trace:
    document = load(name)
    network = Network.from_document(document)
    return forward(network, read_inputs(network, document["input"]["default"])[0])


def test_these_examples_are_there() -> None:
    assert {path.stem for path in DIRECTORY.glob("*.json")} == NAMES | HUGE


@pytest.mark.parametrize("name", sorted(NAMES | HUGE))
def test_an_example_introduces_itself(name: str) -> None:
    document = load(name)
    assert document["name"] == name
    assert document["title"]
    assert 20 < len(document["description"]) < 250


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_node_of_an_example_is_explained_exactly(name: str) -> None:
    trace = run(name)
    tolerance = 1e-5 if trace.network.dtype == np.float32 else 1e-12
    for layer, held in trace.layers.items():
        if layer == INPUT:
            continue
        nodes = list(np.ndindex(held.output.shape[1:]))
        if len(nodes) > MOST_NODES:
            nodes = [nodes[place] for place in np.random.default_rng(0).choice(len(nodes), MOST_NODES, replace=False)]
        for index in nodes:
            explanation = explain(trace, layer, index, top=3)
            if not math.isfinite(explanation.value):
                assert name == "diverging"
                assert not explanation.exact
                continue
            assert explanation.exact, (layer, index, explanation.difference)
            products = [term.product for term in explanation.terms]
            total = sum(product for product in products if product is not None) + explanation.others_sum
            assert explanation.pre_activation is not None
            total += explanation.bias or 0.0
            assert total == pytest.approx(explanation.pre_activation, rel=tolerance, abs=tolerance)


@pytest.mark.parametrize(
    ("name", "layers", "nodes", "parameters"),
    [
        ("thousand-layers", 1000, 64_064, 4_160_000),
        ("wide-layers", 11, 49_152, 167_813_120),
        ("million-nodes", 1000, 1_001_000, 101_100_000),
    ],
)
def test_a_huge_example_is_a_short_document(name: str, layers: int, nodes: int, parameters: int) -> None:
    network = Network.from_document(load(name))
    assert (len(network.layers), network.value_count, network.parameter_count) == (layers, nodes, parameters)
    assert (DIRECTORY / f"{name}.json").stat().st_size < 10_000


def test_a_thousand_layers_keep_a_signal_and_their_nodes_are_explained_exactly() -> None:
    trace = run("thousand-layers")
    for number in range(1, 1001, 111):
        output = trace.layers[f"hidden_{number}"].output
        assert output.shape == (1, 64)
        assert np.abs(output).max() > 1e-3
        assert explain(trace, f"hidden_{number}", (number % 64,), top=3).exact


def test_dead_relus_has_four_dead_nodes_for_every_input_from_0_to_1() -> None:
    network = Network.from_document(load("dead-relus"))
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    # A weighted sum is largest in a corner, so a node that is 0 in all four is 0 everywhere between.
    hidden = forward(network, corners).layers["hidden"].output
    assert (hidden == 0).all(axis=0).sum() == 4


def test_diverging_reaches_infinity_and_then_nan() -> None:
    values = np.concatenate([held.output[0] for held in run("diverging").layers.values()])
    assert np.isinf(values).any()
    assert np.isnan(values[-1])


def test_digits_reads_its_default_image() -> None:
    trace = run("digits")
    assert trace.network.input.classes == tuple("0123456789")
    assert trace.network.parameter_count == 2410
    assert trace.output[0].argmax() == 3
    assert trace.output[0].max() > 0.9


def test_digits_conv_is_as_good_as_it_says() -> None:
    document = load("digits-conv")
    network = Network.from_document(document)
    assert network.drawn_parameter_count == 0
    test = load_dataset("digits", "test", DIRECTORY)
    right = (forward(network, test.inputs).output.argmax(axis=1) == test.targets).mean()
    assert f"right on {right:.1%} of the 360 test images" in document["description"]
    assert run("digits-conv").output[0].argmax() == 5


def test_cifar10_is_the_classic_small_classifier() -> None:
    network = Network.from_document(load("cifar10"))
    assert network.parameter_count == 167_562
    shapes = [placed.output_shape for placed in network.layers]
    assert shapes == [(30, 30, 32), (15, 15, 32), (13, 13, 64), (6, 6, 64), (2304,), (64,), (10,)]
    assert len(network.input.classes) == 10


def test_cifar10_trained_is_the_same_network_and_says_how_good_it_is() -> None:
    document, untrained = load("cifar10-trained"), load("cifar10")
    bare = [{name: value for name, value in layer.items() if name != "parameters"} for layer in document["layers"]]
    assert bare == untrained["layers"]
    assert document["input"] == untrained["input"]
    network = Network.from_document(document)
    assert network.drawn_parameter_count == 0
    training, measured = document["training"], document["training"]["test"]
    assert f"right on {measured['accuracy']:.2%} of the 10,000 test images" in document["description"]
    assert measured["accuracy"] > 0.75
    matrix = np.array(training["confusion_matrix"])
    assert matrix.sum(axis=1).tolist() == [1000] * 10
    assert np.trace(matrix) / matrix.sum() == measured["accuracy"]


@pytest.mark.skipif(not SHARED.is_dir(), reason=SHARED_REASON)
def test_cifar10_trained_is_as_good_as_it_says() -> None:
    document = load("cifar10-trained")
    network = Network.from_document(document)
    test = load_dataset("cifar10", "test", SHARED, stop=1000)
    said = np.concatenate([forward(network, part).output.argmax(axis=1) for part in np.split(test.inputs, 10)])
    right = (said == test.targets).mean()
    assert abs(right - document["training"]["test"]["accuracy"]) < 0.04  # a tenth of the images


def test_parameters_beside_an_example_are_checked(tmp_path: Path) -> None:
    shutil.copy(DIRECTORY / "digits-conv.json", tmp_path / "one.json")
    beside = tmp_path / "one.safetensors"
    kernel = np.zeros((3, 3, 1, 8), np.float32)
    for arrays, pointer, message in (
        ({"nowhere/kernel": kernel}, "/layers/nowhere", "names no layer 'nowhere'"),
        ({"conv1/weight": kernel}, "/layers/0/parameters/weight", "has no parameter"),
        ({"conv1/kernel": kernel[..., :7]}, "/layers/0/parameters/kernel", "expected 3×3×1×8"),
    ):
        beside.write_bytes(b"".join(write_safetensors(arrays)))
        with pytest.raises(NetworkError, match=message) as caught:
            Examples(tmp_path)
        assert caught.value.problems[0].pointer == pointer
    beside.write_bytes(b"".join(write_safetensors({"conv1/kernel": kernel + np.float32(0.1)})))
    stored = Examples(tmp_path)["one"]
    np.testing.assert_array_equal(stored.network.parameters["conv1"]["kernel"], kernel + np.float32(0.1))
    assert json.loads(stored.json)["layers"][0]["parameters"]["kernel"][0][0][0][0] == 0.1
    document = json.loads((tmp_path / "one.json").read_text())
    document["layers"][0]["parameters"] = {"kernel": kernel.tolist()}
    (tmp_path / "one.json").write_text(json.dumps(document))
    with pytest.raises(NetworkError, match="the document gives it itself"):
        Examples(tmp_path)
