import pytest

from tests.api.client import WALKTHROUGH, Client

pytestmark = pytest.mark.anyio


async def test_the_examples_are_there(client: Client) -> None:
    stored = await client.get("/api/v1/networks")
    ids = [one["id"] for one in stored]
    assert ids[:4] == ["walkthrough", "propagation", "deep", "branches"]
    assert {"dead-relus", "diverging", "digits"} <= set(ids)
    assert all(one["read_only"] for one in stored)
    assert all(one["title"] and one["description"] for one in stored)
    first = stored[0]
    assert (first["input_shape"], first["layers"], first["parameters"], first["multiply_adds"]) == ([2], 2, 13, 9)


async def test_the_walkthrough_is_the_design_s(client: Client) -> None:
    document = await client.get("/api/v1/networks/walkthrough")
    assert WALKTHROUGH.items() <= document.items()


async def test_unknown_network(client: Client) -> None:
    problem = await client.problem("GET", "/api/v1/networks/nowhere", 404)
    assert "walkthrough" in problem["detail"]
    body = {"network": "nowhere"}
    assert (await client.problem("POST", "/api/v1/summary", 404, json=body))["pointer"] == "/network"
    body = {"network": {"base": "nowhere", "edits": []}}  # type: ignore[dict-item]
    assert (await client.problem("POST", "/api/v1/summary", 404, json=body))["pointer"] == "/network/base"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_nothing_can_be_written(client: Client, method: str) -> None:
    for path in ("/api/v1/networks", "/api/v1/networks/walkthrough"):
        response = await client.http.request(method, path)
        assert response.status_code == 405
        assert response.headers["allow"] == "GET, HEAD"
        await client.problem(method, path, 405)
