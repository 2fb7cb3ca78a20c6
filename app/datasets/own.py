"""Data sets that people brought: each in a folder of its own, written at once, read without loading all of it.

own/NAME/dataset.json   what it holds
own/NAME/inputs.npy     (n, features) float64
own/NAME/targets.npy    (n,) int64 or (n, 1) float64
"""

import os
import re
import secrets
import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from app.datasets.csv_reading import Table
from app.datasets.record import Dataset, Folders, Options, Samples
from app.datasets.splitting import can_stratify, split, split_sizes
from app.datasets.tables import SPLIT_OPTIONS
from app.errors import InvalidRequest, NotFound, TooLarge
from app.nn.errors import Problem

FOLDER = "own"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
NAME_RULE = "1 to 60 small letters, digits, - and _, the first a letter or digit"


def list_own(folders: Folders) -> list[Dataset]:
    """Return the data sets that people brought, by name."""
    folder = folders.data / FOLDER
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    return [found for found in (find_own(name, folders) for name in names) if found is not None]


def find_own(name: str, folders: Folders) -> Dataset | None:
    """Return the record of a data set that somebody brought, if there is one of that name."""
    if not NAME.fullmatch(name):
        return None
    try:
        described = orjson.loads((folders.data / FOLDER / name / "dataset.json").read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    return _record(name, described)


def _record(name: str, described: Mapping[str, Any]) -> Dataset:
    return Dataset(
        name=name,
        title=described["title"],
        description=described["description"],
        task=described["task"],
        shape=(len(described["features"]),),
        sizes=partial(_sizes, described["count"]),
        read=_read,
        source="brought by somebody",
        licence="whatever its owner says",
        classes=tuple(described["classes"]),
        features=tuple(described["features"]),
        target=described["target"],
        options=SPLIT_OPTIONS,
        own=True,
        details={"columns": described["columns"], "dropped": described["dropped"]},
    )


def store_own(name: str, title: str, description: str, table: Table, folders: Folders, most: int) -> Dataset:
    """Keep a table under a name that no data set has yet.

    Raises `InvalidRequest` for a name that is taken, `TooLarge` if there are `most` already, `OSError` for the disk.
    """
    folder = folders.data / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    if len(list_own(folders)) >= most:
        detail = f"{most:,} data sets are kept, the most that this server keeps; delete one first"
        raise TooLarge(Problem("", detail, f"at most {most:,} data sets"))
    described = {
        "title": title,
        "description": description,
        "task": table.task,
        "features": table.features,
        "target": table.target,
        "classes": table.classes,
        "columns": table.columns,
        "dropped": table.dropped,
        "count": len(table.targets),
    }
    temporary = folder / f".{secrets.token_hex(8)}"
    temporary.mkdir()
    try:
        np.save(temporary / "inputs.npy", table.inputs)
        np.save(temporary / "targets.npy", table.targets)
        (temporary / "dataset.json").write_bytes(orjson.dumps(described))
        for path in temporary.iterdir():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        try:
            temporary.rename(folder / name)  # fails where there is one
        except OSError:
            if not (folder / name).exists():
                raise
            raise _taken(name) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return _record(name, described)


def _taken(name: str) -> InvalidRequest:
    detail = f'a data set is called "{name}" already; choose another name, or delete that one'
    return InvalidRequest(Problem("/name", detail, "another name", name))


def check_name(name: str, taken: Mapping[str, Any]) -> None:
    """Refuse a name that cannot be that of a new data set; raises `InvalidRequest`."""
    if not NAME.fullmatch(name):
        raise InvalidRequest(Problem("/name", f"the name is “{name[:60]}”; expected {NAME_RULE}", NAME_RULE, name[:60]))
    if name in taken:
        raise _taken(name)


def delete_own(name: str, folders: Folders) -> None:
    """Delete a data set; raises `NotFound`, `OSError`."""
    folder = folders.data / FOLDER
    gone = folder / f".{secrets.token_hex(8)}"
    try:
        if find_own(name, folders) is None:
            raise FileNotFoundError
        (folder / name).rename(gone)
    except FileNotFoundError:  # also where another request deletes it at the same time
        raise NotFound(Problem("/name", f'no data set of yours is called "{name[:60]}"')) from None
    shutil.rmtree(gone)


def _sizes(count: int, options: Options) -> Mapping[str, int]:
    training, test = split_sizes(count, float(options["test_split"]))
    return {"train": training, "test": test}


def _read(dataset: Dataset, split_name: str, start: int, stop: int, options: Options, folders: Folders) -> Samples:
    folder = folders.data / FOLDER / dataset.name
    try:
        inputs, targets = _array(folder / "inputs.npy"), _array(folder / "targets.npy")
    except FileNotFoundError:
        raise NotFound(Problem("/name", f'the data set "{dataset.name}" was just deleted')) from None
    share, seed = float(options["test_split"]), int(options["seed"])
    classes = np.asarray(targets) if dataset.task == "classification" else None
    if classes is not None and not can_stratify(classes, share):
        classes = None
    training, test = split(len(targets), share, seed, classes)
    chosen = (training if split_name == "train" else test)[start:stop]
    return Samples(np.asarray(inputs[chosen]), np.asarray(targets[chosen]))


def _array(path: Path) -> np.memmap[Any, np.dtype[Any]]:
    loaded: np.memmap[Any, np.dtype[Any]] = np.load(path, mmap_mode="r", allow_pickle=False)
    return loaded
