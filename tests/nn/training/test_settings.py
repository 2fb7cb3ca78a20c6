"""Reading a training's document: defaults, what is written back, and every mistake at its place."""

from typing import Any

import jsonschema
import pytest

from app.nn.training import Training, training_schema
from tests.nn.networks import build, dense, problems_of

NETWORK = build(dense(4, "relu", name="hidden"), dense(3, "softmax", name="output"), shape=(2,))
IMAGES = build({"kind": "Flatten"}, dense(3, "softmax", name="output"), shape=(8, 8, 1))


def read(document: Any, network: Any = NETWORK) -> Training:
    return Training.from_document(document, network)


def test_defaults_are_those_of_keras() -> None:
    training = read({"loss": "sparse_categorical_crossentropy"})
    assert training.optimizer.name == "rmsprop"
    assert (training.epochs, training.batch_size, training.shuffle, training.validation_split) == (1, 32, True, 0.0)
    assert training.to_document() == {"loss": "sparse_categorical_crossentropy"}


FULL: dict[str, Any] = {
    "loss": {"name": "categorical_crossentropy", "label_smoothing": 0.1},
    "optimizer": {"name": "adam", "learning_rate": 0.01, "clipnorm": 1.0},
    "metrics": ["acc", {"name": "top_k_categorical_accuracy", "k": 2}],
    "epochs": 5,
    "batch_size": 8,
    "validation_split": 0.25,
    "shuffle": False,
    "seed": 9,
    "class_weight": {"0": 1.0, "2": 2.5},
    "callbacks": [{"name": "early_stopping", "monitor": "val_acc", "patience": 3}],
    "terminate_on_nan": False,
    "regularizers": [{"parameter": "kernel", "layers": ["hidden"], "l1": 0.0, "l2": 0.01}],
    "freeze": [{"layer": "output", "node": [1]}, {"layer": "hidden", "parameter": "kernel", "index": [0, 1]}],
}


def test_a_document_comes_back_as_it_was_written() -> None:
    assert read(FULL).to_document() == FULL
    jsonschema.Draft202012Validator(training_schema()).validate(FULL)
    augmented = {**FULL, "augmentation": ["random_flip", {"name": "random_translation", "height": 1}], "freeze": []}
    del augmented["regularizers"]
    jsonschema.Draft202012Validator(training_schema()).validate(augmented)
    assert read(augmented, IMAGES).to_document()["augmentation"] == augmented["augmentation"]


@pytest.mark.parametrize(
    ("change", "pointer", "words"),
    [
        ({"loss": "crossentropy"}, "/loss", "there are mean_squared_error"),
        ({"optimizer": {"name": "adam", "lr": 1}}, "/optimizer/lr", "learning_rate"),
        ({"metrics": ["accuracy", "roc"]}, "/metrics/1", "no metric"),
        ({"metrics": ["accuracy", "accuracy"]}, "/metrics/1", "twice"),
        ({"metrics": ["confusion_matrix"]}, "/metrics/0", "evaluating"),
        ({"metrics": ["mae"], "loss": "sparse_categorical_crossentropy"}, "/metrics/0", "classes"),
        ({"epochs": 0}, "/epochs", "from 1"),
        ({"batch_size": 1.5}, "/batch_size", "integer"),
        ({"validation_split": 1}, "/validation_split", "below 1"),
        ({"class_weight": {"one": 1}}, "/class_weight/one", "class"),
        ({"class_weight": {"3": 1}}, "/class_weight/3", "there are 3"),
        ({"callbacks": [{"name": "early_stopping", "monitor": "val_mae"}]}, "/callbacks/0/monitor", "val_loss"),
        ({"callbacks": ["checkpoint"]}, "/callbacks/0", "early_stopping"),
        ({"regularizers": [{"layers": ["hiden"]}]}, "/regularizers/0/layers/0", "hiden"),
        ({"regularizers": [{"parameter": "gamma"}]}, "/regularizers/0/parameter", "bias, kernel"),
        ({"freeze": [{"layer": "hidden", "parameter": "bias", "index": [4]}]}, "/freeze/0/index/0", "0 to 3"),
        ({"freeze": [{"layer": "hidden", "node": [4]}]}, "/freeze/0/node/0", "0 to 3"),
        ({"freeze": [{"layer": "x"}]}, "/freeze/0/layer", "no layer"),
        ({"augmentation": ["random_flip"]}, "/augmentation/0", "images"),
        ({"learning_rate": 0.1}, "/learning_rate", "no field"),
    ],
    ids=str,
)
def test_mistakes_are_reported_where_they_are(change: dict[str, Any], pointer: str, words: str) -> None:
    base = {"loss": "categorical_crossentropy", "metrics": ["accuracy"]}
    problems = problems_of(lambda: read({**base, **change}))
    assert words in problems[pointer]


def test_all_mistakes_are_reported_at_once_and_other_fields_are_left_alone() -> None:
    wrong = {"loss": "mse", "epochs": -1, "optimizer": "best", "freeze": [{}]}
    assert set(problems_of(lambda: read(wrong))) == {"/epochs", "/optimizer", "/freeze/0"}
    training = Training.from_document({"loss": "mse", "dataset": {"name": "iris"}}, NETWORK, ("dataset",))
    assert training.loss.name == "mean_squared_error"
    assert "needs loss" in problems_of(lambda: read({}))[""]
    assert "expected an object" in problems_of(lambda: read([]))[""]
