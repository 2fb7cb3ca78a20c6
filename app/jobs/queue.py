"""All jobs of a data directory, for whoever asks: submitted, told of, controlled, pruned."""

import shutil
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.errors import Busy, NotFound, NotPossible
from app.ids import ID, draw_id
from app.jobs.ending import requeue
from app.jobs.events import Event, read_events
from app.jobs.folder import JobFolder, now
from app.jobs.kinds import KINDS
from app.jobs.locks import try_lock
from app.jobs.records import Job, JobKind, Status
from app.jobs.runner import Runner
from app.jobs.store import JobStore, explained
from app.nn.errors import Problem
from app.nn.reading import Array
from app.settings import Settings

ENDING_SECONDS = 3.0
"""How long the process of a job that has ended may take to be gone."""

RETRY_SECONDS = 30


@dataclass(frozen=True)
class Following:
    """What a follower of a job is told at one time: new events, and where to go on.

    `drained`: the job has ended, and these are the last.
    """

    job: Job
    events: list[Event]
    offset: int
    drained: bool


def places(jobs: Iterable[Job]) -> Mapping[str, int]:
    """Return how many jobs are before each one that waits, by its id."""
    waiting = {job.id: job.created for job in jobs if job.status is Status.QUEUED}
    return {job_id: place for place, job_id in enumerate(sorted(waiting, key=lambda one: (waiting[one], one)))}


