"""All jobs of a data directory: submitted, started when there is room, looked after, and pruned.

Several server processes may share the directory. Each takes a free slot (a lock) to run a job in and then the oldest
job that nobody holds; the system gives both locks back when their holder dies, and another goes on with what it left.
"""

import logging
import shutil
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.errors import Busy, NotFound, NotPossible, Unavailable
from app.ids import ID, draw_id
from app.jobs.ending import end, recover, requeue
from app.jobs.events import Event, read_events
from app.jobs.files import explain_os_error
from app.jobs.folder import JobFolder, now
from app.jobs.kinds import KINDS
from app.jobs.locks import FileLock, try_lock
from app.jobs.process import WorkerProcess, explain_end
from app.jobs.records import Job, JobKind, Status
from app.jobs.slots import Slots
from app.nn.errors import Problem
from app.nn.reading import Array
from app.settings import Settings

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often a server looks for jobs that another one submitted or left."""

KILL_SECONDS = 60.0
"""How long a job that shall stop may take to do so by itself: to measure what it has, and to store it."""

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


class Jobs:
    """The jobs in `settings.data_dir`. Its methods block on the disk: they are not to be called on an event loop."""

    def __init__(self, settings: Settings, kinds: Mapping[str, JobKind] = KINDS) -> None:
        self._settings = settings
        self._kinds = kinds
        self._folder = settings.data_dir / "jobs"
        self._slots = Slots(self._folder / "slots", settings.jobs_running, settings.memory_bytes)
        self._lock = threading.RLock()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._attending: dict[str, threading.Thread] = {}
        self._processes: dict[str, WorkerProcess] = {}
        self._unwritten: dict[str, dict[str, Any]] = {}
        self._ended: dict[str, tuple[object, Job]] = {}
        self._complained = False

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
        with self._lock, self._explained():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            jobs = self._scan()
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
            folder = JobFolder(self._folder / new)
            try:
                folder.create(description, arguments, arrays or {})
            except OSError:
                shutil.rmtree(self._folder / f".{new}", ignore_errors=True)
                raise
            job = folder.read()
        assert job is not None
        self.open()
        self._wake.set()
        return job

    def list_all(self) -> list[Job]:
        """Return all jobs, the newest first; raises `Unavailable`."""
        with self._explained():
            return sorted(self._scan(), key=lambda job: (job.created, job.id), reverse=True)

    def get(self, job_id: str) -> Job:
        """Return a job; raises `NotFound` and `Unavailable`."""
        return self._read(self.folder(job_id))

    def folder(self, job_id: str) -> JobFolder:
        """Return where a job is kept; raises `NotFound` and `Unavailable`."""
        if ID.fullmatch(job_id):
            with self._explained():
                if (self._folder / job_id / "job.json").exists():
                    return JobFolder(self._folder / job_id)
        detail = f'no job has the id "{job_id[:60]}"; jobs that ended long ago are forgotten'
        raise NotFound(Problem("", detail, "the id of a job", job_id[:60]))

    def ahead(self, job: Job) -> int | None:
        """Return how many jobs are before one that waits; `None` for any other."""
        if job.status is not Status.QUEUED:
            return None
        with self._explained():
            others = [other for other in self._scan() if other.status is Status.QUEUED]
        return sum((other.created, other.id) < (job.created, job.id) for other in others)

    def result(self, job_id: str) -> bytes | None:
        """Return a job's result as JSON, `None` if there is none yet; raises `NotFound` and `Unavailable`."""
        folder = self.folder(job_id)
        with self._explained():
            return folder.result_bytes()

    def follow(self, job_id: str, offset: int, after: int) -> Following:
        """Return the events that stand from `offset` on and have numbers above `after`."""
        folder = self.folder(job_id)
        with self._explained():
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
        with self._lock, self._explained():
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
        self.open()
        self._wake.set()
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
        self.open()
        self._wake.set()
        return self._read(folder)

    def _let_go_on(self, folder: JobFolder) -> bool:
        """Put a job that has ended into the queue again; return whether its last process was gone already."""
        with self._lock, self._explained():
            job = self._read(folder)
            if not job.resumable or job.status not in {Status.STOPPED, Status.FAILED}:
                raise NotPossible(f"the job is {job.status}: only one that was stopped or has failed can go on")
            self._refuse_too_many(self._scan())
            lock = try_lock(folder.lock)
            if lock is None:
                return False
            try:
                folder.write_control({**folder.control(), "wanted": "run"})
                self._unwritten.pop(folder.id, None)
                requeue(folder, {**folder.state(), "error": None, "ended": None})
                folder.reserve()
            finally:
                lock.release()
        return True

    # What the server does.

    def open(self) -> None:
        """Begin to look for jobs to run, also those that a former server left."""
        with self._lock:
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._look_after, name="jobs", daemon=True)
                self._thread.start()

    def interrupt(self) -> None:
        """Begin no more jobs, and tell those that run that the server is leaving."""
        self._closing.set()
        self._wake.set()
        with self._lock:
            for process in self._processes.values():
                process.leave()

    def close(self, seconds: float) -> None:
        """Wait until all workers have ended; what still runs after `seconds` is killed."""
        self.interrupt()
        deadline = time.monotonic() + seconds
        thread = self._thread
        if thread is not None:
            thread.join(max(0.1, deadline - time.monotonic()))
        for attendant in list(self._attending.values()):
            attendant.join(max(0.1, deadline - time.monotonic()) + 1)

    # How it is done.

    def _look_after(self) -> None:
        while not self._closing.is_set():
            try:
                self._write_unwritten()
                self._start_what_can_be()
                self._complained = False
            except OSError as error:
                if not self._complained:
                    logger.warning("the folder of jobs: %s", error)
                self._complained = True
            except Exception:
                logger.exception("looking after jobs failed")
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()

    def _scan(self) -> list[Job]:
        """Return all jobs in no order; those known to have ended are not read again."""
        try:
            names = [path.name for path in self._folder.iterdir()]
        except FileNotFoundError:
            return []
        jobs = []
        for name in names:
            if not ID.fullmatch(name):
                continue
            folder = JobFolder(self._folder / name)
            stamp, job = self._ended.get(name, (None, None))
            if job is None or stamp != folder.state_stamp():  # another server may have let it go on
                job = self._read_if_there(folder)
            if job is not None:
                jobs.append(job)
        return jobs

    def _read_if_there(self, folder: JobFolder) -> Job | None:
        stamp = folder.state_stamp()
        job = folder.read(self._unwritten.get(folder.id))
        if job is not None and job.status.ended and folder.id not in self._unwritten:
            self._ended[folder.id] = stamp, job
        return job

    def _read(self, folder: JobFolder) -> Job:
        with self._explained():
            job = self._read_if_there(folder)
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
            shutil.rmtree(self._folder / job.id, ignore_errors=True)
            self._ended.pop(job.id, None)

    def _start_what_can_be(self) -> None:
        unended = sorted((job for job in self._scan() if not job.status.ended), key=lambda job: (job.created, job.id))
        full = False
        for job in unended:
            if job.id in self._attending or self._closing.is_set():
                continue
            folder = JobFolder(self._folder / job.id)
            lock = try_lock(folder.lock)
            if lock is None:  # another server runs it
                continue
            begun = False
            try:
                if not self._settle(folder):
                    continue
                if folder.control()["wanted"] == "stop":
                    slot = self._slots.take_to_stop()
                elif not full:
                    slot = self._slots.take(int((folder.description() or {}).get("memory_bytes", 0)))
                    full = slot is None  # no younger one is begun before it
                else:
                    slot = None
                if slot is not None:
                    self._begin(folder, (lock, slot))
                    begun = True
            finally:
                if not begun:
                    lock.release()

    def _settle(self, folder: JobFolder) -> bool:
        """Deal with a job that nobody runs; return whether a worker shall."""
        state = folder.state()
        status = folder.status_of(state)
        if status.ended or (status is Status.PAUSED and state["status"] == Status.QUEUED):
            return False
        if state["status"] != Status.QUEUED:
            self._keep_in_mind(folder, recover(folder, state))
            self._wake.set()
            return False
        if status is Status.STOPPING and not state["runs"]:
            self._end(folder, Status.STOPPED, None)
            return False
        return True

    def _begin(self, folder: JobFolder, locks: tuple[FileLock, ...]) -> None:
        attendant = threading.Thread(target=self._attend, args=(folder, locks), name=folder.id, daemon=True)
        self._attending[folder.id] = attendant
        attendant.start()

    def _attend(self, folder: JobFolder, locks: tuple[FileLock, ...]) -> None:
        """Run a job's worker and wait for its end, whatever that is."""
        try:
            code = self._run(folder, locks)
            state = folder.state()
            status = Status(state["status"])
            if status.ended or (status is Status.QUEUED and code == 0):
                return
            if self._closing.is_set():
                self._keep_in_mind(folder, recover(folder, state))
            elif folder.control()["wanted"] == "stop":
                self._end(folder, Status.STOPPED, "it did not stop by itself and was ended")
            else:
                self._end(folder, Status.FAILED, explain_end(code))
        except OSError as error:
            logger.warning("job %s: %s", folder.id, error)
            self._end(folder, Status.FAILED, f"it could not be run: {explain_os_error(error)}")
        except Exception:
            logger.exception("job %s could not be looked after", folder.id)
            self._end(folder, Status.FAILED, "Vitrine made a mistake; the server's log says more")
        finally:
            with self._lock:
                self._processes.pop(folder.id, None)
                self._attending.pop(folder.id, None)
            for lock in locks:
                lock.release()
            self._wake.set()

    def _run(self, folder: JobFolder, locks: tuple[FileLock, ...]) -> int:
        process = WorkerProcess(folder, self._settings, locks)
        with self._lock:
            self._processes[folder.id] = process
        if self._closing.is_set():
            process.leave()

        def patience() -> float | None:
            if self._closing.is_set():
                return self._settings.stop_seconds
            return KILL_SECONDS if folder.control()["wanted"] == "stop" else None

        return process.wait(patience)

    def _end(self, folder: JobFolder, status: Status, error: str | None) -> None:
        self._keep_in_mind(folder, end(folder, status, error))

    def _keep_in_mind(self, folder: JobFolder, unwritten: dict[str, Any] | None) -> None:
        if unwritten is not None:
            self._unwritten[folder.id] = unwritten

    def _write_unwritten(self) -> None:
        for job_id, state in list(self._unwritten.items()):
            folder = JobFolder(self._folder / job_id)
            if folder.path.is_dir():
                folder.write_state(state)
            del self._unwritten[job_id]

    @staticmethod
    def _explained() -> "_Explained":
        return _Explained()


class _Explained:
    """Turns what the disk says into an error that the API can answer with."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, OSError):
            logger.warning("the folder of jobs: %s", error)
            raise Unavailable(f"the folder of jobs cannot be used: {explain_os_error(error)}") from error
