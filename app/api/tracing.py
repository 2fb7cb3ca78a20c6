"""What the routes that compute a trace have in common: reading what they ask, and estimating what it will cost."""

from dataclasses import dataclass

import numpy as np

from app.api.answers import unknown_layer
from app.api.call import Cost, drawing_seconds
from app.api.dataset_inputs import DatasetInputs
from app.api.problems import Problems
from app.api.random_inputs import RandomInputs
from app.api.schemas import NodeRequest, TraceRequest
from app.errors import NotFound
from app.nn.errors import NetworkError, Problem
from app.nn.forward import Trace, forward
from app.nn.inputs import Override, read_inputs, read_node, read_overrides
from app.nn.network import Network
from app.nn.reading import Array, Shape

NamedInputs = DatasetInputs | RandomInputs
"""Inputs that a request does not hold itself."""


@dataclass(frozen=True)
class Batch:
    """Inputs with a batch dimension; `batched` says whether they had one in the request."""

    values: Array
    batched: bool


@dataclass(frozen=True)
class Asked:
    """The inputs and pinned nodes of a request."""

    inputs: Batch
    overrides: tuple[Override, ...]

    def trace(self, network: Network) -> Trace:
        """Compute every value, or find them if they were asked for lately; they may be read only."""
        trace: Trace = (network.tracer or forward)(network, self.inputs.values, self.overrides)
        return trace

    def shown(self, values: Array) -> Array:
        """Return an array that has a batch dimension as the request wants it: with or without."""
        return values if self.inputs.batched else values[0]


def read_asked(problems: Problems, network: Network, body: TraceRequest) -> Asked:
    """Read inputs and overrides; mistakes go to `problems`, and then the result is not to be used."""
    inputs = problems.read("/inputs", read_batch, network, body.inputs)
    overrides = problems.read("/overrides", read_overrides, network, body.overrides)
    if isinstance(body, NodeRequest):
        problems.read("/example", check_example, body.example, count_examples(network, body.inputs))
    return Asked(inputs, overrides)


def read_batch(network: Network, value: object) -> Batch:
    """Read inputs; raises `NetworkError`."""
    if isinstance(value, NamedInputs):
        return Batch(*value.fit(network))
    return Batch(*read_inputs(network, value))


def check_example(example: int, count: int) -> None:
    """Refuse an example that the inputs do not hold; raises `NetworkError`."""
    if example >= count:
        expected = f"0 to {count - 1}" if count > 1 else "0"
        detail = f"example is {example}, but the inputs hold {count}; expected {expected}"
        raise NetworkError([Problem("", detail, expected, str(example))])


def read_known_node(network: Network, value: object, pointer: str) -> tuple[str, Shape]:
    """Read a node; raises `NotFound` for a layer that does not exist and `NetworkError` for all else."""
    if isinstance(value, dict) and isinstance(value.get("layer"), str):
        find_layer(network, value["layer"], f"{pointer}/layer")
    return read_node(network, value)


def find_layer(network: Network, name: str, pointer: str) -> None:
    """Raise `NotFound` if neither a layer nor the input is called `name`."""
    if name not in network:
        raise NotFound(unknown_layer(network, name).within(pointer))


def count_examples(network: Network, inputs: object) -> int:
    """Return how many examples `inputs` seems to hold, without reading them: right for inputs that are."""
    if isinstance(inputs, np.ndarray):
        return len(inputs) if inputs.ndim > len(network.input.shape) else 1
    if isinstance(inputs, NamedInputs):
        return len(inputs)
    axes = 0
    item = inputs
    while isinstance(item, list) and item:
        item = item[0]
        axes += 1
    return len(inputs) if isinstance(inputs, list) and axes > len(network.input.shape) else 1


def trace_cost(
    network: Network, inputs: object, values: int, passes: int = 1, *, tensors: bool = False, more_bytes: int = 0
) -> Cost:
    """Estimate a forward pass that keeps everything, or the work of several `passes`; `values` are in the answer.

    `tensors` says that they are sent as they are and not as JSON; `more_bytes` is what else the work needs.
    """
    examples = count_examples(network, inputs)
    computed = examples * network.value_count
    seconds_per_value, bytes_per_value = (1e-9, 8) if tensors else (5e-8, 50)  # up to 25 characters, held twice
    seconds = (
        len(network.layers) * 1e-5 + examples * network.multiply_adds * 1e-9 + computed * 1e-8
    ) * passes + values * seconds_per_value
    # Output, pre-activation and a temporary of each value; parameters are there once, however often they are used.
    memory = 3 * computed * network.dtype.itemsize * passes + network.parameter_bytes
    return Cost(seconds + drawing_seconds(network), memory + bytes_per_value * values + more_bytes, values)
