"""Trainings from the request to the stored network, and through everything that can go wrong on the way."""

import json
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from app.api.examples import EXAMPLES
from app.datasets import load
from app.nn.network import Network
from app.nn.training import Training, fit
from app.tensors.safetensors import read_safetensors
from tests.api.test_jobs import Follower
from tests.api.test_openapi import check
from tests.server import Served, serving

SPIRALS: dict[str, Any] = {
    "input": {"shape": [2]},
    "layers": [
        {"kind": "Dense", "units": 8, "activation": "tanh", "repeat": 2},
        {"kind": "Dropout", "rate": 0.1},
        {"kind": "Dense", "units": 1, "activation": "sigmoid"},
    ],
}
REQUEST: dict[str, Any] = {
    "network": SPIRALS,
    "dataset": {"name": "spirals", "noise": 0.1, "seed": 3},
    "validation_data": {"split": "test"},
    "loss": "binary_crossentropy",
    "optimizer": {"name": "adam", "learning_rate": 0.02},
    "metrics": ["accuracy"],
    "epochs": 20,
}
LONG = {**REQUEST, "epochs": 1_000_000}


class Api:
    """A client of a server's trainings."""

    def __init__(self, server: Served) -> None:
        self.server = server
        self.http = httpx.Client(base_url=f"{server.address}/api/v1", timeout=60, trust_env=False)

    def begin(self, request: Any) -> Any:
        response = self.http.post("/trainings", json=request)
        assert response.status_code == 202, response.text
        assert response.headers["location"] == response.json()["links"]["self"]
        return response.json()

    def get(self, training: Any) -> Any:
        response = self.http.get(f"/trainings/{training['id']}")
        assert response.status_code == 200, response.text
        return response.json()

    def do(self, training: Any, action: str, status: int = 200, body: Any = None) -> Any:
        response = self.http.post(f"/trainings/{training['id']}/{action}", json=body)
        assert response.status_code == status, response.text
        return response.json()

    def wait(self, training: Any, test: Callable[[Any], bool], seconds: float = 90) -> Any:
        deadline = time.monotonic() + seconds
        while not test(found := self.get(training)):
            assert time.monotonic() < deadline, found
            time.sleep(0.05)
        return found

    def finish(self, training: Any) -> Any:
        return self.wait(training, lambda found: found["status"] in {"done", "stopped", "failed"})

    def events(self, training: Any) -> list[tuple[str, Any]]:
        follower = Follower(self.server.address, _Job(training["id"]), path="trainings")  # type: ignore[arg-type]
        return [(kind, data) for _, kind, data in follower.finish()]


class _Job:
    def __init__(self, identifier: str) -> None:
        self.id = identifier


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("trainings")
    with serving(folder, VITRINE_DATA_DIR=str(folder)) as served:
        yield served


@pytest.fixture
def api(server: Served) -> Iterator[Api]:
    api = Api(server)
    with api.http:
        yield api


def expected_history(request: Any) -> dict[str, list[float]]:
    """Do the same training in this process, without a job."""
    network = Network.from_document(request["network"])
    fields = {name: request[name] for name in ("loss", "optimizer", "metrics", "epochs")}
    train, test = (load("spirals", split, Path("nowhere"), noise=0.1, seed=3) for split in ("train", "test"))
    training = Training.from_document(fields, network)
    return fit(network, training, train.inputs, train.targets, (test.inputs, test.targets)).history


