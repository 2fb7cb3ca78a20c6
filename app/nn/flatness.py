"""Where an activation is flat: found from its values, so that it holds for every function that there is.

A side of an activation is bounded if f(z) goes to a limit there. A node is saturated where f has gone 99 % of the way
from where it is furthest from that limit (on its side of 0) to the limit: |z| > 2.65 for tanh, |z| > 5.3 for sigmoid,
z < −4.6 for elu. A side on which f is its limit from 0 on, as relu's, has nothing to saturate: a node there is idle.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from app.nn.activations import BoundActivation
from app.nn.forward import silently
from app.nn.reading import Array

REMAINDER = 0.01
FAR = 1e6
NEARER = 1e5

# Fine where functions bend, out to where the slowest of them (softsign) is within a hundredth of its limit.
_STEPS = np.concatenate([np.linspace(0.0, 20.0, 4001), np.geomspace(20.0, FAR, 2000)[1:]])


@dataclass(frozen=True)
class Flatness:
    """The pre-activations at which nodes are flat.

    Saturated: z ≤ `below` or z ≥ `above`. Idle: z ≤ `idle`, where both the value is constant and the derivative 0.
    −∞ and ∞ where there is no such side; `bounded` and `rectifies` say whether there is one.
    """

    below: float = -math.inf
    above: float = math.inf
    idle: float = -math.inf

    @property
    def bounded(self) -> bool:
        """Whether nodes can saturate."""
        return self.below > -math.inf or self.above < math.inf

    @property
    def rectifies(self) -> bool:
        """Whether nodes can be idle, and so dead."""
        return self.idle > -math.inf


NOWHERE = Flatness()


@lru_cache(maxsize=256)
def flatness_of(activation: BoundActivation) -> Flatness:
    """Return where an activation is flat; nowhere for one along an axis."""
    if not activation.activation.elementwise:
        return NOWHERE
    upper = silently(activation, _STEPS)
    lower = silently(activation, -_STEPS)
    above, above_constant = _side(upper)
    below, below_constant = _side(lower)
    constant = below_constant and not above_constant
    return Flatness(-below if below is not None else -math.inf, above or math.inf, 0.0 if constant else -math.inf)


def _side(values: Array) -> tuple[float | None, bool]:
    """Return from which distance on one side is saturated, and whether it is its limit all the way from 0."""
    limit = float(values[-1])
    nearer = float(values[np.searchsorted(_STEPS, NEARER)])
    if not (math.isfinite(limit) and math.isfinite(nearer)):
        return None, False
    away = np.abs(values - limit)
    furthest = float(away.max())
    if furthest == 0.0:
        return None, True
    if not math.isfinite(furthest) or abs(nearer - limit) > REMAINDER * furthest:
        return None, False
    outside = np.flatnonzero(away > REMAINDER * furthest)
    return float(_STEPS[outside[-1] + 1]), False
