"""Collecting mistakes, so that one answer names them all."""

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import TypeVar, TypeVarTuple, cast

from app.nn.errors import LimitError, NetworkError, Problem

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


class Problems:
    """Collects the mistakes of several readings, so that all of them are reported.

        with Problems() as problems:
            inputs = problems.read("/inputs", read_inputs, network, body.inputs)
            target = problems.read("/target", read_node, network, body.target)

    After the block every reading has succeeded; otherwise leaving it raised one error with all mistakes.
    """

    def __init__(self) -> None:
        self._found: list[Problem] = []
        self._limit = False

    def __enter__(self) -> "Problems":
        """Begin to collect."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Raise what was collected."""
        if error is None and self._found:
            raise (LimitError if self._limit else NetworkError)(self._found)

    def read(self, pointer: str, function: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        """Return `function(*arguments)`, which reads what stands at `pointer`; remember what is wrong with it."""
        try:
            return function(*arguments)
        except NetworkError as error:
            self._limit = self._limit or isinstance(error, LimitError)
            self._found.extend(error.within(pointer).problems)
            return cast(Result, None)  # never seen: leaving the block raises

    def extend(self, pointer: str, problems: Iterable[Problem]) -> None:
        """Remember mistakes that were found in what stands at `pointer`."""
        self._found.extend(problem.within(pointer) for problem in problems)

    def add(self, pointer: str, detail: str, expected: str | None = None, received: str | None = None) -> None:
        """Remember a mistake."""
        self._found.append(Problem(pointer, detail, expected, received))
