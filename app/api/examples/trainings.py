"""Examples of the calls about trainings."""

from collections.abc import Mapping
from typing import Any

from app.api.examples.example import Example

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
        **{action: f"{_PLACE}/{action}" for action in ("events", "stop", "pause", "resume", "step", "parameters")},
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

APART: dict[str, Any] = {
    "step": 2,
    "epoch": 0,
    "batch": 1,
    "examples": [100, 272, 284, 50],
    "example": 2,
    "optimizer": {"name": "adam", "learning_rate": 0.02},
    "layers": [
        {
            "name": "input",
            "kind": "Input",
            "output": [2.5292872422950783, 0.40926157601751956],
            "pre_activation": None,
            "by_output": None,
            "by_pre_activation": None,
            "named": {},
        },
        {
            "name": "dense_1",
            "kind": "Dense",
            "output": [-0.9875615842976758, -0.9610266857420191, -0.9829347321660548],
            "pre_activation": [-2.5369370538882694, -1.9591731361033642, -2.3776439685657023],
            "by_output": [0.025380103743321735, 0.006667885298248835, 0.024523286029048002],
            "by_pre_activation": [0.0006274498997845694, 0.0005096111991650323, 0.0008298511345995515],
            "named": {},
        },
        {
            "name": "dense_2",
            "kind": "Dense",
            "output": [0.10053178282039907],
            "pre_activation": [-2.1913297944187704],
            "by_output": None,
            "by_pre_activation": [0.025132945705099767],
            "named": {},
        },
    ],
    "loss": {
        "name": "binary_crossentropy",
        "formula": r"-\frac{1}{n}\sum_i \left( t_i \log y_i + (1 - t_i) \log(1 - y_i) \right)",
        "target": [0.0],
        "prediction": [0.10053178282039907],
        "example": 0.10595156009062363,
        "weight": 1.0,
        "share": 0.25,
        "batch": 0.5136732686449754,
        "penalty": 0.0,
        "total": 0.5136732686449754,
    },
    "weight": {
        "layer": "dense_1",
        "parameter": "kernel",
        "index": [0, 1],
        "trained": True,
        "old": -0.6470461917810307,
        "example_gradient": 0.0012889531045788124,
        "batch_gradient": 0.040927108251543234,
        "penalty_gradient": 0.0,
        "clip_factor": 1.0,
        "gradient": 0.040927108251543234,
        "learning_rate": 0.02,
        "decayed": -0.6470461917810307,
        "slots": {"mean": -0.02346758023545813, "mean_square": 5.507273221076658e-05},
        "terms": {
            "mean": -0.017028111386757996,
            "mean_square": 5.669268766838935e-05,
            "corrected_mean": -0.08962163887767369,
            "corrected_mean_square": 0.02836052409624318,
            "corrected_rate": 0.004706334506549055,
            "denominator": 0.007529554672709661,
        },
        "equation": (
            "mean ← beta_1 · mean + (1 − beta_1) · gradient; "
            "mean_square ← beta_2 · mean_square + (1 − beta_2) · gradient²; "
            "corrected_rate = learning_rate · √(1 − beta_2^t) / (1 − beta_1^t); "
            "denominator = √mean_square + epsilon; "
            "new = old − corrected_rate · mean / denominator"
        ),
        "change": 0.010643390171708528,
        "new": -0.6364028016093222,
        "stored": -0.6364028016093222,
        "difference": 0.0,
    },
}
"""A step of four examples, taken apart: the third of them, and one weight on its way through Adam."""

EXAMPLES: Mapping[str, Example] = {
    "create_training": Example(answer=QUEUED, body=REQUEST),
    "list_trainings": Example(answer=[QUEUED], parameters={"limit": 10}),
    "get_training": Example(answer=TRAINING, parameters={"id": QUEUED["id"]}),
    "follow_training": Example(answer=None, parameters={"id": QUEUED["id"], "Last-Event-ID": "12"}),
    "get_trained_parameters": Example(answer=None, parameters={"id": QUEUED["id"]}),
    "pause_training": Example(answer={**TRAINING, "status": "paused"}, parameters={"id": QUEUED["id"]}),
    "resume_training": Example(answer=TRAINING, parameters={"id": QUEUED["id"]}),
    "step_training": Example(
        answer={**TRAINING, "status": "paused"}, body={"steps": 5}, parameters={"id": QUEUED["id"]}
    ),
    "stop_training": Example(answer={**TRAINING, "status": "stopping"}, parameters={"id": QUEUED["id"]}),
    "take_training_apart": Example(
        answer=APART,
        body={"example": 2, "weight": {"layer": "dense_1", "parameter": "kernel", "index": [0, 1]}},
        parameters={"id": QUEUED["id"], "step": 2},
    ),
    "evaluate_examples": Example(
        answer={"loss": 0.02302099999999997, "mean_absolute_error": 0.12499999999999994, "count": 2},
        body={
            "network": "walkthrough",
            "dataset": {"inputs": [[0.5, 0.7], [0.2, 0.1]], "targets": [1.0, 0.8]},
            "loss": "mean_squared_error",
            "metrics": ["mean_absolute_error"],
        },
    ),
}
