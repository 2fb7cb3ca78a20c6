"""What layers are given and what they return: parameters, values and derivatives, each with the batch as first axis."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from app.nn.activations import BoundActivation
from app.nn.activations.linear import LINEAR
from app.nn.initializers import BoundInitializer
from app.nn.reading import Array, Shape

Parameters = Mapping[str, Array]

Random = np.random.Generator | None
"""Where a layer draws from in training; `None` is given to kinds that never draw."""

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class ParameterSpec:
    """A parameter that a layer needs: its shape, how it is drawn, and whether training changes it."""

    shape: Shape
    initializer: BoundInitializer
    trainable: bool = True

    @property
    def count(self) -> int:
        """The number of values."""
        return math.prod(self.shape)


class LayerValues(NamedTuple):
    """What a layer holds for a whole batch (the first axis).

    `output` is what later layers read, pinned nodes included; `pre_activation` is what stood before the activation,
    `None` where the layer has none. `unpinned` is the output before nodes were pinned, `None` where none are. `named`
    holds what else a kind keeps under names of its own, such as the mask of a dropout while training.
    """

    output: Array
    pre_activation: Array | None = None
    unpinned: Array | None = None
    named: Mapping[str, Array] = NOTHING

    @property
    def computed(self) -> Array:
        """What the layer itself made of its inputs: the output, where nothing is pinned."""
        return self.output if self.unpinned is None else self.unpinned


class LayerGradient(NamedTuple):
    """Derivatives of one number by what entered a layer: an array for each input and each parameter.

    `inputs` holds `None` for inputs that are integers; `pre_activation` is `None` where there is none.
    """

    inputs: tuple[Array | None, ...]
    parameters: Mapping[str, Array] = NOTHING
    pre_activation: Array | None = None


Forward = Callable[..., LayerValues]
"""A layer's forward pass from its inputs, a batch of each; a layer that `writes` takes an array for its output too."""


def activated(activation: BoundActivation, pre_activation: Array) -> LayerValues:
    """Apply an activation; a linear one keeps the very same array."""
    linear = activation.activation is LINEAR
    return LayerValues(pre_activation if linear else activation(pre_activation), pre_activation)