class Jobs:
    """The jobs in `settings.data_dir`. Its methods block on the disk: they are not to be called on an event loop."""

    def __init__(self, settings: Settings, kinds: Mapping[str, JobKind] = KINDS) -> None:
        self._settings = settings
        self._kinds = kinds
        self._store = JobStore(settings.data_dir / "jobs")
        self._runner = Runner(self._store, settings)
        self._lock = threading.Lock()

    # What the API asks.

    def submit(
        self,
        kind: str,
        arguments: Mapping[str, Any],
        title: str,
        facts: Mapping[str, Any] | None = None,
        arrays: Mapping[str, Array] | None = None,
        memory_bytes: int = 0,
    ) -> Job:
        """Let a job of a kind be done; `arrays` are what its arguments would be large with (see `payload`).

        `memory_bytes` is what it will take, by estimate: it is begun when there is room for that beside the others.
        Raises `Busy` if too many wait, `Unavailable` if the disk takes no more.
        """
        chosen = self._kinds[kind]
        with self._lock, explained():
            self._store.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            jobs = self._store.scan()
            self._refuse_too_many(jobs)
            self._prune(jobs)
            new = draw_id()
            description = {
                "id": new,
                "kind": chosen.name,
                "work": chosen.work,
                "resumable": chosen.resumable,
                "title": title,
                "facts": dict(facts or {}),
                "memory_bytes": memory_bytes,
                "created": now(),
            }
            folder = self._store.folder(new)
            try:
                folder.create(description, arguments, arrays or {})
            except OSError:
                shutil.rmtree(self._store.path / f".{new}", ignore_errors=True)
                raise
            job = folder.read()
        assert job is not None
        self._runner.look()
        return job

    def list_all(self) -> list[Job]:
        """Return all jobs, the newest first; raises `Unavailable`."""
        with explained():
            return sorted(self._store.scan(), key=lambda job: (job.created, job.id), reverse=True)

    def get(self, job_id: str) -> Job:
        """Return a job; raises `NotFound` and `Unavailable`."""
        return self._read(self.folder(job_id))

    def folder(self, job_id: str) -> JobFolder:
        """Return where a job is kept; raises `NotFound` and `Unavailable`."""
        if ID.fullmatch(job_id):
            with explained():
                if (self._store.path / job_id / "job.json").exists():
                    return self._store.folder(job_id)
        detail = f'no job has the id "{job_id[:60]}"; jobs that ended long ago are forgotten'
        raise NotFound(Problem("", detail, "the id of a job", job_id[:60]))

    def ahead(self, job: Job) -> int | None:
        """Return how many jobs are before one that waits; `None` for any other."""
        if job.status is not Status.QUEUED:
            return None
        with explained():
            return places([job, *self._store.scan()]).get(job.id)

    def result(self, job_id: str) -> bytes | None:
        """Return a job's result as JSON, `None` if there is none yet; raises `NotFound` and `Unavailable`."""
        folder = self.folder(job_id)
        with explained():
            return folder.result_bytes()

    def follow(self, job_id: str, offset: int, after: int) -> Following:
        """Return the events that stand from `offset` on and have numbers above `after`."""
        folder = self.folder(job_id)
        with explained():
            # In this order: whoever sees that a job has ended finds all of its events.
            job = self._read(folder)
            events, following = read_events(folder.events, offset, after)
            while not events and following > offset:
                offset = following
                events, following = read_events(folder.events, offset, after)
            return Following(job, events, following, job.status.ended and not events)

    def control(self, job_id: str, wanted: str, steps: int = 0) -> Job:
        """Ask of a job to "run", "pause" or "stop", or when it is paused, to take so many steps more.

        To run, or to pause without steps, cancels the steps that are still to be taken. To stop is never undone, and to
        ask it again of one that has ended changes nothing. Raises `NotFound`, `NotPossible` for a job that has ended or
        is to stop, and `Unavailable`.
        """
        folder = self.folder(job_id)
        with self._lock, explained():
            job = self._read(folder)
            if job.status.ended or job.status is Status.STOPPING:
                if wanted == "stop":
                    return job
                state = "is stopping" if job.status is Status.STOPPING else f"has ended ({job.status})"
                raise NotPossible(f"the job {state}: it can neither be paused nor go on")
            former = folder.control()
            asked = int(former["steps"]) + steps
            cancelled = former["cancelled"] if steps else asked
            folder.write_control({"wanted": wanted, "steps": asked, "cancelled": cancelled})
        self._runner.look()
        return self._read(folder)

    def requeue(self, job_id: str) -> Job:
        """Let a job that was stopped or has failed go on from what it kept.

        Raises `NotFound`, `NotPossible` for one that is done, or still going, or whose kind cannot, `Busy` and
        `Unavailable`.
        """
        folder = self.folder(job_id)
        deadline = time.monotonic() + ENDING_SECONDS
        while not self._let_go_on(folder):
            if time.monotonic() > deadline:
                raise NotPossible("the job is just ending; try again in a moment")
            time.sleep(0.05)
        self._runner.look()
        return self._read(folder)

    def _let_go_on(self, folder: JobFolder) -> bool:
        """Put a job that has ended into the queue again; return whether its last process was gone already."""
        with self._lock, explained():
            job = self._read(folder)
            if not job.resumable or job.status not in {Status.STOPPED, Status.FAILED}:
                raise NotPossible(f"the job is {job.status}: only one that was stopped or has failed can go on")
            self._refuse_too_many(self._store.scan())
            lock = try_lock(folder.lock)
            if lock is None:
                return False
            try:
                folder.write_control({**folder.control(), "wanted": "run"})
                self._store.drop_from_mind(folder)
                requeue(folder, {**folder.state(), "error": None, "ended": None})
                folder.reserve()
            finally:
                lock.release()
        return True

    # What the server does.

    def open(self) -> None:
        """Begin to look for jobs to run, also those that a former server left."""
        self._runner.look()

    def interrupt(self) -> None:
        """Begin no more jobs, and tell those that run that the server is leaving."""
        self._runner.interrupt()

    def close(self, seconds: float) -> None:
        """Wait until all workers have ended; what still runs after `seconds` is killed."""
        self._runner.close(seconds)

    def _read(self, folder: JobFolder) -> Job:
        with explained():
            job = self._store.read(folder)
        if job is None:
            raise NotFound(Problem("", f'the job "{folder.id}" ended long ago and is forgotten', "the id of a job"))
        return job

    def _refuse_too_many(self, jobs: list[Job]) -> None:
        waiting = sum(not job.status.ended for job in jobs)
        most = self._settings.jobs_running + self._settings.jobs_waiting
        if waiting >= most:
            detail = f"{waiting} jobs run or wait, the most that may; wait for one to end, or stop one"
            raise Busy(detail, retry_after=RETRY_SECONDS)

    def _prune(self, jobs: list[Job]) -> None:
        ended = sorted((job for job in jobs if job.status.ended), key=lambda job: job.ended or job.created)
        for job in ended[: max(0, len(ended) - self._settings.jobs_kept)]:
            self._store.delete(job)
