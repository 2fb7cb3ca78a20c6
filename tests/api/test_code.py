"""The API writes code; the curl command is run by a real shell against a real server."""

import io
import json
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI

from app.main import create_app
from app.nn.network import Network
from app.settings import Settings
from tests.api.client import WALKTHROUGH, Client, connect
from tests.code.zoo import CASES

ROOT = Path(__file__).parents[2]
START_SECONDS = 60
ASKED = {"network": "walkthrough", "inputs": [0.5, 0.7]}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server, started for the tests."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    log = tmp_path_factory.mktemp("server") / "server.log"
    command = [sys.executable, "-m", "app.main", "--host", "127.0.0.1", "--port", str(port)]
    with (
        log.open("w") as output,
        subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT) as process,
    ):
        try:
            wait_until_healthy(process, address, log)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_until_healthy(process: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):  # noqa: S310 - our own server
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"The server did not start:\n{log.read_text()}")


def post(address: str, path: str, body: Any) -> Any:
    request = urllib.request.Request(  # noqa: S310 - our own server
        address + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
        return json.load(response)


def curl_cases() -> dict[str, dict[str, Any]]:
    bodies: dict[str, dict[str, Any]] = {
        name: {"network": case.network, "inputs": case.inputs, "overrides": case.overrides}
        for name, case in CASES.items()
        if not name.startswith("activation")
    }
    edits = [{"layer": "hidden", "parameter": "bias", "index": [1], "value": -0.25}]
    return bodies | {
        "by id": ASKED,
        "edited": {**ASKED, "network": {"base": "walkthrough", "edits": edits}},
        "digits by id": {"network": "digits", "inputs": CASES["example digits"].inputs},
    }


CURL_CASES = curl_cases()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("name", CURL_CASES)
def test_the_curl_command_prints_what_forward_answers(server: str, name: str, tmp_path: Path) -> None:
    body = CURL_CASES[name]
    answer = post(server, "/api/v1/code", {**body, "target": "curl"})
    assert answer["language"] == "shell"
    script = tmp_path / answer["filename"]
    script.write_text(answer["code"])
    run = subprocess.run(["/bin/sh", script.name], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert json.loads(run.stdout) == post(server, "/api/v1/forward", body)
    assert "layers" in json.loads(run.stdout)


@pytest.mark.anyio
async def test_a_program(client: Client) -> None:
    answer = await client.post("/api/v1/code", {**ASKED, "target": "numpy"})
    assert list(answer) == ["target", "language", "filename", "code", "parameters_file", "notes"]
    assert (answer["target"], answer["language"]) == ("numpy", "python")
    assert answer["filename"] == "walkthrough_numpy.py"
    assert answer["parameters_file"] == {"needed": False, "filename": "walkthrough.npz", "bytes": 13 * 8}
    assert "np.array([[0.2, 0.4, 0.6], [0.3, 0.5, 0.7]])" in answer["code"]
    assert answer["notes"] == ["Needs Python 3 and NumPy."]


@pytest.mark.anyio
@pytest.mark.parametrize("target", ["numpy", "keras", "pytorch"])
async def test_pins_edits_and_batches(client: Client, target: str) -> None:
    edits = [{"layer": "hidden", "parameter": "bias", "index": [1], "value": -0.375}]
    overrides = [{"layer": "hidden", "index": [0], "value": 12.25}]
    network = {"base": WALKTHROUGH, "edits": edits}
    body = {"network": network, "inputs": [[0.5, 0.7], [1, 2]], "overrides": overrides, "target": target}
    answer = await client.post("/api/v1/code", body)
    assert "-0.375" in answer["code"]
    assert "12.25" in answer["code"]
    assert "[[0.5, 0.7], [1.0, 2.0]]" in answer["code"]
    assert "1 node is pinned." in answer["notes"]


@pytest.mark.anyio
async def test_a_seeded_network_needs_its_parameters(client: Client) -> None:
    answer = await client.post("/api/v1/code", {"network": "deep", "inputs": [0.9, -0.4, 0.2], "target": "pytorch"})
    assert answer["parameters_file"]["needed"]
    assert any("deep.npz" in note for note in answer["notes"])
    response = await client.http.post("/api/v1/parameters/file", json={"network": "deep"})
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-disposition"] == 'attachment; filename="deep.npz"'
    with np.load(io.BytesIO(response.content), allow_pickle=False) as file:
        assert_parameters(CASES["example deep"].network, dict(file))
    assert answer["parameters_file"]["bytes"] < len(response.content)


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["digits", "deep"])
async def test_a_safetensors_file(client: Client, name: str) -> None:
    body = {"network": name, "format": "safetensors"}
    response = await client.http.post("/api/v1/parameters/file", json=body)
    assert response.headers["content-type"] == "application/vnd.safetensors"
    assert response.headers["content-disposition"] == f'attachment; filename="{name}.safetensors"'
    assert_parameters(CASES[f"example {name}"].network, read_safetensors(response.content))


def read_safetensors(content: bytes) -> dict[str, Any]:
    """Read a safetensors file as its specification says, with every check that it asks for."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    data = content[8 + length :]
    arrays = {}
    end = 0
    for name, entry in header.items():
        start, stop = entry["data_offsets"]
        assert start == end
        end = stop
        dtype = {"F64": "<f8", "F32": "<f4"}[entry["dtype"]]
        arrays[name] = np.frombuffer(data[start:stop], dtype).reshape(entry["shape"])
    assert end == len(data)
    assert length % 8 == 0
    return arrays


def assert_parameters(document: dict[str, Any], arrays: dict[str, Any]) -> None:
    expected = {
        f"{layer}/{name}": values
        for layer, one in Network.from_document(document).parameters.items()
        for name, values in one.items()
    }
    assert list(arrays) == list(expected)
    for name, values in expected.items():
        assert arrays[name].dtype == values.dtype
        np.testing.assert_array_equal(arrays[name], values)


@pytest.mark.anyio
async def test_file_names_are_made_of_harmless_letters(client: Client) -> None:
    network = {**WALKTHROUGH, "name": 'a"; filename="../../evil\r\nX: y'}
    response = await client.http.post("/api/v1/parameters/file", json={"network": network})
    assert response.headers["content-disposition"] == 'attachment; filename="a-filename-evil-x-y.npz"'
    answer = await client.post("/api/v1/code", {**ASKED, "network": network, "target": "keras"})
    assert answer["filename"] == "a-filename-evil-x-y_keras.py"


@pytest.mark.anyio
async def test_where_the_command_asks(client: Client) -> None:
    async def url(body: dict[str, Any], **options: Any) -> str:
        response = await client.http.post("/api/v1/code", json={**ASKED, "target": "curl", **body}, **options)
        assert response.status_code == 200, response.text
        return str(response.json()["code"].split("'")[1])

    here = str(client.http.base_url).rstrip("/")
    assert await url({}) == f"{here}/api/v1/forward"
    assert await url({}, headers={"Host": "localhost:9000"}) == "http://localhost:9000/api/v1/forward"
    assert await url({"base_url": "https://a.example:8443/x/"}) == "https://a.example:8443/x/api/v1/forward"
    problem = await client.problem(
        "POST", "/api/v1/code", 422, json={**ASKED, "target": "curl", "base_url": "http://'$(reboot)"}
    )
    assert problem["pointer"] == "/base_url"


@pytest.mark.anyio
async def test_a_command_for_a_server_with_a_token_names_but_never_holds_it() -> None:
    token = secrets.token_urlsafe(24)
    app: FastAPI = create_app(Settings(token=token))
    async with connect(app) as http:
        http.headers["Authorization"] = f"Bearer {token}"
        http.headers["Host"] = "evil'$(reboot)"
        response = await http.post("/api/v1/code", json={**ASKED, "target": "curl"})
    answer = response.json()
    assert token not in response.text
    assert 'Authorization: Bearer $VITRINE_TOKEN"' in answer["code"]
    assert answer["code"].startswith("curl --silent --show-error 'http://127.0.0.1:8000/api/v1/forward'")
    assert any("VITRINE_TOKEN" in note for note in answer["notes"])


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        ({"target": "fortran"}, 422, "/target"),
        ({"target": None}, 422, "/target"),
        ({"inputs": [0.5]}, 422, "/inputs"),
        ({"overrides": [{"layer": "hidden", "index": [9], "value": 0}]}, 422, "/overrides/0/index/0"),
        ({"network": "nowhere"}, 404, "/network"),
        ({"base_url": 3}, 422, "/base_url"),
        ({"more": 1}, 422, "/more"),
    ],
)
async def test_wrong_questions(client: Client, change: dict[str, Any], status: int, pointer: str) -> None:
    problem = await client.problem("POST", "/api/v1/code", status, json={**ASKED, "target": "numpy", **change})
    assert problem["pointer"] == pointer


@pytest.mark.anyio
async def test_wrong_questions_for_the_file(client: Client) -> None:
    problem = await client.problem("POST", "/api/v1/parameters/file", 422, json={"network": "deep", "format": "pickle"})
    assert problem["pointer"] == "/format"
