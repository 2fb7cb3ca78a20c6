"""Every kind of bad request, with the place that the answer must name."""

import json
from copy import deepcopy
from typing import Any

import pytest

from app.api.errors import INTERNAL, INVALID_NETWORK, problem_response
from app.nn.errors import Problem
from tests.api.client import WALKTHROUGH, Client

pytestmark = pytest.mark.anyio

ASKED: dict[str, Any] = {"network": WALKTHROUGH, "inputs": [0.5, 0.7]}


def changed(pointer: str, value: Any) -> dict[str, Any]:
    """Return the walkthrough request with the value at a pointer replaced, or removed where `value` is `...`."""
    body = deepcopy(ASKED)
    *parents, last = pointer.split("/")[1:]
    place: Any = body
    for part in parents:
        place = place[int(part) if isinstance(place, list) else part]
    key = int(last) if isinstance(place, list) else last
    if value is ...:
        del place[key]
    else:
        place[key] = value
    return body


@pytest.mark.parametrize(
    ("place", "value", "pointer"),
    [
        ("/inputs", ..., "/inputs"),
        ("/inputs", None, "/inputs"),
        ("/inputs", "1.5", "/inputs"),
        ("/inputs", [0.5], "/inputs"),
        ("/inputs", [0.5, "0.7"], "/inputs/1"),
        ("/inputs", [0.5, True], "/inputs/1"),
        ("/inputs", [0.5, None], "/inputs/1"),
        ("/inputs", [], "/inputs"),
        ("/inputs", [[0.5, 0.7], [0.5]], "/inputs/1"),
        ("/inputs", [[[0.5, 0.7]]], "/inputs"),
        ("/inputs", {"dataset": {"name": "digits", "split": "test", "index": 3}}, "/inputs/dataset/name"),
        ("/inputs", 10**400, None),
        ("/unknown", 1, "/unknown"),
        ("/layers", "hidden", "/layers"),
        ("/layers", [1], "/layers/0"),
        ("/overrides", {}, "/overrides"),
        ("/overrides", [{"layer": "hidden", "index": [0]}], "/overrides/0"),
        ("/overrides", [{"layer": "hidden", "index": [0], "value": "0"}], "/overrides/0/value"),
        ("/overrides", [{"layer": "hidden", "index": [0], "value": True}], "/overrides/0/value"),
        ("/overrides", [{"layer": "hidden", "index": [9], "value": 0}], "/overrides/0/index/0"),
        ("/overrides", [{"layer": "nowhere", "index": [0], "value": 0}], "/overrides/0/layer"),
        ("/network", ..., "/network"),
        ("/network", None, "/network"),
        ("/network", 5, "/network"),
        ("/network", [], "/network"),
        ("/network", {}, "/network/input"),
        ("/network", {"base": "walkthrough", "edit": []}, "/network/edit"),
        ("/network", {"base": 5, "edits": []}, "/network/base"),
        ("/network", {"base": {"base": "walkthrough", "edits": []}, "edits": []}, "/network/base/base"),
        ("/network", {"base": "walkthrough", "edits": {}}, "/network/edits"),
        ("/network", {"base": "walkthrough", "edits": [{"layer": "hidden"}]}, "/network/edits/0"),
        ("/network/dtype", "float16", "/network/dtype"),
        ("/network/seed", -1, "/network/seed"),
        ("/network/seed", 1.0, "/network/seed"),
        ("/network/seed", True, "/network/seed"),
        ("/network/extra", 1, "/network/extra"),
        ("/network/input", ..., "/network/input"),
        ("/network/input/shape", [0], "/network/input/shape"),
        ("/network/input/shape", [2.0], "/network/input/shape"),
        ("/network/input/names", ["x1"], "/network/input/names"),
        ("/network/input/default", [0.5], "/network/input/default"),
        ("/network/layers", [], "/network/layers"),
        ("/network/layers/0", "Dense", "/network/layers/0"),
        ("/network/layers/0/kind", "Dens", "/network/layers/0/kind"),
        ("/network/layers/0/units", 0, "/network/layers/0/units"),
        ("/network/layers/0/units", "3", "/network/layers/0/units"),
        ("/network/layers/0/units", True, "/network/layers/0/units"),
        ("/network/layers/0/unit", 3, "/network/layers/0/unit"),
        ("/network/layers/0/activation", "rellu", "/network/layers/0/activation"),
        ("/network/layers/0/activation", {"name": "elu", "alpha": "1"}, "/network/layers/0/activation/alpha"),
        ("/network/layers/0/name", "input", "/network/layers/0/name"),
        ("/network/layers/0/name", "<b>", "/network/layers/0/name"),
        ("/network/layers/0/name", "output", "/network/layers/1/name"),
        ("/network/layers/0/inputs", ["output"], "/network/layers/0/inputs/0"),
        ("/network/layers/0/repeat", 0, "/network/layers/0/repeat"),
        ("/network/layers/0/parameters/kernel", [[1.0]], "/network/layers/0/parameters/kernel"),
        ("/network/layers/0/parameters/kernel/0/1", "0.4", "/network/layers/0/parameters/kernel/0/1"),
        ("/network/layers/0/parameters/weights", [1.0], "/network/layers/0/parameters/weights"),
    ],
)
async def test_the_answer_names_the_place(client: Client, place: str, value: Any, pointer: str | None) -> None:
    problem = await client.problem("POST", "/api/v1/forward", 422, json=changed(place, value))
    if pointer is not None:
        assert pointer in [error["pointer"] for error in problem["errors"]]
    expected = "invalid-network" if problem["pointer"].startswith("/network") else "invalid-request"
    assert problem["type"] == f"urn:vitrine:problem:{expected}"


