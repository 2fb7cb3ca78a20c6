"""Optimisers: an update taken apart equals the update; clipping; schedules (Keras: test_training_golden.py)."""

from typing import Any

import numpy as np
import pytest

from app.nn.optimizers import OPTIMIZER, OPTIMIZERS, Optimizer
from app.nn.schedules import SCHEDULE, Schedule

DOCUMENTS: list[Any] = [
    "sgd",
    {"name": "sgd", "momentum": 0.9},
    {"name": "sgd", "momentum": 0.9, "nesterov": True},
    "rmsprop",
    {"name": "rmsprop", "momentum": 0.5, "centered": True},
    "adagrad",
    "adam",
    {"name": "adam", "amsgrad": True, "beta_2": 0.9},
    "adamw",
]


def read(value: object) -> Optimizer:
    optimizer, problems = OPTIMIZER.read(value)
    assert not problems, problems
    assert isinstance(optimizer, Optimizer)
    return optimizer


def schedule(value: object) -> Schedule:
    made, problems = SCHEDULE.read(value)
    assert not problems, problems
    assert isinstance(made, Schedule)
    return made


def test_every_optimizer_is_tested() -> None:
    assert {read(document).name for document in DOCUMENTS} == set(OPTIMIZERS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_terms_of_every_parameter_add_up_to_the_update(document: object) -> None:
    optimizer = read(document)
    random = np.random.default_rng(1)
    values, work = random.normal(size=5), np.empty(5)
    slots = {name: np.full(5, optimizer.first_slot(name)) for name in optimizer.slots}
    for step in range(4):
        gradient = random.normal(size=5)
        before, held = values.copy(), {name: slot.copy() for name, slot in slots.items()}
        rate = optimizer.apply(values, gradient, list(slots.values()), step, work)
        for place in range(5):
            own = {name: float(slot[place]) for name, slot in held.items()}
            terms = optimizer.terms(float(gradient[place]), own, rate, step)
            decayed = before[place] * (1.0 - (optimizer.weight_decay or 0.0) * rate)
            assert decayed + terms["change"] == pytest.approx(values[place], rel=1e-14)
            for name, slot in slots.items():
                assert terms[name] == pytest.approx(slot[place], rel=1e-14)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_float32_stays_float32(document: object) -> None:
    optimizer = read(document)
    values = np.ones(3, dtype=np.float32)
    slots = [np.full(3, optimizer.first_slot(name), dtype=np.float32) for name in optimizer.slots]
    optimizer.apply(values, np.ones(3, dtype=np.float32), slots, 0, np.empty(3, dtype=np.float32))
    assert values.dtype == np.float32
    assert (values < 1.0).all()


def test_clipping() -> None:
    parts = [slice(0, 2), slice(2, 4)]
    gradient = np.array([3.0, 4.0, 0.3, 0.4])
    clipped = gradient.copy()
    factors = read({"name": "sgd", "clipnorm": 1.0}).clip(clipped, parts)
    np.testing.assert_allclose(clipped, [0.6, 0.8, 0.3, 0.4])
    np.testing.assert_allclose(factors, [0.2, 1.0])
    clipped = gradient.copy()
    read({"name": "sgd", "global_clipnorm": 1.0}).clip(clipped, parts)
    np.testing.assert_allclose(clipped, gradient / np.linalg.norm(gradient))
    clipped = gradient.copy()
    factors = read({"name": "sgd", "clipvalue": 0.35}).clip(clipped, parts)
    np.testing.assert_allclose(clipped, [0.35, 0.35, 0.3, 0.35])
    np.testing.assert_allclose(gradient * factors, clipped)
    _, problems = OPTIMIZER.read({"name": "adam", "clipnorm": 1.0, "clipvalue": 1.0})
    assert problems[0].pointer == "/clipvalue"


def test_schedules() -> None:
    constant = schedule({"name": "constant", "learning_rate": 0.1, "warmup_steps": 3})
    assert [constant.rate(step) for step in range(5)] == pytest.approx([0.025, 0.05, 0.075, 0.1, 0.1])
    stairs = {"name": "exponential_decay", "initial_learning_rate": 1.0, "decay_steps": 2, "decay_rate": 0.5}
    assert [schedule({**stairs, "staircase": True}).rate(step) for step in range(5)] == [1.0, 1.0, 0.5, 0.5, 0.25]
    assert schedule(stairs).rate(1) == pytest.approx(0.5**0.5)
    steps = schedule({"name": "piecewise_constant_decay", "boundaries": [2, 4], "values": [1.0, 0.5, 0.1]})
    assert [steps.rate(step) for step in range(6)] == [1.0, 1.0, 1.0, 0.5, 0.5, 0.1]
    cosine = schedule({"name": "cosine_decay", "initial_learning_rate": 1.0, "decay_steps": 4, "alpha": 0.1})
    assert [cosine.rate(step) for step in (0, 2, 4, 9)] == pytest.approx([1.0, 0.55, 0.1, 0.1])


def test_mistakes_are_named_where_they_are() -> None:
    _, problems = OPTIMIZER.read({"name": "adam", "learning_rate": -1, "beta_1": 1})
    assert {problem.pointer for problem in problems} == {"/learning_rate", "/beta_1"}
    piecewise = {"name": "piecewise_constant_decay", "boundaries": [4, 2], "values": [1.0]}
    _, problems = OPTIMIZER.read({"name": "sgd", "learning_rate": piecewise})
    assert {problem.pointer for problem in problems} == {"/learning_rate/values", "/learning_rate/boundaries"}
    _, problems = OPTIMIZER.read({"name": "sgd", "learning_rate": {"name": "cosine_decay", "decay_steps": 5}})
    assert "initial_learning_rate" in problems[0].detail


def test_documents_come_back_as_they_were_written() -> None:
    rate = {"name": "exponential_decay", "initial_learning_rate": 0.5, "decay_steps": 10, "decay_rate": 0.9}
    for document in ("adam", {"name": "sgd", "learning_rate": 0.5}, {"name": "sgd", "learning_rate": rate}):
        assert read(document).to_document() == document
