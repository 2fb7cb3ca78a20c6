"""The OpenAPI document tells the truth: its schemas hold for real answers, its examples run."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema
import pytest
from fastapi import FastAPI

from app.api.examples import EXAMPLES, PROBLEM_EXAMPLE
from tests.api.client import WALKTHROUGH, Client
from tests.api.test_forward import DIVERGING

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def document(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def check(document: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    """Hold `value` against a schema whose references lead into the document."""
    jsonschema.Draft202012Validator({**schema, "components": document["components"]}).validate(value)


def answer_schema(document: dict[str, Any], path: str, method: str) -> dict[str, Any]:
    schema: dict[str, Any] = document["paths"][path][method]["responses"]["200"]["content"]["application/json"][
        "schema"
    ]
    return schema


async def test_it_is_served(client: Client, document: dict[str, Any]) -> None:
    assert await client.get("/api/v1/openapi.json") == document
    assert document["openapi"].startswith("3.1")
    for path in ("/openapi.json", "/redoc", "/docs/oauth2-redirect"):
        await client.problem("GET", path, 404)


async def test_every_call_of_the_design_is_there(document: dict[str, Any]) -> None:
    posts = [
        "attribution",
        "images",
        "summary",
        "edit",
        "forward",
        "explain",
        "gradients",
        "parameters",
        "edges",
        "code",
        "parameters/file",
        "find",
        "receptive_field",
    ]
    calls = {(path, method) for path, method, _ in operations(document)}
    assert calls == {
        ("/health", "GET"),
        ("/api/v1/activations", "GET"),
        ("/api/v1/activations/{name}", "GET"),
        ("/api/v1/activations/{name}/curve", "GET"),
        ("/api/v1/activations/{name}/evaluate", "POST"),
        ("/api/v1/layers", "GET"),
        ("/api/v1/networks", "GET"),
        ("/api/v1/networks", "POST"),
        ("/api/v1/networks/{id}", "GET"),
        ("/api/v1/networks/{id}", "PUT"),
        ("/api/v1/networks/{id}", "DELETE"),
        ("/api/v1/networks/{id}/restore", "POST"),
        ("/api/v1/networks/{id}/parameters", "PUT"),
        ("/api/v1/jobs", "GET"),
        ("/api/v1/signal", "POST"),
        ("/api/v1/trainings", "GET"),
        ("/api/v1/trainings", "POST"),
        ("/api/v1/trainings/{id}", "GET"),
        ("/api/v1/trainings/{id}/events", "GET"),
        ("/api/v1/trainings/{id}/parameters", "GET"),
        *((f"/api/v1/trainings/{{id}}/{action}", "POST") for action in ("pause", "resume", "step", "stop")),
        ("/api/v1/trainings/{id}/steps/{step}", "POST"),
        ("/api/v1/evaluate", "POST"),
        ("/api/v1/signal/compare", "POST"),
        ("/api/v1/jobs/{id}", "GET"),
        ("/api/v1/jobs/{id}/events", "GET"),
        ("/api/v1/jobs/{id}/stop", "POST"),
        *((f"/api/v1/{name}", "POST") for name in posts),
        ("/api/v1/datasets", "POST"),
        ("/api/v1/datasets/{name}", "DELETE"),
        ("/api/v1/datasets/{name}/download", "POST"),
        *((f"/api/v1/datasets{path}", "GET") for path in ("", "/{name}", "/{name}/samples", "/{name}/samples.png")),
    }


async def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for item in value.values():
                yield from references(item)
        elif isinstance(value, list):
            for item in value:
                yield from references(item)

    found = {reference for reference in references(document) if not reference.startswith("#/$defs")}
    for reference in found:
        assert re.fullmatch(r"#/components/schemas/\w+", reference)
        assert reference.rsplit("/", 1)[1] in document["components"]["schemas"], reference
        assert "__" not in reference, "two models have the same name: each gets that of its module"
    unused = set(document["components"]["schemas"]) - {reference.rsplit("/", 1)[1] for reference in found}
    assert not unused
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


async def test_every_operation_is_described(document: dict[str, Any]) -> None:
    assert document["info"]["description"]
    for path, _, operation in operations(document):
        assert operation["description"].endswith("."), path
        assert operation["operationId"] in EXAMPLES
        if path.startswith("/api"):
            assert "422" in operation["responses"]
    assert len(EXAMPLES) == len(list(operations(document)))


CHANGES = ("create_network", "replace_network", "delete_network", "restore_network")
"""What changes stored networks, in the order of the examples."""

OF_DATASETS = ("create_dataset", "delete_dataset")
"""What changes the data sets; `test_own_datasets.py` holds them against their examples."""

OF_JOBS = ("list_jobs", "get_job", "stop_job", "follow_job", "download_dataset")
"""What needs a job to be about, or starts one; `test_jobs.py` and `test_downloads.py` have some."""

OF_TRAININGS = (
    *("create_training", "list_trainings", "get_training", "follow_training"),
    *(
        "pause_training",
        "resume_training",
        "step_training",
        "stop_training",
        "take_training_apart",
        "get_trained_parameters",
    ),
)
"""What needs a training; `test_trainings.py` has some."""


async def run(
    client: Client, path: str, method: str, operation: dict[str, Any], **others: str | float
) -> httpx.Response:
    """Do what the example of an operation says, but for `others`."""
    example = EXAMPLES[operation["operationId"]]
    values = {**example.parameters, **{name: value for name, value in others.items() if name in example.parameters}}
    places = {part["name"]: part["in"] for part in operation.get("parameters", [])}
    return await client.http.request(
        method,
        path.format_map(values),
        json=example.body,
        params={name: value for name, value in values.items() if places.get(name, "query") == "query"},
        headers={name: str(value) for name, value in values.items() if places.get(name) == "header"},
    )


async def test_the_examples_of_changes_follow_each_other(client: Client, document: dict[str, Any]) -> None:
    found = {operation["operationId"]: (path, method, operation) for path, method, operation in operations(document)}
    stored: dict[str, str] = {}
    version = 1
    for name in CHANGES:
        path, method, operation = found[name]
        response = await run(client, path, method, operation, **stored, **{"If-Match": f'"{version}"'})
        ((status, answer),) = ((key, value) for key, value in operation["responses"].items() if key < "300")
        assert response.status_code == int(status), response.text
        if status == "204":
            assert "content" not in answer
            version += 1
            continue
        info = response.json()
        schema = answer["content"]["application/json"]["schema"]
        shown = answer["content"]["application/json"]["example"]
        for value in (info, shown):
            check(document, schema, value)
        assert {**info, **{field: shown[field] for field in ("id", "created", "changed")}} == shown
        stored = {"id": info["id"]}
        version = info["version"]
    path, method, operation = found["create_network"]
    body = operation["requestBody"]["content"]["application/json"]
    check(document, body["schema"], body["example"])


async def test_every_example_runs_and_is_what_it_answers(client: Client, document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        if operation["operationId"] in (*CHANGES, "replace_parameters", *OF_DATASETS, *OF_JOBS, *OF_TRAININGS):
            continue
        example = EXAMPLES[operation["operationId"]]
        response = await run(client, path, method, operation)
        assert response.status_code == 200, response.text
        if example.answer is None:  # a file
            assert response.headers["content-type"] in operation["responses"]["200"]["content"]
            continue
        answer = response.json()
        shown = operation["responses"]["200"]["content"]["application/json"]["example"]
        assert shown == example.answer
        if operation["operationId"] == "list_layers":  # the arguments are cut short
            answer[0]["arguments"] = shown[0]["arguments"]
        assert (answer[:1] if isinstance(answer, list) else answer) == shown
        check(document, answer_schema(document, path, method.lower()), shown)
        check(document, answer_schema(document, path, method.lower()), response.json())
        if example.body is not None:
            content = operation["requestBody"]["content"]["application/json"]
            assert content["example"] == example.body
            check(document, content["schema"], example.body)


async def test_the_example_of_a_problem_is_one(client: Client, document: dict[str, Any]) -> None:
    layers = [WALKTHROUGH["layers"][0], {**WALKTHROUGH["layers"][1], "parameters": {"kernel": [[0.1], [0.3]]}}]
    body = {"network": {**WALKTHROUGH, "layers": layers}, "inputs": [0.5, 0.7]}
    problem = await client.problem("POST", "/api/v1/forward", 422, json=body)
    assert problem == PROBLEM_EXAMPLE
    check(document, {"$ref": "#/components/schemas/Problem"}, problem)


NETWORKS: list[dict[str, Any]] = [
    {"network": DIVERGING, "inputs": [10.0, 10.0], "layer": "lost"},
    {"network": DIVERGING, "inputs": [[10.0, 10.0], [0.0, 1.0]], "layer": "huge"},
    {
        "network": {
            "dtype": "float32",
            "input": {"shape": [2], "dtype": "int"},
            "layers": [
                {"kind": "Embedding", "input_dim": 4, "output_dim": 3},
                {"kind": "LayerNormalization"},
                {"kind": "BatchNormalization"},
                {"kind": "Flatten", "name": "flat"},
                {"kind": "Dense", "units": 6, "activation": {"name": "leaky_relu", "negative_slope": 0.1}},
                {"kind": "Multiply", "name": "both", "inputs": ["flat", "dense_1"]},
                {"kind": "Softmax", "name": "last"},
            ],
        },
        "inputs": [1, 3],
        "layer": "last",
    },
]


@pytest.mark.parametrize("asked", NETWORKS)
async def test_real_answers_fit_their_schemas(client: Client, document: dict[str, Any], asked: dict[str, Any]) -> None:
    body = {"network": asked["network"], "inputs": asked["inputs"]}
    forward = await client.post("/api/v1/forward", body)
    check(document, answer_schema(document, "/api/v1/forward", "post"), forward)
    batched = len(forward["output"]) != forward["layers"][-1]["shape"][0] or isinstance(forward["output"][0], list)
    for layer in forward["layers"]:
        node = {"layer": layer["name"], "index": [0] * len(layer["shape"])}
        explanation = await client.post("/api/v1/explain", {**body, "node": node, "top": 2})
        check(document, answer_schema(document, "/api/v1/explain", "post"), explanation)
        field = await client.post("/api/v1/receptive_field", {"network": asked["network"], "node": node})
        check(document, answer_schema(document, "/api/v1/receptive_field", "post"), field)
    target = {"layer": asked["layer"], "index": [0]}
    for path, extra in (("gradients", {"target": target}), ("edges", {"top": 3}), ("find", {"what": "largest"})):
        answer = await client.post(f"/api/v1/{path}", {**body, **extra})
        check(document, answer_schema(document, f"/api/v1/{path}", "post"), answer)
    summary = await client.post("/api/v1/summary", {"network": asked["network"]})
    check(document, answer_schema(document, "/api/v1/summary", "post"), summary)
    for name, parameters in (
        (one["name"], one["parameters"])
        for one in answer_layers(await client.post("/api/v1/gradients", {**body, "target": target}))
    ):
        for parameter in parameters:
            question = {"network": asked["network"], "layer": name, "parameter": parameter}
            for extra in ({}, {"top": 2}, {} if batched else {"top": 2, "inputs": asked["inputs"]}):
                answer = await client.post("/api/v1/parameters", {**question, **extra})
                check(document, answer_schema(document, "/api/v1/parameters", "post"), answer)


def answer_layers(answer: dict[str, Any]) -> list[dict[str, Any]]:
    layers: list[dict[str, Any]] = answer["layers"]
    return layers


async def test_stored_networks_fit_the_schema_of_documents(client: Client, document: dict[str, Any]) -> None:
    for stored in await client.get("/api/v1/networks"):
        network = await client.get(f"/api/v1/networks/{stored['id']}")
        check(document, {"$ref": "#/components/schemas/NetworkDocument"}, network)
