"""Training against Keras, metrics against Keras and scikit-learn (tests/golden/make_training.py)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.nn.metrics import METRIC
from app.nn.network import Network
from app.nn.reading import Array
from app.nn.schedules import SCHEDULE
from app.nn.training import Trainer, Training, fit

with np.load(Path(__file__).parents[1] / "golden" / "training.npz", allow_pickle=False) as file:
    GOLDEN: Mapping[str, Array] = dict(file)
CASES: Mapping[str, dict[str, Any]] = json.loads(str(GOLDEN["cases"]))
FIT: Mapping[str, dict[str, Any]] = json.loads(str(GOLDEN["fit"]))
METRICS: list[dict[str, Any]] = json.loads(str(GOLDEN["metrics"]))
SCHEDULES: Mapping[str, dict[str, Any]] = json.loads(str(GOLDEN["schedules"]))

TOLERANCE = 1e-6


def parameters(prefix: str) -> dict[tuple[str, str], Array]:
    """Return the golden parameters below a prefix by layer and name."""
    found = {}
    for key, array in GOLDEN.items():
        if key.startswith(prefix):
            layer, name = key.removeprefix(prefix).split("/")
            found[layer, name] = array
    return found


def start(document: dict[str, Any], prefix: str) -> Network:
    """Build a network with the parameters that Keras began with."""
    layers = [
        {
            **one,
            "parameters": {name: array for (layer, name), array in parameters(prefix).items() if layer == one["name"]},
        }
        for one in document["layers"]
    ]
    return Network.from_document({**document, "layers": layers})


def assert_close(trainer: Trainer, prefix: str) -> None:
    """Compare all parameters, relative to the largest of each."""
    expected = parameters(prefix)
    assert len(expected) >= 4
    for (layer, name), array in expected.items():
        ours = trainer.vector.arrays[layer][name]
        np.testing.assert_allclose(ours, array, rtol=TOLERANCE, atol=TOLERANCE * np.abs(array).max(), err_msg=name)


@pytest.mark.parametrize("name", CASES)
def test_one_step_and_ten_equal_keras(name: str) -> None:
    prefix = f"case/{name}"
    network = start(CASES[name]["network"], f"{prefix}/start/")
    inputs, targets = GOLDEN[f"{prefix}/inputs"], GOLDEN[f"{prefix}/targets"]
    document = {**CASES[name]["training"], "epochs": 10, "batch_size": len(inputs), "shuffle": False}
    trainer = Trainer(network, Training.from_document(document, network), inputs, targets)
    losses = []
    for step in range(1, 11):
        losses.append(trainer.step().loss)
        if step in (1, 10):
            assert_close(trainer, f"{prefix}/{step}/")
    np.testing.assert_allclose(losses, GOLDEN[f"{prefix}/loss"], rtol=TOLERANCE)


def test_a_fit_has_the_history_of_keras() -> None:
    network = start(FIT["network"], "fit/start/")
    training = Training.from_document(FIT["training"], network)
    trainer = fit(network, training, GOLDEN["fit/inputs"], GOLDEN["fit/targets"])
    assert_close(trainer, "fit/end/")
    expected = {key.removeprefix("fit/history/"): v for key, v in GOLDEN.items() if key.startswith("fit/history/")}
    assert set(trainer.history) == set(expected)
    for key, values in expected.items():
        np.testing.assert_allclose(trainer.history[key], values, rtol=TOLERANCE, err_msg=key)


@pytest.mark.parametrize("entry", METRICS, ids=lambda entry: f"{entry['metric']} {entry['targets']}")
def test_metrics_equal_keras_and_scikit_learn(entry: dict[str, Any]) -> None:
    metric, problems = METRIC.read(entry["metric"])
    assert not problems
    predictions, targets = GOLDEN[f"metric/{entry['predictions']}"], GOLDEN[f"metric/{entry['targets']}"]
    np.testing.assert_allclose(metric.result(metric.sums(predictions, targets)), entry["value"], rtol=1e-6)


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_equal_keras(name: str) -> None:
    schedule, problems = SCHEDULE.read(SCHEDULES[name]["document"])
    assert not problems
    rates = [schedule.rate(step) for step in range(20)]
    np.testing.assert_allclose(rates, SCHEDULES[name]["rates"], rtol=1e-6)