async def test_the_message_of_the_design(client: Client) -> None:
    body = changed("/network/layers/1/parameters/kernel", [[0.1], [0.3]])
    problem = await client.problem("POST", "/api/v1/forward", 422, json=body)
    assert problem["detail"] == 'layers/1 "output": kernel is 2×1, but its input has 3 features; expected 3×1'
    assert (problem["expected"], problem["received"]) == ("3×1", "2×1")
    assert problem["pointer"] == "/network/layers/1/parameters/kernel"


async def test_all_mistakes_are_named_at_once(client: Client) -> None:
    body = changed("/network/layers/0/units", "three")
    body["network"]["layers"][1]["activation"] = "nope"
    body["extra"] = 1
    problem = await client.problem("POST", "/api/v1/forward", 422, json=body)
    pointers = {error["pointer"] for error in problem["errors"]}
    assert pointers == {"/extra", "/network/layers/0/units", "/network/layers/1/activation"}
    assert "2 more problems" in problem["detail"]

    body = {**ASKED, "inputs": [0.5], "overrides": 1, "layers": ["nowhere"]}
    problem = await client.problem("POST", "/api/v1/forward", 422, json=body)
    assert {error["pointer"] for error in problem["errors"]} == {"/inputs", "/overrides", "/layers/0"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("{", "line 1 column 2"),
        ('{"network": "walkthrough",\n "inputs": [0.5, 0.7],}', "line 2"),
        ('{"network": "walkthrough", "inputs": [0.5, NaN]}', "NaN at line 1 column 44"),
        ('{"network": "walkthrough", "inputs": [0.5, Infinity]}', "Infinity at line 1 column 44"),
        ('{"network": "walkthrough", "inputs": [0.5, -Infinity]}', "Infinity at line 1"),
        ('{"network": "walkthrough", "inputs": [0.5, 1e999]}', "too large for float64"),
        ('{"network": "walkthrough", "inputs": [0.5, ' + "9" * 400 + "]}", "too large for float64"),
        ("\ufeff{}", "byte order mark"),
        ("'text'", "not JSON"),
        ("[" * 100_000, "not JSON"),
    ],
)
async def test_text_that_is_not_json(client: Client, text: str, words: str) -> None:
    headers = {"content-type": "application/json"}
    problem = await client.problem("POST", "/api/v1/forward", 422, content=text.encode(), headers=headers)
    assert words in problem["detail"]


async def test_bytes_that_are_not_text(client: Client) -> None:
    headers = {"content-type": "application/json"}
    for body in (b"\xff\xfe{}", b'{"network": "\xff"}', b'"\\ud800"'):
        await client.problem("POST", "/api/v1/forward", 422, content=body, headers=headers)


@pytest.mark.parametrize("body", ["null", "1", '"walkthrough"', "[]", "true"])
async def test_json_that_is_no_object(client: Client, body: str) -> None:
    headers = {"content-type": "application/json"}
    problem = await client.problem("POST", "/api/v1/forward", 422, content=body, headers=headers)
    assert problem["pointer"] == ""
    assert problem["expected"] == "an object"


