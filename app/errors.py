"""The errors of the service, without a word of HTTP; `app.api.errors` says which status each one has.

    VitrineError
    ├── InvalidRequest         what was sent cannot be understood; names every mistake
    │   └── InvalidNetwork     the document that was sent as a network is none
    ├── NotFound               no network, activation or layer has that name
    ├── ReadOnly               an example stays as it is
    ├── VersionMissing         a change has to say which version it changes
    ├── Conflict               another change came first
    ├── NotPossible            not in the state in which it is now
    ├── TooLarge               it is understood, but over a limit of this server
    ├── UnsupportedMediaType   the body is of a type that is not read here
    ├── Busy                   as much work is waiting as this server lets wait
    └── Unavailable            the database of stored networks, or the disk, cannot be used

    SettingsError              the environment holds a setting that cannot be used

The core has two of its own, `app.nn.errors.NetworkError` and `LimitError`.
"""

from collections.abc import Iterable

from app.nn.errors import Problem


class VitrineError(Exception):
    """Something the caller can do something about; `problems` holds every mistake that was found."""

    def __init__(self, problems: Problem | Iterable[Problem] | str) -> None:
        if isinstance(problems, str):
            problems = Problem("", problems)
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("; ".join(problem.detail for problem in self.problems))


class InvalidRequest(VitrineError):
    """What was sent cannot be understood."""


class InvalidNetwork(InvalidRequest):
    """The document that was sent as a network is none."""


class NotFound(VitrineError):
    """No network, activation or layer has that name."""


class ReadOnly(VitrineError):
    """An example stays as it is."""


class VersionMissing(VitrineError):
    """A change has to say which version it changes; `version` is the one that is stored."""

    def __init__(self, problem: Problem, version: int) -> None:
        super().__init__(problem)
        self.version = version


class Conflict(VitrineError):
    """Another change came first: `version` is the one that is stored now."""

    def __init__(self, problem: Problem, version: int) -> None:
        super().__init__(problem)
        self.version = version


class NotPossible(VitrineError):
    """It cannot be done in the state in which things are now."""


class TooLarge(VitrineError):
    """It is understood, but over a limit of this server."""


class UnsupportedMediaType(VitrineError):
    """The body is of a type that is not read here."""


class Busy(VitrineError):
    """As much work is waiting as this server lets wait; `retry_after` is in seconds."""

    def __init__(self, detail: str, retry_after: int = 1) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(VitrineError):
    """The database of stored networks, or the disk, cannot be used; `retry_after` is in seconds."""

    def __init__(self, detail: str, retry_after: int = 30) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class SettingsError(ValueError):
    """The environment holds a setting that cannot be used."""
