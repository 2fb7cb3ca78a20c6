"""Drawn parameters are kept by what they are drawn from, within a bound, and drawn once for all who want them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from app.api import drawn as drawn_module
from app.api.drawn import BYTES_OF_AN_ENTRY, DrawnParameters
from app.main import create_app
from app.nn.initializers import default_initializer, draw_parameter
from app.nn.network import Network
from app.settings import Settings
from tests.api.client import Client, connect

NORMAL = default_initializer("he_normal")
DOUBLE = np.dtype(np.float64)


def test_what_is_drawn_once_is_kept_and_cannot_be_written() -> None:
    drawn = DrawnParameters(100_000)
    found = drawn(NORMAL, (3, 4), DOUBLE, 1, "a", "kernel")
    np.testing.assert_array_equal(found, draw_parameter(NORMAL, (3, 4), DOUBLE, 1, "a", "kernel"))
    assert drawn(NORMAL, (3, 4), DOUBLE, 1, "a", "kernel") is found
    assert not found.flags.writeable
    others: list[tuple[Any, ...]] = [
        (default_initializer("he_uniform"), (3, 4), DOUBLE, 1, "a", "kernel"),
        (NORMAL, (4, 3), DOUBLE, 1, "a", "kernel"),
        (NORMAL, (3, 4), np.dtype(np.float32), 1, "a", "kernel"),
        (NORMAL, (3, 4), DOUBLE, 2, "a", "kernel"),
        (NORMAL, (3, 4), DOUBLE, 1, "b", "kernel"),
        (NORMAL, (3, 4), DOUBLE, 1, "a", "bias"),
    ]
    for other in others:
        np.testing.assert_array_equal(drawn(*other), draw_parameter(*other))
    assert drawn.kept.bytes == sum(draw_parameter(*one).nbytes for one in others) + found.nbytes + 7 * BYTES_OF_AN_ENTRY


def test_the_least_lately_used_goes_first_and_the_largest_are_not_kept() -> None:
    size = 100 * 8 + BYTES_OF_AN_ENTRY
    drawn = DrawnParameters(3 * size)

    def draw(name: str, count: int = 100) -> Any:
        return drawn(NORMAL, (count,), DOUBLE, 0, name, "bias")

    kept = {name: draw(name) for name in "abc"}
    assert draw("a") is kept["a"]
    draw("d")
    assert draw("a") is kept["a"]
    assert draw("c") is kept["c"]
    assert draw("b") is not kept["b"]
    draw("huge", 1000)
    assert drawn.kept.bytes == 3 * size


def test_many_at_once_draw_once(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = DrawnParameters(100_000)
    calls: list[str] = []
    together = threading.Barrier(8)

    def slow(*arguments: Any) -> Any:
        calls.append(arguments[4])
        if arguments[4] == "broken":
            raise MemoryError
        return draw_parameter(*arguments)

    monkeypatch.setattr(drawn_module, "draw_parameter", slow)

    def ask(name: str) -> Any:
        together.wait()
        return drawn(NORMAL, (50,), DOUBLE, 0, name, "bias")

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, ["a"] * 8))
    assert all(one is found[0] for one in found)
    assert calls == ["a"]
    with pytest.raises(MemoryError):
        drawn(NORMAL, (50,), DOUBLE, 0, "broken", "bias")
    with pytest.raises(MemoryError):  # nobody waits for ever for one that failed
        drawn(NORMAL, (50,), DOUBLE, 0, "broken", "bias")


@pytest.mark.anyio
async def test_a_layer_is_drawn_once_in_whatever_document_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def counted(*arguments: Any) -> Any:
        if arguments[5] == "kernel":  # zeros are not worth keeping
            calls.append(arguments[4])
        return draw_parameter(*arguments)

    monkeypatch.setattr(drawn_module, "draw_parameter", counted)
    client = Client(connect(create_app(Settings())))
    layers = [{"name": f"d{number}", "kind": "Dense", "units": 3, "activation": "tanh"} for number in range(3)]
    document: dict[str, Any] = {"input": {"shape": [3]}, "layers": layers}
    first = await client.post("/api/v1/forward", {"network": document, "inputs": [1.0, 2.0, 3.0]})
    assert calls == ["d0", "d1", "d2"]
    calls.clear()
    changed = {**document, "name": "edited", "layers": [*layers[:2], {**layers[2], "units": 4}, {"kind": "Flatten"}]}
    answer = await client.post("/api/v1/forward", {"network": changed, "inputs": [1.0, 2.0, 3.0]})
    assert calls == ["d2"]
    assert answer["layers"][2]["output"] == first["layers"][2]["output"]
    expected = Network.from_document(changed).parameters["d2"]["kernel"]
    shown = await client.post("/api/v1/parameters", {"network": changed, "layer": "d2", "parameter": "kernel"})
    assert shown["values"] == expected.tolist()
