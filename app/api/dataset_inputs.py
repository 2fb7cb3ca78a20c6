"""Inputs that name examples of a data set: `{"dataset": {"name": "digits", "split": "test", "index": 3}}`.

They are read once, where the body is; what computes then takes the examples as it takes any other inputs.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from app.api.call import Call, Cost
from app.api.random_inputs import read_random
from app.datasets import Dataset, Folders, LoadedDataset, find_dataset, load_from, part_of
from app.datasets.fitting import fit_inputs
from app.errors import NotFound
from app.nn.errors import NetworkError, Problem
from app.nn.inputs import input_dtype, read_inputs
from app.nn.network import Network
from app.nn.reading import Array, describe, is_integer, read_fields

FIELDS = ("name", "split", "index", "start", "count")
READING_SECONDS = 2e-3  # never on the event loop: files are read
BYTES_PER_NUMBER = 24


@dataclass(frozen=True)
class DatasetInputs:
    """Examples of a data set that a request names: `reference` is what stood there."""

    reference: Mapping[str, Any]
    loaded: LoadedDataset
    batched: bool

    def __len__(self) -> int:
        """Return how many examples there are."""
        return len(self.loaded)

    def fit(self, network: Network) -> tuple[Array, bool]:
        """Return the examples as a batch for the network, and whether the request asked for a batch."""
        try:
            return read_inputs(network, fit_inputs(self.loaded, network.input, input_dtype(network)))[0], self.batched
        except NetworkError as error:
            raise error.within("/dataset") from None


@dataclass(frozen=True)
class _Asked:
    dataset: Dataset
    split: str
    options: Mapping[str, Any]
    start: int
    stop: int
    batched: bool


async def resolve_inputs(call: Call, body: BaseModel) -> None:
    """Put the examples into a request whose `inputs` name them, or ask for random ones; any other stays as it is.

    Raises `NotFound` and `NetworkError` with pointers below /inputs.
    """
    reference = getattr(body, "inputs", None)
    if not isinstance(reference, dict) or "network" not in type(body).model_fields:
        return
    if "random" in reference and getattr(type(body), "takes_random_inputs", False):
        try:
            body.inputs = read_random(reference)  # type: ignore[attr-defined]
        except NetworkError as error:
            raise error.within("/inputs") from None
        return
    folders = call.services.dataset_folders
    try:
        asked = await call.run(Cost(READING_SECONDS), _read, reference, folders)
        count = asked.stop - asked.start
        memory = count * math.prod(asked.dataset.shape) * BYTES_PER_NUMBER
        loaded = await call.run(Cost(memory_bytes=memory), _load, asked, folders)
    except NetworkError as error:
        raise error.within("/inputs") from None
    except NotFound as error:
        raise NotFound(problem.within("/inputs") for problem in error.problems) from None
    body.inputs = DatasetInputs(reference, loaded, asked.batched)  # type: ignore[attr-defined]


def _read(reference: Mapping[str, Any], folders: Folders) -> _Asked:
    outer, problems = read_fields(reference, ("dataset",), "inputs", required=("dataset",))
    if problems:
        raise NetworkError(problems)
    try:
        return _read_dataset(outer["dataset"], folders)
    except NetworkError as error:
        raise error.within("/dataset") from None
    except NotFound as error:
        raise NotFound(problem.within("/dataset") for problem in error.problems) from None


def _read_dataset(value: object, folders: Folders) -> _Asked:
    if not isinstance(value, dict):
        detail = f"dataset is {describe(value)}; expected an object with name, split and index"
        raise NetworkError([Problem("", detail, "an object", describe(value))])
    name: Any = value.get("name")
    split: Any = value.get("split", "test")
    problems = [
        Problem(f"/{field}", f"{field} is {describe(text)}; expected a text", "a text", describe(text))
        for field, text in (("name", name), ("split", split))
        if not isinstance(text, str)
    ]
    for field in ("index", "start", "count"):
        least = 1 if field == "count" else 0
        if field in value and not is_integer(value[field], least):
            expected = f"an integer from {least} on"
            received = describe(value[field])
            problems.append(Problem(f"/{field}", f"{field} is {received}; expected {expected}", expected, received))
    if "index" in value and ("start" in value or "count" in value):
        detail = "index means one example, start and count a batch of them; expected one or the other"
        problems.append(Problem("/index", detail, "index, or start and count"))
    if problems:
        raise NetworkError(problems)
    dataset = find_dataset(name, folders)
    options = dataset.read_options({field: item for field, item in value.items() if field not in FIELDS})
    size = part_of(dataset, split, options)
    batched = "index" not in value and ("start" in value or "count" in value)
    first = "start" if batched else "index"
    start = value.get(first, 0)
    if start >= size:
        raise _outside(name, split, size, first, start, f"0 to {size - 1:,}")
    count = value.get("count", size - start) if batched else 1
    if start + count > size:
        raise _outside(name, split, size, "count", count, f"1 to {size - start:,}")
    stop = start + count
    return _Asked(dataset, split, options, start, stop, batched)


def _outside(name: str, split: str, size: int, field: str, value: int, expected: str) -> NetworkError:
    detail = f"{field} is {value}, but the split {split} of {name} has {size:,} examples; expected {expected}"
    return NetworkError([Problem(f"/{field}", detail, expected, str(value))])


def _load(asked: _Asked, folders: Folders) -> LoadedDataset:
    try:
        return load_from(asked.dataset, asked.split, folders, asked.options, asked.start, asked.stop)
    except NetworkError as error:
        raise error.within("/dataset") from None
    except NotFound as error:
        raise NotFound(problem.within("/dataset") for problem in error.problems) from None
