from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest

from app.api.signal_answers import signal_job
from app.jobs import Interrupted
from app.jobs.payload import pack_network, write_arrays
from app.nn.network import Network
from app.settings import Settings
from tests.api.client import WALKTHROUGH, Client

pytestmark = pytest.mark.anyio

DEEP = {
    "input": {"shape": [16]},
    "layers": [{"kind": "Dense", "units": 16, "activation": "sigmoid", "repeat": 30}, {"kind": "Dense", "units": 2}],
}
ENDS = {"done", "failed", "stopped"}
RANDOM = {"random": {"examples": 12, "seed": 3}}


async def test_the_columns_have_an_entry_a_layer(client: Client) -> None:
    answer = await client.post("/api/v1/signal", {"network": DEEP, "inputs": RANDOM, "pre_activations": True})
    assert answer["examples"] == 12
    assert answer["layers"]["name"][:2] == ["input", "dense_1"]
    assert answer["layers"]["nodes"] == [16] * 31 + [2]
    for part in ("values", "pre_activations", "gradients"):
        for name, column in answer[part].items():
            for one in column if name == "percentiles" else [column]:
                assert len(one) == 32
        assert len(answer[part]["percentiles"]) == len(answer["percentiles"]) == 9
    assert answer["pre_activations"]["mean"][0] is None
    assert answer["values"]["dead"] == [None] * 32
    assert answer["findings"][0]["kind"] == "vanishing"
    assert answer["target"]["layer"] == "dense_31"


async def test_one_example_and_a_target(client: Client) -> None:
    target = {"layer": "hidden", "index": [2]}
    answer = await client.post("/api/v1/signal", {"network": WALKTHROUGH, "inputs": [0.5, 0.7], "target": target})
    assert answer["target"] == target
    assert answer["values"]["spread"] == [None] * 3
    assert answer["gradients"]["norm"] == [pytest.approx(np.hypot(0.6, 0.7)), 1.0, None]
    assert answer["pre_activations"] is None


async def test_numbers_that_are_not_finite_are_names(client: Client) -> None:
    answer = await client.post("/api/v1/signal", {"network": "diverging", "inputs": RANDOM})
    assert answer["findings"][0]["kind"] == "non_finite"
    assert "NaN" in answer["values"]["mean"] or answer["values"]["non_finite"][-1] > 0


async def test_initialisers_and_activations_are_compared(client: Client) -> None:
    body = {"network": DEEP, "inputs": RANDOM}
    alone = await client.post("/api/v1/signal", body)
    answer = await client.post("/api/v1/signal/compare", body)
    labels = [variant["label"] for variant in answer["variants"]]
    assert labels[:3] == ["as it is", "tanh + glorot_uniform", "relu + he_normal"]
    assert answer["variants"][0]["signal"] == alone
    assert answer["variants"][1]["changed_activations"] == 30
    assert answer["variants"][1]["changed_initializers"] == 31
    variants = [{"seed": 5, "label": "five"}, {"activation": {"name": "leaky_relu", "negative_slope": 0.5}}]
    answer = await client.post("/api/v1/signal/compare", {**body, "variants": variants})
    assert [variant["label"] for variant in answer["variants"]] == ["five", "leaky_relu"]
    assert answer["variants"][1]["activation"] == {"name": "leaky_relu", "negative_slope": 0.5}


@pytest.mark.parametrize("compare", [False, True])
async def test_it_can_be_a_job(client: Client, compare: bool) -> None:
    body: dict[str, Any] = {"network": {"base": DEEP, "edits": []}, "inputs": RANDOM}
    path = "/api/v1/signal"
    if compare:
        path += "/compare"
        body["variants"] = [{"activation": "relu"}, {"initializer": "orthogonal"}]
    body["overrides"] = [{"layer": "dense_3", "index": [1], "value": 0.25}]
    body["network"]["edits"] = [{"layer": "dense_2", "parameter": "bias", "index": [0], "value": 0.5}]
    body["target"] = {"layer": "dense_30", "index": [4]}
    expected = await client.post(path, body)
    response = await client.http.post(path, json={**body, "job": True})
    assert response.status_code == 202, response.text
    place = response.json()["links"]["self"]
    assert response.headers["location"] == place
    with anyio.fail_after(60):
        while (job := await client.get(place))["status"] not in ENDS:  # noqa: ASYNC110 - another process does it
            await anyio.sleep(0.1)
    assert (job["status"], job["error"]) == ("done", None)
    assert job["result"] == expected


class StoppedLater:
    """The context of a job that somebody stops when it has looked `looks` times."""

    def __init__(self, directory: Path, looks: int) -> None:
        self.directory = directory
        self.settings = Settings()
        self._looks = looks

    def progress(self, *_: Any) -> None: ...

    def stopped(self) -> bool:
        self._looks -= 1
        return self._looks < 0


def test_a_job_stops_on_its_way_and_leaves_the_signals_that_are_complete(tmp_path: Path) -> None:
    network = Network.from_document(DEEP)
    description, _ = pack_network(network, {})
    write_arrays(tmp_path, {"inputs": np.zeros((1, *network.input.shape))})
    alone: dict[str, Any] = {"network": description, "overrides": [], "target": None, "pre_activations": False}
    with pytest.raises(Interrupted):
        signal_job({**alone, "variants": None}, StoppedLater(tmp_path, 0))  # type: ignore[arg-type]
    looks = 0
    several = {**alone, "variants": [{"activation": "tanh"}, {"activation": "relu"}]}
    while not (found := signal_job(several, StoppedLater(tmp_path, looks)))["variants"]:  # type: ignore[arg-type]
        looks += 1
    assert [variant["label"] for variant in found["variants"]] == ["tanh"]
    assert looks > 0


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"inputs": {"random": {"examples": 0}}}, "/inputs/random/examples"),
        ({"inputs": {"random": {"distribution": "cauchy"}}}, "/inputs/random/distribution"),
        ({"inputs": {"random": 3}}, "/inputs/random"),
        ({"target": {"layer": "dense_1", "index": [16]}}, "/target/index/0"),
        ({"variants": [{"activation": "softmax"}]}, "/variants/0/activation"),
        ({"variants": [{}, {"initializer": "he"}]}, "/variants/1/initializer"),
        ({"variants": []}, "/variants"),
        ({"variants": [{"units": 3}]}, "/variants/0/units"),
    ],
)
async def test_mistakes_are_pointed_at(client: Client, change: dict[str, Any], pointer: str) -> None:
    body = {"network": DEEP, "inputs": RANDOM, **change}
    problem = await client.problem("POST", "/api/v1/signal/compare", 422, json=body)
    assert problem["errors"][0]["pointer"] == pointer


async def test_unknown_layers_and_too_much(client: Client) -> None:
    target = {"layer": "nowhere", "index": [0]}
    await client.problem("POST", "/api/v1/signal", 404, json={"network": DEEP, "inputs": RANDOM, "target": target})
    huge = {
        "input": {"shape": [10_000]},
        "layers": [
            {"kind": "Dense", "units": 10_000, "repeat": 1},
            {"kind": "Activation", "activation": "tanh", "repeat": 500},
        ],
    }
    for job in (False, True):
        body = {"network": huge, "inputs": {"random": {"examples": 4096}}, "job": job}
        problem = await client.problem("POST", "/api/v1/signal", 413, json=body)
        assert "MiB" in problem["detail"]
