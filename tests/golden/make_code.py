"""Make code.npz: what the Keras and PyTorch programs that Vitrine writes print when they are run.

Run with `make golden`, which sets KERAS_BACKEND=torch. Every network of tests/code/zoo.py is written for both and run:
the examples as a user would, each in a process and a directory of its own; the others here, one after the other.
The file holds no pickles: `record` is a JSON text with the versions and the SHA-256 of every program, and the array
<target>/<case> is all that it printed, one layer after the other.
"""

import contextlib
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import torch

from app.code import TARGETS
from app.code.pytorch_names import MODULE_NAMES
from app.tensors.parameter_file import named_parameters, write_npz
from tests.code.printed import assert_same, read_printed
from tests.code.zoo import CASES, Case


def run_here(program: Path) -> str:
    """Run a program in this process; return what it printed."""
    keras.backend.clear_session()
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.chdir(program.parent):
        exec(compile(program.read_text(encoding="utf-8"), program, "exec"), {"__name__": "__main__"})  # noqa: S102
    return printed.getvalue()


def run_alone(program: Path) -> str:
    """Run a program as a user would; return what it printed."""
    return subprocess.run(
        [sys.executable, program.name], cwd=program.parent, check=True, capture_output=True, text=True
    ).stdout


def run_case(target: str, name: str, case: Case) -> tuple[str, Any]:
    """Write and run one program; return its hash and what it printed."""
    question = case.question()
    code = TARGETS[target].write(question)
    with tempfile.TemporaryDirectory() as directory:
        program = Path(directory, TARGETS[target].filename(question))
        program.write_text(code, encoding="utf-8")
        if question.needs_file:
            program.with_name(question.parameter_file).write_bytes(
                b"".join(write_npz(named_parameters(question.network)))
            )
        printed = read_printed(run_alone(program) if name.startswith("example") else run_here(program))
    assert_same(question, printed)
    return hashlib.sha256(code.encode()).hexdigest(), np.concatenate([one.reshape(-1) for one in printed.values()])


def main() -> None:
    """Run everything and write the file beside this script."""
    module = torch.nn.Module()
    unknown = {name for name in {*dir(module), *vars(module)} if not name.startswith("_")} - MODULE_NAMES
    assert not unknown, f"names of PyTorch's that layers must not take: {unknown}"
    hashes: dict[str, str] = {}
    arrays: dict[str, Any] = {}
    for target in ("keras", "pytorch"):
        for name, case in CASES.items():
            key = f"{target}/{name}"
            hashes[key], arrays[key] = run_case(target, name, case)
    versions = {"keras": keras.__version__, "torch": torch.__version__.split("+")[0], "numpy": np.__version__}
    record = np.array(json.dumps({"versions": versions, "sha256": hashes}))
    np.savez_compressed(Path(__file__).with_name("code.npz"), record=record, **arrays)


if __name__ == "__main__":
    main()