def test_from_the_request_to_the_stored_network(api: Api, app: FastAPI) -> None:
    begun = api.begin({**REQUEST, "title": "Two arms"})
    told = api.events(begun)
    ended = api.finish(begun)
    assert (ended["status"], ended["reason"], ended["error"]) == ("done", "epochs", None)
    assert ended["history"] == expected_history(REQUEST)
    assert (ended["epoch"], ended["step"], ended["batches"]) == (20, 260, 13)
    assert ended["saved"]["network"] == ended["network"] == begun["network"]
    kinds = [kind for kind, _ in told]
    assert (kinds[0], kinds[-2:]) == ("status", ["saved", "end"])
    assert [data["epoch"] for kind, data in told if kind == "epoch"] == list(range(20))
    logs = [data["logs"] for kind, data in told if kind == "epoch"]
    assert {key: [line[key] for line in logs] for key in logs[0]} == ended["history"]
    assert {"step", "checkpoint"} <= set(kinds)
    document = api.http.get(f"/networks/{ended['network']}").json()
    assert document["title"] == "Two arms"
    assert document["training"]["dataset"]["name"] == "spirals"
    assert document["training"]["history"] == ended["history"]
    assert [layer["name"] for layer in document["layers"]] == ["dense_1", "dense_2", "dropout_1", "dense_3"]
    asked = {"network": ended["network"], "dataset": {"name": "spirals", "noise": 0.1, "seed": 3}}
    measured = api.http.post("/evaluate", json=asked).json()
    assert measured["loss"] == ended["history"]["val_loss"][-1]
    assert measured["accuracy"] == ended["history"]["val_accuracy"][-1]
    assert np.sum(measured["confusion_matrix"]) == measured["count"] == 400
    schemas = {
        operation["operationId"]: operation for path in app.openapi()["paths"].values() for operation in path.values()
    }
    check(app.openapi(), _schema(schemas["get_training"]), ended)
    check(app.openapi(), _schema(schemas["get_training"]), EXAMPLES["get_training"].answer)
    check(app.openapi(), _schema(schemas["create_training"], "202"), begun)
    check(app.openapi(), _schema(schemas["create_training"], "202"), EXAMPLES["create_training"].answer)
    check(app.openapi(), _schema(schemas["list_trainings"]), api.http.get("/trainings").json())
    body = schemas["create_training"]["requestBody"]["content"]["application/json"]["schema"]
    check(app.openapi(), body, REQUEST)
    check(app.openapi(), body, EXAMPLES["create_training"].body)


def test_steps_are_taken_apart_later_and_fit_each_other(api: Api, app: FastAPI) -> None:
    weight = {"layer": "dense_1", "parameter": "kernel", "index": [1, 2]}
    training = api.finish(api.begin({**REQUEST, "epochs": 3, "scaling": "standard"}))
    place = f"/trainings/{training['id']}/steps"

    def apart(step: int, example: int = 0) -> Any:
        response = api.http.post(f"{place}/{step}", json={"weight": weight, "example": example})
        assert response.status_code == 200, response.text
        return response.json()

    steps = [apart(step) for step in (1, 2, 3, 38, 39)]
    assert steps[0]["weight"]["stored"] == steps[1]["weight"]["old"]
    assert steps[1]["weight"]["stored"] == steps[2]["weight"]["old"]
    document = api.http.get(f"/networks/{training['network']}").json()
    assert steps[-1]["weight"]["stored"] == document["layers"][0]["parameters"]["kernel"][1][2]
    for step in steps:
        weight_apart = step["weight"]
        assert weight_apart["new"] == pytest.approx(weight_apart["stored"], rel=1e-12)
        assert weight_apart["decayed"] + weight_apart["change"] == weight_apart["new"]
        assert [layer["name"] for layer in step["layers"]] == ["input", "dense_1", "dense_2", "dropout_1", "dense_3"]
        assert "mask" in step["layers"][3]["named"]
    # what the examples add to the gradient is the gradient
    size = len(steps[0]["examples"])
    added = sum(apart(1, example)["weight"]["example_gradient"] for example in range(size))
    assert added == pytest.approx(steps[0]["weight"]["batch_gradient"], rel=1e-9)
    operation = app.openapi()["paths"]["/api/v1/trainings/{id}/steps/{step}"]["post"]
    for value in (steps[0], EXAMPLES["take_training_apart"].answer):
        check(app.openapi(), _schema(operation), value)
    assert api.http.post(f"{place}/40", json={}).status_code == 422  # it ended before
    for step in ("41", "0", "-1", "x", "9" * 30):
        assert api.http.post(f"{place}/{step}", json={}).status_code == 404
    assert api.http.post(f"{place}/1", json={"example": 999}).json()["pointer"] == "/example"
    wrong = {"weight": {**weight, "index": [5, 0]}}
    assert api.http.post(f"{place}/1", json=wrong).json()["pointer"] == "/weight/index/0"


def _schema(operation: Any, status: str = "200") -> Any:
    return operation["responses"][status]["content"]["application/json"]["schema"]


