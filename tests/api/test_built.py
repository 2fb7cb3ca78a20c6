from typing import Any

import numpy as np
import pytest

from app.api.built import BYTES_PER_LAYER, MOST_DOCUMENT_BYTES, BuiltNetworks
from app.nn.network import Network
from tests.api.client import Client


def document(units: int, seed: int = 0) -> dict[str, Any]:
    return {"seed": seed, "input": {"shape": [2]}, "layers": [{"kind": "Dense", "units": units}]}


def kept(built: BuiltNetworks, one: dict[str, Any]) -> Network | None:
    return built.get(built.key(one, 100))


def keep(built: BuiltNetworks, one: dict[str, Any]) -> Network:
    network = Network.from_document(one)
    built.keep(built.key(one, 100), network)
    return network


def test_a_document_is_built_once() -> None:
    built = BuiltNetworks(1_000_000)
    network = keep(built, document(3))
    assert kept(built, document(3)) is network
    assert kept(built, document(4)) is None
    assert kept(built, document(3, seed=1)) is None


@pytest.mark.parametrize(("first", "second"), [(1, 1.0), (0.0, -0.0), (0.1, 0.1 + 2**-56)])
def test_documents_that_differ_in_the_last_bit_are_different(first: float, second: float) -> None:
    built = BuiltNetworks(1_000_000)
    one, other = document(1), document(1)
    one["layers"][0]["parameters"] = {"bias": [first]}
    other["layers"][0]["parameters"] = {"bias": [second]}
    keep(built, one)
    assert kept(built, other) is None


def test_the_least_lately_used_goes_first() -> None:
    size = 3 * 8 + len(BuiltNetworks(0).key(document(1), 100) or b"") * 10 + BYTES_PER_LAYER
    built = BuiltNetworks(4 * size)
    for seed in range(4):
        keep(built, document(1, seed))
    assert kept(built, document(1, 0)) is not None
    keep(built, document(1, 4))
    assert kept(built, document(1, 1)) is None
    assert all(kept(built, document(1, seed)) for seed in (0, 2, 3, 4))


def test_large_ones_are_kept_without_their_parameters() -> None:
    built = BuiltNetworks(20_000)
    network = keep(built, document(1000))
    assert network.parameters["dense_1"]["kernel"].size == 2000
    found, again = kept(built, document(1000)), kept(built, document(1000))
    assert found is not None
    assert found is not again
    assert "parameters" not in vars(found)
    assert "steps" not in vars(found)
    assert found == network
    np.testing.assert_array_equal(found.parameters["dense_1"]["kernel"], network.parameters["dense_1"]["kernel"])
    assert "parameters" not in vars(kept(built, document(1000)))
    assert "parameters" in vars(network)


def test_networks_that_would_fill_the_memory_are_not_kept() -> None:
    built = BuiltNetworks(20_000)
    many = {"input": {"shape": [2]}, "layers": [{"kind": "Flatten", "repeat": 100}]}
    keep(built, many)
    assert kept(built, many) is None
    assert built.key(document(1), MOST_DOCUMENT_BYTES + 1) is None


@pytest.mark.anyio
async def test_an_edited_document_gets_its_own_numbers(client: Client) -> None:
    async def output(bias: float) -> Any:
        network = {**document(1), "layers": [{"kind": "Dense", "units": 1, "parameters": {"bias": [bias]}}]}
        answer = await client.post("/api/v1/forward", {"network": network, "inputs": [0.0, 0.0]})
        return answer["output"]

    assert [await output(bias) for bias in (1.5, 2.5, 1.5)] == [[1.5], [2.5], [1.5]]
