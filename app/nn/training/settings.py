"""Training: everything that a training's document says about how a network is trained, read and checked."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.nn.argument_types import Boolean, Integer, Number
from app.nn.arguments import argument, arguments_schema, declared_arguments, read_arguments
from app.nn.choices import Choice
from app.nn.errors import NetworkError, Problem
from app.nn.losses import LOSS, Loss
from app.nn.metrics import METRIC, Metric
from app.nn.network import Network
from app.nn.optimizers import OPTIMIZER, Optimizer, RMSprop
from app.nn.reading import LARGEST_INTEGER, describe, is_number, pointer_to, quote
from app.nn.training.augmentation import AUGMENTATION, Augmentation
from app.nn.training.early_stopping import CALLBACK, Callback, EarlyStopping
from app.nn.training.rules import Freeze, Regularizer, read_freezes, read_regularizers

MAXIMUM_ENTRIES = 100


@dataclass(frozen=True)
class ListOf:
    """A list of records of one sort; null is an empty one."""

    choice: Choice

    def read(self, value: object) -> tuple[Any, list[Problem]]:
        """Accept a list, as a tuple of records."""
        if value is None:
            return (), []
        if not isinstance(value, list) or len(value) > MAXIMUM_ENTRIES:
            expected = f"a list of at most {MAXIMUM_ENTRIES}"
            return None, [Problem("", f"expected {expected}, received {describe(value)}", expected, describe(value))]
        read = [self.choice.read(one) for one in value]
        problems = [problem.within(pointer_to(n)) for n, (_, found) in enumerate(read) for problem in found]
        return (None, problems) if problems else (tuple(one for one, _ in read), [])

    def schema(self) -> dict[str, Any]:
        """Describe the list."""
        return {"anyOf": [{"type": "array", "items": self.choice.schema()}, {"type": "null"}]}

    def to_document(self, value: Sequence[Any]) -> Any:
        """Return the list."""
        return [one.to_document() for one in value]


@dataclass(frozen=True)
class MetricList:
    """A list of metrics, each with its key in the history: the name as it is written, as Keras does."""

    def read(self, value: object) -> tuple[Any, list[Problem]]:
        """Accept a list, as a tuple of (key, metric); the same key twice is refused."""
        metrics, problems = ListOf(METRIC).read(value)
        if problems:
            return None, problems
        written = value if isinstance(value, list) else []
        named = tuple(
            (one if isinstance(one, str) else metric.name, metric) for one, metric in zip(written, metrics, strict=True)
        )
        keys = [key for key, _ in named]
        return named, [
            Problem(pointer_to(n), f"{key} stands twice", "each metric once", key)
            for n, key in enumerate(keys)
            if key in keys[:n]
        ]

    def schema(self) -> dict[str, Any]:
        """Describe the list."""
        return ListOf(METRIC).schema()

    def to_document(self, value: Any) -> Any:
        """Return the list, with the names as they were written."""
        forms = [(key, metric.to_document()) for key, metric in value]
        return [key if isinstance(form, str) else form for key, form in forms]


@dataclass(frozen=True)
class ClassWeights:
    """An object from class numbers to weights, or null for 1 each."""

    def read(self, value: object) -> tuple[Any, list[Problem]]:
        """Accept `{"0": 1.0, "1": 2.5}`, as sorted pairs."""
        if value is None:
            return None, []
        expected = 'an object such as {"0": 1.0, "1": 2.5}'
        if not isinstance(value, dict) or not value:
            return None, [Problem("", f"expected {expected}, received {describe(value)}", expected, describe(value))]
        problems = []
        for name, weight in value.items():
            if not (isinstance(name, str) and name.isascii() and name.isdigit() and len(name) < 10):
                detail = f"{describe(name)} is not the number of a class"
                problems.append(Problem(pointer_to(name), detail, "a class number", str(name)[:60]))
            elif not is_number(weight) or weight < 0:
                detail = f"expected a number from 0, received {describe(weight)}"
                problems.append(Problem(pointer_to(name), detail, "a number from 0", describe(weight)))
        if problems:
            return None, problems
        return tuple(sorted((int(name), float(weight)) for name, weight in value.items())), []

    def schema(self) -> dict[str, Any]:
        """Describe the object."""
        weights = {
            "type": "object",
            "patternProperties": {"^[0-9]+$": {"type": "number", "minimum": 0}},
            "additionalProperties": False,
            "minProperties": 1,
        }
        return {"anyOf": [weights, {"type": "null"}]}

    def to_document(self, value: Any) -> Any:
        """Return the object."""
        return None if value is None else {str(name): weight for name, weight in value}


@dataclass(frozen=True, kw_only=True)
class Training:
    """How a network is trained. Names and defaults are those of Keras' `compile` and `fit`.

    Beyond Keras' there are `seed` (of shuffling, dropping and augmenting: the same seed gives the same run, bit for
    bit), `terminate_on_nan` (Keras' TerminateOnNaN, here the default), and what Keras writes on layers:
    `regularizers` and `freeze` (see `rules.py`).
    """

    loss: Loss = argument(LOSS, "What is made small.")
    optimizer: Optimizer = argument(OPTIMIZER, "How a gradient changes the parameters.", RMSprop())
    metrics: tuple[tuple[str, Metric], ...] = argument(MetricList(), "What is measured for people.", ())
    epochs: int = argument(Integer(1, 1_000_000), "How often all examples are gone through.", 1)
    batch_size: int = argument(Integer(1, 1_000_000), "The number of examples that one update is made from.", 32)
    validation_split: float = argument(
        Number(0.0, 1.0, exclusive_maximum=True),
        "The share of the examples, the last ones, that is not trained on but measured.",
        0.0,
    )
    shuffle: bool = argument(Boolean(), "Whether every epoch takes the examples in another order.", True)
    seed: int = argument(Integer(0, LARGEST_INTEGER), "The seed of everything that is drawn.", 0)
    class_weight: tuple[tuple[int, float], ...] | None = argument(
        ClassWeights(), "How much the examples of each class count in the loss.", None
    )
    callbacks: tuple[Callback, ...] = argument(ListOf(CALLBACK), "What acts at the end of an epoch.", ())
    augmentation: tuple[Augmentation, ...] = argument(
        ListOf(AUGMENTATION), "Random changes to the images of each batch, one after the other.", ()
    )
    terminate_on_nan: bool = argument(
        Boolean(), "Whether training stops, before the update, when the loss or a gradient is not finite.", True
    )
    regularizers: tuple[Regularizer, ...] = ()
    freeze: tuple[Freeze, ...] = ()

    @classmethod
    def from_document(cls, document: object, network: Network, other_fields: tuple[str, ...] = ()) -> "Training":
        """Read and check a training's document (the JSON object as Python values) for a network.

        `other_fields` may stand in it too and are not read here, such as `dataset`. Raises `NetworkError` with every
        mistake that was found, each at its place.
        """
        values: Mapping[str, Any] = document if isinstance(document, dict) else {}
        if not isinstance(document, dict):
            detail = f"the training is {describe(document)}; expected an object"
            raise NetworkError([Problem("", detail, "an object", describe(document))])
        own = ("regularizers", "freeze")
        arguments, problems = read_arguments(cls, values, (*other_fields, *own), "the training")
        for name, read in (("regularizers", read_regularizers), ("freeze", read_freezes)):
            if values.get(name) is not None:
                entries, found = read(network, values[name])
                problems += [problem.within(pointer_to(name)) for problem in found]
                arguments[name] = entries
        if problems:
            raise NetworkError(problems)
        training = cls(**arguments)
        problems = list(training.problems(network))
        if problems:
            raise NetworkError(problems)
        return training

    def problems(self, network: Network) -> Sequence[Problem]:
        """Return what does not fit the network, or each other."""
        found = []
        outputs = network.output.output_shape[-1] if network.output.output_shape else 1
        classes = self.loss.targets == "classes"
        if classes and outputs == 1:
            detail = f"{self.loss.name} needs an output for each class; the network has one output"
            found.append(Problem("/loss", detail, "binary_crossentropy", self.loss.name))
        for position, (key, metric) in enumerate(self.metrics):
            reason = metric.problem(outputs, classes)
            if not metric.scalar:
                reason = f"{key} is no single number; it is measured when evaluating"
            if reason:
                found.append(Problem(pointer_to("metrics", position), reason, "another metric", key))
        keys = ["loss", *(key for key, _ in self.metrics)]
        for position, callback in enumerate(self.callbacks):
            monitor = callback.monitor if isinstance(callback, EarlyStopping) else "loss"
            if monitor.removeprefix("val_") not in keys:
                known = ", ".join([*keys, *(f"val_{key}" for key in keys)])
                detail = f"the history has no {quote(monitor)}; it has {known}"
                found.append(Problem(pointer_to("callbacks", position, "monitor"), detail, known, describe(monitor)))
        known_classes = max(outputs, 2)
        for number, _ in self.class_weight or ():
            if number >= known_classes:
                place = pointer_to("class_weight", number)
                detail = f"there is no class {number}; there are {known_classes}"
                found.append(Problem(place, detail, f"0 to {known_classes - 1}", str(number)))
        shape = network.input.shape
        for position, augmentation in enumerate(self.augmentation):
            reason = augmentation.problem(shape)
            if reason:
                found.append(Problem(pointer_to("augmentation", position), reason, "images", augmentation.name))
        return found

    def check_monitors(self, *, validated: bool) -> None:
        """Refuse to watch numbers of a validation when nothing is `validated`; raises `NetworkError`."""
        for position, callback in enumerate(self.callbacks):
            if isinstance(callback, EarlyStopping) and callback.monitor.startswith("val_") and not validated:
                detail = f"{callback.monitor} is watched, but there are no examples to validate with"
                place = pointer_to("callbacks", position, "monitor")
                raise NetworkError([Problem(place, detail, "validation_split, or validation data", callback.monitor)])

    def steps_per_epoch(self, examples: int) -> int:
        """Return the number of batches that so many examples make; the last may be smaller."""
        return math.ceil(examples / self.batch_size)

    def validation_count(self, examples: int) -> int:
        """Return how many of the examples, the last ones, `validation_split` sets aside."""
        return examples - math.floor(examples * (1.0 - self.validation_split))

    def to_document(self) -> dict[str, Any]:
        """Return the document, with every field that differs from its default, and the loss."""
        form = {
            one.name: one.metadata["type"].to_document(getattr(self, one.name))
            for one in declared_arguments(type(self))
            if one.name == "loss" or getattr(self, one.name) != one.default
        }
        if self.regularizers:
            form["regularizers"] = [
                {
                    one.name: one.metadata["type"].to_document(getattr(regularizer, one.name))
                    for one in declared_arguments(Regularizer)
                }
                for regularizer in self.regularizers
            ]
        if self.freeze:
            form["freeze"] = [freeze.to_document() for freeze in self.freeze]
        return form


def training_schema() -> dict[str, Any]:
    """Return the JSON Schema of a training's document, without what belongs to the data."""
    schema = arguments_schema(Training)
    index = {"type": "array", "items": {"type": "integer", "minimum": 0}}
    schema["properties"]["regularizers"] = {"type": "array", "items": arguments_schema(Regularizer)}
    schema["properties"]["freeze"] = {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "layer": {"type": "string"},
                "parameter": {"type": "string"},
                "index": index,
                "node": index,
            },
            "required": ["layer"],
            "additionalProperties": False,
        },
    }
    return schema
