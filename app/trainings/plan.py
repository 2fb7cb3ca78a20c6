"""What a training is asked to be: the training's document, and where its examples come from, read and checked.

{"dataset": {"name": "iris"}, "validation_data": {"split": "test"}, "scaling": "standard",
 "loss": "sparse_categorical_crossentropy", "optimizer": "adam", "epochs": 10}
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.datasets import Folders, find_dataset, is_here, load_from, part_of
from app.datasets.fitting import check_fit
from app.errors import NotFound
from app.nn.errors import LimitError, NetworkError, Problem
from app.nn.input_spec import MAXIMUM_NAME
from app.nn.inputs import read_inputs
from app.nn.network import Network
from app.nn.reading import Array, describe, read_array, read_fields
from app.nn.training import Training
from app.nn.training.targets import read_examples
from app.nn.training.vector import frozen_masks, trained_parts
from app.trainings.encoding import encode_targets
from app.trainings.scaling import SCALINGS

OWN_FIELDS = ("network", "dataset", "validation_data", "scaling", "title", "store")
GIVEN = ("inputs", "targets")
SPLIT = "train"
TRIED = 32
"""So many examples are tried before a training is accepted: what does not fit is said at once."""


@dataclass(frozen=True)
class Source:
    """Where examples come from: a split of a data set, or (without a `name`) arrays that the request holds."""

    name: str | None
    split: str
    options: Mapping[str, Any]
    count: int

    def to_document(self) -> dict[str, Any]:
        """Return it as a request writes it, with all options; arrays only by how many examples they hold."""
        if self.name is None:
            return {"given": self.count}
        return {"name": self.name, "split": self.split, **self.options}


@dataclass(frozen=True)
class Plan:
    """A checked request.

    `arrays` are the examples that it holds itself, by `inputs`, `targets`, `validation/inputs`, `validation/targets`.
    `store` says whether the result becomes a stored network.
    """

    training: Training
    source: Source
    validation: Source | None
    scaling: str | None
    title: str | None
    arrays: Mapping[str, Array]
    store: bool = True

    def to_document(self) -> dict[str, Any]:
        """Return the training's document, as it is kept with the result."""
        document: dict[str, Any] = {"dataset": self.source.to_document(), **self.training.to_document()}
        if self.validation is not None:
            document["validation_data"] = self.validation.to_document()
        if self.scaling is not None:
            document["scaling"] = self.scaling
        return document


def read_plan(document: Mapping[str, Any], network: Network, folders: Folders) -> Plan:
    """Read and check a request; reads files of data sets.

    Raises `NetworkError` with every mistake, `NotFound` for a data set that is unknown or not here.
    """
    problems: list[Problem] = []
    training = None
    try:
        training = Training.from_document(document, network, OWN_FIELDS)
    except NetworkError as error:
        problems += error.problems
    arrays: dict[str, Array] = {}
    source = validation = None
    try:
        source = read_source(document.get("dataset"), network, folders, arrays, "")
    except NetworkError as error:
        problems += error.within("/dataset").problems
    except NotFound as error:
        raise NotFound(problem.within("/dataset") for problem in error.problems) from None
    if document.get("validation_data") is not None:
        value = document["validation_data"]
        if isinstance(value, dict) and not value.keys() & {"name", *GIVEN} and source is not None:
            value = {"name": source.name, **source.options, **value} if source.name else value
        try:
            validation = read_source(value, network, folders, arrays, "validation/")
        except NetworkError as error:
            problems += error.within("/validation_data").problems
        except NotFound as error:
            raise NotFound(problem.within("/validation_data") for problem in error.problems) from None
        if document.get("validation_split"):
            detail = "validation_split and validation_data stand together; expected one of them"
            problems.append(Problem("/validation_data", detail, "one of them", "both"))
    scaling = document.get("scaling")
    if scaling is not None and scaling not in SCALINGS:
        expected = ", ".join(SCALINGS)
        detail = f"scaling is {describe(scaling)}; expected one of {expected}"
        problems.append(Problem("/scaling", detail, expected, describe(scaling)))
    elif scaling is not None and network.input.dtype == "int":
        problems.append(Problem("/scaling", "the network takes integers, which are not scaled", "no scaling", scaling))
    elif scaling is not None and network.input.preprocessing.keys() & {"mean", "std"}:
        detail = "the network's input.preprocessing already has a mean or a std; expected it without, or no scaling"
        problems.append(Problem("/scaling", detail, "no scaling", scaling))
    title, store = document.get("title"), document.get("store", True)
    problems += _check_result(title, store)
    if problems or training is None or source is None:
        raise NetworkError(problems)
    plan = Plan(training, source, validation, scaling, title, arrays, store)
    _try(plan, network, folders)
    return plan


