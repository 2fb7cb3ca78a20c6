"""Asking for a data set: a job that says where it failed, once for all who ask."""

import time
from collections.abc import Iterator

import httpx
import pytest

from tests.server import Served, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("downloads")
    mirror = "http://127.0.0.1:9"  # nothing listens there
    with serving(folder, VITRINE_DATA_DIR=str(folder), VITRINE_DATASETS_MIRROR=mirror) as served:
        yield served
        assert served.is_well()


def test_a_download_is_one_job(server: Served) -> None:
    with httpx.Client(base_url=f"{server.address}/api/v1", trust_env=False, timeout=30) as http:
        first = http.post("/datasets/mnist/download")
        assert first.status_code == 202, first.text
        job = first.json()
        assert first.headers["location"] == job["links"]["self"]
        assert job["kind"] == "download"
        assert job["facts"] == {"dataset": "mnist"}
        assert http.post("/datasets/mnist/download").json()["id"] == job["id"]
        assert http.post(f"/jobs/{job['id']}/stop").status_code == 200
        deadline = time.monotonic() + 30
        while (job := http.get(f"/jobs/{job['id']}").json())["status"] != "stopped":
            assert time.monotonic() < deadline, job
            time.sleep(0.1)
        assert http.get("/datasets/mnist").json()["here"] is False
        for name, status in (("digits", 409), ("nothing", 404)):
            problem = http.post(f"/datasets/{name}/download")
            assert problem.status_code == status
            assert problem.json()["pointer"] == "/name"
