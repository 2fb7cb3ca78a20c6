"""The training loop: the same run from the same seed, going on from a state, what is frozen, and the history."""

import json
from typing import Any

import numpy as np
import pytest

from app.nn.errors import NetworkError
from app.nn.network import Network
from app.nn.reading import Array
from app.nn.training import StepReport, Trainer, Training, TrainingState, fit
from app.nn.training.plan import Passes
from tests.nn.networks import build, dense, problems_of
from tests.nn.numerical import numerical_gradient

RANDOM = np.random.default_rng(5)
INPUTS = RANDOM.normal(size=(50, 3))
CLASSES = (INPUTS.sum(axis=1) > 0).astype(np.int64) + (INPUTS[:, 0] > 1)


def classifier(**more: Any) -> Network:
    """A network with everything that training treats in a way of its own, and a branch."""
    return build(
        dense(6, "relu", name="first"),
        {"kind": "BatchNormalization", "name": "even"},
        {"kind": "Dropout", "name": "dropped", "rate": 0.3},
        dense(6, "tanh", name="second"),
        {"kind": "Add", "name": "sum", "inputs": ["first", "second"]},
        dense(3, "softmax", name="output"),
        shape=(3,),
        **more,
    )


def training(network: Network, **more: Any) -> Training:
    document = {"loss": "sparse_categorical_crossentropy", "optimizer": "adam", "batch_size": 16, "seed": 3, **more}
    return Training.from_document(document, network)


def trainer(network: Network | None = None, **more: Any) -> Trainer:
    network = network or classifier()
    return Trainer(network, training(network, **more), INPUTS, CLASSES)


def run(one: Trainer, steps: int | None = None) -> list[StepReport]:
    reports: list[StepReport] = []
    while not one.finished and (steps is None or len(reports) < steps):
        reports.append(one.step())
    return reports


def assert_equal_states(one: TrainingState, other: TrainingState) -> None:
    assert set(one.arrays) == set(other.arrays)
    for name, array in one.arrays.items():
        np.testing.assert_array_equal(array, other.arrays[name], err_msg=name)
    assert one.values == other.values


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_same_seed_gives_the_same_run_bit_for_bit(dtype: str) -> None:
    network = classifier(dtype=dtype)
    runs = [trainer(network, epochs=3, metrics=["accuracy"], validation_split=0.2) for _ in range(2)]
    reports = [run(one) for one in runs]
    assert reports[0] == reports[1]
    assert_equal_states(runs[0].state(), runs[1].state())
    other = trainer(network, epochs=3, seed=4)
    assert run(other)[0].loss != reports[0][0].loss
    trained = runs[0].network().parameters["first"]["kernel"]
    assert trained.dtype == dtype
    assert not np.array_equal(trained, network.parameters["first"]["kernel"])


@pytest.mark.parametrize("steps", [1, 3, 4, 7])
def test_going_on_from_a_state_is_the_uninterrupted_run(steps: int) -> None:
    settings: dict[str, Any] = {
        "epochs": 4,
        "metrics": ["accuracy", "f1_score"],
        "optimizer": {"name": "adam", "amsgrad": True, "learning_rate": {"name": "constant", "learning_rate": 0.01}},
        "callbacks": [
            {"name": "early_stopping", "monitor": "loss", "patience": 9, "restore_best_weights": True},
        ],
    }
    whole = trainer(**settings)
    expected = run(whole)
    first = trainer(**settings)
    run(first, steps)
    state = first.state()
    run(first)  # going on with the old one does not change what was written down
    text = json.loads(json.dumps(dict(state.values)))
    second = Trainer(
        classifier(), training(classifier(), **settings), INPUTS, CLASSES, state=TrainingState(state.arrays, text)
    )
    assert run(second) == expected[steps:]
    assert second.history == whole.history
    assert_equal_states(second.state(), whole.state())


