"""The jobs of a data directory as they stand on the disk, and what a full disk has not taken yet."""

import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.errors import Unavailable
from app.ids import ID
from app.jobs.files import explain_os_error
from app.jobs.folder import JobFolder
from app.jobs.records import Job

logger = logging.getLogger(__name__)


class JobStore:
    """The folders of all jobs. Methods may raise `OSError`; threads may share it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ended: dict[str, tuple[object, Job]] = {}
        self._unwritten: dict[str, Mapping[str, Any]] = {}

    def folder(self, job_id: str) -> JobFolder:
        """Return the folder of a job, be it there or not."""
        return JobFolder(self.path / job_id)

    def scan(self) -> list[Job]:
        """Return all jobs in no order; those known to have ended are not read again."""
        try:
            names = [path.name for path in self.path.iterdir()]
        except FileNotFoundError:
            return []
        jobs = []
        for name in names:
            if not ID.fullmatch(name):
                continue
            folder = self.folder(name)
            stamp, job = self._ended.get(name, (None, None))
            if job is None or stamp != folder.state_stamp():  # another server may have let it go on
                job = self.read(folder)
            if job is not None:
                jobs.append(job)
        return jobs

    def read(self, folder: JobFolder) -> Job | None:
        """Return what is known of a job; `None` if it is there no more."""
        stamp = folder.state_stamp()
        job = folder.read(self._unwritten.get(folder.id))
        if job is not None and job.status.ended and folder.id not in self._unwritten:
            self._ended[folder.id] = stamp, job
        return job

    def delete(self, job: Job) -> None:
        """Delete a job that has ended, as far as that can be done."""
        shutil.rmtree(self.path / job.id, ignore_errors=True)
        self._ended.pop(job.id, None)

    def keep_in_mind(self, folder: JobFolder, unwritten: Mapping[str, Any] | None) -> None:
        """Keep a state that the disk did not take (if there is one): it is the job's until it can be written."""
        if unwritten is not None:
            self._unwritten[folder.id] = unwritten

    def drop_from_mind(self, folder: JobFolder) -> None:
        """Let what stands on the disk be the job's state again."""
        self._unwritten.pop(folder.id, None)

    def write_unwritten(self) -> None:
        """Write the states that the disk did not take."""
        for job_id, state in list(self._unwritten.items()):
            folder = self.folder(job_id)
            if folder.path.is_dir():
                folder.write_state(state)
            del self._unwritten[job_id]


@contextmanager
def explained() -> Iterator[None]:
    """Turn what the disk says into an error that the API can answer with: raises `Unavailable`."""
    try:
        yield
    except OSError as error:
        logger.warning("the folder of jobs: %s", error)
        raise Unavailable(f"the folder of jobs cannot be used: {explain_os_error(error)}") from error
