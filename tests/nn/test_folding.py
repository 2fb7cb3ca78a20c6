"""Runs of identical blocks: found where they are, never where layers differ, and adding up when folded."""

import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.nn.folding import FEWEST_HIDDEN, Run, find_runs, runs_of
from app.nn.network import Network
from app.nn.summary import summarize
from tests.nn.networks import build, dense


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([], []),
        ([1], []),
        ([1, 1, 1], []),  # would hide two lines only
        ([1, 1, 1, 1], [Run(0, 1, 4)]),
        ([9, 1, 1, 1, 1, 8], [Run(1, 1, 4)]),
        ([1, 2, 3, 1, 2, 3], [Run(0, 3, 2)]),
        ([7, 1, 2, 1, 2, 1, 2, 1, 7], [Run(1, 2, 3)]),
        ([1, 1, 1, 2] * 10, [Run(0, 4, 10)]),  # the run that covers most, not the first to be seen
        ([5, 5, 5, 5, 6, 6, 6, 6], [Run(0, 1, 4), Run(4, 1, 4)]),
        ([1, 2, 3, 4, 5, 6], []),
    ],
)
def test_runs_of_a_row(row: list[int], expected: list[Run]) -> None:
    assert list(runs_of(row)) == expected


@given(st.lists(st.integers(0, 2), max_size=60))
def test_runs_hold_what_they_say(row: list[int]) -> None:
    place = 0
    for run in runs_of(row):
        assert run.first >= place
        place = run.stop
        assert run.layers * (run.times - 1) >= FEWEST_HIDDEN
        block = row[run.first : run.first + run.layers]
        assert row[run.first : run.stop] == block * run.times


def test_residual_blocks_are_alike_although_their_names_differ() -> None:
    block: list[dict[str, Any]] = [
        {"name": "from", "kind": "Activation", "activation": "linear"},
        {"name": "work", "kind": "Dense", "units": 4, "activation": "relu"},
        {"name": "sum", "kind": "Add", "inputs": ["work", "from"]},
    ]
    network = build(dense(4), {"repeat": 10, "layers": block}, dense(2), shape=(3,))
    assert find_runs(network) == (Run(1, 3, 10),)


def test_layers_that_differ_are_not_folded() -> None:
    layers = [dense(4, name=f"d{n}") for n in range(8)]
    assert find_runs(build(*layers, shape=(4,))) == (Run(0, 1, 8),)
    layers[3]["activation"] = "tanh"
    assert find_runs(build(*layers, shape=(4,))) == (Run(4, 1, 4),)
    layers[3] = dense(4, name="d3", inputs=["d1"])  # another distance
    assert find_runs(build(*layers, shape=(4,))) == (Run(4, 1, 4),)


def test_a_summary_folds_and_still_adds_up() -> None:
    block = [dense(8, "relu"), {"kind": "BatchNormalization"}]
    network = build(dense(8), {"repeat": 200, "layers": block}, dense(3), shape=(5,))
    summary = summarize(network)
    (repeat,) = summary.repeats
    assert (repeat.first, repeat.layers, repeat.times) == (2, 2, 200)
    rest = [*summary.layers[: repeat.first], *summary.layers[repeat.first + repeat.layers * repeat.times :]]
    for name in ("parameters", "trainable", "non_trainable", "multiply_adds"):
        total = sum(getattr(one, name) for one in rest) + getattr(repeat, name)
        assert total == sum(getattr(one, name) for one in summary.layers)
    lines = str(summary).splitlines()
    assert len(lines) == 2 + 2 + 1 + 1 + 2 + 1 + 1 + 4
    printed = 0
    for line in lines[4:-5]:
        cell = re.split(r"\s{2,}", line)[2]
        times, _, each = cell.rpartition(" × ")
        printed += int(times.replace(",", "") or 1) * int(each.replace(",", ""))
    assert printed == summary.total_parameters
    assert "dense_2 … dense_201 (200 × Dense)" in str(summary)
    assert len(summary.as_text(folded=False).splitlines()) == 4 + 403 + 5


def test_ten_thousand_layers_take_a_moment() -> None:
    """A deep network and one in which nothing repeats, both without a step for every pair of layers."""
    deep = Network.from_document({"input": {"shape": [4]}, "layers": [{"repeat": 10_000, **dense(4)}]})
    start = time.perf_counter()
    assert find_runs(deep) == (Run(0, 1, 10_000),)
    assert runs_of(range(10_000)) == ()
    assert time.perf_counter() - start < 2