def test_a_state_of_another_training_is_refused() -> None:
    state = trainer().state()
    other = build(dense(3, "softmax"), shape=(3,))
    with pytest.raises(NetworkError, match="does not belong"):
        Trainer(other, training(other), INPUTS, CLASSES, state=state)


def test_more_epochs_go_on_after_the_end() -> None:
    one = trainer(epochs=1)
    run(one)
    more = Trainer(classifier(), training(classifier(), epochs=3), INPUTS, CLASSES, state=one.state())
    assert not more.finished
    run(more)
    whole = trainer(epochs=3)
    run(whole)
    assert more.history == whole.history


def total_loss(one: Trainer) -> float:
    """The loss of the first batch, penalties included, with the parameters as they are."""
    penalty = one.penalty.value(one.vector.values) if one.penalty else 0.0
    return one._pass(one.next_batch()) + penalty


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"class_weight": {"0": 0.5, "2": 3.0}},
        {"loss": {"name": "sparse_categorical_crossentropy", "from_logits": True}},
        {"regularizers": [{"l1": 0.1, "l2": 0.2}, {"parameter": "bias", "layers": ["second"], "l2": 0.3}]},
    ],
    ids=["plain", "weights", "logits", "penalty"],
)
def test_the_gradient_of_a_step_equals_finite_differences(more: dict[str, Any]) -> None:
    one = trainer(**more)
    values = one.vector.values
    # A first bias of 0 would leave relu at its kink where nothing comes in.
    values += np.random.default_rng(2).normal(0.0, 0.1, values.shape)
    expected = numerical_gradient(lambda: total_loss(one), values)
    total_loss(one)
    gradient = one.passes.gradient + (one.penalty.gradient(values) if one.penalty else 0.0)
    np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-7)


def test_blocks_of_a_batch_give_the_gradient_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    network = build(dense(5, "relu"), dense(4, "tanh"), dense(3, "softmax"), shape=(3,))
    whole = trainer(network, batch_size=50)
    loss = total_loss(whole)
    blocks = trainer(network, batch_size=50)
    monkeypatch.setattr(Passes, "block_size", lambda self, batch: 8)
    assert len(list(blocks.passes.blocks(50))) == 7
    assert total_loss(blocks) == pytest.approx(loss, rel=1e-14)
    np.testing.assert_allclose(blocks.passes.gradient, whole.passes.gradient, rtol=1e-12, atol=1e-15)


def test_two_threads_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Passes, "block_size", lambda self, batch: 3)
    network = build(
        dense(5, "relu"), {"kind": "Dropout", "rate": 0.2}, dense(4, "tanh"), dense(3, "softmax"), shape=(3,)
    )
    settings = training(network, batch_size=13, epochs=3, metrics=["accuracy", "f1_score"])
    trainers = [Trainer(network, settings, INPUTS, CLASSES, threads=threads) for threads in (1, 2)]
    assert run(trainers[0]) == run(trainers[1])
    assert_equal_states(trainers[0].state(), trainers[1].state())


def test_large_values_are_computed_in_blocks_unless_examples_depend_on_each_other() -> None:
    wide = [dense(2000, "relu", name=f"wide{n}") for n in range(3)]
    network = build(*wide, dense(3, "softmax"), shape=(3,), dtype="float32")
    one = Trainer(network, training(network, batch_size=50), INPUTS, CLASSES)
    assert one.passes.block_size(50) == 50  # the parameters are larger than the values
    assert not one.in_blocks
    images = build(
        {"kind": "Activation", "activation": "relu"},
        {"kind": "Flatten"},
        dense(3, "softmax"),
        shape=(100, 100, 3),
        dtype="float32",
    )
    inputs = np.zeros((64, 100, 100, 3))
    classes = np.zeros(64, dtype=int)
    other = Trainer(images, training(images, batch_size=64), inputs, classes)
    assert other.passes.block_size(64) == 16
    assert other.in_blocks
    assert trainer().passes.whole


