"""What a data set is: its record, its options, and what loading a part of it gives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np

from app.nn.errors import NetworkError, Problem
from app.nn.reading import Array, Shape, describe, is_integer, is_number

Task = Literal["classification", "regression"]
Options = Mapping[str, float | int]


@dataclass(frozen=True)
class Folders:
    """Where files of data sets are: `data` is Vitrine's own folder, `given` one with files that somebody put there."""

    data: Path
    given: Path | None = None

    @property
    def places(self) -> tuple[Path, ...]:
        """All folders, in the order in which to look into them."""
        return (self.data,) if self.given is None else (self.given, self.data)


@dataclass(frozen=True)
class Option:
    """A number that chooses among versions of a data set, such as the noise of a problem or the seed of a split."""

    name: str
    kind: Literal["integer", "number"]
    default: float
    minimum: float
    maximum: float
    description: str

    def read(self, value: object) -> float | int:
        """Return `value` if it can be this option's; raises `NetworkError`."""
        fits = is_integer(value) if self.kind == "integer" else is_number(value)
        if fits and self.minimum <= value <= self.maximum:  # type: ignore[operator]
            return value if self.kind == "integer" else float(value)  # type: ignore[return-value, arg-type]
        kind = "an integer" if self.kind == "integer" else "a number"
        expected = f"{kind} from {self.minimum:,} to {self.maximum:,}"
        detail = f"{self.name} is {describe(value)}; expected {expected}"
        raise NetworkError([Problem(f"/{self.name}", detail, expected, describe(value))])

    @property
    def schema(self) -> dict[str, Any]:
        """The option as JSON Schema."""
        return {
            "type": self.kind,
            "default": self.default,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "description": self.description,
        }


@dataclass(frozen=True)
class Samples:
    """Part of a data set as it is kept: the inputs are `values` (n, *shape) divided by `divisor`.

    Pictures keep their bytes (uint8), an eighth of what float64 takes. `targets` are class numbers (int64, one an
    example) or numbers to predict (float64).
    """

    values: Array
    targets: Array
    divisor: float = 1.0


Read = Callable[["Dataset", str, int, int, Options, Folders], Samples]
"""Reads examples `start` to `stop` of a split: (data set, split, start, stop, options, folders)."""


@dataclass(frozen=True)
class Dataset:
    """A data set: what it holds, and how it is read.

    `shape` is that of one input, without the batch; `classes` are the names of the classes (empty for a regression);
    `features` the names of the inputs, where they have any; `levels` is what a pixel was divided by, `None` where the
    inputs are no picture. `sizes` says how many examples each split holds under the options given, `files` what
    `app.datasets.files` needs to find or download it (empty where nothing is needed).
    """

    name: str
    title: str
    description: str
    task: Task
    shape: Shape
    sizes: Callable[[Options], Mapping[str, int]]
    read: Read
    source: str
    licence: str
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    target: str = ""
    levels: int | None = None
    options: tuple[Option, ...] = ()
    files: Any = None
    own: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)
    class_names: Callable[[Options], tuple[str, ...]] | None = None

    def read_options(self, given: Mapping[str, Any]) -> dict[str, float | int]:
        """Return all options with those in `given` chosen; raises `NetworkError` with all that is wrong with them."""
        known = {option.name: option for option in self.options}
        problems: list[Problem] = []
        chosen: dict[str, float | int] = {
            name: int(option.default) if option.kind == "integer" else option.default for name, option in known.items()
        }
        for name, value in given.items():
            if name not in known:
                allowed = ", ".join(known) or "none"
                detail = f'{self.name} has no option "{name[:60]}"; it may have: {allowed}'
                problems.append(Problem(f"/{name[:60]}", detail, f"one of {allowed}", name[:60]))
                continue
            try:
                chosen[name] = known[name].read(value)
            except NetworkError as error:
                problems.extend(error.problems)
        if problems:
            raise NetworkError(problems)
        return chosen

    def classes_of(self, options: Options) -> tuple[str, ...]:
        """Return the names of the classes, which the options of a made problem may decide."""
        return self.classes if self.class_names is None else self.class_names(options)


@dataclass(frozen=True)
class LoadedDataset:
    """A split of a data set, or part of one, in memory: `start` is where in the split it begins."""

    dataset: Dataset
    split: str
    options: Options
    samples: Samples
    start: int = 0

    @property
    def name(self) -> str:
        """The data set's name."""
        return self.dataset.name

    @property
    def task(self) -> Task:
        """What there is to learn."""
        return self.dataset.task

    @property
    def shape(self) -> Shape:
        """The shape of one input."""
        return self.dataset.shape

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes; empty for a regression."""
        return self.dataset.classes_of(self.options)

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the inputs, where they have any."""
        return self.dataset.features

    @property
    def targets(self) -> Array:
        """Class numbers (n,) as int64, or numbers to predict (n, 1) as float64."""
        return self.samples.targets

    @cached_property
    def inputs(self) -> Array:
        """All inputs, (n, *shape): float32 for pictures, else float64."""
        return self.batch(slice(None))

    def __len__(self) -> int:
        """Return how many examples there are."""
        return len(self.samples.targets)

    def batch(self, chosen: slice | Array | Sequence[int], dtype: Any = None) -> Array:
        """Return some of the inputs without making numbers of all: CIFAR-10 as float32 would take 600 MB."""
        values = self.samples.values[chosen]
        if dtype is None:
            dtype = np.float32 if values.dtype == np.uint8 else np.float64
        converted = values.astype(dtype)
        if self.samples.divisor != 1.0:
            converted /= converted.dtype.type(self.samples.divisor)
        return converted
