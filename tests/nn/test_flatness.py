import math

import numpy as np
import pytest

from app.nn.activations import ACTIVATIONS, bind
from app.nn.flatness import NOWHERE, flatness_of

NONE = (-math.inf, math.inf)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tanh", (-math.atanh(0.99), math.atanh(0.99))),
        ("sigmoid", (math.log(0.005 / 0.995), math.log(0.995 / 0.005))),
        ("softsign", (-99, 99)),
        ("hard_sigmoid", (-2.97, 2.97)),
        ("relu", NONE),
        ("relu6", (-math.inf, 5.94)),
        ("leaky_relu", NONE),
        ("elu", (math.log(0.01), math.inf)),
        ("selu", (math.log(0.01), math.inf)),
        ("exponential", (math.log(0.01), math.inf)),
        ("log_sigmoid", (-math.inf, 4.97)),
        ("sine", NONE),
        ("softmax", NONE),
        ("linear", NONE),
    ],
)
def test_where_activations_are_saturated(name: str, expected: tuple[float, float]) -> None:
    found = flatness_of(bind(name))
    assert found.below == pytest.approx(expected[0], rel=0.01)
    assert found.above == pytest.approx(expected[1], rel=0.01)


def test_rectifiers_are_idle() -> None:
    idle = {name for name in ACTIVATIONS if flatness_of(bind(name)).rectifies}
    assert {"relu", "relu6"} <= idle <= {"relu", "relu6", "threshold"}
    assert flatness_of(bind("leaky_relu")) == NOWHERE


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_where_it_is_flat_the_slope_is_small(name: str) -> None:
    bound = bind(name)
    found = flatness_of(bound)
    slopes = bound.derivative(np.linspace(-8, 8, 1000))
    if not found.bounded or slopes is None:
        return
    steepest = np.abs(slopes).max()
    for edge, sign in ((found.below, -1), (found.above, 1)):
        if math.isfinite(edge):
            slope = bound.derivative(edge + sign * np.array([0.5, 1.0, 10.0, 1000.0]))
            assert slope is not None
            assert np.abs(slope).max() <= 0.06 * max(steepest, 1e-9), name
