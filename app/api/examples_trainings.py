"""Examples of the calls about trainings."""

from typing import Any

NETWORK: dict[str, Any] = {
    "name": "spirals",
    "input": {"shape": [2], "names": ["x", "y"]},
    "layers": [
        {"kind": "Dense", "units": 16, "activation": "tanh", "repeat": 2},
        {"kind": "Dense", "units": 1, "activation": "sigmoid"},
    ],
}
REQUEST: dict[str, Any] = {
    "network": NETWORK,
    "dataset": {"name": "spirals", "noise": 0.1},
    "validation_data": {"split": "test"},
    "loss": "binary_crossentropy",
    "optimizer": {"name": "adam", "learning_rate": 0.02},
    "metrics": ["accuracy"],
    "epochs": 300,
}
_SPIRALS = {"name": "spirals", "split": "train", "examples": 400, "noise": 0.1, "seed": 0, "classes": 2}
_PLACE = "/api/v1/trainings/t6x9c3vm4q"
QUEUED: dict[str, Any] = {
    "id": "t6x9c3vm4q",
    "title": "spirals, trained on spirals",
    "status": "queued",
    "ahead": None,
    "network": "w8r5n2hb7z",
    "created": "2026-01-31T12:00:00.000Z",
    "started": None,
    "ended": None,
    "progress": None,
    "error": None,
    "links": {
        "self": _PLACE,
        **{action: f"{_PLACE}/{action}" for action in ("events", "stop", "pause", "resume", "step")},
        "network": "/api/v1/networks/w8r5n2hb7z",
    },
}
"""What is said of a training that was just begun."""

TRAINING: dict[str, Any] = {
    **QUEUED,
    "status": "running",
    "started": "2026-01-31T12:00:00.500Z",
    "progress": {
        "done": 30,
        "total": 3900,
        "unit": "steps",
        "seconds_left": 1.9,
        "epoch": 2,
        "epochs": 300,
        "loss": 0.53,
        "examples_per_second": 64000.0,
    },
    "training": {
        "dataset": _SPIRALS,
        **{name: REQUEST[name] for name in ("loss", "optimizer", "metrics", "epochs")},
        "validation_data": {**_SPIRALS, "split": "test"},
    },
    "epoch": 2,
    "epochs": 300,
    "step": 30,
    "batches": 13,
    "examples": 400,
    "validation_examples": 400,
    "history": {
        "loss": [0.68, 0.61],
        "accuracy": [0.585, 0.66],
        "val_loss": [0.66, 0.6],
        "val_accuracy": [0.6475, 0.67],
    },
    "reason": None,
    "health": None,
    "checkpoint": {"step": 26, "epoch": 2},
    "saved": None,
    "scaling": None,
    "classes": ["0", "1"],
}
"""What is said of one that runs."""
