"""All trainable parameters of a network in one flat vector, with the arrays of the layers as views into it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.nn.errors import NetworkError, Problem
from app.nn.network import Network
from app.nn.reading import Array, Shape
from app.nn.training.rules import Freeze, Regularizer


@dataclass(frozen=True)
class Part:
    """Where in the vector a parameter of a layer stands."""

    layer: str
    parameter: str
    place: slice
    shape: Shape


class ParameterVector:
    """The parameters of one training: `values` is the vector, `arrays` all parameters by layer and name.

    Arrays of trainable parameters are views, so a change of the vector is a change of the network. What is frozen as a
    whole, or never trained by gradients, is an array of its own. `frozen` holds the places of single frozen values.
    Raises `NetworkError` if there is nothing to train.
    """

    def __init__(self, network: Network, freeze: Sequence[Freeze] = ()) -> None:
        frozen = frozen_masks(network, freeze)
        self.parts = trained_parts(network, frozen)
        self.values: Array = np.empty(self.parts[-1].place.stop, dtype=network.dtype)
        self.arrays: dict[str, dict[str, Array]] = {}
        views = self.views(self.values)
        for placed in network.layers:
            own = self.arrays[placed.name] = {}
            for name, given in network.parameters[placed.name].items():
                view = views.get((placed.name, name))
                if view is None:
                    own[name] = given.copy()
                else:
                    np.copyto(view, given)
                    own[name] = view
        masks = [(part.place.start, frozen.get((part.layer, part.parameter))) for part in self.parts]
        places = [start + np.flatnonzero(mask) for start, mask in masks if mask is not None]
        self.frozen: Array | None = np.concatenate(places) if places else None

    def __len__(self) -> int:
        return len(self.values)

    def views(self, vector: Array) -> dict[tuple[str, str], Array]:
        """Cut any vector of this length into the arrays of (layer, parameter)."""
        return {(part.layer, part.parameter): vector[part.place].reshape(part.shape) for part in self.parts}

    def place(self, layer: str, parameter: str, index: Shape) -> int | None:
        """Return where one parameter value stands in the vector; `None` if it is not in it."""
        for part in self.parts:
            if (part.layer, part.parameter) == (layer, parameter):
                return int(part.place.start + np.ravel_multi_index(index, part.shape))
        return None

    def locate(self, place: int) -> tuple[str, str, Shape]:
        """Return (layer, parameter, index) of a place in the vector."""
        part = next(part for part in self.parts if part.place.start <= place < part.place.stop)
        index = np.unravel_index(place - part.place.start, part.shape)
        return part.layer, part.parameter, tuple(int(one) for one in index)

    def copies(self) -> dict[str, dict[str, Array]]:
        """Return copies of all parameters by layer and name."""
        return {layer: {name: array.copy() for name, array in own.items()} for layer, own in self.arrays.items()}

    def load(self, arrays: Mapping[str, Mapping[str, Array]]) -> None:
        """Take over the values of all parameters."""
        for layer, own in self.arrays.items():
            for name, array in own.items():
                np.copyto(array, arrays[layer][name])


class Penalty:
    """What regularisers add to the loss, and to the gradient: two weights for every place of the vector."""

    def __init__(self, vector: ParameterVector, regularizers: Sequence[Regularizer]) -> None:
        self.l1 = np.zeros_like(vector.values)
        self.l2 = np.zeros_like(vector.values)
        for part in vector.parts:
            for regularizer in regularizers:
                if regularizer.covers(part.layer, part.parameter):
                    self.l1[part.place] += regularizer.l1
                    self.l2[part.place] += regularizer.l2

    def value(self, values: Array) -> float:
        """Return Σ l1·|w| + l2·w²."""
        return float((self.l1 * np.abs(values) + self.l2 * np.square(values)).sum())

    def gradient(self, values: Array) -> Array:
        """Return l1·sign(w) + 2·l2·w."""
        result: Array = self.l1 * np.sign(values) + 2.0 * self.l2 * values
        return result


def trained_parts(network: Network, frozen: Mapping[tuple[str, str], Array]) -> list[Part]:
    """Return where the parameters that training changes stand in the vector; `frozen` are masks of them.

    Raises `NetworkError` if there is nothing to train.
    """
    parts: list[Part] = []
    start = 0
    for placed in network.layers:
        for name, spec in placed.parameter_specs.items():
            mask = frozen.get((placed.name, name))
            if spec.trainable and (mask is None or not mask.all()):
                parts.append(Part(placed.name, name, slice(start, start + spec.count), spec.shape))
                start += spec.count
    if not parts:
        detail = "there is nothing to train: the network has no parameters, or all of them are frozen"
        raise NetworkError([Problem("/network", detail, "parameters that training may change")])
    return parts


def frozen_masks(network: Network, freeze: Sequence[Freeze]) -> dict[tuple[str, str], Array]:
    """Return a boolean array for every parameter of which something is frozen."""
    masks: dict[tuple[str, str], Array] = {}
    for one in freeze:
        specs = network.placed(one.layer).parameter_specs
        for name, place in one.places(specs).items():
            mask = masks.setdefault((one.layer, name), np.zeros(specs[name].shape, dtype=bool))
            mask[place] = True
    return masks
