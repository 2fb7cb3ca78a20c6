"""Jobs over HTTP: followed from anywhere, by many, through the end of their server."""

import json
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.api.examples import EXAMPLES
from app.jobs import Job, Jobs
from app.settings import Settings
from tests.api.test_openapi import OF_JOBS, check
from tests.jobs.conftest import MakeJobs, make_jobs, wait_for_end, wait_until
from tests.jobs.works import KINDS
from tests.server import Served, serving

__all__ = ["make_jobs"]


class Follower:
    """A client that follows a job in a thread of its own until the answer ends."""

    def __init__(self, address: str, job: Job, path: str = "jobs", **headers: str) -> None:
        self.events: list[tuple[str | None, str, Any]] = []
        self.status = 0
        self._client = httpx.Client(base_url=address, trust_env=False, timeout=60)
        self._path, self._headers = f"/api/v1/{path}/{job.id}/events", headers
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        with self._client, suppress(httpx.RemoteProtocolError):  # servers are killed here
            self._read()

    def _read(self) -> None:
        with self._client.stream("GET", self._path, headers=self._headers) as response:
            self.status = response.status_code
            if self.status == 200:
                assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
                assert response.headers["cache-control"] == "no-store"
            fields: dict[str, str] = {}
            for line in response.iter_lines():
                name, _, value = line.partition(": ")
                if line:
                    fields[name] = value
                elif "data" in fields:
                    self.events.append((fields.get("id"), fields["event"], json.loads(fields["data"])))
                    fields = {}

    def wait(self, count: int) -> None:
        deadline = time.monotonic() + 60
        while len(self.numbered) < count:
            assert time.monotonic() < deadline, self.events
            time.sleep(0.02)

    def finish(self) -> list[tuple[str | None, str, Any]]:
        self._thread.join(60)
        assert not self._thread.is_alive()
        return self.numbered

    @property
    def numbered(self) -> list[tuple[str | None, str, Any]]:
        return [event for event in self.events if event[0] is not None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("jobs")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Served]:
    with serving(folder, VITRINE_DATA_DIR=str(folder), VITRINE_STREAMS="6", VITRINE_JOBS_RUNNING="3") as served:
        yield served


