"""Programs print Vitrine's numbers: NumPy's are run here, Keras' and PyTorch's were run by golden/make_code.py."""

import hashlib
import json
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.code import TARGETS, keras_code, keras_functions, numpy_code, numpy_functions, pytorch_code, pytorch_functions
from app.nn.activations import ACTIVATIONS
from app.nn.layers import LAYERS
from app.tensors.parameter_file import named_parameters, write_npz
from tests.code.printed import assert_same, expected_values, read_printed
from tests.code.zoo import CASES, Case

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "code.npz", allow_pickle=False)
RECORD: dict[str, Any] = json.loads(str(GOLDEN["record"]))
OTHER_WAYS = ("activation gelu", "activation gaussian", "convolution", "pooling", "global pooling")
"""What the NumPy programs compute in another, simpler way than Vitrine; all else is the same to the last bit."""


def write_program(directory: Path, target: str, case: Case) -> Path:
    """Write a program, and the parameters beside it where it needs them."""
    question = case.question()
    directory.mkdir(parents=True)
    program = directory / TARGETS[target].filename(question)
    program.write_text(TARGETS[target].write(question), encoding="utf-8")
    if question.needs_file:
        (directory / question.parameter_file).write_bytes(b"".join(write_npz(named_parameters(question.network))))
    return program


def assert_same_numbers(name: str, text: str) -> None:
    """Hold what the NumPy program of a case printed against the forward pass."""
    expected = expected_values(CASES[name].question())
    printed = read_printed(text)
    assert list(printed) == list(expected)
    for layer, values in expected.items():
        if name.startswith(OTHER_WAYS):
            tolerance = 1e-12 if values.dtype == np.float64 else 1e-5
            scale = float(np.abs(values).max())
            np.testing.assert_allclose(printed[layer], values, rtol=tolerance, atol=tolerance * scale, err_msg=layer)
        else:
            np.testing.assert_array_equal(printed[layer], values.astype(np.float64), err_msg=layer)


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("example")])
def test_the_numpy_program_of_every_example_runs_as_it_is(name: str, tmp_path: Path) -> None:
    program = write_program(tmp_path / "program", "numpy", CASES[name])
    run = subprocess.run(
        [sys.executable, program.name], cwd=program.parent, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr == "" or name == "example diverging"  # NumPy warns where it overflows
    assert_same_numbers(name, run.stdout)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")
def test_numpy_programs_print_the_same_numbers(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = write_program(tmp_path / "program", "numpy", CASES[name])
    monkeypatch.chdir(program.parent)
    runpy.run_path(str(program))
    assert_same_numbers(name, capsys.readouterr().out)


@pytest.mark.parametrize("target", ["keras", "pytorch"])
@pytest.mark.parametrize("name", CASES)
def test_other_libraries_printed_the_same_numbers(target: str, name: str) -> None:
    question = CASES[name].question()
    code = TARGETS[target].write(question)
    assert hashlib.sha256(code.encode()).hexdigest() == RECORD["sha256"].get(f"{target}/{name}"), (
        "the program has changed since it was run: `make golden`"
    )
    values = GOLDEN[f"{target}/{name}"]
    printed = {}
    for layer, expected in expected_values(question).items():
        printed[layer], values = values[: expected.size].reshape(expected.shape), values[expected.size :]
    assert values.size == 0
    assert_same(question, printed)


def test_every_kind_and_activation_is_written_for_every_target() -> None:
    for kinds in (numpy_code.KINDS, keras_code.KINDS, pytorch_code.KINDS):
        assert set(kinds) == set(LAYERS.values())
    assert keras_functions.COVERED == pytorch_functions.COVERED == set(ACTIVATIONS)
    assert set(numpy_functions.FUNCTIONS) | {"linear"} == {*ACTIVATIONS, "gelu_approximate"}
    for name in ACTIVATIONS:
        assert f"activation {name}" in CASES


def test_small_networks_hold_their_numbers_and_others_a_file() -> None:
    assert not CASES["example walkthrough"].question().needs_file
    assert not CASES["many literals"].question().needs_file
    assert CASES["example deep"].question().needs_file  # drawn from a seed
    assert CASES["example digits"].question().needs_file  # large
    for target in TARGETS.values():
        assert "[0.2, 0.4, 0.6]" in target.write(CASES["example walkthrough"].question())
        assert 'np.load("deep.npz", allow_pickle=False)' in target.write(CASES["example deep"].question())
