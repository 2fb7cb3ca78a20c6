"""Jobs as processes: they run, wait, stop, fail, are killed, and outlive their server."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from app.errors import Busy, NotFound, NotPossible, Unavailable
from app.jobs import Job, Jobs, Status
from app.jobs.events import EventWriter, read_events, read_last_event
from app.jobs.folder import JobFolder
from tests.jobs.conftest import MakeJobs, wait_for_end, wait_until
from tests.server import ROOT


def events(jobs: Jobs, job: Job, after: int = 0) -> list[tuple[int, str, Any]]:
    found = jobs.follow(job.id, 0, after).events
    return [(event.number, event.kind, json.loads(event.data)) for event in found]


def counted(jobs: Jobs, job: Job) -> list[int]:
    return [data["number"] for _, kind, data in events(jobs, job) if kind == "count"]


def wait_for_event(jobs: Jobs, job: Job, kind: str) -> Any:
    wait_until(jobs, job, lambda _: any(event[1] == kind for event in events(jobs, job)))
    return next(data for _, found, data in events(jobs, job) if found == kind)


def test_a_job_reports_and_leaves_a_result(jobs: Jobs) -> None:
    job = jobs.submit("count", {"to": 5}, "Counting", {"network": "abc"})
    assert (job.kind, job.title, job.status, job.facts) == ("count", "Counting", Status.QUEUED, {"network": "abc"})
    ended = wait_for_end(jobs, job)
    assert (ended.status, ended.error, ended.runs) == (Status.DONE, None, 1)
    assert ended.started is not None
    assert ended.ended is not None
    assert job.created <= ended.started <= ended.ended
    assert json.loads(jobs.result(job.id) or b"") == {"counted": 5}
    assert ended.progress is not None
    assert (ended.progress["done"], ended.progress["total"], ended.progress["seconds_left"]) == (5, 5, 0)
    told = events(jobs, job)
    assert [number for number, _, _ in told] == [1, 2, 3, 4, 5, 6, 7]
    assert [kind for _, kind, _ in told] == ["status", *["count"] * 5, "end"]
    assert told[-1][2] == {"status": "done", "error": None}
    assert events(jobs, job, after=5) == told[5:]


def test_it_runs_at_low_priority_in_a_process_of_its_own(jobs: Jobs) -> None:
    job = jobs.submit("deaf", {}, "Deaf")
    told = wait_for_event(jobs, job, "deaf")
    assert told["pid"] != os.getpid()
    assert told["niceness"] >= min(19, os.nice(0) + 10)
    os.kill(told["pid"], signal.SIGKILL)
    ended = wait_for_end(jobs, job)
    assert ended.status is Status.FAILED
    assert "SIGKILL" in str(ended.error)
    assert events(jobs, job)[-1][1:] == ("end", {"status": "failed", "error": ended.error})


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("words", "line 7: a text stands in the column of numbers"),
        ("memory", "not enough free memory"),
        ("exit", "ended by itself with code 7"),
        ("disk", "the disk is full"),
        ("else", "ZeroDivisionError"),
    ],
)
def test_what_goes_wrong_is_said(jobs: Jobs, how: str, words: str) -> None:
    ended = wait_for_end(jobs, jobs.submit("go-wrong", {"how": how}, "Wrong"))
    assert ended.status is Status.FAILED
    assert words in str(ended.error)
    assert "secret" not in str(ended.error)
    assert jobs.result(ended.id) is None


def test_pause_step_resume_and_stop(jobs: Jobs) -> None:
    job = jobs.submit("count", {"to": 10**6, "seconds": 0.01}, "Counting")
    wait_for_event(jobs, job, "count")
    jobs.control(job.id, "pause")
    wait_until(jobs, job, lambda found: found.status is Status.PAUSED)
    before = counted(jobs, job)[-1]
    jobs.control(job.id, "pause", steps=2)
    jobs.control(job.id, "pause", steps=1)
    wait_until(jobs, job, lambda _: counted(jobs, job)[-1] == before + 3)
    time.sleep(0.3)
    assert counted(jobs, job)[-1] == before + 3
    jobs.control(job.id, "run")
    wait_until(jobs, job, lambda _: counted(jobs, job)[-1] > before + 5)
    assert jobs.control(job.id, "stop").status in {Status.STOPPING, Status.STOPPED}
    ended = wait_for_end(jobs, job)
    assert (ended.status, ended.error) == (Status.STOPPED, None)
    assert json.loads(jobs.result(job.id) or b"") == {"counted": counted(jobs, job)[-1]}
    assert jobs.control(job.id, "stop") == ended
    with pytest.raises(NotPossible, match="ended"):
        jobs.control(job.id, "pause")


def test_steps_are_taken_though_asked_for_before_it_began_and_cancelled_by_what_comes_later(jobs: Jobs) -> None:
    job = jobs.submit("count", {"to": 10**6, "seconds": 0.01}, "Counting")
    jobs.control(job.id, "pause", steps=3)
    wait_until(jobs, job, lambda found: found.status is Status.PAUSED and counted(jobs, job) == [1, 2, 3])
    jobs.control(job.id, "pause", steps=10**5)
    wait_until(jobs, job, lambda _: len(counted(jobs, job)) > 5)
    jobs.control(job.id, "pause")
    time.sleep(0.2)
    before = counted(jobs, job)
    time.sleep(0.3)
    assert counted(jobs, job) == before
    jobs.control(job.id, "pause", steps=10**5)
    jobs.control(job.id, "run")
    wait_until(jobs, job, lambda found: found.status is Status.RUNNING)
    jobs.control(job.id, "pause")
    wait_until(jobs, job, lambda found: found.status is Status.PAUSED)
    before = counted(jobs, job)
    time.sleep(0.3)
    assert counted(jobs, job) == before


def test_one_that_is_paused_for_long_leaves_its_place_to_others(make_jobs: MakeJobs) -> None:
    jobs = make_jobs(jobs_running=1)
    job = jobs.submit("count", {"to": 10**6, "seconds": 0.01, "leave": 0.2}, "Counting")
    other = jobs.submit("count", {"to": 10**6, "seconds": 0.01}, "waits")
    wait_for_event(jobs, job, "count")
    jobs.control(job.id, "pause")
    wait_until(jobs, other, lambda found: found.status is Status.RUNNING)
    assert (jobs.get(job.id).status, jobs.ahead(jobs.get(job.id))) == (Status.PAUSED, None)
    before = len(counted(jobs, job))
    jobs.control(job.id, "pause", steps=2)
    assert jobs.get(job.id).status is Status.QUEUED
    jobs.control(other.id, "stop")
    wait_until(jobs, job, lambda found: found.status is Status.PAUSED and len(counted(jobs, job)) == before + 2)
    third = jobs.submit("count", {"to": 10**6, "seconds": 0.01}, "waits, too")
    wait_until(jobs, third, lambda found: found.status is Status.RUNNING)
    time.sleep(0.2)
    assert counted(jobs, job) == list(range(1, before + 3))  # no step is taken twice
    jobs.control(job.id, "stop")  # what it did is its result, though there is no place for it
    ended = wait_for_end(jobs, job)
    assert (ended.status, ended.error, ended.runs) == (Status.STOPPED, None, 3)
    assert json.loads(jobs.result(job.id) or b"") == {"counted": before + 2}
    told = [data["status"] for _, kind, data in events(jobs, job) if kind == "status"]
    assert "queued" not in told


def test_jobs_share_the_memory_that_there_is_for_them(make_jobs: MakeJobs) -> None:
    jobs = make_jobs(jobs_running=3, memory_bytes=100)
    first, second, small = (
        jobs.submit("count", {"to": 10**6, "seconds": 0.01}, str(size), memory_bytes=size) for size in (60, 60, 10)
    )
    wait_until(jobs, first, lambda found: found.status is Status.RUNNING)
    time.sleep(1.5)
    assert [jobs.get(job.id).status for job in (second, small)] == [Status.QUEUED, Status.QUEUED]
    jobs.control(first.id, "stop")
    wait_until(jobs, second, lambda found: found.status is Status.RUNNING)
    wait_until(jobs, small, lambda found: found.status is Status.RUNNING)


def test_one_that_needs_more_than_all_memory_runs_alone(make_jobs: MakeJobs) -> None:
    jobs = make_jobs(memory_bytes=100)
    assert wait_for_end(jobs, jobs.submit("count", {"to": 1}, "large", memory_bytes=500)).status is Status.DONE


def test_what_does_not_stop_is_ended(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.jobs.runner.KILL_SECONDS", 0.3)
    job = jobs.submit("deaf", {}, "Deaf")
    wait_for_event(jobs, job, "deaf")
    jobs.control(job.id, "stop")
    ended = wait_for_end(jobs, job)
    assert (ended.status, ended.error) == (Status.STOPPED, "it did not stop by itself and was ended")


def test_twenty_at_once_run_in_turn_and_one_too_many_is_told_to_come_back(make_jobs: MakeJobs) -> None:
    jobs = make_jobs(jobs_running=2, jobs_waiting=18)
    long = [jobs.submit("count", {"to": 10**6, "seconds": 0.05}, str(number)) for number in range(2)]
    submitted = [jobs.submit("count", {"to": 3, "seconds": 0.05}, str(number)) for number in range(2, 20)]
    with pytest.raises(Busy, match="20 jobs run or wait"):
        jobs.submit("count", {"to": 3}, "one too many")
    last = submitted[-1]
    assert (jobs.ahead(last) or 0) > 10
    for job in (last, *long):
        jobs.control(job.id, "stop")
    most = 0
    while not all(job.status.ended for job in jobs.list_all()):
        most = max(most, sum(job.status is Status.RUNNING for job in jobs.list_all()))
    assert most <= 2
    assert [job.title for job in jobs.list_all()] == [str(number) for number in reversed(range(20))]
    assert {job.status for job in jobs.list_all()} == {Status.DONE, Status.STOPPED}
    assert jobs.get(last.id).status is Status.STOPPED
    assert jobs.get(last.id).runs == 0
    assert jobs.ahead(jobs.get(last.id)) is None


def test_the_oldest_that_have_ended_are_forgotten(make_jobs: MakeJobs) -> None:
    jobs = make_jobs(jobs_kept=2, jobs_running=1)
    first, *others = (jobs.submit("count", {"to": 1}, str(number)) for number in range(3))
    for job in (first, *others):
        wait_for_end(jobs, job)
    last = jobs.submit("count", {"to": 1}, "last")
    assert len(jobs.list_all()) == 3
    with pytest.raises(NotFound):
        jobs.get(first.id)
    wait_for_end(jobs, last)
    jobs.submit("count", {"to": 1}, "one more")
    with pytest.raises(NotFound):
        jobs.get(others[0].id)


@pytest.mark.parametrize("unknown", ["", "..", "p4t8w2kd7x", "../../etc", "\x00", "P4T8W2KD7X"])
def test_unknown_ids(jobs: Jobs, unknown: str) -> None:
    with pytest.raises(NotFound, match="no job has the id"):
        jobs.get(unknown)


def test_a_server_that_leaves_lets_the_next_one_go_on(make_jobs: MakeJobs) -> None:
    first = make_jobs(jobs_running=4)
    job = first.submit("count", {"to": 60, "seconds": 0.02}, "goes on")
    once = first.submit("count-once", {"to": 10**6, "seconds": 0.02}, "cannot go on")
    paused = first.submit("count", {"to": 10**6, "seconds": 0.02}, "paused")
    for one in (job, once, paused):
        wait_for_event(first, one, "count")
    first.control(paused.id, "pause")
    wait_until(first, paused, lambda found: found.status is Status.PAUSED)
    first.close(8)
    assert first.get(job.id).status is Status.QUEUED
    assert first.get(once.id).status is Status.STOPPED
    assert "cannot go on" in str(first.get(once.id).error)
    second = make_jobs(jobs_running=4)
    second.open()
    ended = wait_for_end(second, job)
    assert (ended.status, ended.runs) == (Status.DONE, 2)
    assert counted(second, job) == list(range(1, 61))
    assert [number for number, _, _ in events(second, job)] == list(range(1, len(events(second, job)) + 1))
    assert (second.get(paused.id).status, second.get(paused.id).runs) == (Status.PAUSED, 1)
    second.control(paused.id, "run")
    wait_until(second, paused, lambda found: found.status is Status.RUNNING)


SERVER = """
import sys, time
from dataclasses import replace
from pathlib import Path
from app.jobs import Jobs
from app.settings import Settings
from tests.jobs.works import KINDS
jobs = Jobs(replace(Settings(), data_dir=Path(sys.argv[1])), KINDS)
for kind in ("count", "count-once"):
    job = jobs.submit(kind, {"to": 100, "seconds": 0.02}, kind)
    while not any(event.kind == "count" for event in jobs.follow(job.id, 0, 0).events):
        time.sleep(0.02)
