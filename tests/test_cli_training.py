"""`vitrine train` and `vitrine evaluate`: a terminal's way to the same trainings."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.cli.progress import describe_progress, describe_seconds
from tests.server import ROOT

NETWORK: dict[str, Any] = {
    "name": "rings",
    "input": {"shape": [2]},
    "layers": [
        {"kind": "Dense", "units": 8, "activation": "tanh"},
        {"kind": "Dense", "units": 1, "activation": "sigmoid"},
    ],
}
TRAIN = ("--dataset", "circles", "--optimizer", "adam", "--learning-rate", "0.05")


@pytest.fixture
def network(tmp_path: Path) -> str:
    path = tmp_path / "network.json"
    path.write_text(json.dumps(NETWORK), encoding="utf-8")
    return str(path)


def test_a_trained_network_is_stored_and_evaluated(
    network: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "trained.json"
    options = ("--validate", "test", "--epochs", "40", "--title", "Rings", "--output", str(output), "--json")
    assert main(["train", network, *TRAIN, *options]) == 0
    printed = capsys.readouterr()
    result = json.loads(printed.out)
    assert (result["status"], result["reason"], result["epochs"]) == ("done", "epochs", 40)
    assert "epoch 40/40  loss " in printed.err
    assert "\r" not in printed.err  # no terminal, no moving line
    document = json.loads(output.read_text(encoding="utf-8"))
    assert document["title"] == "Rings"
    assert document["training"]["history"] == result["history"]
    measured = []
    for name in (result["network"], str(output)):
        assert main(["evaluate", name, "--dataset", "circles", "--json"]) == 0
        measured.append(json.loads(capsys.readouterr().out))
    assert measured[0] == measured[1]
    assert measured[0]["loss"] == result["history"]["val_loss"][-1]
    assert main(["evaluate", str(output), "--dataset", "circles", "--metrics", "accuracy,f1_score"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("400 examples\n")
    assert "f1_score" in text
    assert "true \\ answered" in text
    assert main(["summary", result["network"]]) == 0


def test_a_settings_file_and_options_that_come_before_it(
    network: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "training.json"
    document = {"dataset": {"name": "moons"}, "loss": "mse", "epochs": 9, "validation_split": 0.25}
    settings.write_text(json.dumps(document), encoding="utf-8")
    options = ("--settings", str(settings), "--epochs", "2", "--scaling", "min_max")
    assert main(["train", network, *options]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("20 steps, 2 epochs, ")
    assert "val_loss" in printed
    assert "stored as " in printed


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--dataset", "iris"), "--dataset: an example of iris is 4"),
        (("--dataset", "nothing"), '--dataset: no data set is called "nothing"'),
        ((), "--dataset: expected a data set"),
        (("--dataset", "circles", "--option", "nois=1"), '--dataset: circles has no option "nois"'),
        (("--dataset", "circles", "--loss", "nothing"), "--loss: "),
        (("--dataset", "circles", "--optimizer", '{"name": "adam"'), "--optimizer: this is not JSON"),
        (("--dataset", "circles", "--settings", "nowhere.json"), "nowhere.json: cannot be read"),
        (("--dataset", "circles", "--validate", "tset"), '--validate: circles has no split "tset"'),
        (("--dataset", "circles", "--scaling", "log"), "--scaling: "),
    ],
)
def test_mistakes_are_named_by_their_options(
    network: str, options: tuple[str, ...], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", network, *options]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"vitrine: {expected}")


def test_an_id_that_nothing_has(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "k7m2x9p4qa", "--dataset", "circles"]) == 1
    assert "k7m2x9p4qa" in capsys.readouterr().err


def test_interrupting_stores_what_was_learned(network: str) -> None:
    command = [sys.executable, "-m", "app.cli", "train", network, *TRAIN, "--epochs", "1000000"]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("epoch 1/1000000")
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "stopping" in err
    assert "(stopped)" in out
    assert "stored as " in out


def test_progress_in_words() -> None:
    progress = {
        "done": 30,
        "total": 120,
        "unit": "steps",
        "seconds_left": 65.2,
        "epoch": 2,
        "epochs": 12,
        "loss": 0.51239,
    }
    line = describe_progress({**progress, "examples_per_second": 64123.4})
    assert line == "[######..................]  25%  epoch 3/12  loss 0.5124  64,123 examples/s  1:06 left"
    assert describe_progress({"done": 1200, "total": None, "unit": "bytes"}) == "1,200 bytes"
    assert [describe_seconds(number) for number in (0.2, 59, 60, 3725)] == ["1 s", "59 s", "1:00", "1:02:05"]
