import numpy as np
import pytest

from tests.api.client import WALKTHROUGH, Client

pytestmark = pytest.mark.anyio

ASKED = {"network": WALKTHROUGH, "layer": "hidden", "parameter": "kernel"}
KERNEL = WALKTHROUGH["layers"][0]["parameters"]["kernel"]


async def test_a_whole_parameter(client: Client) -> None:
    assert await client.post("/api/v1/parameters", ASKED) == {"shape": [2, 3], "values": KERNEL}


async def test_drawn_parameters_are_the_same_every_time(client: Client) -> None:
    network = {"seed": 7, "input": {"shape": [4]}, "layers": [{"name": "a", "kind": "Dense", "units": 3}]}
    body = {"network": network, "layer": "a", "parameter": "kernel"}
    first = await client.post("/api/v1/parameters", body)
    assert first == await client.post("/api/v1/parameters", body)
    assert len(set(np.ravel(first["values"]))) == 12


async def test_a_slice(client: Client) -> None:
    answer = await client.post("/api/v1/parameters", {**ASKED, "slice": [[1, 2], None]})
    assert answer == {"shape": [2, 3], "values": [KERNEL[1]]}


async def test_the_strongest(client: Client) -> None:
    answer = await client.post("/api/v1/parameters", {**ASKED, "top": 2})
    assert answer["shape"] == [2, 3]
    assert answer["entries"] == [
        {"index": [1, 2], "weight": 0.7, "product": None},
        {"index": [0, 2], "weight": 0.6, "product": None},
    ]
    answer = await client.post("/api/v1/parameters", {**ASKED, "top": 1, "inputs": [10.0, 0.1]})
    assert answer["entries"] == [{"index": [0, 2], "weight": 0.6, "product": 6.0}]


@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        ({"layer": "nowhere"}, 404, "/layer"),
        ({"layer": 3}, 422, "/layer"),
        ({"layer": "input"}, 422, "/parameter"),
        ({"parameter": "gamma"}, 422, "/parameter"),
        ({"slice": [[0, 3], None]}, 422, "/slice/0"),
        ({"slice": [[1, 1], None]}, 422, "/slice/0"),
        ({"slice": [[0.0, 1.0], None]}, 422, "/slice/0"),
        ({"slice": [None]}, 422, "/slice"),
        ({"slice": "all"}, 422, "/slice"),
        ({"slice": [None, None], "top": 1}, 422, "/slice"),
        ({"inputs": [0.5, 0.7]}, 422, "/inputs"),
        ({"inputs": [[0.5, 0.7]], "top": 1}, 422, "/inputs"),
        ({"inputs": [0.5], "top": 1}, 422, "/inputs"),
        ({"top": 0}, 422, "/top"),
    ],
)
async def test_wrong_questions(client: Client, change: dict[str, object], status: int, pointer: str) -> None:
    problem = await client.problem("POST", "/api/v1/parameters", status, json={**ASKED, **change})
    assert problem["pointer"] == pointer
