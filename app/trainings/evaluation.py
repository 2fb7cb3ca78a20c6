"""Evaluating a network on examples: loss and metrics, by default those that it was trained with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.datasets import Folders
from app.errors import NotFound
from app.nn.errors import NetworkError, Problem
from app.nn.losses import LOSS, Loss
from app.nn.metrics import Metric
from app.nn.network import Network
from app.nn.reading import Array
from app.nn.training import evaluate
from app.nn.training.settings import MetricList
from app.trainings.examples import load_source
from app.trainings.plan import Source, read_source

MOST_CLASSES = 200
"""A confusion matrix of more classes is not sent."""


@dataclass(frozen=True)
class Evaluation:
    """What to evaluate on, and how; `arrays` are the examples where the request holds them."""

    source: Source
    loss: Loss
    metrics: tuple[tuple[str, Metric], ...]
    arrays: Mapping[str, Array]


def read_evaluation(
    network: Network, dataset: object, split: str, loss: object, metrics: object, folders: Folders
) -> Evaluation:
    """Read what to evaluate; raises `NetworkError` with every mistake, and `NotFound`."""
    problems: list[Problem] = []
    arrays: dict[str, Array] = {}
    source = None
    if isinstance(dataset, dict) and "name" in dataset:
        dataset = {"split": split, **dataset}
    try:
        source = read_source(dataset, network, folders, arrays, "")
    except NetworkError as error:
        problems += error.within("/dataset").problems
    except NotFound as error:
        raise NotFound(problem.within("/dataset") for problem in error.problems) from None
    trained = network.document.get("training", {})
    if loss is None:
        loss = trained.get("loss") or default_loss(network)
    chosen, found = LOSS.read(loss)
    problems += [problem.within("/loss") for problem in found]
    if metrics is None:
        metrics = trained.get("metrics")
        if metrics is None:
            metrics = ["accuracy"] if chosen is not None and "crossentropy" in chosen.name else []
    measured, found = MetricList().read(metrics)
    problems += [problem.within("/metrics") for problem in found]
    if problems or source is None:
        raise NetworkError(problems)
    outputs = network.output.output_shape[-1]
    for position, (key, metric) in enumerate(measured):
        reason = metric.problem(outputs, chosen.targets == "classes")
        if reason:
            problems.append(Problem(f"/metrics/{position}", reason, "another metric", key))
    if problems:
        raise NetworkError(problems)
    return Evaluation(source, chosen, measured, arrays)


def default_loss(network: Network) -> str:
    """Return the loss that goes with a network's output."""
    activation = network.output.layer.bound_activation
    name = None if activation is None else activation.name
    if name == "softmax":
        return "sparse_categorical_crossentropy"
    return "binary_crossentropy" if name == "sigmoid" else "mean_squared_error"


def evaluate_network(network: Network, asked: Evaluation, folders: Folders) -> dict[str, Any]:
    """Return loss, metrics, the number of examples and, for a classifier, the confusion matrix.

    Raises `NetworkError` with pointers below /dataset.
    """
    try:
        inputs, targets, loaded = load_source(asked.source, "", asked.loss, network, folders, asked.arrays)
        outputs = network.output.output_shape
        matrix = loaded is not None and bool(loaded.classes) and max(outputs) <= MOST_CLASSES
        results = evaluate(network, asked.loss, inputs, targets, asked.metrics, confusion_matrix=matrix)
    except NetworkError as error:
        raise error.within("/dataset") from None
    answer: dict[str, Any] = dict(results)
    if loaded is not None and loaded.classes:
        answer["classes"] = list(loaded.classes)
    return {**answer, "count": len(inputs)}
