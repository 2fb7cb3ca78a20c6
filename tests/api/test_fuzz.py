"""Requests made at random, from the API's own description and from broken network documents, against a real server.

Whatever is sent, the answer is one that the description knows, or an error that says what is wrong; there is no 500,
no traceback in the log, and no request that takes the server away from the next one. VITRINE_FUZZ=3 tries
three times as much, differently each time, and Schemathesis' systematic cases besides.
"""

import copy
import json
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import numpy as np
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.main import create_app
from app.nn.network import Network
from app.settings import Settings
from app.tensors.safetensors import read_safetensors, write_safetensors
from tests.nn.networks import random_batch, zoo
from tests.server import Served, serving

TIMES = int(os.environ.get("VITRINE_FUZZ", "1"))
SLOWEST_SECONDS = 30
JSON = {"Content-Type": "application/json"}

DESCRIPTION = create_app(Settings()).openapi()
# Its systematic phase makes thousands of requests for each operation.
PHASES = {"phases": {"coverage": {"enabled": TIMES > 1}}}
API = schemathesis.openapi.from_dict(DESCRIPTION, config=schemathesis.Config.from_dict(PHASES))


def examples(number: int) -> settings:
    """Return how much to try."""
    return settings(
        max_examples=number * TIMES,
        derandomize=TIMES == 1,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("fuzz")
    # Nothing is there: a download that is asked for fails.
    with serving(folder, VITRINE_DATA_DIR=str(folder), VITRINE_DATASETS_MIRROR="http://127.0.0.1:9") as served:
        yield served
        assert served.is_well()


@pytest.fixture(scope="module")
def http(server: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.address, timeout=SLOWEST_SECONDS, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@API.parametrize()
@examples(30)
def test_what_the_description_allows_and_what_it_does_not(
    case: schemathesis.Case[Any], server: Served, session: requests.Session
) -> None:
    response = case.call(base_url=server.address, session=session, timeout=SLOWEST_SECONDS)
    checks = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]
    case.validate_response(response, checks=checks)


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([2**31, 2**63, -(2**63), 10**18, 10**300, 1e308, -1e-320, 0.5]),
    st.text(max_size=5),
    st.sampled_from(["", "input", "Dense", "relu", "NaN", "__proto__", "\u0000", "\u202e", "<b>", "a" * 300, "💥"]),
    st.sampled_from(
        [[], {}, [[]], [[], [1]], [1, "a"], {"repeat": 10**9, "layers": []}, {"name": "softmax", "axis": 9}]
    ),
).map(copy.deepcopy)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all values in `value`."""
    found = [path]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value[:4]):
            found += places(inner, (*path, index))
    return found


@st.composite
def broken(draw: st.DrawFn, whole: st.SearchStrategy[Any]) -> Any:
    """Draw a value and break it in at most three places: replace, remove, repeat or add something."""
    value = copy.deepcopy(draw(whole))
    for _ in range(draw(st.integers(0, 3))):
        *path, last = draw(st.sampled_from(places(value)[1:] or [(None,)]))
        if last is None:
            return draw(JUNK)
        container = value
        for step in path:
            container = container[step]
        match draw(st.sampled_from(["replace", "replace", "remove", "repeat", "add"])):
            case "replace":
                container[last] = draw(JUNK)
            case "remove":
                del container[last]
            case "repeat" if isinstance(container, list):
                container.insert(draw(st.integers(0, len(container))), copy.deepcopy(container[last]))
            case _ if isinstance(container, dict):
                container[draw(st.text(max_size=8))] = draw(JUNK)
    return value


ASKS = {
    "summary": (),
    "forward": ("inputs",),
    "explain": ("inputs", "target"),
    "gradients": ("inputs", "target"),
    "edges": ("inputs",),
    "find": ("inputs", "what"),
    "parameters": ("layer", "parameter"),
}


def ask(document: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    """Return a request about a network that is right."""
    network = Network.from_document(document)
    output = network.output
    values: dict[str, Any] = {
        "inputs": random_batch(network).tolist(),
        "target": {"layer": output.name, "index": [0] * len(output.output_shape)},
        "layer": output.name,
        "what": "largest",
        "parameter": next(iter(output.parameter_specs), "kernel"),
    }
    return {"network": document, **{field: values[field] for field in fields}}


@pytest.mark.parametrize("operation", ASKS)
@examples(100)
@given(data=st.data())
def test_broken_documents(operation: str, http: httpx.Client, data: st.DataObject) -> None:
    request = ask(data.draw(zoo("float32", "float64")), ASKS[operation])
    body = json.dumps(data.draw(broken(st.just(request))), ensure_ascii=True, allow_nan=False)
    response = http.post(f"/api/v1/{operation}", content=body, headers=JSON)
    assert response.status_code in {200, 404, 413, 422}, response.text
    if response.status_code == 422:
        pointers = [problem["pointer"] for problem in response.json()["errors"]]
        assert pointers
        for pointer in pointers:
            assert pointer == "" or pointer.startswith("/")


@examples(100)
@given(
    body=st.one_of(
        st.binary(max_size=200), st.text(max_size=200).map(str.encode), st.from_regex(rb"[\[{\"0-9,:]{1,50}")
    )
)
def test_bodies_that_are_no_request(http: httpx.Client, body: bytes) -> None:
    response = http.post("/api/v1/forward", content=body, headers=JSON)
    assert response.status_code in {413, 422}
    assert response.headers["content-type"] == "application/problem+json"


@st.composite
def broken_tensors(draw: st.DrawFn) -> bytes:
    """Draw a request as safetensors with its header broken, or its bytes, or both."""
    inputs = np.array([0.5, 0.7], dtype=draw(st.sampled_from(["float32", "float64", "int64"])))
    request = json.dumps(draw(broken(st.just({"network": "walkthrough"}))), allow_nan=False)
    whole = b"".join(write_safetensors({"inputs": inputs, "parameters/hidden/bias": np.ones(3)}, {"request": request}))
    length = int.from_bytes(whole[:8], "little")
    header = json.dumps(draw(broken(st.just(json.loads(whole[8 : 8 + length])))), allow_nan=False).encode()
    content = bytearray(len(header).to_bytes(8, "little") + header + whole[8 + length :])
    for _ in range(draw(st.integers(0, 2))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    return bytes(content[: draw(st.sampled_from([len(content), len(content) - 1, draw(st.integers(0, len(content)))]))])


@examples(150)
@given(body=broken_tensors())
def test_broken_tensors(http: httpx.Client, body: bytes) -> None:
    headers = {"Content-Type": "application/vnd.safetensors", "Accept": "application/vnd.safetensors"}
    response = http.post("/api/v1/forward", content=body, headers=headers)
    assert response.status_code in {200, 404, 413, 422}, response.text
    if response.status_code == 200:
        assert "output/output" in read_safetensors(response.content).arrays


@examples(100)
@given(
    path=st.text("abz09./\\%<>\"' é💥\0", min_size=1, max_size=40).map(lambda text: "a" + text),
    query=st.dictionaries(st.text(max_size=10), st.text(max_size=20), max_size=3),
)
def test_addresses_that_are_nowhere(http: httpx.Client, path: str, query: dict[str, str]) -> None:
    for prefix in ("", "api/v1/networks/", "api/v1/activations/", "static/"):
        response = http.get(f"/{prefix}{quote(path, safe='/.')}", params=query)
        assert response.status_code in {200, 304, 401, 404, 405, 422}, response.text
