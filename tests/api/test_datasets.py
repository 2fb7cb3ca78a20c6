import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.datasets import load
from app.datasets.fitting import fit_inputs
from app.main import create_app
from app.nn.errors import NetworkError
from app.nn.input_spec import InputSpec
from app.settings import Settings
from tests.api.client import WALKTHROUGH, Client, connect
from tests.datasets.makers import SHARED, SHARED_REASON

pytestmark = pytest.mark.anyio

NOWHERE = Path("/nowhere")
DIGITS = {"dataset": {"name": "digits", "split": "test", "index": 3}}


async def test_data_sets_are_listed_with_what_can_be_chosen(client: Client) -> None:
    listed = {one["name"]: one for one in await client.get("/api/v1/datasets")}
    assert {"digits", "iris", "cifar10", "mnist", "fashion_mnist", "spirals", "plane"} <= set(listed)
    assert listed["digits"]["splits"] == {"train": 1437, "test": 360}
    assert listed["cifar10"]["download"] == {"bytes": 170_052_171, "files": 1}
    assert listed["cifar10"]["here"] is False
    assert listed["spirals"]["options"]["noise"]["default"] == 0.1
    assert await client.get("/api/v1/datasets/iris") == listed["iris"]
    await client.problem("GET", "/api/v1/datasets/nothing", 404)


async def test_samples_are_those_of_the_data_set(client: Client) -> None:
    answer = await client.get("/api/v1/datasets/digits/samples", params={"split": "test", "start": 358, "count": 9})
    assert (answer["start"], answer["count"], answer["total"]) == (358, 2, 360)
    loaded = load("digits", "test", NOWHERE)
    np.testing.assert_array_equal(answer["inputs"], loaded.inputs[358:])
    assert answer["targets"] == loaded.targets[358:].tolist()
    noisy = await client.get("/api/v1/datasets/spirals/samples", params={"noise": 0.5, "seed": 3, "count": 5})
    np.testing.assert_array_equal(noisy["inputs"], load("spirals", "train", NOWHERE, noise=0.5, seed=3).inputs[:5])


@pytest.mark.parametrize(
    ("name", "query", "status", "pointer"),
    [
        ("digits", {"split": "x"}, 422, "/split"),
        ("digits", {"start": 1437}, 422, "/start"),
        ("digits", {"noise": 1}, 422, "/noise"),
        ("spirals", {"noise": "much"}, 422, "/noise"),
        ("spirals", {"count": 0}, 422, "/count"),
        ("nothing", {}, 404, "/name"),
        ("cifar10", {}, 404, "/name"),
    ],
)
async def test_wrong_questions_about_samples(
    client: Client, name: str, query: dict[str, Any], status: int, pointer: str
) -> None:
    for path in ("samples", "samples.png"):
        if path == "samples.png" and name == "spirals":
            continue
        problem = await client.problem("GET", f"/api/v1/datasets/{name}/{path}", status, params=query)
        assert problem["pointer"] == pointer


async def test_pictures_stand_side_by_side(client: Client) -> None:
    response = await client.http.get("/api/v1/datasets/digits/samples.png", params={"count": 5, "columns": 3})
    assert response.status_code == 200
    sheet = np.asarray(Image.open(io.BytesIO(response.content)))
    assert sheet.shape == (16, 24)
    values = load("digits", "train", NOWHERE, stop=5).inputs[..., 0]
    np.testing.assert_array_equal(sheet[8:, 8:16], np.rint(values[4] * 255))
    assert not sheet[8:, 16:].any()
    await client.problem("GET", "/api/v1/datasets/iris/samples.png", 422)


async def test_an_example_of_a_data_set_is_an_input_everywhere(client: Client) -> None:
    numbers = load("digits", "test", NOWHERE).inputs[3].reshape(8, 8).tolist()
    node = {"layer": "output", "index": [3]}
    for path, more in (
        ("forward", {}),
        ("explain", {"node": node}),
        ("gradients", {"target": node}),
        ("edges", {"top": 5}),
        ("parameters", {"layer": "hidden", "parameter": "kernel", "top": 4}),
    ):
        body = {"network": "digits", **more}
        if path == "parameters":  # reads the layer's own input
            body = {"network": "digits", "layer": "hidden", "parameter": "kernel", "top": 4}
        answer = await client.post(f"/api/v1/{path}", {**body, "inputs": DIGITS})
        assert answer == await client.post(f"/api/v1/{path}", {**body, "inputs": numbers}), path
    code = await client.post("/api/v1/code", {"network": "digits", "inputs": DIGITS, "target": "curl"})
    assert '"dataset"' in code["code"]


async def test_a_batch_of_a_data_set(client: Client) -> None:
    inputs = {"dataset": {"name": "digits", "split": "test", "start": 10, "count": 20}}
    answer = await client.post("/api/v1/forward", {"network": "digits", "inputs": inputs, "layers": ["output"]})
    outputs = np.array(answer["output"])
    assert outputs.shape == (20, 10)
    targets = load("digits", "test", NOWHERE, start=10, stop=30).targets
    assert (outputs.argmax(axis=1) == targets).mean() >= 0.9