def test_history_has_keras_keys_and_validation_takes_the_last_examples() -> None:
    one = trainer(epochs=2, metrics=["accuracy", "mse"][:1], validation_split=0.3, batch_size=7)
    assert len(one.examples) == 35
    assert one.validation is not None
    np.testing.assert_array_equal(one.validation.inputs, INPUTS[35:])
    reports = run(one)
    assert list(one.history) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert [len(values) for values in one.history.values()] == [2] * 4
    ends = [report.epoch_report for report in reports if report.epoch_report]
    assert [(end.epoch, end.reason) for end in ends] == [(0, None), (1, "epochs")]
    assert [report.step for report in reports] == list(range(1, 11))
    first = reports[:5]
    mean = sum(report.loss * report.examples for report in first) / 35
    assert one.history["loss"][0] == pytest.approx(mean, rel=1e-14)
    measured = one.evaluate(one.validation)
    assert measured == {key.removeprefix("val_"): v[-1] for key, v in one.history.items() if key.startswith("val_")}


def test_examples_are_shuffled_unless_told_otherwise() -> None:
    one = trainer(epochs=2)
    orders = [one.order(0), one.order(1)]
    for order in orders:
        assert order is not None
        np.testing.assert_array_equal(np.sort(order), np.arange(50))
    assert not np.array_equal(*orders)  # type: ignore[arg-type]
    assert trainer(shuffle=False).next_batch().positions() == list(range(16))


def test_what_is_frozen_stays() -> None:
    freeze = [
        {"layer": "first"},
        {"layer": "second", "parameter": "bias"},
        {"layer": "second", "parameter": "kernel", "index": [1, 2]},
        {"layer": "output", "node": [1]},
    ]
    network = classifier()
    one = trainer(network, freeze=freeze, epochs=2, optimizer={"name": "adamw", "learning_rate": 0.1})
    run(one)
    before, after = network.parameters, one.network().parameters
    for parameter in ("kernel", "bias"):
        np.testing.assert_array_equal(after["first"][parameter], before["first"][parameter])
    np.testing.assert_array_equal(after["second"]["bias"], before["second"]["bias"])
    changed = after["second"]["kernel"] != before["second"]["kernel"]
    assert not changed[1, 2]
    assert changed.sum() == changed.size - 1
    changed = after["output"]["kernel"] != before["output"]["kernel"]
    assert not changed[:, 1].any()
    assert changed[:, [0, 2]].all()
    assert after["output"]["bias"][1] == before["output"]["bias"][1]


def test_a_frozen_batch_normalization_keeps_its_statistics() -> None:
    network = classifier()
    for freeze, moves in (([{"layer": "even"}], False), ([], True)):
        one = trainer(network, freeze=freeze)
        run(one)
        moved = not np.array_equal(one.network().parameters["even"]["moving_mean"], np.zeros(6))
        assert moved is moves


def test_early_stopping_restores_the_best() -> None:
    stopping = {"name": "early_stopping", "monitor": "val_loss", "patience": 2, "restore_best_weights": True}
    one = trainer(epochs=60, callbacks=[stopping], validation_split=0.4, optimizer={"name": "sgd", "learning_rate": 2})
    run(one)
    assert one.reason == "early_stopping"
    losses = one.history["val_loss"]
    assert len(losses) < 60
    assert int(np.argmin(losses)) == len(losses) - 3
    assert one.validation is not None
    assert one.evaluate(one.validation)["loss"] == min(losses)


def test_the_first_nan_is_found_and_stops_the_training() -> None:
    one = trainer(classifier(dtype="float32"), epochs=50, optimizer={"name": "sgd", "learning_rate": 1e30})
    reports = run(one)
    assert one.reason == "not_finite"
    health = reports[-1].health
    assert health is not None
    assert health.step == len(reports)
    assert health.layer in ("first", "second", "output", "even", "sum")
    assert health.value in health.detail
    assert all(report.health is None for report in reports[:-1])
    assert json.dumps(health.to_document())
    assert reports[-1].epoch_report is not None
    assert np.isnan(one.history["loss"][-1]) or np.isinf(one.history["loss"][-1])


