import pytest

from tests.api.client import WALKTHROUGH, Client

pytestmark = pytest.mark.anyio


def dense(*units: int) -> list[dict[str, object]]:
    return [{"kind": "Dense", "units": count} for count in units]


async def test_the_2_3_1_network(client: Client) -> None:
    answer = await client.post("/api/v1/summary", {"network": WALKTHROUGH})
    assert answer["layers"][0] == {
        "name": "input",
        "kind": "Input",
        "inputs": [],
        "output_shape": [2],
        "parameters": 0,
        "trainable": 0,
        "non_trainable": 0,
        "multiply_adds": 0,
    }
    assert [layer["parameters"] for layer in answer["layers"]] == [0, 9, 4]
    assert answer["total_parameters"] == answer["trainable_parameters"] == 13
    assert answer["non_trainable_parameters"] == 0
    assert answer["multiply_adds"] == 9
    assert answer["parameter_bytes"] == 13 * 8


@pytest.mark.parametrize(("inputs", "units", "count"), [(784, (128, 64, 10), 109_386), (10, (64, 32, 16, 1), 3_329)])
async def test_counts_of_the_issue(client: Client, inputs: int, units: tuple[int, ...], count: int) -> None:
    network = {"input": {"shape": [inputs]}, "layers": dense(*units)}
    assert (await client.post("/api/v1/summary", {"network": network}))["total_parameters"] == count


async def test_repeats_are_written_out(client: Client) -> None:
    network = {"input": {"shape": [3]}, "layers": [{"repeat": 2, "layers": dense(3, 3)}]}
    answer = await client.post("/api/v1/summary", {"network": network})
    assert [layer["name"] for layer in answer["layers"]] == ["input", "dense_1", "dense_2", "dense_3", "dense_4"]


async def test_a_thousand_layers(client: Client) -> None:
    network = {"input": {"shape": [8]}, "layers": [{"repeat": 1000, **dense(8)[0]}]}
    answer = await client.post("/api/v1/summary", {"network": network})
    assert len(answer["layers"]) == 1001
    assert answer["total_parameters"] == 72_000
