"""The built-in data sets: numbers as scikit-learn has them, splits as scikit-learn draws them, problems from a seed."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.datasets import DATASETS, Folders, load
from app.datasets.splitting import can_stratify, split
from app.datasets.tables import TABLES
from app.errors import NotFound
from app.nn.errors import NetworkError

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "datasets.npz")
NOWHERE = Path("/nowhere")
PROBLEMS = ("circles", "xor", "gaussians", "spirals", "moons")


@pytest.mark.parametrize("name", [table.name for table in TABLES])
def test_a_table_is_that_of_scikit_learn_and_so_are_its_splits(name: str) -> None:
    data, target = GOLDEN[f"{name}/data"], GOLDEN[f"{name}/target"]
    for part in ("train", "test"):
        for seed, share in ((0, 0.2), (3, 0.37)):
            loaded = load(name, part, NOWHERE, seed=seed, test_split=share)
            chosen = GOLDEN[f"{name}/{part}/{seed}"]
            assert len(loaded) == len(chosen)
            np.testing.assert_array_equal(loaded.samples.values.reshape(len(chosen), -1), data[chosen])
            np.testing.assert_array_equal(loaded.targets.reshape(-1), target[chosen])
    record = DATASETS[name]
    assert len(record.features) in {0, data.shape[1]}
    if record.classes:
        assert set(np.unique(target)) == set(range(len(record.classes)))


def test_digits_are_divided_as_their_definition_says() -> None:
    training, test = load("digits", "train", NOWHERE), load("digits", "test", NOWHERE)
    assert training.inputs.shape == (1437, 8, 8, 1)
    assert test.inputs.shape == (360, 8, 8, 1)
    assert training.inputs.dtype == np.float32
    assert (training.inputs.min(), training.inputs.max()) == (0, 1)
    np.testing.assert_array_equal(training.inputs * 16, training.samples.values)
    counts = np.bincount(test.targets)
    assert counts.min() >= 35
    assert counts.max() <= 37


def test_part_of_a_split_is_the_same_as_in_all_of_it() -> None:
    for name in ("digits", "diabetes", "spirals", "plane"):
        whole = load(name, "test", NOWHERE)
        part = load(name, "test", NOWHERE, start=5, stop=9)
        np.testing.assert_array_equal(part.inputs, whole.inputs[5:9])
        np.testing.assert_array_equal(part.targets, whole.targets[5:9])
        assert (part.start, len(part)) == (5, 4)
        np.testing.assert_array_equal(whole.batch([8, 5]), whole.inputs[[8, 5]])


def test_a_split_leaves_nothing_out_and_uses_nothing_twice() -> None:
    classes = np.array([0] * 5 + [1] * 90 + [2] * 6)
    training, test = split(101, 0.3, 7, classes)
    assert sorted([*training, *test]) == list(range(101))
    assert len(test) == 31
    assert set(classes[test]) == {0, 1, 2}
    assert can_stratify(classes, 0.3)
    assert not can_stratify(np.array([0, 0, 1]), 0.3)
    assert not can_stratify(classes, 0.01)


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("classes", [2, 3, 5])
def test_a_problem_has_balanced_classes_that_differ(name: str, classes: int) -> None:
    loaded = load(name, "train", NOWHERE, examples=600, classes=classes, noise=0.0, seed=3)
    assert loaded.inputs.shape == (600, 2)
    assert loaded.classes == tuple(str(number) for number in range(classes))
    assert (np.bincount(loaded.targets) == 600 // classes).all()
    # The nearest other point has the same class nearly always: the classes can be told apart.
    distances = ((loaded.inputs[:, None] - loaded.inputs[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    same = loaded.targets[distances.argmin(axis=1)] == loaded.targets
    assert same.mean() > 0.9, same.mean()


def test_problems_depend_on_the_seed_alone() -> None:
    for name in (*PROBLEMS, "plane"):
        first, again = load(name, "train", NOWHERE, seed=1), load(name, "train", NOWHERE, seed=1)
        np.testing.assert_array_equal(first.inputs, again.inputs)
        np.testing.assert_array_equal(first.targets, again.targets)
        assert not np.array_equal(first.inputs, load(name, "train", NOWHERE, seed=2).inputs)
        assert not np.array_equal(first.inputs, load(name, "test", NOWHERE, seed=1).inputs)


def test_noise_moves_points_by_its_standard_deviation() -> None:
    for name in PROBLEMS:
        quiet = load(name, "train", NOWHERE, examples=5000, noise=0.0).inputs
        noisy = load(name, "train", NOWHERE, examples=5000, noise=0.25).inputs
        assert (noisy - quiet).std() == pytest.approx(0.25, rel=0.05)


def test_the_plane_is_one() -> None:
    loaded = load("plane", "train", NOWHERE, noise=0.0)
    assert loaded.task == "regression"
    np.testing.assert_allclose(loaded.targets, loaded.inputs.mean(axis=1, keepdims=True))


@pytest.mark.parametrize(
    ("name", "part", "options", "pointer"),
    [
        ("digits", "validation", {}, "/split"),
        ("digits", "train", {"noise": 0.1}, "/noise"),
        ("digits", "train", {"test_split": 1.0}, "/test_split"),
        ("spirals", "train", {"examples": 2.5}, "/examples"),
        ("spirals", "train", {"noise": float("nan")}, "/noise"),
        ("spirals", "train", {"classes": 1}, "/classes"),
        ("spirals", "train", {"seed": -1}, "/seed"),
    ],
)
def test_what_a_data_set_has_not_is_named(name: str, part: str, options: dict[str, Any], pointer: str) -> None:
    with pytest.raises(NetworkError) as caught:
        load(name, part, NOWHERE, **options)
    assert [problem.pointer for problem in caught.value.problems] == [pointer]


def test_unknown_and_absent_data_sets_say_what_to_do() -> None:
    with pytest.raises(NotFound, match="there are: digits"):
        load("cifar100", "train", NOWHERE)
    with pytest.raises(NotFound, match=r"cifar-10-batches-bin/test_batch.bin|data_batch_1.bin and 5 more are not here"):
        load("cifar10", "test", Folders(NOWHERE, NOWHERE))


def test_every_record_is_complete() -> None:
    for dataset in DATASETS.values():
        assert dataset.title
        assert dataset.description.endswith(".")
        assert dataset.source
        assert dataset.licence
        assert dataset.target
        options = dataset.read_options({})
        assert set(dataset.sizes(options)) == {"train", "test"}
        assert bool(dataset.classes_of(options)) == (dataset.task == "classification")