def test_training_may_go_on_beyond_nan() -> None:
    one = trainer(
        epochs=2, terminate_on_nan=False, optimizer={"name": "sgd", "learning_rate": 1e200}, regularizers=[{"l2": 1.0}]
    )
    reports = run(one)
    assert one.reason == "epochs"
    assert any(report.health is not None and report.health.where == "parameter" for report in reports)


def test_a_large_finite_gradient_is_no_alarm() -> None:
    network = build(dense(1), shape=(3,), dtype="float32")
    document = {"loss": "mean_squared_error", "optimizer": {"name": "sgd", "learning_rate": 1e-30}}
    inputs = INPUTS.astype(np.float32) * np.float32(1e12)
    one = Trainer(network, Training.from_document(document, network), inputs, INPUTS[:, 0] * 1e12)
    report = one.step()  # the squares of this gradient do not fit into float32
    assert np.isfinite(one.passes.gradient).all()
    assert report.health is None


def test_fit_calls_back_and_can_be_stopped() -> None:
    network = classifier()
    seen: list[Any] = []
    one = fit(
        network,
        training(network, epochs=5),
        INPUTS,
        CLASSES,
        on_batch=seen.append,
        on_epoch=seen.append,
        stopped=lambda: len(seen) >= 7,
    )
    assert not one.finished
    assert [type(report).__name__ for report in seen] == [*["StepReport"] * 4, "EpochReport", *["StepReport"] * 2]


def problems_with(inputs: Array, targets: Array, network: Network | None = None, **more: Any) -> dict[str, str]:
    network = network or classifier()
    return problems_of(lambda: Trainer(network, training(network, **more), inputs, targets))


def test_words_are_learned_from_integers() -> None:
    network = build(
        {"kind": "Embedding", "input_dim": 6, "output_dim": 4, "name": "table"},
        {"kind": "Flatten"},
        dense(1, "sigmoid"),
        shape=(3,),
        integers=True,
    )
    words = np.random.default_rng(0).integers(0, 6, (64, 3))
    document = {
        "loss": "bce",
        "optimizer": {"name": "adam", "learning_rate": 0.1},
        "metrics": ["accuracy"],
        "epochs": 40,
    }
    settings = Training.from_document(document, network)
    one = Trainer(network, settings, words, (words == 5).any(axis=1))
    run(one)
    assert one.history["accuracy"][-1] == 1.0
    assert "6 rows" in problems_of(lambda: Trainer(network, settings, words + 3, words[:, 0] > 2))["/inputs"]


def test_there_must_be_something_to_train() -> None:
    network = build(dense(3, "softmax", name="output"), shape=(3,))
    assert "nothing to train" in problems_with(INPUTS, CLASSES, network, freeze=[{"layer": "output"}])["/network"]


def test_data_that_does_not_fit_is_named() -> None:
    assert "n×3" in problems_with(INPUTS[:, :2], CLASSES)["/inputs"]
    assert "class 7" in problems_with(INPUTS, np.where(CLASSES == 1, 7, CLASSES))["/targets"]
    assert "40 targets" in problems_with(INPUTS, CLASSES[:40])["/targets"]
    assert "categorical_crossentropy" in problems_with(INPUTS, np.eye(3)[CLASSES])["/targets"]
    assert "sparse" in problems_with(INPUTS, CLASSES, loss="categorical_crossentropy")["/targets"]
    spoiled = INPUTS.copy()
    spoiled[4, 1] = np.nan
    assert "input 4 is not finite" in problems_with(spoiled, CLASSES)["/inputs"]
    assert "one side" in problems_with(INPUTS[:1], CLASSES[:1], validation_split=0.5)["/validation_split"]
    watching = [{"name": "early_stopping"}]
    assert "validate" in problems_with(INPUTS, CLASSES, callbacks=watching)["/callbacks/0/monitor"]
