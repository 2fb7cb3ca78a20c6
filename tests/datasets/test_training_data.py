"""From a training's document to arrays: scaled by the training split, encoded, described so that it can be redone."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.datasets import Folders, load
from app.datasets.fitting import fit_inputs
from app.datasets.scaling import encode_classes, fit_scaling, unscale_targets
from app.datasets.training_data import load_encoded, read_training_data
from app.errors import NotFound
from app.nn.errors import NetworkError
from app.nn.network import Network

NOWHERE = Folders(Path("/nowhere"))


def network(*shape: int, outputs: int = 3, dtype: str = "float64", **preprocessing: Any) -> Network:
    return Network.from_document(
        {
            "dtype": dtype,
            "input": {"shape": list(shape), "preprocessing": preprocessing},
            "layers": [{"kind": "Flatten"}, {"kind": "Dense", "units": outputs}],
        }
    )


def test_inputs_are_scaled_by_the_training_split_alone() -> None:
    training, test = load("wine", "train", NOWHERE).inputs, load("wine", "test", NOWHERE).inputs
    for scaling, shift, size in (
        ("standardize", training.mean(axis=0), training.std(axis=0)),
        ("minmax", training.min(axis=0), np.ptp(training, axis=0)),
    ):
        data = read_training_data({"name": "wine", "scaling": scaling, "validation": "test"}, network(13), NOWHERE)
        np.testing.assert_allclose(data.inputs, (training - shift) / size, rtol=1e-10, atol=1e-12)
        assert data.validation is not None
        np.testing.assert_allclose(data.validation[0], (test - shift) / size, rtol=1e-10, atol=1e-12)
        # It is kept in the network's document, so that an example of the data set is scaled as it was in training.
        kept = Network.from_document(data.network.document)
        again = fit_inputs(load("wine", "test", NOWHERE), kept.input, np.dtype(np.float64))
        np.testing.assert_array_equal(again, data.validation[0])
        assert data.network.parameters["dense_1"]["kernel"].shape == (13, 3)


def test_pictures_are_scaled_by_channel() -> None:
    data = read_training_data({"name": "digits", "scaling": "standardize"}, network(8, 8, 1, dtype="float32"), NOWHERE)
    assert data.inputs.dtype == np.float32
    assert data.inputs.mean() == pytest.approx(0, abs=1e-5)
    assert data.inputs.std() == pytest.approx(1, abs=1e-5)
    assert data.network.input.preprocessing["scale"] == 255


def test_a_feature_that_never_changes_stays_finite() -> None:
    loaded = load("digits", "train", NOWHERE)
    flat = fit_scaling("standardize", loaded)
    assert flat["std"][0] > 0
    constant = load("breast_cancer", "train", NOWHERE, stop=1)
    assert fit_scaling("standardize", constant)["std"] == [1.0] * 30
    assert fit_scaling("minmax", constant)["std"] == [1.0] * 30


def test_classes_are_encoded() -> None:
    numbers = load("iris", "train", NOWHERE).targets
    encoded = {
        encoding: read_training_data({"name": "iris", "encoding": encoding}, network(4), NOWHERE).targets
        for encoding in ("integer", "one_hot")
    }
    np.testing.assert_array_equal(encoded["integer"], numbers)
    assert encoded["one_hot"].shape == (120, 3)
    np.testing.assert_array_equal(encoded["one_hot"].argmax(axis=1), numbers)
    signs = read_training_data({"name": "moons", "encoding": "signed"}, network(2, outputs=1), NOWHERE).targets
    assert signs.shape == (400, 1)
    assert set(signs.reshape(-1)) == {-1.0, 1.0}
    with pytest.raises(NetworkError, match="two classes; there are 3"):
        encode_classes(numbers, "signed", 3)


def test_numbers_to_predict_are_scaled_and_back() -> None:
    data = read_training_data({"name": "diabetes", "target_scaling": "standardize"}, network(10, outputs=1), NOWHERE)
    assert data.targets.mean() == pytest.approx(0)
    assert data.targets.std() == pytest.approx(1)
    np.testing.assert_allclose(
        unscale_targets(data.targets, data.description["target_scaling"]), load("diabetes", "train", NOWHERE).targets
    )


def test_a_description_is_enough_to_do_it_again() -> None:
    asked = {"name": "spirals", "noise": 0.2, "seed": 5, "examples": 30, "encoding": "one_hot", "validation": "test"}
    data = read_training_data({**asked, "scaling": "minmax"}, network(2, outputs=2), NOWHERE)
    inputs, targets, loaded = load_encoded(data.network, data.description, "test", NOWHERE)
    assert data.validation is not None
    np.testing.assert_array_equal(inputs, data.validation[0])
    np.testing.assert_array_equal(targets, data.validation[1])
    assert len(loaded) == 30
    assert data.description["options"] == {"examples": 30, "noise": 0.2, "seed": 5, "classes": 2}


def test_numbers_may_be_given() -> None:
    value = {"inputs": [[1, 2], [3, 4]], "targets": [0, 1], "validation": {"inputs": [[0, 0]], "targets": [1]}}
    data = read_training_data(value, network(2, dtype="float32"), NOWHERE)
    assert data.inputs.dtype == np.float32
    assert data.targets.tolist() == [0, 1]
    assert data.validation is not None
    assert data.validation[0].shape == (1, 2)


@pytest.mark.parametrize(
    ("value", "pointers"),
    [
        ("iris", [""]),
        ({}, [""]),
        ({"name": 3, "split": 4}, ["/name", "/split"]),
        ({"name": "iris", "scaling": "log", "encoding": "two_hot", "noise": 1}, ["/scaling", "/encoding", "/noise"]),
        ({"name": "iris", "target_scaling": "minmax"}, ["/target_scaling"]),
        ({"name": "iris", "split": "x"}, ["/split"]),
        ({"name": "iris", "validation": "x"}, ["/validation"]),
        ({"name": "wine"}, ["/name"]),
        ({"inputs": [[1, 2, 3, "4"]], "targets": [None]}, ["/inputs/0/3", "/targets/0"]),
        ({"inputs": [[1, 2, 3, 4]], "targets": [1], "validation": {"inputs": 1}}, ["/validation"]),
    ],
)
def test_what_is_wrong_is_named(value: Any, pointers: list[str]) -> None:
    with pytest.raises(NetworkError) as caught:
        read_training_data(value, network(4), NOWHERE)
    assert [problem.pointer for problem in caught.value.problems] == pointers


def test_a_data_set_that_is_not_here() -> None:
    with pytest.raises(NotFound):
        read_training_data({"name": "mnist"}, network(28, 28, 1), NOWHERE)
