"""Attribution: gradients against finite differences, gradient × input against what must add up, occlusion by hand."""

from typing import Any

import numpy as np
import pytest

from app.nn.attribution import count_windows, gradient_times_input, input_gradient, occlude, window_starts
from app.nn.forward import forward
from app.nn.inputs import Override
from app.nn.network import Network
from app.nn.reading import Array


def convolutional(activation: str = "tanh", *, bias: bool = True) -> Network:
    return Network.from_document(
        {
            "seed": 3,
            "input": {"shape": [7, 6, 2]},
            "layers": [
                {"kind": "Conv2D", "name": "conv", "filters": 3, "kernel_size": [3, 3], "activation": activation,
                 "use_bias": bias},
                {"kind": "MaxPooling2D", "name": "pool"},
                {"kind": "Flatten"},
                {"kind": "Dense", "name": "output", "units": 4, "use_bias": bias},
            ],
        }
    )  # fmt: skip


INPUTS = np.random.default_rng(2).normal(size=(3, 7, 6, 2))


def value_of(network: Network, example: Array, layer: str, index: tuple[int, ...], overrides: Any = ()) -> float:
    return float(forward(network, example[np.newaxis], overrides).layers[layer].output[(0, *index)])


@pytest.mark.parametrize(("layer", "index"), [("output", (2,)), ("conv", (1, 2, 0)), ("pool", (0, 1, 2))])
def test_the_gradient_is_that_of_finite_differences(layer: str, index: tuple[int, ...]) -> None:
    network = convolutional()
    found = input_gradient(forward(network, INPUTS), layer, index, example=1)
    assert found is not None
    assert found.shape == (7, 6, 2)
    expected = np.empty_like(found)
    step = 1e-5
    for place in np.ndindex(found.shape):
        high, low = INPUTS[1].copy(), INPUTS[1].copy()
        high[place] += step
        low[place] -= step
        expected[place] = (value_of(network, high, layer, index) - value_of(network, low, layer, index)) / (2 * step)
    np.testing.assert_allclose(found, expected, atol=1e-8)


def test_gradient_times_input_adds_up_where_nothing_is_curved() -> None:
    network = convolutional("relu", bias=False)
    trace = forward(network, INPUTS)
    for example in range(3):
        found = gradient_times_input(trace, "output", (1,), example)
        assert found is not None
        assert found.sum() == pytest.approx(trace.output[example, 1])


def test_windows_leave_nothing_out() -> None:
    assert window_starts(10, 4, 3) == (0, 3, 6)
    assert window_starts(10, 4, 4) == (0, 4, 6)
    assert window_starts(4, 4, 1) == (0,)
    assert count_windows((10, 4, 3), (4, 4), (4, 1)) == 3


@pytest.mark.parametrize("pinned", [False, True])
def test_occlusion_is_what_covering_by_hand_gives(pinned: bool) -> None:
    network = convolutional()
    overrides = (Override("conv", (0, 0, 0), 2.5),) if pinned else ()
    told: list[tuple[int, int]] = []
    example = INPUTS[0]
    found = occlude(network, example, "output", (3,), (3, 2), (2, 2), 0.5, overrides, lambda *done: told.append(done))
    base = value_of(network, example, "output", (3,), overrides)
    assert found.value == base
    assert found.starts == ((0, 2, 4), (0, 2, 4))
    assert found.by_window.shape == (3, 3)
    sums, counts = np.zeros((7, 6)), np.zeros((7, 6))
    for row, top in enumerate(found.starts[0]):
        for column, left in enumerate(found.starts[1]):
            covered = example.copy()
            covered[top : top + 3, left : left + 2] = 0.5
            fall = base - value_of(network, covered, "output", (3,), overrides)
            assert found.by_window[row, column] == pytest.approx(fall, abs=1e-12)
            sums[top : top + 3, left : left + 2] += fall
            counts[top : top + 3, left : left + 2] += 1
    assert counts.min() > 0
    np.testing.assert_allclose(found.values, sums / counts, atol=1e-12)
    assert told[-1] == (9, 9)


def test_occlusion_of_a_table_covers_features_and_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network.from_document({"seed": 1, "input": {"shape": [5]}, "layers": [{"kind": "Dense", "units": 1}]})
    example = np.arange(1.0, 6.0)
    found = occlude(network, example, "dense_1", (0,), (1,), (1,), 0.0)
    weights = network.parameters["dense_1"]["kernel"][:, 0]
    np.testing.assert_allclose(found.values, weights * example)
    monkeypatch.setattr("app.nn.attribution.BLOCK_BYTES", 1)
    again = occlude(network, example, "dense_1", (0,), (1,), (1,), 0.0)
    np.testing.assert_allclose(again.values, found.values, rtol=1e-14)


def test_what_does_not_reach_a_node_is_exactly_nothing() -> None:
    found = input_gradient(forward(convolutional(), INPUTS), "conv", (0, 0, 0))
    assert found is not None
    assert not found[3:].any()
    assert not found[:, 3:].any()
    covered = occlude(convolutional(), INPUTS[0], "conv", (0, 0, 0), (1, 1), (1, 1), 0.0)
    assert not covered.values[3:].any()
    assert covered.values[:3, :3].all()
