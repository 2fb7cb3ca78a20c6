"""What is known of a job, and the kinds of jobs there are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """What a job is doing. `DONE`, `STOPPED` and `FAILED` are its ends.

    `STOPPING` stands in no file: readers are told so from what is wanted (`JobFolder.status_of`). A `PAUSED` job may
    have a worker that waits, or none, like a `QUEUED` one.
    """

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self in {Status.DONE, Status.STOPPED, Status.FAILED}


@dataclass(frozen=True)
class JobKind:
    """A kind of job: `work` is "module:function", called as `function(arguments, context)` in a process of its own.

    A `resumable` one goes on when its server starts again: its function finds in `context.directory` what it kept.
    """

    name: str
    work: str
    resumable: bool = False


@dataclass(frozen=True)
class Job:
    """One job. Times are milliseconds since 1970, UTC.

    `facts` is what whoever submitted it wants to be told with it. `error` says what went wrong, or why it was
    stopped. `runs` counts how often a worker began it. `progress` holds `done`, `total`, `unit`, `seconds_left` (the
    last may be `None`), and what else the work reports.
    """

    id: str
    kind: str
    title: str
    created: int
    resumable: bool
    status: Status
    facts: Mapping[str, Any] = field(default_factory=dict)
    started: int | None = None
    ended: int | None = None
    error: str | None = None
    runs: int = 0
    progress: Mapping[str, Any] | None = None


class JobFailure(Exception):
    """The work cannot be done; the text tells whoever asked for it why, and what to do."""


class Interrupted(Exception):
    """The work ends before its end: the server is being stopped, somebody wants that, or the job was paused for long.

    It goes on later if its kind can.
    """
