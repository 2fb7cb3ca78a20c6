"""A job's folder: what stands in which file, and who writes it.

| file | written by |
|---|---|
| `job.json`, `arguments.json` | whoever submits it, once |
| `state.json` | the worker while it runs; before and after that, the server process that holds `lock` |
| `progress.json`, `events`, `result.json` | the worker |
| `control.json` | any server process: what is wanted of the job |
| `lock` | held by the server process that runs the job, and by its worker |
| `reserve` | room on the disk for the last words of a job that finds it full |
| `files/` | the work itself |
"""

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from app.api.encoding import encode
from app.jobs.files import read_json, replace_file, sync_directory
from app.jobs.payload import write_arrays
from app.jobs.records import Job, Status
from app.nn.reading import Array

RESERVE_BYTES = 2**16

Control = Mapping[str, Any]
"""What is wanted of a job: "run", "pause" or "stop"; how many steps were ever asked for while it is paused, and how
many of them no longer matter, because something else was asked for after them."""

RUN: Control = {"wanted": "run", "steps": 0, "cancelled": 0}
NEW: Mapping[str, Any] = {"status": Status.QUEUED, "runs": 0, "lost": 0, "steps_taken": 0}
"""The state of a new job: `lost` counts the workers that went without a word."""


def now() -> int:
    """Return the milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def steps_left(control: Control, taken: int) -> int:
    """Return how many of the steps that were asked for are still to be taken; `taken` counts those that were."""
    return int(control["steps"]) - max(int(control["cancelled"]), taken)


class JobFolder:
    """The files of one job. Every method may raise `OSError`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = path.name
        self.events = path / "events"
        self.lock = path / "lock"
        self.log = path / "worker.log"
        self.files = path / "files"
        self._state = path / "state.json"
        self._progress = path / "progress.json"
        self._control = path / "control.json"
        self._result = path / "result.json"
        self._reserve = path / "reserve"

    def create(self, description: Mapping[str, Any], arguments: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        """Make the folder of a new job; it appears all at once, or not at all."""
        draft = JobFolder(self.path.with_name(f".{self.id}"))
        draft.path.mkdir(parents=True, mode=0o700)
        draft.files.mkdir()
        if arrays:
            write_arrays(draft.files, arrays)
        draft.write("arguments.json", arguments)
        draft.write("job.json", description)
        draft.write_state(NEW)
        draft.reserve()
        draft.path.rename(self.path)
        sync_directory(self.path.parent)

    def write(self, name: str, value: Any) -> None:
        """Write a file of JSON."""
        replace_file(self.path / name, encode(value))

    def description(self) -> dict[str, Any] | None:
        """Return what was submitted, without the arguments; `None` if there is no such job."""
        found: dict[str, Any] | None = read_json(self.path / "job.json")
        return found

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the work."""
        found: dict[str, Any] = orjson.loads((self.path / "arguments.json").read_bytes())
        return found

    def state(self) -> dict[str, Any]:
        """Return status, times, error, and what `NEW` says."""
        return {**NEW, **(read_json(self._state) or {})}

    def status_of(self, state: Mapping[str, Any]) -> Status:
        """Return the status that readers are told: one who asked sees at once that a job will stop, or waits."""
        status = Status(state["status"])
        if status.ended:
            return status
        control = self.control()
        if control["wanted"] == "stop":
            return Status.STOPPING
        waits = control["wanted"] == "pause" and steps_left(control, state["steps_taken"]) <= 0
        return Status.PAUSED if status is Status.QUEUED and waits else status

    def write_state(self, state: Mapping[str, Any]) -> None:
        """Replace the state; it has reached the disk when this returns."""
        replace_file(self._state, encode(state))

    def progress(self) -> dict[str, Any] | None:
        """Return how far the work is, if it said so."""
        found: dict[str, Any] | None = read_json(self._progress)
        return found

    def write_progress(self, progress: Mapping[str, Any]) -> None:
        """Replace the progress, which may be lost."""
        replace_file(self._progress, encode(progress), durable=False)

    def control(self) -> Control:
        """Return what is wanted of the job."""
        return {**RUN, **(read_json(self._control) or {})}

    def write_control(self, control: Control) -> None:
        """Replace what is wanted of the job."""
        replace_file(self._control, encode(control))

    def control_stamp(self) -> tuple[int, int]:
        """Return something that changes when `control` does, for the price of one system call."""
        return _stamp(self._control)

    def state_stamp(self) -> tuple[int, int]:
        """Return something that changes when `state` does."""
        return _stamp(self._state)

    def stamp(self) -> tuple[tuple[int, int], ...]:
        """Return something that changes when a follower has something new to read."""
        return tuple(_stamp(path) for path in (self._state, self._progress, self.events, self._control))

    def result(self) -> Any:
        """Return what the work returned; `None` if it has not."""
        return read_json(self._result)

    def result_bytes(self) -> bytes | None:
        """Return the same as JSON."""
        try:
            return self._result.read_bytes()
        except FileNotFoundError:
            return None

    def write_result(self, result: Any) -> None:
        """Keep what the work returned."""
        replace_file(self._result, encode(result))

    def reserve(self) -> None:
        """Set room aside on the disk."""
        self._reserve.write_bytes(os.urandom(RESERVE_BYTES))

    def use_reserve(self) -> None:
        """Give the room that was set aside to the words that have to be said now."""
        with suppress(OSError):
            self._reserve.unlink()

    def read(self, state: Mapping[str, Any] | None = None) -> Job | None:
        """Return what is known of the job, `None` if there is none; `state` is one that could not be written."""
        description = self.description()
        if description is None:
            return None
        state = state or self.state()
        return Job(
            id=self.id,
            kind=description["kind"],
            title=description["title"],
            created=description["created"],
            resumable=description["resumable"],
            facts=description["facts"],
            status=self.status_of(state),
            started=state.get("started"),
            ended=state.get("ended"),
            error=state.get("error"),
            runs=state["runs"],
            progress=self.progress(),
        )


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_ino ^ found.st_size
