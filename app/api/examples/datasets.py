"""Examples of the calls about data sets."""

from collections.abc import Mapping
from typing import Any

from app.api.examples.example import Example
from app.api.examples.jobs import JOB

_SPLIT_OPTION = {
    "type": "number",
    "default": 0.2,
    "minimum": 0.05,
    "maximum": 0.95,
    "description": "The share of the examples that is kept for testing.",
}
_SEED_OPTION = {
    "type": "integer",
    "default": 0,
    "minimum": 0,
    "maximum": 4294967295,
    "description": "What the division into training and test examples is drawn from.",
}
DIGITS_DATASET: dict[str, Any] = {
    "name": "digits",
    "title": "Handwritten digits, 8×8",
    "description": "1,797 small pictures of handwritten digits, as they come with scikit-learn; grey from 0 to 16, "
    "divided by 16.",
    "task": "classification",
    "shape": [8, 8, 1],
    "classes": ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    "features": [],
    "target": "digit",
    "splits": {"train": 1437, "test": 360},
    "levels": 16,
    "options": {"test_split": _SPLIT_OPTION, "seed": _SEED_OPTION},
    "source": "https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
    "licence": "CC BY 4.0",
    "own": False,
    "here": True,
    "download": None,
}
"""What is said of a data set that comes with Vitrine."""

EXAMPLES: Mapping[str, Example] = {
    "list_datasets": Example(answer=[DIGITS_DATASET]),
    "get_dataset": Example(answer=DIGITS_DATASET, parameters={"name": "digits"}),
    "get_samples": Example(
        answer={
            "name": "xor",
            "split": "train",
            "start": 0,
            "count": 2,
            "total": 400,
            "shape": [2],
            "classes": ["0", "1"],
            "inputs": [[0.24536046296491354, -0.8823805746144947], [-0.4540595037860258, -0.7773645666782709]],
            "targets": [1, 0],
        },
        parameters={"name": "xor", "count": 2},
    ),
    "create_dataset": Example(
        answer={
            "name": "flowers",
            "title": "flowers",
            "description": "6 examples of flowers.",
            "task": "classification",
            "shape": [3],
            "classes": ["rose", "tulip"],
            "features": ["height", "colour=red", "colour=white"],
            "target": "kind",
            "splits": {"train": 4, "test": 2},
            "levels": None,
            "options": {"test_split": _SPLIT_OPTION, "seed": _SEED_OPTION},
            "source": "brought by somebody",
            "licence": "whatever its owner says",
            "own": True,
            "here": True,
            "download": None,
            "columns": [
                {"name": "height", "kind": "number", "minimum": 28.0, "maximum": 52.5, "target": False},
                {"name": "colour", "kind": "category", "categories": ["red", "white"], "target": False},
                {"name": "kind", "kind": "category", "categories": ["rose", "tulip"], "target": True},
            ],
            "dropped": 0,
        },
        body={
            "name": "flowers",
            "csv": "height,colour,kind\n45,red,rose\n52.5,white,rose\n28,red,tulip\n31,white,tulip\n"
            "50,red,rose\n30,red,tulip\n",
            "target": "kind",
        },
    ),
    "delete_dataset": Example(answer=None, parameters={"name": "flowers"}),
    "download_dataset": Example(
        answer={
            **JOB,
            "kind": "download",
            "title": "Download of CIFAR-10 (162 MiB)",
            "progress": {"done": 88604672, "total": 170052171, "unit": "bytes", "seconds_left": 12.5},
            "resumable": True,
            "facts": {"dataset": "cifar10"},
        },
        parameters={"name": "cifar10"},
    ),
    "get_sample_sheet": Example(answer=None, parameters={"name": "digits", "count": 4, "columns": 2}),
}
