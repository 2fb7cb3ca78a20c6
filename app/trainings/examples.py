"""The examples of a training, loaded, fitted to the network, scaled and encoded."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.datasets import Folders, LoadedDataset, find_dataset, load_from
from app.datasets.fitting import fit_inputs
from app.nn.inputs import input_dtype
from app.nn.losses import Loss
from app.nn.network import Network
from app.nn.reading import Array
from app.trainings.encoding import encode_targets
from app.trainings.plan import Plan, Source
from app.trainings.scaling import find_scaling, scale, with_scaling


@dataclass(frozen=True)
class Data:
    """Arrays to train with. `network` is the one given, with the scaling in its preprocessing.

    `classes` are the names of the class numbers in the targets; `scaling` is what was found, `None` without scaling.
    """

    network: Network
    inputs: Array
    targets: Array
    validation: tuple[Array, Array] | None
    classes: tuple[str, ...]
    scaling: Mapping[str, Any] | None


def load_data(plan: Plan, network: Network, folders: Folders, arrays: Mapping[str, Array]) -> Data:
    """Load what a plan trains with; raises `NetworkError` and `NotFound`."""
    loss = plan.training.loss
    inputs, targets, loaded = load_source(plan.source, "", loss, network, folders, arrays)
    found = None
    if plan.scaling is not None:
        trained = len(inputs) - plan.training.validation_count(len(inputs)) if plan.training.validation_split else None
        found = find_scaling(inputs[:trained], plan.scaling)
        inputs = scale(inputs, found)
        network = with_scaling(network, found, loaded is not None and loaded.dataset.levels is not None)
    validation = None
    if plan.validation is not None:
        more, more_targets, _ = load_source(plan.validation, "validation/", loss, network, folders, arrays)
        if plan.validation.name is None and found is not None:
            more = scale(more, found)
        validation = more, more_targets
    return Data(network, inputs, targets, validation, () if loaded is None else tuple(loaded.classes), found)


def load_source(
    source: Source, prefix: str, loss: Loss, network: Network, folders: Folders, arrays: Mapping[str, Array]
) -> tuple[Array, Array, LoadedDataset | None]:
    """Return inputs and targets, and the data set that they are from; those given are in `arrays`, with a `prefix`.

    Raises `NetworkError` and `NotFound`.
    """
    if source.name is None:
        return arrays[f"{prefix}inputs"], arrays[f"{prefix}targets"], None
    loaded = load_from(find_dataset(source.name, folders), source.split, folders, source.options)
    inputs = fit_inputs(loaded, network.input, input_dtype(network))
    return inputs, encode_targets(loaded.targets, loss, network, loaded.classes), loaded


def memory_of(plan: Plan, network: Network) -> int:
    """Estimate the bytes that a training takes: examples, a batch on its way, parameters and the optimiser's memory."""
    count = plan.source.count + (plan.validation.count if plan.validation is not None else 0)
    inputs = math.prod(network.input.shape)
    examples = count * (inputs + math.prod(network.output.output_shape)) * 1.3
    batch = min(plan.training.batch_size, plan.source.count) * network.value_count * 4
    state = network.parameter_count * (5 + len(plan.training.optimizer.slots))
    scaled = plan.source.count * inputs * 8 if plan.scaling is not None else 0  # in float64, to find the scaling
    return int((examples + batch + state) * network.dtype.itemsize + scaled)
