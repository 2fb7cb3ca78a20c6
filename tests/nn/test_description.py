"""The statistics of all layers of a trace, and the outputs that stand side by side in one array."""

import numpy as np
import pytest

from app.nn.activations import ACTIVATIONS
from app.nn.description import describe_layers
from app.nn.forward import forward, silently
from app.nn.inputs import Override
from app.nn.network import Network
from app.nn.reading import Array
from app.nn.statistics import statistics

DEEP = Network.from_document(
    {
        "dtype": "float32",
        "input": {"shape": [6]},
        "layers": [
            {"name": "a", "kind": "Dense", "units": 6, "activation": "relu", "repeat": 7},
            {"name": "n", "kind": "LayerNormalization"},
            {"name": "b", "kind": "Dense", "units": 6, "activation": "gelu", "repeat": 3},
            {"name": "c", "kind": "Dense", "units": 2, "activation": "tanh"},
            {"name": "d", "kind": "Dense", "units": 6, "activation": "linear"},
            {"name": "e", "kind": "Add", "inputs": ["b_1", "d"]},
            {"name": "f", "kind": "Dense", "units": 30, "activation": "softmax", "repeat": 5},
        ],
    }
)
PINS = (Override("a_2", (1,), np.inf), Override("n", (0,), 5.0), Override("f_4", (3,), -2.0))


def inputs(count: int) -> Array:
    return np.random.default_rng(count).standard_normal((count, 6)).astype(np.float32)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("pins", [(), PINS], ids=["free", "pinned"])
def test_every_layer_is_described_as_alone(count: int, pins: tuple[Override, ...]) -> None:
    trace = forward(DEEP, inputs(count), pins)
    assert [len(stack.names) for stack in trace.stacks] == [10, 5]
    found = describe_layers(trace)
    assert set(found) == set(trace.layers)
    for name, held in trace.layers.items():
        assert repr(found[name]) == repr(statistics(held.output)), name
    chosen = describe_layers(trace, ["f_4", "a_1", "input"])
    assert {name: repr(one) for name, one in chosen.items()} == {name: repr(found[name]) for name in chosen}
    if count == 1:
        for name, one in describe_layers(trace, batched=False).items():
            assert repr(one) == repr(statistics(trace.layers[name].output[0])), name


def test_outputs_stand_side_by_side_and_are_those_of_layers_alone() -> None:
    trace = forward(DEEP, inputs(3), PINS)
    before = {name: held.output for name, held in trace.layers.items()}
    for stack in trace.stacks:
        for name, output in zip(stack.names, stack.outputs, strict=True):
            held = trace.layers[name]
            assert np.shares_memory(held.computed, output)
            placed = DEEP.placed(name)
            read = [before[one] for one in placed.inputs]
            alone = silently(placed.layer.forward, read, DEEP.parameters[name])
            np.testing.assert_array_equal(held.computed, alone.output)
            assert alone.pre_activation is not None
            assert held.pre_activation is not None
            np.testing.assert_array_equal(held.pre_activation, alone.pre_activation)


def test_large_layers_stand_alone() -> None:
    wide = Network.from_document(
        {"input": {"shape": [1]}, "layers": [{"kind": "Dense", "units": 100, "activation": "relu", "repeat": 4}]}
    )
    assert len(forward(wide, np.ones((1, 1))).stacks) == 1
    assert not forward(wide, np.ones((1000, 1))).stacks


@pytest.mark.parametrize("name", [name for name, record in ACTIVATIONS.items() if record.write_function])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_functions_write_the_numbers_that_they_return(name: str, dtype: str) -> None:
    x = np.array([-np.inf, -1e30, -1.5, -0.0, 0.0, 1e-30, 0.3, 7.0, np.inf, np.nan]).astype(dtype)
    record = ACTIVATIONS[name]
    out = np.empty_like(x)
    assert record.write_function is not None
    record.write_function(x, out)
    np.testing.assert_array_equal(out, record.evaluate(x))
    np.testing.assert_array_equal(np.signbit(out), np.signbit(record.evaluate(x)))
