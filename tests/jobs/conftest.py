import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.jobs import Job, Jobs
from app.settings import Settings
from tests.jobs.works import KINDS

MakeJobs = Callable[..., Jobs]


@pytest.fixture
def make_jobs(tmp_path: Path) -> Iterator[MakeJobs]:
    """Make the jobs of one directory, as servers that start one after the other or together would."""
    made = []

    def make(**settings: Any) -> Jobs:
        jobs = Jobs(replace(Settings(), data_dir=tmp_path, **settings), KINDS)
        made.append(jobs)
        return jobs

    yield make
    for jobs in made:
        jobs.interrupt()
    for jobs in made:
        jobs.close(5)


@pytest.fixture
def jobs(make_jobs: MakeJobs) -> Jobs:
    return make_jobs()


def wait_until(jobs: Jobs, job: Job, test: Callable[[Job], bool], seconds: float = 60) -> Job:
    """Return what is known of a job as soon as `test` holds for it."""
    deadline = time.monotonic() + seconds
    while True:
        found = jobs.get(job.id)
        if test(found):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.02)


def wait_for_end(jobs: Jobs, job: Job) -> Job:
    return wait_until(jobs, job, lambda found: found.status.ended)
