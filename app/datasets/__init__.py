"""Data sets: tables and pictures to learn from, problems made from a seed, and tables that people bring.

    DATASETS["digits"]                                    the record of one
    load("digits", "train", folder).inputs                (1437, 8, 8, 1), from 0 to 1
    load("spirals", "test", folder, noise=0.2, seed=1)    a problem with options
    load("cifar10", "train", folder, start=0, stop=64)    part of a split, reading no more than that

`folder` is where downloaded data sets and people's own are kept, or `Folders` with a second one.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.datasets.files import Files, missing
from app.datasets.own import find_own, list_own
from app.datasets.pictures import PICTURES
from app.datasets.problems import PROBLEMS
from app.datasets.record import Dataset, Folders, LoadedDataset, Option, Options, Samples
from app.datasets.tables import TABLES
from app.errors import NotFound
from app.nn.errors import NetworkError, Problem

__all__ = [
    "DATASETS",
    "Dataset",
    "Files",
    "Folders",
    "LoadedDataset",
    "Option",
    "Options",
    "Samples",
    "all_datasets",
    "find_dataset",
    "is_here",
    "load",
    "load_from",
    "part_of",
]

DATASETS: Mapping[str, Dataset] = {dataset.name: dataset for dataset in (*TABLES, *PICTURES, *PROBLEMS)}
"""The data sets that Vitrine knows, in the order to show them."""


def all_datasets(folders: Folders) -> list[Dataset]:
    """Return all data sets: those that Vitrine knows, then those that people brought."""
    return [*DATASETS.values(), *list_own(folders)]


def find_dataset(name: str, folders: Folders) -> Dataset:
    """Return the record of a data set; raises `NotFound`."""
    found = DATASETS.get(name) or find_own(name, folders)
    if found is not None:
        return found
    known = ", ".join(dataset.name for dataset in all_datasets(folders))
    detail = f'no data set is called "{name[:60]}"; there are: {known}'
    raise NotFound(Problem("/name", detail, "the name of a data set", name[:60]))


def is_here(dataset: Dataset, folders: Folders) -> bool:
    """Tell whether a data set can be read: nothing has to be downloaded first."""
    return dataset.files is None or not missing(dataset.files, folders)


def load(
    name: str,
    split: str,
    folder: Path | Folders,
    *,
    start: int = 0,
    stop: int | None = None,
    **options: Any,
) -> LoadedDataset:
    """Load a split of a data set, or its examples `start` to `stop`.

    Raises `NotFound` for a data set that is unknown or not here, and `NetworkError` for a split or an option that it
    does not have (with pointers to `/split` or the option's name) and for files that are damaged.
    """
    folders = folder if isinstance(folder, Folders) else Folders(folder)
    return load_from(find_dataset(name, folders), split, folders, options, start, stop)


def load_from(
    dataset: Dataset,
    split: str,
    folders: Folders,
    options: Mapping[str, Any],
    start: int = 0,
    stop: int | None = None,
) -> LoadedDataset:
    """Load part of a data set whose record is known; see `load`."""
    chosen = dataset.read_options(options)
    size = part_of(dataset, split, chosen)
    first = min(max(start, 0), size)
    last = size if stop is None else min(max(stop, first), size)
    samples = dataset.read(dataset, split, first, last, chosen, folders)
    return LoadedDataset(dataset, split, chosen, samples, first)


def part_of(dataset: Dataset, split: str, options: Options) -> int:
    """Return how many examples a split has; raises `NetworkError` if the data set has no such split."""
    sizes = dataset.sizes(options)
    if split not in sizes:
        names = " or ".join(sizes)
        detail = f'{dataset.name} has no split "{split[:60]}"; expected {names}'
        raise NetworkError([Problem("/split", detail, names, split[:60])])
    return sizes[split]
