"""What the core says when something that it was given is wrong.

ValueError
└── NetworkError     a document, input, override, node, edit or slice is wrong
    └── LimitError   it is well formed, but larger than the limits allow
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Problem:
    """One mistake and its place.

    `pointer` is a JSON pointer (RFC 6901) relative to the value that was read; `""` is that value itself.
    """

    pointer: str
    detail: str
    expected: str | None = None
    received: str | None = None

    def within(self, prefix: str) -> "Problem":
        """Return the same problem, seen from a value that holds this one at `prefix`."""
        return replace(self, pointer=prefix + self.pointer)


class NetworkError(ValueError):
    """Something given to the core is wrong; `problems` holds every mistake that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.detail for problem in self.problems))

    def within(self, prefix: str) -> "NetworkError":
        """Return the same error with every pointer moved below `prefix`."""
        return type(self)(problem.within(prefix) for problem in self.problems)


class LimitError(NetworkError):
    """What was given is well formed, but larger than the limits allow."""
