"""The examples that a network is trained or evaluated with: checked once, so that no step needs to."""

from dataclasses import dataclass

import numpy as np

from app.nn.errors import NetworkError, Problem
from app.nn.inputs import input_dtype
from app.nn.losses import Loss
from app.nn.network import Network
from app.nn.reading import Array, Shape, format_shape


@dataclass(frozen=True)
class Examples:
    """Inputs (n, …) and targets (n, …) of a network, and a weight for each example or `None` for 1 each."""

    inputs: Array
    targets: Array
    weights: Array | None = None

    def __len__(self) -> int:
        return len(self.inputs)

    def part(self, start: int, stop: int) -> "Examples":
        """Return the examples from `start` to `stop`, without a copy."""
        weights = None if self.weights is None else self.weights[start:stop]
        return Examples(self.inputs[start:stop], self.targets[start:stop], weights)


def read_examples(
    network: Network,
    loss: Loss,
    inputs: Array,
    targets: Array,
    class_weight: tuple[tuple[int, float], ...] | None = None,
) -> Examples:
    """Check arrays of inputs and targets, and bring them into the dtypes and shapes that a step takes.

    Inputs have the network's input shape behind the batch axis, or are one number each for shape (1,). Targets of a
    loss that takes classes are integers (n, …) without the output's last axis, or with a last axis of 1; other targets
    have the output's shape, where a last axis of 1 may be left out. Raises `NetworkError` for what does not fit, and
    for numbers that are not finite.
    """
    problems: list[Problem] = []
    inputs, targets = np.asarray(inputs), np.asarray(targets)
    shape = network.input.shape
    if inputs.ndim == 1 and shape == (1,):
        inputs = inputs[:, np.newaxis]
    if inputs.ndim < 1 or inputs.shape[1:] != shape or not len(inputs):
        expected = f"n×{format_shape(shape)}"
        detail = f"the inputs are {format_shape(inputs.shape)}; expected {expected}"
        problems.append(Problem("/inputs", detail, expected, format_shape(inputs.shape)))
    else:
        problems += _not_finite("inputs", inputs)
        if network.integer_bound is not None and (inputs.min() < 0 or inputs.max() >= network.integer_bound):
            detail = (
                f"the inputs go from {inputs.min()} to {inputs.max()}; the Embedding has {network.integer_bound} rows"
            )
            problems.append(Problem("/inputs", detail, f"0 to {network.integer_bound - 1}"))
    if not targets.ndim:
        detail = "the targets are a number; expected a list with one for each example"
        problems.append(Problem("/targets", detail, "a list of targets", "a number"))
    elif inputs.ndim and len(inputs) != len(targets):
        detail = f"there are {len(inputs)} inputs, but {len(targets)} targets"
        problems.append(Problem("/targets", detail, f"{len(inputs)} targets", str(len(targets))))
    if not problems:
        targets, problems = _read_targets(loss, targets, network.output.output_shape, network.dtype)
    if problems:
        raise NetworkError(problems)
    if inputs.dtype != input_dtype(network):
        inputs = inputs.astype(input_dtype(network))
    weights = None if class_weight is None else _weights(targets, class_weight, network.dtype)
    return Examples(inputs, targets, weights)


def _read_targets(
    loss: Loss, targets: Array, output: Shape, dtype: np.dtype[np.floating]
) -> tuple[Array, list[Problem]]:
    if loss.targets == "classes":
        positions = output[:-1]
        if targets.shape[1:] == (*positions, 1):
            targets = targets[..., 0]
        if targets.shape[1:] != positions:
            expected = "n×" + format_shape(positions) if positions else "n class numbers"
            hint = "; one-hot targets need categorical_crossentropy" if targets.shape[1:] == output else ""
            detail = f"{loss.name} takes {expected}; the targets are {format_shape(targets.shape)}{hint}"
            return targets, [Problem("/targets", detail, expected, format_shape(targets.shape))]
        problems = _not_finite("targets", targets)
        if not problems and targets.dtype.kind not in "iu" and np.any(targets != np.floor(targets)):
            problems = [Problem("/targets", f"{loss.name} takes whole numbers of classes", "integers", "fractions")]
        if not problems and (targets.min() < 0 or targets.max() >= output[-1]):
            wrong = np.argwhere((targets < 0) | (targets >= output[-1]))[0]
            detail = f"target {wrong[0]} is class {targets[tuple(wrong)]}; the network has {output[-1]} outputs"
            problems = [Problem("/targets", detail, f"0 to {output[-1] - 1}", str(targets[tuple(wrong)]))]
        return targets.astype(np.int64, copy=False), problems
    if targets.shape[1:] == output[:-1] and output[-1:] == (1,):
        targets = targets[..., np.newaxis]
    if targets.shape[1:] != output:
        expected = f"n×{format_shape(output)}"
        classes = targets.shape[1:] == output[:-1] and "crossentropy" in loss.name
        hint = "; class numbers need sparse_categorical_crossentropy" if classes else ""
        detail = f"{loss.name} takes targets of the output's shape, {expected}; they are {format_shape(targets.shape)}"
        return targets, [Problem("/targets", detail + hint, expected, format_shape(targets.shape))]
    return targets.astype(dtype, copy=False), _not_finite("targets", targets)


def _not_finite(what: str, array: Array) -> list[Problem]:
    """Find the first number that is NaN or infinite."""
    if array.dtype.kind not in "fiub":
        detail = f"the {what} are no numbers, but {array.dtype.name}"
        return [Problem(f"/{what}", detail, "numbers", array.dtype.name)]
    if array.dtype.kind != "f" or np.isfinite(array.sum()) or np.isfinite(array).all():
        return []
    place = np.unravel_index(int(np.argmin(np.isfinite(array))), array.shape)
    value = array[place]
    detail = f"{what[:-1]} {place[0]} is not finite: it holds {value} at {list(map(int, place[1:]))}"
    return [Problem(f"/{what}", detail, "finite numbers", str(value))]


def _weights(targets: Array, class_weight: tuple[tuple[int, float], ...], dtype: np.dtype[np.floating]) -> Array:
    """Return the weight of every example, by its class: the greatest target, for one output whether it is above 0.5."""
    if targets.dtype.kind == "i":
        classes = targets
    elif targets.shape[-1] == 1:
        classes = (targets[..., 0] > 0.5).astype(np.int64)
    else:
        classes = targets.argmax(axis=-1)
    table = np.ones(int(classes.max(initial=0)) + 1, dtype=dtype)
    for number, weight in class_weight:
        if number < len(table):
            table[number] = weight
    weights: Array = table[classes]
    return weights