@pytest.fixture
def http(server: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.address, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
def tmp_path(folder: Path) -> Path:
    """Let `make_jobs` use the server's directory: what these submit runs in the server, too."""
    return folder


@pytest.fixture
def jobs(make_jobs: MakeJobs) -> Jobs:
    return make_jobs(jobs_running=3)


@pytest.fixture(scope="module")
def document(app: FastAPI) -> Any:
    return app.openapi()


def count(jobs: Jobs, to: int, seconds: float = 0.02) -> Job:
    return jobs.submit("count", {"to": to, "seconds": seconds}, "Counting")


def problem(response: httpx.Response, status: int) -> Any:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    return response.json()


def test_two_clients_follow_one_job_and_miss_nothing(server: Served, jobs: Jobs, http: httpx.Client) -> None:
    job = count(jobs, 40)
    first = Follower(server.address, job)
    first.wait(10)
    second = Follower(server.address, job)
    third = Follower(server.address, job, **{"Last-Event-ID": "7"})
    told = first.finish()
    assert [identifier for identifier, _, _ in told] == [str(number) for number in range(1, 43)]
    assert [data["number"] for _, kind, data in told if kind == "count"] == list(range(1, 41))
    assert told[-1][1:] == ("end", {"status": "done", "error": None})
    assert second.finish() == told
    assert third.finish() == told[7:]
    progress = [data for _, kind, data in first.events if kind == "progress"]
    assert progress
    assert all(one["total"] == 40 and one["unit"] == "numbers" for one in progress)
    assert Follower(server.address, job).finish() == told  # also after the end
    path = f"/api/v1/jobs/{job.id}/events"
    for known in ("42", "99"):
        assert http.get(path, headers={"Last-Event-ID": known}).status_code == 204
    assert http.get(f"/api/v1/jobs/{job.id}").json()["result"] == {"counted": 40}


def test_clients_that_control_one_job_at_once(server: Served, jobs: Jobs, http: httpx.Client) -> None:
    job = count(jobs, 10**6, 0.0)
    followers = [Follower(server.address, job) for _ in range(3)]
    followers[0].wait(2000)
    answers = []

    def stop() -> None:
        answers.append(httpx.post(f"{server.address}/api/v1/jobs/{job.id}/stop", trust_env=False, timeout=30))

    threads = [threading.Thread(target=stop) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["status"] for answer in answers} <= {"stopping", "stopped"}
    told = [follower.finish() for follower in followers]
    assert told[0] == told[1] == told[2]
    assert told[0][-1][1:] == ("end", {"status": "stopped", "error": None})
    assert http.get(f"/api/v1/jobs/{job.id}").json()["status"] == "stopped"


def test_the_description_holds(jobs: Jobs, http: httpx.Client, document: Any) -> None:
    job = count(jobs, 10**6)
    wait_until(jobs, job, lambda found: found.progress is not None)
    answers = {
        "list_jobs": http.get("/api/v1/jobs", params={"kind": "count", "status": "running"}),
        "get_job": http.get(f"/api/v1/jobs/{job.id}"),
        "stop_job": http.post(f"/api/v1/jobs/{job.id}/stop"),
    }
    paths = {operation["operationId"]: operation for path in document["paths"].values() for operation in path.values()}
    for name, response in answers.items():
        assert response.status_code == 200, response.text
        schema = paths[name]["responses"]["200"]["content"]["application/json"]["schema"]
        for value in (response.json(), EXAMPLES[name].answer):
            check(document, schema, value)
    assert set(answers) < set(OF_JOBS)
    assert answers["list_jobs"].headers["x-total-count"] == "1"
    assert answers["list_jobs"].json()[0]["id"] == job.id
    assert http.get("/api/v1/jobs", params={"kind": "nothing"}).json() == []


def test_mistakes(jobs: Jobs, http: httpx.Client) -> None:
    job = count(jobs, 1)
    for path in ("/api/v1/jobs/nothing", "/api/v1/jobs/p4t8w2kd7x/events"):
        assert "no job has the id" in problem(http.get(path), 404)["detail"]
    problem(http.post("/api/v1/jobs/..%2f/stop"), 404)
    for known in (b"-1", b"one", b"1.5", b"9" * 16, "\u0663".encode()):
        response = http.get(f"/api/v1/jobs/{job.id}/events", headers=[(b"Last-Event-ID", known)])
        assert "Last-Event-ID" in problem(response, 422)["detail"]
    problem(http.get(f"/api/v1/jobs/{job.id}/events?after=3"), 422)
    problem(http.get("/api/v1/jobs?status=gone"), 422)
    problem(http.get("/api/v1/jobs?limit=0"), 422)
    wait_for_end(jobs, job)


def test_streams_are_bounded_and_given_back(server: Served, jobs: Jobs, http: httpx.Client) -> None:
    job = count(jobs, 10**6)
    path = f"/api/v1/jobs/{job.id}/events"
    for _ in range(10):
        assert http.head(path).status_code == 200  # and it ends
    followers = [Follower(server.address, job) for _ in range(6)]
    for follower in followers:
        follower.wait(2)
    busy = http.get(path)
    assert "the most that may" in problem(busy, 503)["detail"]
    assert int(busy.headers["retry-after"]) >= 1
    jobs.control(job.id, "stop")
    for follower in followers:
        assert follower.finish()[-1][1] == "end"
    for _ in range(20):  # clients that go away
        with server.connect() as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 200")
        time.sleep(0.05)
    assert Follower(server.address, job).finish()[-1][1] == "end"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_follower_goes_on_with_the_next_server(tmp_path_factory: pytest.TempPathFactory, number: int) -> None:
    folder = tmp_path_factory.mktemp("restart")
    jobs = Jobs(Settings(data_dir=folder), KINDS)
    jobs.interrupt()  # it only submits
    job = count(jobs, 150)
    with serving(folder, VITRINE_DATA_DIR=str(folder), VITRINE_STOP_SECONDS="60") as first:
        follower = Follower(first.address, job)
        follower.wait(20)
        before = time.monotonic()
        first.process.send_signal(number)
        first.process.wait(20)
        if number == signal.SIGTERM:
            assert time.monotonic() - before < 20  # nobody waits for a follower
            follower.finish()
    known = follower.numbered
    with serving(folder, VITRINE_DATA_DIR=str(folder)) as second:
        rest = Follower(second.address, job, **{"Last-Event-ID": str(len(known))}).finish()
    told = known + rest
    assert [identifier for identifier, _, _ in told] == [str(place) for place in range(1, len(told) + 1)]
    assert [data["number"] for _, kind, data in told if kind == "count"] == list(range(1, 151))
    assert told[-1][1:] == ("end", {"status": "done", "error": None})


def test_a_server_that_asks_for_a_token_asks_followers_too(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("token")
    token = "a-token-of-this-test"  # noqa: S105
    with serving(folder, VITRINE_DATA_DIR=str(folder), VITRINE_TOKEN=token) as server:
        path = f"{server.address}/api/v1/jobs/p4t8w2kd7x/events"
        assert httpx.get(path, trust_env=False).status_code == 401
        shown = {"Authorization": f"Bearer {token}"}
        assert httpx.get(path, headers=shown, trust_env=False).status_code == 404