@pytest.mark.parametrize(
    ("inputs", "status", "pointer"),
    [
        ({"dataset": {"name": "nothing", "index": 0}}, 404, "/inputs/dataset/name"),
        ({"dataset": {"name": "mnist", "index": 0}}, 404, "/inputs/dataset/name"),
        ({"dataset": {"name": "iris", "index": 0}}, 422, "/inputs/dataset/name"),
        ({"dataset": {"name": "digits", "index": 360}}, 422, "/inputs/dataset/index"),
        ({"dataset": {"name": "digits", "index": True}}, 422, "/inputs/dataset/index"),
        ({"dataset": {"name": "digits", "start": 350, "count": 20}}, 422, "/inputs/dataset/count"),
        ({"dataset": {"name": "digits", "index": 1, "count": 2}}, 422, "/inputs/dataset/index"),
        ({"dataset": {"name": "digits", "index": 1, "noise": 2}}, 422, "/inputs/dataset/noise"),
        ({"dataset": {"name": "digits", "index": 1, "split": "x"}}, 422, "/inputs/dataset/split"),
        ({"dataset": {"index": 1}}, 422, "/inputs/dataset/name"),
        ({"dataset": "digits"}, 422, "/inputs/dataset"),
        ({"dataset": {"name": "digits"}, "more": 1}, 422, "/inputs/more"),
        ({}, 422, "/inputs"),
    ],
)
async def test_wrong_references_are_named(client: Client, inputs: Any, status: int, pointer: str) -> None:
    problem = await client.problem("POST", "/api/v1/forward", status, json={"network": "digits", "inputs": inputs})
    assert problem["pointer"] == pointer


async def test_a_table_goes_into_a_network_of_its_width(client: Client) -> None:
    network = {**WALKTHROUGH, "dtype": "float32"}
    inputs = {"dataset": {"name": "moons", "split": "train", "index": 0}}
    answer = await client.post("/api/v1/forward", {"network": network, "inputs": inputs})
    np.testing.assert_array_equal(
        answer["layers"][0]["output"], load("moons", "train", NOWHERE).inputs[0].astype(np.float32)
    )


def test_pictures_go_through_the_preprocessing_of_a_network() -> None:
    loaded = load("digits", "test", NOWHERE, stop=3)
    raw = loaded.samples.values.astype(np.float64) * 255 / 16
    chosen: list[dict[str, Any]] = [{}, {"scale": 255}, {"scale": 127.5, "mean": 1}, {"mean": [100.0], "std": 50.0}]
    for preprocessing in chosen:
        spec = InputSpec((64,), preprocessing=preprocessing)
        found = fit_inputs(loaded, spec, np.dtype(np.float64))
        expected = raw / 255 if not preprocessing else raw / preprocessing.get("scale", 1)
        expected = (expected - np.array(preprocessing.get("mean", 0))) / preprocessing.get("std", 1)
        np.testing.assert_allclose(found, expected.reshape(3, 64), rtol=1e-12, atol=1e-14)
    exact = fit_inputs(loaded, InputSpec((8, 8), preprocessing={"scale": 255}), np.dtype(np.float32))
    np.testing.assert_array_equal(exact, loaded.inputs[..., 0])


def test_a_flat_input_may_be_scaled_place_by_place() -> None:
    loaded = load("digits", "test", NOWHERE, stop=3)
    mean, std = np.arange(64.0) / 64, np.arange(1.0, 65.0)
    preprocessing = {"scale": 255, "mean": mean.tolist(), "std": std.tolist()}
    found = fit_inputs(loaded, InputSpec((64,), preprocessing=preprocessing), np.dtype(np.float64))
    np.testing.assert_allclose(found, (loaded.inputs.reshape(3, 64) - mean) / std, rtol=1e-6, atol=1e-9)
    with pytest.raises(NetworkError, match="64 numbers as mean; expected one for each of 1"):
        fit_inputs(loaded, InputSpec((8, 8), preprocessing=preprocessing), np.dtype(np.float64))


@pytest.mark.skipif(not SHARED.is_dir(), reason=SHARED_REASON)
async def test_a_folder_of_downloaded_files() -> None:
    app = create_app(Settings(datasets_dir=SHARED))
    async with connect(app) as http:
        client = Client(http)
        listed = {one["name"]: one["here"] for one in await client.get("/api/v1/datasets")}
        assert listed["cifar10"] is True
        assert listed["mnist"] is True
        answer = await client.get("/api/v1/datasets/cifar10/samples", params={"split": "test", "count": 2})
        assert np.shape(answer["inputs"]) == (2, 32, 32, 3)
        network = {
            "input": {"shape": [32, 32, 3], "preprocessing": {"scale": 255}},
            "dtype": "float32",
            "layers": [{"kind": "Flatten"}, {"kind": "Dense", "units": 2}],
        }
        inputs = {"dataset": {"name": "cifar10", "split": "test", "index": 1}}
        forward = await client.post("/api/v1/forward", {"network": network, "inputs": inputs})
        assert forward["layers"][0]["output"] == answer["inputs"][1]
    app.state.services.networks.database.close()
