from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.api.examples import EXAMPLES
from app.datasets import Dataset, Folders, own
from app.datasets.own import delete_own
from app.main import create_app
from app.settings import Settings
from tests.api.client import Client, connect
from tests.api.test_openapi import answer_schema, check

pytestmark = pytest.mark.anyio

PATH = "/api/v1/datasets"
CSV = "x1,x2,label\n" + "".join(f"{n / 10},{-n},{'ab'[n % 2]}\n" for n in range(20))


@pytest.fixture
async def client(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Client]:  # noqa: ARG001 - the fixture is async
    app = create_app(Settings(data_dir=tmp_path, datasets=3))
    async with connect(app) as http:
        yield Client(http)
    app.state.services.networks.database.close()


async def create(client: Client, **body: Any) -> Any:
    response = await client.http.post(PATH, json={"name": "mine", "csv": CSV, **body})
    assert response.status_code == 201, response.text
    return response.json()


async def test_the_example_of_the_documentation(client: Client) -> None:
    example = EXAMPLES["create_dataset"]
    response = await client.http.post(PATH, json=example.body)
    assert response.status_code == 201
    assert response.headers["location"] == f"{PATH}/flowers"
    assert response.json() == example.answer
    document = await client.get("/api/v1/openapi.json")
    schema = document["paths"][PATH]["post"]["responses"]["201"]["content"]["application/json"]["schema"]
    check(document, schema, response.json())
    described = await client.get(f"{PATH}/flowers")
    assert described == example.answer
    check(document, answer_schema(document, f"{PATH}/{{name}}", "get"), described)
    assert (await client.http.delete(f"{PATH}/flowers")).status_code == 204
    await client.problem("GET", f"{PATH}/flowers", 404)
    await client.problem("DELETE", f"{PATH}/flowers", 404)


async def test_a_table_of_ones_own_is_a_data_set_like_any_other(client: Client) -> None:
    await create(client, title="My table")
    listed = await client.get(PATH)
    assert listed[-1]["name"] == "mine"
    assert listed[-1]["title"] == "My table"
    assert listed[-1]["own"] is True
    assert listed[-1]["splits"] == {"train": 16, "test": 4}
    samples = [await client.get(f"{PATH}/mine/samples", params={"split": split}) for split in ("train", "test")]
    rows = [row for part in samples for row in part["inputs"]]
    assert sorted(rows) == sorted([n / 10, float(-n)] for n in range(20))
    for part in samples:
        for (x1, _), target in zip(part["inputs"], part["targets"], strict=True):
            assert target == round(x1 * 10) % 2
        assert part["classes"] == ["a", "b"]
    network = {"input": {"shape": [2]}, "layers": [{"kind": "Dense", "units": 1}]}
    inputs = {"dataset": {"name": "mine", "split": "test", "index": 2}}
    forward = await client.post("/api/v1/forward", {"network": network, "inputs": inputs})
    np.testing.assert_array_equal(forward["layers"][0]["output"], samples[1]["inputs"][2])


async def test_mistakes_are_named_with_their_line(client: Client) -> None:
    body = {"name": "mine", "csv": CSV.replace("0.7,", "seven,").replace("1.1,", ",")}
    problem = await client.problem("POST", PATH, 422, json=body)
    assert [one["pointer"] for one in problem["errors"]] == ["/csv", "/csv"]
    assert problem["errors"][0]["detail"].startswith('line 9, column "x1": expected a number, received “seven”')
    assert await client.get(PATH) == await client.get(PATH)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": "digits"}, "/name"),
        ({"name": "../x"}, "/name"),
        ({"name": "Mine"}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": "a" * 61}, "/name"),
        ({"target": "nothing"}, "/target"),
        ({"columns": {"x1": "text"}}, "/columns/x1"),
        ({"columns": {"nothing": "number"}}, "/columns/nothing"),
        ({"task": "guess"}, "/task"),
        ({"delimiter": "x"}, "/delimiter"),
        ({"csv": 5}, "/csv"),
    ],
)
async def test_wrong_requests(client: Client, change: dict[str, Any], pointer: str) -> None:
    problem = await client.problem("POST", PATH, 422, json={"name": "mine", "csv": CSV, **change})
    assert problem["pointer"] == pointer


async def test_a_text_that_is_too_long(client: Client) -> None:
    problem = await client.problem("POST", PATH, 422, json={"name": "mine", "csv": CSV, "title": "a" * 201})
    assert problem["detail"].startswith('title: expected at most 200 characters, received the text "aaa')


async def test_names_are_taken_once_and_there_is_a_limit(client: Client) -> None:
    await create(client)
    problem = await client.problem("POST", PATH, 422, json={"name": "mine", "csv": CSV})
    assert "is called" in problem["detail"]
    await create(client, name="second")
    await create(client, name="third")
    await client.problem("POST", PATH, 413, json={"name": "fourth", "csv": CSV})
    assert (await client.http.delete(f"{PATH}/second")).status_code == 204
    await create(client, name="fourth")


async def test_one_of_several_that_delete_it_at_once_does(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    await create(client)
    find = own.find_own

    def find_and_lose(name: str, folders: Folders) -> Dataset | None:
        found = find(name, folders)
        monkeypatch.undo()
        delete_own(name, folders)
        return found

    monkeypatch.setattr(own, "find_own", find_and_lose)
    problem = await client.problem("DELETE", f"{PATH}/mine", 404)
    assert problem["pointer"] == "/name"


async def test_what_comes_with_vitrine_stays(client: Client) -> None:
    response = await client.http.delete(f"{PATH}/digits")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"
    await client.problem("DELETE", f"{PATH}/..%2f..%2fetc", 404)


async def test_a_disk_that_does_not_take_it(client: Client, tmp_path: Path) -> None:
    (tmp_path / "datasets").write_text("a file where the folder should be")
    await client.problem("POST", PATH, 503, json={"name": "mine", "csv": CSV})
