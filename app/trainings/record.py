"""What is known of a training: a small file that its job keeps up to date, beside what every job has."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.api.encoding import encode, plain
from app.jobs.files import read_json, replace_file

FILE = "training.json"
EMPTY: Mapping[str, Any] = {
    "epoch": 0,
    "step": 0,
    "batches": None,
    "examples": None,
    "validation_examples": None,
    "history": {},
    "reason": None,
    "health": None,
    "saved": None,
    "checkpoint": None,
    "scaling": None,
    "classes": [],
}


def write_record(folder: Path, record: Mapping[str, Any], *, durable: bool) -> None:
    """Keep a record; raises `OSError`."""
    replace_file(folder / FILE, encode(plain(dict(record))), durable=durable)


def read_record(folder: Path) -> dict[str, Any]:
    """Return the record, an empty one before there is any."""
    return {**EMPTY, **(read_json(folder / FILE) or {})}
