"""A network as a program of its own, which prints the same values when it is run: NumPy, Keras, PyTorch.

One module a target; `curl.py` writes the call of the API instead. Whatever people called things, only numbers,
identifiers, escaped strings and comments of one line get into a program.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.code.keras_code import write_keras
from app.code.numpy_code import write_numpy
from app.code.pytorch_code import write_pytorch
from app.code.question import Question

__all__ = ["TARGETS", "Question", "Target"]


@dataclass(frozen=True)
class Target:
    """A library that programs can be written for; `needs` says what must be installed to run one."""

    name: str
    write: Callable[[Question], str]
    needs: str

    def filename(self, question: Question) -> str:
        """Return the name of the program's file; it is never that of the library."""
        return f"{question.stem}_{self.name}.py"

    def notes(self, question: Question) -> list[str]:
        """Return what one should know before running a program."""
        notes = [self.needs]
        if question.needs_file:
            notes.append(f"The parameters are not in the code: put {question.parameter_file} beside the program.")
        if question.overrides:
            count = len(question.overrides)
            notes.append("1 node is pinned." if count == 1 else f"{count} nodes are pinned.")
        if self.name == "keras" and any("." in placed.name for placed in question.network.layers):
            notes.append("Keras takes no name with a dot in it on every backend: layers are named with underscores.")
        if self.name == "keras" and question.network.dtype.name == "float64":
            notes.append("On JAX, float64 also needs the environment variable JAX_ENABLE_X64=1.")
        return notes


TARGETS: Mapping[str, Target] = MappingProxyType(
    {
        target.name: target
        for target in (
            Target(
                "numpy",
                write_numpy,
                "Needs Python 3 and NumPy.",
            ),
            Target(
                "keras",
                write_keras,
                "Needs Keras 3 and a backend. KERAS_BACKEND in the environment says which: tensorflow, torch or jax.",
            ),
            Target(
                "pytorch",
                write_pytorch,
                "Needs PyTorch 2 and NumPy.",
            ),
        )
    }
)
