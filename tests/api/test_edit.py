"""POST /edit: operations on a document, an id, or a base with edits."""

from typing import Any

import jsonschema
import numpy as np
import pytest
from fastapi import FastAPI

from app.nn.editing import OPERATIONS, OPERATIONS_SCHEMA
from app.nn.network import Network
from tests.api.client import WALKTHROUGH, Client

pytestmark = pytest.mark.anyio

REMOVE = {"operation": "remove_unit", "layer": "hidden", "index": 1}
ADD = {"operation": "add_unit", "layer": "hidden", "index": 1}


async def forward(client: Client, network: Any) -> Any:
    return await client.post("/api/v1/forward", {"network": network, "inputs": [0.5, 0.7]})


async def test_a_document_is_edited_and_computes_what_numpy_does(client: Client) -> None:
    answer = await client.post("/api/v1/edit", {"network": WALKTHROUGH, "operations": [REMOVE]})
    hidden = np.maximum(np.array([0.5, 0.7]) @ [[0.2, 0.6], [0.3, 0.7]] + [0.1, 0.3], 0)
    found = await forward(client, answer["document"])
    np.testing.assert_allclose(found["output"], hidden @ [[0.1], [0.5]] + 0.4, rtol=1e-15)


async def test_an_added_unit_can_be_taken_away_bit_for_bit(client: Client) -> None:
    more = await client.post("/api/v1/edit", {"network": WALKTHROUGH, "operations": [ADD]})
    less = await client.post("/api/v1/edit", {"network": more["document"], "operations": [REMOVE]})
    assert less["document"] == WALKTHROUGH


async def test_a_stored_network_stays_as_it_is(client: Client) -> None:
    before = await forward(client, "walkthrough")
    renamed = {"operation": "rename_layer", "layer": "hidden", "name": "middle"}
    answer = await client.post("/api/v1/edit", {"network": "walkthrough", "operations": [renamed]})
    assert answer["renamed"] == {"hidden": "middle"}
    assert (await forward(client, answer["document"]))["output"] == before["output"]
    assert await forward(client, "walkthrough") == before


async def test_edits_of_single_values_go_into_the_document(client: Client) -> None:
    edits = [{"layer": "output", "parameter": "bias", "index": [0], "value": 0.1}]
    answer = await client.post("/api/v1/edit", {"network": {"base": "walkthrough", "edits": edits}, "operations": []})
    assert answer["document"]["layers"][1]["parameters"]["bias"] == [0.1]


async def test_drawn_weights_survive_json(client: Client) -> None:
    document = {"input": {"shape": [3]}, "layers": [{"kind": "Dense", "units": 4}], "seed": 5}
    rename = {"operation": "rename_layer", "layer": "dense_1", "name": "other"}
    answer = await client.post("/api/v1/edit", {"network": document, "operations": [rename]})
    kernel = Network.from_document(document).parameters["dense_1"]["kernel"]
    np.testing.assert_array_equal(answer["document"]["layers"][0]["parameters"]["kernel"], kernel)


async def test_what_was_done_besides_is_told(client: Client) -> None:
    connect = {"operation": "connect", "from": "input", "to": "output"}
    answer = await client.post("/api/v1/edit", {"network": "walkthrough", "operations": [connect]})
    assert answer["added"] == ["concatenate_1"]
    assert "Concatenate" in answer["notes"][0]


@pytest.mark.parametrize(
    ("operations", "status", "pointer"),
    [
        ("all", 422, "/operations"),
        ([REMOVE, 5], 422, "/operations/1"),
        ([REMOVE, {**REMOVE, "index": 2}], 422, "/operations/1/index"),
        ([{"operation": "set_arguments", "layer": "hidden", "arguments": {"units": 0}}], 422, None),
        ([{"operation": "add_layer", "layer": {"kind": "Dense", "units": 10**9}}], 413, None),
    ],
)
async def test_mistakes_have_a_place(client: Client, operations: Any, status: int, pointer: str | None) -> None:
    body = {"network": WALKTHROUGH, "operations": operations}
    problem = await client.problem("POST", "/api/v1/edit", status, json=body)
    assert pointer is None or problem["pointer"] == pointer
    assert problem["pointer"].startswith("/operations")


async def test_too_many_operations_for_a_deep_network_are_refused(client: Client) -> None:
    network = {"input": {"shape": [2]}, "layers": [{"kind": "Dense", "units": 2, "repeat": 2000}]}
    body = {"network": network, "operations": [{"operation": "add_unit", "layer": "dense_1"}] * 101}
    problem = await client.problem("POST", "/api/v1/edit", 413, json=body)
    assert problem["pointer"] == "/operations"


async def test_a_wrong_network_is_told_apart(client: Client) -> None:
    body = {"network": {**WALKTHROUGH, "layers": []}, "operations": []}
    assert (await client.problem("POST", "/api/v1/edit", 422, json=body))["pointer"] == "/network/layers"
    body = {"network": "nothing", "operations": []}
    await client.problem("POST", "/api/v1/edit", 404, json=body)


async def test_the_schema_has_every_operation_with_its_fields(app: FastAPI) -> None:
    jsonschema.Draft202012Validator.check_schema(dict(OPERATIONS_SCHEMA))
    schemas = OPERATIONS_SCHEMA["items"]["anyOf"]
    assert [schema["title"] for schema in schemas] == list(OPERATIONS)
    for schema, operation in zip(schemas, OPERATIONS.values(), strict=True):
        assert list(schema["properties"]) == ["operation", *operation.required, *operation.optional]
        assert all(schema["properties"].values())
    assert "/api/v1/edit" in app.openapi()["paths"]
    jsonschema.validate([ADD, REMOVE], dict(OPERATIONS_SCHEMA))
