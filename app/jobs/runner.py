"""Looking after jobs: they are begun when there is room, waited for, and ended where their worker could not say so.

Several server processes may share a data directory. Each takes a free slot to run a job in and then the oldest job that
nobody holds; the system gives both locks back when their holder dies, and another goes on with what it left.
"""

import logging
import threading
import time
from collections.abc import Sequence

from app.jobs.ending import end, recover
from app.jobs.files import explain_os_error
from app.jobs.folder import JobFolder
from app.jobs.locks import FileLock, try_lock
from app.jobs.process import WorkerProcess, explain_end
from app.jobs.records import Status
from app.jobs.slots import Slots
from app.jobs.store import JobStore
from app.settings import Settings

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often a server looks for jobs that another one submitted or left."""

KILL_SECONDS = 60.0
"""How long a job that shall stop may take to do so by itself: to measure what it has, and to store it."""


class Runner:
    """Runs the jobs of a store, in a thread of its own and one for each job that runs."""

    def __init__(self, store: JobStore, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._slots = Slots(store.path / "slots", settings.jobs_running, settings.memory_bytes)
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._attending: dict[str, threading.Thread] = {}
        self._processes: dict[str, WorkerProcess] = {}
        self._complained = False

    def look(self) -> None:
        """Look at all jobs now; the first time, begin to do so again and again."""
        with self._lock:
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._look_after, name="jobs", daemon=True)
                self._thread.start()
        self._wake.set()

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

    def _look_after(self) -> None:
        while not self._closing.is_set():
            try:
                self._store.write_unwritten()
                self._begin_what_can_be()
                self._complained = False
            except OSError as error:
                if not self._complained:
                    logger.warning("the folder of jobs: %s", error)
                self._complained = True
            except Exception:
                logger.exception("looking after jobs failed")
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()

    def _begin_what_can_be(self) -> None:
        unended = (job for job in self._store.scan() if not job.status.ended)
        full = False
        for job in sorted(unended, key=lambda job: (job.created, job.id)):
            if job.id in self._attending or self._closing.is_set():
                continue
            folder = self._store.folder(job.id)
            lock = try_lock(folder.lock)
            if lock is None:  # another server runs it
                continue
            locks = [lock]
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
                    locks.append(slot)
                    self._begin(folder, tuple(locks))
                    locks.clear()  # they are the attendant's now
            finally:
                for one in locks:
                    one.release()

    def _settle(self, folder: JobFolder) -> bool:
        """Deal with a job that nobody runs; return whether a worker shall."""
        state = folder.state()
        status = folder.status_of(state)
        if status.ended or (status is Status.PAUSED and state["status"] == Status.QUEUED):
            return False
        if state["status"] != Status.QUEUED:
            self._store.keep_in_mind(folder, recover(folder, state))
            self._wake.set()
            return False
        if status is Status.STOPPING and not state["runs"]:
            self._end(folder, Status.STOPPED, None)
            return False
        return True

    def _begin(self, folder: JobFolder, locks: Sequence[FileLock]) -> None:
        attendant = threading.Thread(target=self._attend, args=(folder, locks), name=folder.id, daemon=True)
        with self._lock:  # which the attendant takes at its end: it is never entered after it has gone
            attendant.start()
            self._attending[folder.id] = attendant

    def _attend(self, folder: JobFolder, locks: Sequence[FileLock]) -> None:
        """Run a job's worker and wait for its end, whatever that is."""
        try:
            code = self._run(folder, locks)
            state = folder.state()
            status = Status(state["status"])
            if status.ended or (status is Status.QUEUED and code == 0):
                return
            if self._closing.is_set():
                self._store.keep_in_mind(folder, recover(folder, state))
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

    def _run(self, folder: JobFolder, locks: Sequence[FileLock]) -> int:
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
        self._store.keep_in_mind(folder, end(folder, status, error))
