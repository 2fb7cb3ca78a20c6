import jsonschema
import pytest

from app.nn.layers import LAYERS
from tests.api.client import Client

pytestmark = pytest.mark.anyio


async def test_every_kind_with_its_arguments(client: Client) -> None:
    kinds = await client.get("/api/v1/layers")
    assert [kind["kind"] for kind in kinds] == list(LAYERS)
    for kind in kinds:
        assert kind["description"].endswith(".")
        assert kind["operation"]
        jsonschema.Draft202012Validator.check_schema(kind["arguments"])


async def test_dense_is_as_keras_has_it(client: Client) -> None:
    dense = (await client.get("/api/v1/layers"))[0]
    assert dense["operation"] == "weighted_sum"
    assert dense["arguments"]["required"] == ["units"]
    assert dense["arguments"]["properties"]["activation"]["default"] == "linear"