print("running", flush=True)
time.sleep(600)
"""


def test_a_server_that_is_killed_lets_the_next_one_go_on(tmp_path: Path, make_jobs: MakeJobs) -> None:
    with subprocess.Popen([sys.executable, "-c", SERVER, tmp_path], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"running\n"
        beside = make_jobs()
        beside.open()
        time.sleep(0.3)
        assert {job.status for job in beside.list_all()} == {Status.RUNNING}  # the other server's, and left to it
        process.kill()
    jobs = {job.kind: job for job in beside.list_all()}
    assert wait_for_end(beside, jobs["count"]).status is Status.DONE
    assert counted(beside, jobs["count"]) == list(range(1, 101))
    stopped = wait_for_end(beside, jobs["count-once"])
    assert stopped.status is Status.STOPPED
    assert "the server was stopped" in str(stopped.error)


def test_a_disk_that_is_full(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    job = jobs.submit("deaf", {}, "Deaf")
    told = wait_for_event(jobs, job, "deaf")
    with monkeypatch.context() as patch:
        patch.setattr("app.jobs.folder.replace_file", fail)
        with pytest.raises(Unavailable, match="the disk is full"):
            jobs.submit("count", {"to": 1}, "no room")
        os.kill(told["pid"], signal.SIGKILL)
        ended = wait_for_end(jobs, job)
        assert ended.status is Status.FAILED
        assert "could not be written down: the disk is full" in str(ended.error)
        assert jobs.list_all() == [ended]
    wait_until(jobs, job, lambda _: JobFolder(jobs.folder(job.id).path).state()["status"] == "failed")
    assert not [path.name for path in jobs.folder(job.id).path.parent.iterdir() if path.name.startswith(".")]


def test_an_event_that_was_cut_off_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "events"
    writer = EventWriter(path)
    assert [writer.append("one", {"a": 1}), writer.append("two", {"text": "tab\tand\nline"})] == [1, 2]
    writer.close()
    with path.open("ab") as file:
        file.write(b"3\tthree\t12")
    found, offset = read_events(path, 0)
    assert [event.number for event in found] == [1, 2]
    assert read_events(path, offset) == ([], offset)
    writer = EventWriter(path)
    assert writer.append("three", {}) == 3
    writer.close()
    assert [event.kind for event in read_events(path, 0, after=1)[0]] == ["two", "three"]
    last = read_last_event(path)
    assert last is not None
    assert (last.number, last.data) == (3, "{}")
