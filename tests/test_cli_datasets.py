"""`vitrine datasets` and `vitrine download`."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli import main
from app.datasets import DATASETS
from tests.datasets.makers import small_mnist
from tests.datasets.test_download import Server, mnist_on, server

__all__ = ["server"]  # a fixture


def test_data_sets_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["datasets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    (digits,) = (line.split() for line in lines if line.split()[0] == "digits")
    assert digits == ["digits", "8×8×1", "10", "1,437", "360"]
    assert any("vitrine download cifar10 (162 MiB)" in line for line in lines)
    assert main(["datasets", "--json"]) == 0
    assert [one["name"] for one in json.loads(capsys.readouterr().out)][:2] == ["digits", "iris"]


def test_a_data_set_is_downloaded(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("VITRINE_DATA_DIR", str(tmp_path))
    monkeypatch.setitem(DATASETS, "mnist", mnist_on(server))
    assert main(["download", "mnist"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("mnist is here")
    assert "train-images-idx3-ubyte.gz" in printed.err
    assert main(["download", "mnist"]) == 0
    assert capsys.readouterr().out == "mnist is here already\n"
    assert main(["datasets"]) == 0
    assert "download mnist" not in capsys.readouterr().out


def test_what_cannot_be_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VITRINE_DATA_DIR", str(tmp_path))
    assert main(["download", "digits"]) == 0
    assert main(["download", "nothing"]) == 1
    assert 'no data set is called "nothing"' in capsys.readouterr().err
    dataset, _ = small_mnist()
    wanted = replace(dataset.files, downloads=DATASETS["mnist"].files.downloads)
    monkeypatch.setitem(DATASETS, "mnist", replace(dataset, files=wanted))
    monkeypatch.setenv("VITRINE_DATASETS_MIRROR", "http://127.0.0.1:9/")
    monkeypatch.setattr("app.datasets.download.ATTEMPTS", 1)
    assert main(["download", "mnist"]) == 1
    assert "train-images-idx3-ubyte.gz cannot be had" in capsys.readouterr().err