def _check_result(title: object, store: object) -> Iterator[Problem]:
    """Say what is wrong with what a request wants of its result."""
    if title is not None and not (isinstance(title, str) and 0 < len(title) <= MAXIMUM_NAME):
        expected = f"a text of 1 to {MAXIMUM_NAME} characters"
        yield Problem("/title", f"title: expected {expected}", expected, describe(title))
    if not isinstance(store, bool):
        yield Problem("/store", f"store is {describe(store)}; expected true or false", "true or false", describe(store))


def read_source(value: object, network: Network, folders: Folders, arrays: dict[str, Array], prefix: str) -> Source:
    """Read where examples come from; arrays that are given go to `arrays`, their names with a `prefix`.

    Raises `NetworkError` and `NotFound`, with pointers into `value`.
    """
    if isinstance(value, dict) and value.keys() & set(GIVEN):
        return _read_given(value, network, arrays, prefix)
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        expected = 'a data set such as {"name": "iris"}, or {"inputs": …, "targets": …}'
        what = describe(value) if value is not None else "nothing"
        raise NetworkError([Problem("", f"expected {expected}; received {what}", expected, what)])
    dataset = find_dataset(value["name"], folders)
    split = value.get("split", SPLIT)
    if not isinstance(split, str):
        raise NetworkError([Problem("/split", f"split is {describe(split)}; expected a text", "a text")])
    options = dataset.read_options({name: item for name, item in value.items() if name not in {"name", "split"}})
    count = part_of(dataset, split, options)
    if not is_here(dataset, folders):
        detail = f"{dataset.name} is not here yet; POST /api/v1/datasets/{dataset.name}/download fetches it"
        raise NotFound(Problem("/name", detail, "a data set that is here", dataset.name))
    return Source(dataset.name, split, options, count)


def _read_given(value: Mapping[str, Any], network: Network, arrays: dict[str, Array], prefix: str) -> Source:
    fields, problems = read_fields(value, GIVEN, "the data", required=GIVEN)
    if problems:
        raise NetworkError(problems)
    try:
        inputs, batched = read_inputs(network, fields["inputs"])
        if not batched:
            raise NetworkError([Problem("", "inputs hold one example without a batch; expected a list of examples")])
    except NetworkError as error:
        problems += error.within("/inputs").problems
    targets, found = read_array(fields["targets"], np.dtype(np.float64))
    problems += [problem.within("/targets") for problem in found]
    if problems or targets is None:
        raise NetworkError(problems)
    if targets.size and (targets == np.floor(targets)).all() and np.abs(targets).max() < 2**53:
        targets = targets.astype(np.int64)
    arrays[f"{prefix}inputs"], arrays[f"{prefix}targets"] = inputs, targets
    return Source(None, "", {}, len(inputs))


def _try(plan: Plan, network: Network, folders: Folders) -> None:
    """Refuse before anything is begun what a trainer would refuse: examples that do not fit, by the first of them."""
    for source, prefix, place in ((plan.source, "", "/dataset"), (plan.validation, "validation/", "/validation_data")):
        if source is None:
            continue
        try:
            if source.name is None:
                inputs, targets = plan.arrays[f"{prefix}inputs"], plan.arrays[f"{prefix}targets"]
            else:
                dataset = find_dataset(source.name, folders)
                loaded = load_from(dataset, source.split, folders, source.options, 0, TRIED)
                check_fit(loaded, network.input)
                inputs = np.zeros((len(loaded), *network.input.shape), dtype=network.dtype)
                targets = encode_targets(loaded.targets, plan.training.loss, network, loaded.classes)
            read_examples(network, plan.training.loss, inputs, targets, plan.training.class_weight)
        except LimitError:
            raise
        except NetworkError as error:
            raise error.within(place) from None
    trained_parts(network, frozen_masks(network, plan.training.freeze))
    plan.training.check_monitors(validated=plan.validation is not None or plan.training.validation_split > 0)
    count = plan.source.count
    if plan.training.validation_split and plan.training.validation_count(count) in {0, count}:
        detail = f"a validation_split of {plan.training.validation_split:g} of {count} examples leaves one side empty"
        raise NetworkError([Problem("/validation_split", detail, "some examples on both sides")])
