"""What the work of a job is handed: where to keep things, whom to tell, and whether to go on."""

import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from app.jobs.events import EventWriter
from app.jobs.folder import RUN, JobFolder, steps_left
from app.jobs.records import Interrupted, Status
from app.settings import Settings

PROGRESS_SECONDS = 0.2
LOOK_SECONDS = 0.02
HOLD_SECONDS = 0.05
LEAVE_SECONDS = 60.0
"""So long a paused job that can go on later keeps its process and its place; then others have them."""

MOST_EVENT_BYTES = 64 * 2**20
"""Beyond so much, events that are not vital are left out, so that no job fills the disk with what it says."""


class JobContext:
    """The work's side of a job. All of it may be called often: what costs is done a few times a second."""

    def __init__(self, folder: JobFolder, settings: Settings, events: EventWriter) -> None:
        self.settings = settings
        self.directory: Path = folder.files
        self.events_path: Path = folder.events
        state = folder.state()
        self.resumed = int(state["runs"]) > 1
        self.steps_taken = int(state["steps_taken"])
        self.server_left = threading.Event()
        self.noticed_that_server_left = False
        self._folder = folder
        self._events = events
        self._lock = threading.Lock()
        self._control = RUN
        self._stamp: tuple[int, int] | None = None
        self._looked = 0.0
        self._resumable = bool((folder.description() or {}).get("resumable"))
        self._paused = False
        self._began: tuple[float, float] | None = None
        self._reported = 0.0

    def progress(self, done: float, total: float | None, unit: str, **more: Any) -> None:
        """Say how far the work is, `done` of `total` `unit`s; with a total, the time left is estimated."""
        moment = time.monotonic()
        if self._began is None or done < self._began[1]:
            self._began = (moment, done)
        finished = total is not None and done >= total
        if moment - self._reported < PROGRESS_SECONDS and not finished:
            return
        self._reported = moment
        seconds_left = None
        since, first = self._began
        if total is not None and done > first:
            seconds_left = round((moment - since) / (done - first) * max(0.0, total - done), 3)
        report = {"done": done, "total": total, "unit": unit, "seconds_left": seconds_left, **more}
        with suppress(OSError):  # what matters more will fail, and say so
            self._folder.write_progress(report)

    def event(self, kind: str, data: Any, *, vital: bool = True) -> None:
        """Tell followers something that none of them may miss: it is on disk before this returns.

        One that is not `vital` is left out when very much has been told already.
        """
        with self._lock:
            if vital or self._events.size < MOST_EVENT_BYTES:
                self._events.append(kind, data)

    def stopped(self) -> bool:
        """Tell whether to end: somebody wants the job stopped, or the server is being stopped."""
        return self._look() == "stop"

    @property
    def stop_is_wanted(self) -> bool:
        """Whether somebody wants the job stopped."""
        self._look()
        return bool(self._control["wanted"] == "stop")

    def check(self) -> None:
        """Raise `Interrupted` if the server is being stopped; what was kept until now is what work goes on from."""
        if self.server_left.is_set():
            self.noticed_that_server_left = True
            raise Interrupted

    def control(self) -> str:
        """Return what is wanted: "run", "pause", "step" (once for every step that was asked for) or "stop"."""
        wanted = self._look()
        if wanted == "pause" and steps_left(self._control, self.steps_taken) > 0:
            self.steps_taken = max(self.steps_taken, int(self._control["cancelled"])) + 1
            return "step"
        return wanted

    def hold(self) -> str:
        """Wait while the job is paused; then return "run", "step" or "stop".

        Raises `Interrupted` after a long pause if the job can go on later: all that it needs for that has to be kept
        before.
        """
        wanted = self.control()
        began = time.monotonic()
        while wanted == "pause":
            self._pause(True)
            if self._resumable and time.monotonic() - began > LEAVE_SECONDS:
                raise Interrupted
            time.sleep(HOLD_SECONDS)
            wanted = self.control()
        if wanted == "run":
            self._pause(False)
        return wanted

    def _look(self) -> str:
        if self.server_left.is_set():
            self.noticed_that_server_left = True
            return "stop"
        moment = time.monotonic()
        if moment - self._looked >= LOOK_SECONDS:
            self._looked = moment
            stamp = self._folder.control_stamp()
            if stamp != self._stamp:
                self._stamp = stamp
                self._control = self._folder.control()
        return str(self._control["wanted"])

    def _pause(self, paused: bool) -> None:
        if paused != self._paused:
            self._paused = paused
            self._began = None  # time that stood still says nothing about the time left
            status = Status.PAUSED if paused else Status.RUNNING
            self._folder.write_state({**self._folder.state(), "status": status})
            self.event("status", {"status": status})
