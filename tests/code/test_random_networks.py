"""Random graphs over every layer kind, in both precisions, with pinned nodes."""

import ast
import contextlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.code import TARGETS, Question
from app.code.numpy_code import write_numpy
from app.nn.inputs import Override
from app.nn.network import INPUT, Network
from app.tensors.parameter_file import named_parameters, write_npz
from tests.code.printed import assert_same, expected_values, read_printed
from tests.nn.networks import random_batch, zoo

OTHER_WAYS = (
    "def gelu",
    "def gaussian",
    "def convolve",
    "windows(",
    "np.mean(",
    "def spread",
    "def interpolate",
    "_deviation",
)
"""What the NumPy programs compute in another, simpler way than Vitrine, with other rounding."""


def ask(document: dict[str, Any], batched: bool) -> Question:
    """Return a question with random inputs, and every fourth layer's first node pinned."""
    network = Network.from_document(document)
    names = [INPUT, *(placed.name for placed in network.layers)]
    pinned = names[network.seed % 4 :: 4]
    overrides = tuple(Override(name, (0,) * len(network.shape_of(name)), float(name != INPUT)) for name in pinned)
    return Question(network, random_batch(network, 2 if batched else 1), batched, overrides)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("programs")


@given(document=zoo(), batched=st.booleans())
@pytest.mark.filterwarnings("ignore:.*encountered in:RuntimeWarning")
def test_numpy_programs_print_the_same_numbers(directory: Path, document: dict[str, Any], batched: bool) -> None:
    question = ask(document, batched)
    if question.needs_file:
        (directory / question.parameter_file).write_bytes(b"".join(write_npz(named_parameters(question.network))))
    program = write_numpy(question)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.chdir(directory):
        exec(compile(program, "program.py", "exec"), {})  # noqa: S102
    layers = read_printed(printed.getvalue())
    assert_same(question, layers)
    if not any(word in program for word in OTHER_WAYS):
        for name, values in expected_values(question).items():
            np.testing.assert_array_equal(layers[name], values.astype(np.float64), err_msg=name)


@given(document=zoo(), batched=st.booleans())
def test_other_programs_are_python(document: dict[str, Any], batched: bool) -> None:
    question = ask(document, batched)
    for target in TARGETS.values():
        ast.parse(target.write(question))