def test_pause_step_resume_and_stop(api: Api) -> None:
    training = api.begin(LONG)
    api.wait(training, lambda found: found["step"] > 0 and found["status"] == "running")
    api.do(training, "pause")
    paused = api.wait(training, lambda found: found["status"] == "paused")
    assert paused["checkpoint"]["step"] == paused["step"]
    api.do(training, "step", body={"steps": 3})
    stepped = api.wait(training, lambda found: found["step"] == paused["step"] + 3)
    time.sleep(0.3)
    assert api.get(training)["step"] == stepped["step"]
    api.do(training, "resume")
    api.wait(training, lambda found: found["step"] > stepped["step"] + 20)
    api.do(training, "stop")
    ended = api.finish(training)
    assert (ended["status"], ended["reason"]) == ("stopped", "stopped")
    assert api.http.get(f"/networks/{ended['network']}").status_code == 200
    assert "ended" in api.do(training, "pause", status=409)["detail"]
    again = api.do(training, "resume")
    assert again["status"] in {"queued", "running"}
    api.wait(training, lambda found: found["step"] > ended["step"])
    api.do(training, "stop")
    later = api.finish(training)
    assert later["network"] == ended["network"]
    assert later["saved"]["version"] > ended["saved"]["version"]
    steps = [data["step"] for kind, data in api.events(training) if kind == "step"]
    assert steps == sorted(set(steps))


def test_one_that_is_taken_step_by_step_from_the_beginning(api: Api) -> None:
    training = api.begin(LONG)
    api.do(training, "step", body={"steps": 2})
    stepped = api.wait(training, lambda found: found["status"] == "paused" and found["step"] == 2)
    assert stepped["checkpoint"]["step"] == 2
    api.do(training, "step", body={"steps": 1_000_000})
    api.wait(training, lambda found: found["step"] > 20)
    api.do(training, "pause")
    time.sleep(0.5)
    paused = api.get(training)
    time.sleep(0.3)
    assert api.get(training)["step"] == paused["step"] == paused["checkpoint"]["step"]
    api.do(training, "stop")
    assert api.finish(training)["status"] == "stopped"


