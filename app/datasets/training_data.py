"""From the `dataset` of a training's document to arrays: a data set by name with its options, or numbers given.

read_training_data({"name": "wine", "scaling": "standardize"}, network, folders)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from app.datasets import Folders, LoadedDataset, find_dataset, load_from
from app.datasets.fitting import fit_inputs
from app.datasets.scaling import (
    ENCODINGS,
    SCALINGS,
    check_choice,
    encode_classes,
    fit_scaling,
    fit_target_scaling,
    scale_targets,
)
from app.nn.errors import NetworkError, Problem
from app.nn.inputs import input_dtype
from app.nn.network import Network
from app.nn.reading import Array, describe, read_array, read_fields

FIELDS = ("name", "split", "validation", "scaling", "target_scaling", "encoding")
GIVEN_FIELDS = ("inputs", "targets", "validation")

_NUMBERS = {"anyOf": [{"type": "number"}, {"type": "array", "items": {}}]}
TRAINING_DATA_SCHEMA: dict[str, Any] = {
    "title": "Training data",
    "anyOf": [
        {
            "type": "object",
            "title": "A data set",
            "description": "Other fields are the data set's options, such as `noise`, `seed` and `test_split`.",
            "properties": {
                "name": {"type": "string"},
                "split": {"type": "string", "default": "train", "description": "What is trained on."},
                "validation": {
                    "anyOf": [{"type": "string"}, {"type": "null"}],
                    "default": None,
                    "description": "A split to measure after each epoch, such as `test`.",
                },
                "scaling": {
                    "enum": [*SCALINGS, None],
                    "default": None,
                    "description": "Of the inputs, by what the training split holds; kept in the trained network.",
                },
                "target_scaling": {"enum": [*SCALINGS, None], "default": None, "description": "Of numbers to predict."},
                "encoding": {"enum": list(ENCODINGS), "default": "integer", "description": "Of classes."},
            },
            "required": ["name"],
        },
        {
            "type": "object",
            "title": "Numbers",
            "properties": {
                "inputs": _NUMBERS,
                "targets": _NUMBERS,
                "validation": {
                    "type": "object",
                    "properties": {"inputs": _NUMBERS, "targets": _NUMBERS},
                    "required": ["inputs", "targets"],
                    "additionalProperties": False,
                },
            },
            "required": ["inputs", "targets"],
            "additionalProperties": False,
        },
    ],
}


@dataclass(frozen=True)
class TrainingData:
    """What to train with. `network` is the network that was asked about with the scaling in its document.

    `inputs` have its input shape and dtype behind the batch axis, `targets` are encoded and scaled, `validation` is
    the same of another split, or `None`. `description` is what is kept with the result: the data set with all its
    options, and what was fitted.
    """

    network: Network
    inputs: Array
    targets: Array
    validation: tuple[Array, Array] | None = None
    classes: tuple[str, ...] = ()
    description: Mapping[str, Any] = field(default_factory=dict)


def read_training_data(value: object, network: Network, folders: Folders) -> TrainingData:
    """Read what a training's document says of its data, and load it.

    Raises `NetworkError` with pointers into `value`, and `NotFound` for a data set that is unknown or not here.
    """
    if not isinstance(value, dict):
        expected = "an object with the name of a data set, or with inputs and targets"
        detail = f"the data set is {describe(value)}; expected {expected}"
        raise NetworkError([Problem("", detail, expected, describe(value))])
    return _given(value, network) if "name" not in value else _named(value, network, folders)


def load_encoded(
    network: Network, description: Mapping[str, Any], split: str, folders: Folders
) -> tuple[Array, Array, LoadedDataset]:
    """Return inputs and targets of a split as a training did, whose `description` was kept, and the split itself.

    `network` is the trained one, or any with its preprocessing. Raises as `read_training_data`.
    """
    dataset = find_dataset(str(description["name"]), folders)
    loaded = load_from(dataset, split, folders, description["options"])
    inputs = fit_inputs(loaded, network.input, input_dtype(network))
    return inputs, _encoded(loaded, description), loaded


def _named(value: Mapping[str, Any], network: Network, folders: Folders) -> TrainingData:
    problems = [
        Problem(f"/{name}", f"{name} is {describe(value[name])}; expected a text", "a text", describe(value[name]))
        for name in ("name", "split", "validation")
        if name in value and not isinstance(value[name], str) and (name != "validation" or value[name] is not None)
    ]
    if problems:
        raise NetworkError(problems)
    dataset = find_dataset(value["name"], folders)
    chosen = {name: value.get(name) for name in ("scaling", "target_scaling", "encoding")}
    for name, choices in (("scaling", SCALINGS), ("target_scaling", SCALINGS), ("encoding", ENCODINGS)):
        try:
            check_choice(name, chosen[name], choices)
            _check_task(name, chosen[name], dataset.task)
        except NetworkError as error:
            problems += error.problems
    try:
        options = dataset.read_options({name: one for name, one in value.items() if name not in FIELDS})
    except NetworkError as error:
        problems += error.problems
    if problems:
        raise NetworkError(problems)
    split, validation = value.get("split", "train"), value.get("validation")
    loaded = load_from(dataset, split, folders, options)
    if chosen["scaling"] is not None:
        network = _with_preprocessing(
            network, {**network.input.preprocessing, **fit_scaling(chosen["scaling"], loaded)}
        )
    description: dict[str, Any] = {
        "name": dataset.name,
        "split": split,
        "validation": validation,
        "options": options,
        "classes": list(loaded.classes),
        "scaling": chosen["scaling"],
        "encoding": chosen["encoding"] or "integer",
        "target_scaling": None,
    }
    if chosen["target_scaling"] is not None:
        fitted = fit_target_scaling(chosen["target_scaling"], loaded.targets)
        description["target_scaling"] = {"method": chosen["target_scaling"], **fitted}
    inputs = fit_inputs(loaded, network.input, input_dtype(network))
    measured = None
    if validation is not None:
        try:
            measured = load_encoded(network, description, validation, folders)[:2]
        except NetworkError as error:
            raise NetworkError(
                replace(one, pointer="/validation") if one.pointer == "/split" else one for one in error.problems
            ) from None
    return TrainingData(network, inputs, _encoded(loaded, description), measured, loaded.classes, description)


def _check_task(name: str, chosen: str | None, task: str) -> None:
    if chosen is None or name == "scaling" or chosen == "integer":
        return
    wanted = "classification" if name == "encoding" else "regression"
    if task != wanted:
        detail = f"{name} is for a {wanted}; this data set is for a {task}"
        raise NetworkError([Problem(f"/{name}", detail, f"no {name}", chosen)])


def _encoded(loaded: LoadedDataset, description: Mapping[str, Any]) -> Array:
    if loaded.task == "classification":
        return encode_classes(loaded.targets, description["encoding"], len(loaded.classes))
    scaling = description["target_scaling"]
    return loaded.targets if scaling is None else scale_targets(loaded.targets, scaling)


def _with_preprocessing(network: Network, preprocessing: Mapping[str, Any]) -> Network:
    """Return the same network whose document has another preprocessing."""
    spec = replace(network.input, preprocessing=preprocessing)
    document = {**network.document, "input": {**network.document["input"], "preprocessing": dict(preprocessing)}}
    return replace(network, input=spec, document=document)


def _given(value: Mapping[str, Any], network: Network) -> TrainingData:
    inputs, targets, problems = _read_pair(value, network, GIVEN_FIELDS)
    validation = None
    if value.get("validation") is not None:
        *pair, found = _read_pair(value["validation"], network, GIVEN_FIELDS[:2])
        problems += [problem.within("/validation") for problem in found]
        validation = (pair[0], pair[1])
    if problems:
        raise NetworkError(problems)
    return TrainingData(network, inputs, targets, validation, (), {"given": len(inputs)})


def _read_pair(value: object, network: Network, allowed: tuple[str, ...]) -> tuple[Any, Any, list[Problem]]:
    fields, problems = read_fields(value, allowed, "the data", required=("inputs", "targets"))
    if problems:
        return None, None, problems
    inputs, found = read_array(fields["inputs"], input_dtype(network))
    problems += [problem.within("/inputs") for problem in found]
    targets, found = read_array(fields["targets"], np.dtype(np.float64))
    problems += [problem.within("/targets") for problem in found]
    return inputs, targets, problems