@pytest.mark.parametrize("depth", [20, 500, 1000])
async def test_deep_nesting(client: Client, depth: int) -> None:
    headers = {"content-type": "application/json"}
    lists = "[" * depth + "]" * depth
    objects = '{"a":' * depth + "1" + "}" * depth
    blocks = '{"repeat":1,"layers":[' * (depth // 3) + "]}" * (depth // 3)
    for value in (lists, objects):
        for field in ("network", "inputs", "overrides", "layers"):
            text = json.dumps({**ASKED, field: "@"}).replace('"@"', value)
            await client.problem("POST", "/api/v1/forward", 422, content=text, headers=headers)
    text = '{"inputs": [1], "network": {"input": {"shape": [1]}, "layers": [' + blocks + "]}}"
    await client.problem("POST", "/api/v1/forward", 422, content=text, headers=headers)


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx", "json"],
)
async def test_other_content_types(client: Client, content_type: str) -> None:
    headers = {"content-type": content_type} if content_type else {}
    body = json.dumps(ASKED).encode()
    problem = await client.problem("POST", "/api/v1/forward", 415, content=body, headers=headers)
    assert problem["expected"] == "application/json or application/vnd.safetensors"


async def test_content_type_may_carry_a_charset(client: Client) -> None:
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    response = await client.http.post("/api/v1/forward", content=json.dumps(ASKED), headers=headers)
    assert response.status_code == 200


@pytest.mark.parametrize("path", ["/nowhere", "/api/v1", "/api/v1/", "/api/v2/forward", "/api/v1/forward/", "/api"])
async def test_unknown_paths(client: Client, path: str) -> None:
    await client.problem("GET", path, 404)
    await client.problem("POST", path, 404, json={})


async def test_a_flood_of_mistakes_is_cut_short(client: Client) -> None:
    many = 20_000
    floods: list[dict[str, Any]] = [
        {**ASKED, **{f"field{number}": 1 for number in range(many)}},
        {**ASKED, "layers": list(range(many))},
        {**ASKED, "layers": [f"layer{number}" for number in range(many)]},
        {**ASKED, "inputs": [["x", "y"]] * many},
        {**ASKED, "overrides": [1] * many},
        {**ASKED, "network": {**WALKTHROUGH, "layers": [1] * 9000}},
        {**ASKED, "network": {**WALKTHROUGH, **{f"field{number}": 1 for number in range(many)}}},
        {**ASKED, "network": {"base": "walkthrough", "edits": [1] * many}},
    ]
    for body in floods:
        problem = await client.problem("POST", "/api/v1/forward", 422, json=body)
        assert 1 <= len(problem["errors"]) <= 100


async def test_other_methods(client: Client) -> None:
    problem = await client.problem("GET", "/api/v1/forward", 405)
    assert "POST" in problem["detail"]
    response = await client.http.delete("/api/v1/forward")
    assert response.headers["allow"] == "POST"
    response = await client.http.post("/api/v1/layers")
    assert response.headers["allow"] == "GET, HEAD"


async def test_queries_that_mean_nothing(client: Client) -> None:
    problem = await client.problem("POST", "/api/v1/forward?inputs=1&x=2", 422, json=ASKED)
    assert [error["pointer"] for error in problem["errors"]] == ["/inputs", "/x"]
    await client.problem("GET", "/api/v1/layers?a=1&a=2", 422)


async def test_names_with_markup_and_lone_surrogates_are_text(client: Client) -> None:
    problem = await client.problem("GET", "/api/v1/networks/%3Cscript%3E", 404)
    assert "<script>" in problem["detail"]
    await client.problem("GET", "/api/v1/networks/%ff%fe", 404)
    await client.problem("GET", "/api/v1/activations/relu/curve?%ff=%fe", 422)


async def test_one_problem_and_several() -> None:
    one = json.loads(bytes(problem_response(INVALID_NETWORK, [Problem("/a", "wrong", "right", "left")]).body))
    assert one == {
        "type": "urn:vitrine:problem:invalid-network",
        "title": "Invalid network",
        "status": 422,
        "detail": "wrong",
        "pointer": "/a",
        "expected": "right",
        "received": "left",
        "errors": [{"detail": "wrong", "pointer": "/a", "expected": "right", "received": "left"}],
    }
    two = json.loads(bytes(problem_response(INVALID_NETWORK, [Problem("/a", "wrong"), Problem("/b", "bad")]).body))
    assert two["detail"] == "wrong (and 1 more problem, see errors)"
    assert len(two["errors"]) == 2
    none = json.loads(bytes(problem_response(INTERNAL, []).body))
    assert none["detail"] == "Internal error"
