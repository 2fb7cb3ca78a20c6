"""Parameters in a file for a stored network, and a network that is served with its parameters beside it."""

import io
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from app.main import create_app
from app.nn.network import Network
from app.settings import Settings
from app.storage import StoredNetwork
from tests.api.client import WALKTHROUGH, Client, connect

pytestmark = pytest.mark.anyio

SAFETENSORS = "application/vnd.safetensors"
BARE: dict[str, Any] = {
    **WALKTHROUGH,
    "name": "bare",
    "layers": [{key: value for key, value in layer.items() if key != "parameters"} for layer in WALKTHROUGH["layers"]],
}
ARRAYS = {
    f"{layer['name']}/{name}": np.array(values)
    for layer in WALKTHROUGH["layers"]
    for name, values in layer["parameters"].items()
}


def npz(arrays: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


async def store(client: Client, document: dict[str, Any]) -> str:
    response = await client.http.post("/api/v1/networks", json=document)
    assert response.status_code == 201
    return str(response.json()["id"])


@pytest.mark.parametrize(
    ("media_type", "content"),
    [(SAFETENSORS, save(ARRAYS)), ("application/octet-stream", npz(ARRAYS)), ("application/zip", npz(ARRAYS))],
)
async def test_a_stored_network_gets_the_parameters_of_a_file(client: Client, media_type: str, content: bytes) -> None:
    stored = await store(client, BARE)
    path = f"/api/v1/networks/{stored}"
    headers = {"content-type": media_type, "if-match": '"1"'}
    response = await client.http.put(f"{path}/parameters", content=content, headers=headers)
    assert response.status_code == 200, response.text
    assert response.json()["version"] == 2
    assert response.headers["etag"] == '"2"'
    document = await client.get(path)
    assert document["layers"] == WALKTHROUGH["layers"]
    answer = await client.post("/api/v1/forward", {"network": stored, "inputs": [0.5, 0.7]})
    assert answer["output"] == pytest.approx([1.211], abs=1e-12)
    assert (await client.http.put(f"{path}/parameters", content=content, headers=headers)).status_code == 412
    del headers["if-match"]
    assert (await client.http.put(f"{path}/parameters", content=content, headers=headers)).status_code == 428


async def test_what_does_not_fit_is_named_and_nothing_is_changed(client: Client) -> None:
    path = f"/api/v1/networks/{await store(client, BARE)}"
    wrong = {
        "hidden/kernel": np.ones((3, 2)),
        "hidden/bias": np.ones(3),
        "output/kernel": np.ones((3, 1)),
        "x/y": np.ones(1),
    }
    headers = {"content-type": SAFETENSORS, "if-match": "*"}
    url = f"{path}/parameters"
    problem = await client.problem("PUT", url, 422, content=save(wrong), headers=headers)
    assert {one["pointer"] for one in problem["errors"]} == {"/hidden/kernel", "/x/y", "/output/bias"}
    for content in (b"", b"PK", save(ARRAYS)[:-1]):
        await client.problem("PUT", url, 422, content=content, headers=headers)
        await client.problem("PUT", url, 422, content=content, headers={**headers, "content-type": "application/zip"})
    problem = await client.problem(
        "PUT", url, 415, content=b"{}", headers={**headers, "content-type": "application/json"}
    )
    assert SAFETENSORS in problem["expected"]
    await client.problem("PUT", "/api/v1/networks/walkthrough/parameters", 405, content=b"", headers=headers)
    await client.problem("PUT", "/api/v1/networks/nowhere/parameters", 404, content=b"", headers=headers)
    assert await client.get(path) == BARE


async def test_a_network_can_be_served_with_its_parameters_beside_it() -> None:
    wide = {"input": {"shape": [1001]}, "layers": [{"name": "d", "kind": "Dense", "units": 1000}]}
    kernel = np.full((1001, 1000), 0.5)
    network = Network.from_document(wide).with_parameters({"d/kernel": kernel, "d/bias": np.zeros(1000)})
    opened = StoredNetwork("mine", {**wide, "weights": "weights.npz"}, network)
    app = create_app(Settings(), opened)
    client = Client(connect(app))
    assert (await client.get("/api/v1/networks"))[0]["id"] == "mine"
    inputs = [1.0] * 1001
    answer = await client.post("/api/v1/forward", {"network": "mine", "inputs": inputs})
    assert set(answer["output"]) == {500.5}
    edits = [{"layer": "d", "parameter": "kernel", "index": [0, 0], "value": 1.5}]
    edited = await client.post("/api/v1/forward", {"network": {"base": "mine", "edits": edits}, "inputs": inputs})
    assert edited["output"][:2] == [501.5, 500.5]
    document = await client.get("/api/v1/networks/mine")
    problem = await client.problem("POST", "/api/v1/forward", 422, json={"network": document, "inputs": inputs})
    assert problem["pointer"] == "/network/weights"
    assert "id" in problem["detail"]
    operations = [{"operation": "remove_layer", "layer": "d"}]
    await client.problem("POST", "/api/v1/edit", 413, json={"network": "mine", "operations": operations})
    await client.problem("POST", "/api/v1/networks", 413, json={"base": "mine"})