def worker_of(training: Any) -> int:
    """Return the process in which a training is done."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes()
        except OSError:
            continue
        if training["id"].encode() in command and b"app.jobs.worker" in command:
            return int(path.parent.name)
    raise AssertionError(training)


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="finds the worker in /proc")
def test_a_killed_worker_is_told_and_gone_on_from_bit_for_bit(api: Api) -> None:
    request = {**REQUEST, "epochs": 600}
    training = api.begin(request)
    api.wait(training, lambda found: found["epoch"] >= 30)
    os.kill(worker_of(training), signal.SIGKILL)
    failed = api.finish(training)
    assert failed["status"] == "failed"
    assert "SIGKILL" in failed["error"]
    assert api.http.get(f"/networks/{training['network']}").status_code == 404  # and nothing said that it was stored
    assert failed["checkpoint"] is not None
    api.do(training, "resume")
    ended = api.finish(training)
    assert (ended["status"], ended["epoch"]) == ("done", 600)
    assert ended["history"] == expected_history(request)
    told = [data for kind, data in api.events(training) if kind == "epoch"]
    assert [data["epoch"] for data in told] == list(range(600))
    assert [data["logs"]["loss"] for data in told] == ended["history"]["loss"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_training_goes_on_with_the_next_server(tmp_path: Path, number: int) -> None:
    request = {**REQUEST, "epochs": 600}
    with serving(tmp_path, VITRINE_DATA_DIR=str(tmp_path)) as first:
        api = Api(first)
        training = api.begin(request)
        before = api.wait(training, lambda found: found["epoch"] >= 30)
        api.http.close()
        first.process.send_signal(number)
        first.process.wait(20)
    with serving(tmp_path, VITRINE_DATA_DIR=str(tmp_path)) as second:
        api = Api(second)
        with api.http:
            ended = api.finish(training)
            assert ended["status"] == "done", ended["error"]
            assert ended["epoch"] == 600 > before["epoch"]
            assert ended["history"] == expected_history(request)
            assert api.http.get(f"/networks/{ended['network']}").status_code == 200


def test_steps_that_are_far_too_large_end_with_an_explanation(api: Api) -> None:
    large = {**REQUEST, "optimizer": {"name": "sgd", "learning_rate": 1e6}, "loss": "mean_squared_error", "epochs": 500}
    linear = {"input": {"shape": [2]}, "layers": [{"kind": "Dense", "units": 8}, {"kind": "Dense", "units": 1}]}
    training = api.begin({**large, "network": linear, "metrics": []})
    ended = api.finish(training)
    assert (ended["status"], ended["reason"]) == ("failed", "not_finite")
    assert ended["health"]["layer"] in {"dense_1", "dense_2", None}
    assert ended["health"]["detail"] in ended["error"]
    told = api.events(training)
    assert [kind for kind, _ in told].count("health") == 1
    assert told[-1] == ("end", {"status": "failed", "error": ended["error"]})
    assert "no longer finite" in api.do(training, "resume", status=409)["detail"]


def test_a_disk_that_takes_no_more(tmp_path: Path) -> None:
    wide = {"input": {"shape": [2]}, "layers": [{"kind": "Dense", "units": 3000}, {"kind": "Dense", "units": 1}]}
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with serving(tmp_path, VITRINE_DATA_DIR=str(tmp_path)) as server:
        api = Api(server)
        with api.http:
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (2**18, hard))  # its workers inherit it
            training = api.begin({**LONG, "network": wide})
            ended = api.finish(training)
            assert ended["status"] == "failed"
            assert "could not be written" in ended["error"]
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
            api.do(training, "resume")
            api.wait(training, lambda found: found["step"] > 0)
            api.do(training, "stop")
            assert api.finish(training)["status"] == "stopped"
            assert api.http.get(f"/networks/{training['network']}").status_code == 200


def test_examples_of_ones_own_are_scaled_and_scaling_stays_with_the_network(api: Api) -> None:
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(200, 3)) * [1, 100, 0.01] + [5, -300, 0]
    targets = (inputs - [5, -300, 0]) @ [0.5, 0.002, 30]
    network = {"input": {"shape": [3]}, "layers": [{"kind": "Dense", "units": 1}]}
    request = {
        "network": network,
        "dataset": {"inputs": inputs.tolist(), "targets": targets.tolist()},
        "loss": "mse",
        "optimizer": {"name": "adam", "learning_rate": 0.05},
        "validation_split": 0.2,
        "scaling": "standard",
        "epochs": 150,
    }
    ended = api.finish(api.begin(request))
    assert ended["status"] == "done", ended["error"]
    assert ended["history"]["val_loss"][-1] < 1e-3
    np.testing.assert_allclose(ended["scaling"]["mean"], inputs[:160].mean(axis=0), rtol=1e-6)
    document = api.http.get(f"/networks/{ended['network']}").json()
    assert document["input"]["preprocessing"] == ended["scaling"]


def test_a_table_is_encoded_and_evaluated_as_it_was_trained(api: Api) -> None:
    network = {"input": {"shape": [4]}, "layers": [{"kind": "Dense", "units": 3, "activation": "softmax"}]}
    request = {
        "network": network,
        "dataset": {"name": "iris"},
        "validation_data": {"split": "test"},
        "loss": "categorical_crossentropy",
        "optimizer": {"name": "adam", "learning_rate": 0.1},
        "metrics": ["accuracy"],
        "scaling": "min_max",
        "epochs": 60,
    }
    ended = api.finish(api.begin(request))
    assert ended["status"] == "done", ended["error"]
    document = api.http.get(f"/networks/{ended['network']}").json()
    assert document["input"]["classes"] == ended["classes"]
    assert document["training"]["encoding"] == {name: number for number, name in enumerate(ended["classes"])}
    measured = api.http.post("/evaluate", json={"network": ended["network"], "dataset": {"name": "iris"}}).json()
    assert measured["accuracy"] == ended["history"]["val_accuracy"][-1] >= 0.9
    assert measured["loss"] == pytest.approx(ended["history"]["val_loss"][-1], rel=1e-9)


@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        ({"dataset": {"name": "iris"}}, 422, "/dataset/name"),
        ({"dataset": {"name": "nothing"}}, 404, "/dataset/name"),
        ({"dataset": {"name": "spirals", "split": "tset"}}, 422, "/dataset/split"),
        ({"dataset": {"name": "spirals", "noise": "much"}}, 422, "/dataset/noise"),
        ({"dataset": {"name": "cifar10"}}, 404, "/dataset/name"),
        (
            {"dataset": {"inputs": [[1.0, 2.0]], "targets": [1.0, 0.0]}, "validation_data": None},
            422,
            "/dataset/targets",
        ),
        ({"dataset": {"inputs": [[1.0, "2"]], "targets": [1.0]}}, 422, "/dataset/inputs/0/1"),
        ({"dataset": {"inputs": [[1.0]], "targets": [1.0]}}, 422, "/dataset/inputs"),
        ({"dataset": {"inputs": [[1.0, 2.0]], "targets": 1.0}, "validation_data": None}, 422, "/dataset/targets"),
        ({"validation_data": {"inputs": [[1.0, 2.0]], "targets": 1.0}}, 422, "/validation_data/targets"),
        ({"dataset": None}, 422, "/dataset"),
        ({"callbacks": ["early_stopping"], "validation_data": None}, 422, "/callbacks/0/monitor"),
        ({"freeze": [{"layer": f"dense_{number}"} for number in (1, 2, 3)]}, 422, "/network"),
        ({"validation_split": 0.2}, 422, "/validation_data"),
        ({"scaling": "log"}, 422, "/scaling"),
        ({"loss": "cross"}, 422, "/loss"),
        ({"optimizer": {"name": "adam", "beta": 1}}, 422, "/optimizer/beta"),
        ({"epochs": 0}, 422, "/epochs"),
        ({"epoch": 3}, 422, "/epoch"),
        ({"network": "nowhere"}, 404, "/network"),
        ({"title": ""}, 422, "/title"),
        ({"store": "no"}, 422, "/store"),
    ],
)
def test_mistakes_are_pointed_at(api: Api, change: Any, status: int, pointer: str) -> None:
    response = api.http.post("/trainings", json={**REQUEST, **change})
    assert response.status_code == status, response.text
    problem = response.json()
    assert problem["pointer"] == pointer or pointer in [one["pointer"] for one in problem.get("errors", [])], problem


@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        ({"dataset": {"name": "nothing"}}, 404, "/dataset/name"),
        ({"dataset": {"name": "spirals"}, "split": "tset"}, 422, "/dataset/split"),
        ({"dataset": {"inputs": [[1.0, 2.0]], "targets": 1.0}}, 422, "/dataset/targets"),
        ({"dataset": {"name": "iris"}}, 422, "/dataset/name"),
        ({"dataset": {"name": "spirals"}, "loss": "cross"}, 422, "/loss"),
        ({"dataset": {"name": "spirals"}, "metrics": ["accuracy", "sharpness"]}, 422, "/metrics/1"),
    ],
)
def test_mistakes_of_an_evaluation_are_pointed_at(api: Api, change: Any, status: int, pointer: str) -> None:
    response = api.http.post("/evaluate", json={"network": SPIRALS, **change})
    assert response.status_code == status, response.text
    assert response.json()["pointer"] == pointer


def test_more_than_can_be_kept_is_refused_before_it_is_trained(api: Api) -> None:
    wide = {
        "input": {"shape": [2]},
        "layers": [{"kind": "Dense", "units": 2000, "repeat": 2}, {"kind": "Dense", "units": 1}],
    }
    response = api.http.post("/trainings", json={**REQUEST, "network": wide})
    assert response.status_code == 413
    assert "VITRINE_DOCUMENT_BYTES" in response.json()["detail"]
    training = api.finish(api.begin({**REQUEST, "network": wide, "store": False, "epochs": 1, "batch_size": 400}))
    assert (training["status"], training["network"], training["saved"]) == ("done", None, None)
    file = api.http.get(f"/trainings/{training['id']}/parameters")
    assert file.headers["content-type"] == "application/vnd.safetensors"
    arrays = read_safetensors(file.content).arrays
    shapes = {name: values.shape for name, values in arrays.items()}
    assert shapes["dense_2/kernel"] == (2000, 2000)
    untrained = Network.from_document(wide).parameters["dense_2"]["kernel"]
    assert not np.array_equal(arrays["dense_2/kernel"], untrained)


def test_only_trainings_are_trainings(api: Api) -> None:
    network = {"input": {"shape": [2]}, "layers": [{"kind": "Dense", "units": 2}]}
    job = api.http.post("/signal", json={"network": network, "inputs": {"random": {}}, "job": True}).json()
    assert api.http.get(f"/trainings/{job['id']}").status_code == 404
    assert api.http.post(f"/trainings/{job['id']}/stop").status_code == 404
    assert all(training["id"] != job["id"] for training in api.http.get("/trainings").json())
    assert json.loads(api.http.get("/trainings/nothing").text)["status"] == 404
