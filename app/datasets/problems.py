"""Two-dimensional problems made from a seed: what can be drawn as points, and learned in seconds.

Every problem has inputs x1 and x2; its training and its test examples are drawn independently from the same seed. The
same options give the same points on any machine.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from app.datasets.record import Dataset, Folders, Option, Options, Samples
from app.nn.reading import Array

Draw = Callable[[np.random.Generator, Array, int], Array]
"""Draws a point for each class number: (generator, class numbers (n,), how many classes) → (n, 2), without noise."""

_EXAMPLES = Option("examples", "integer", 400, 10, 100_000, "How many examples each split has.")
_SEED = Option("seed", "integer", 0, 0, 2**32 - 1, "What the points are drawn from.")


def _noise(default: float) -> Option:
    return Option("noise", "number", default, 0.0, 10.0, "The standard deviation of what is added to both coordinates.")


def _classes(default: int, most: int = 10) -> Option:
    return Option("classes", "integer", default, 2, most, "How many classes there are.")


def _angles(random: np.random.Generator, count: int) -> Array:
    return random.uniform(0.0, 2 * np.pi, count)


def _polar(radius: Array, angle: Array) -> Array:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _draw_circles(random: np.random.Generator, numbers: Array, _count: int) -> Array:
    """Rings around the origin: class k has the radius k + 1, and fills a third of the way to its neighbours."""
    return _polar(numbers + 1 + random.uniform(-1 / 6, 1 / 6, len(numbers)), _angles(random, len(numbers)))


def _draw_xor(random: np.random.Generator, numbers: Array, count: int) -> Array:
    """Squares of a board of count × count fields from −1 to 1; a field's class is (row + column) mod count."""
    row = random.integers(0, count, len(numbers))
    column = (numbers - row) % count
    within = random.uniform(0.05, 0.95, (len(numbers), 2))  # a small gap, so that the classes can be told apart
    return (np.stack([column, row], axis=1) + within) * 2 / count - 1


def _draw_gaussians(random: np.random.Generator, numbers: Array, count: int) -> Array:
    """Normal clouds, of standard deviation 0.5, around `count` centres on a circle of radius 2."""
    centres = _polar(np.full(len(numbers), 2.0), 2 * np.pi * numbers / count)
    return centres + random.normal(0.0, 0.5, (len(numbers), 2))


def _draw_spirals(random: np.random.Generator, numbers: Array, count: int) -> Array:
    """Arms that turn one and a half times while their radius grows from 0.4 to 4."""
    along = random.uniform(0.1, 1.0, len(numbers))
    return _polar(4 * along, 2 * np.pi * (1.5 * along + numbers / count))


def _draw_moons(random: np.random.Generator, numbers: Array, _count: int) -> Array:
    """Half circles of radius 1, by turns open below and open above, each 1 to the right of the one before."""
    angle = random.uniform(0.0, np.pi, len(numbers))
    upwards = numbers % 2 == 0
    height = np.where(upwards, np.sin(angle), 0.5 - np.sin(angle))
    return np.stack([np.cos(angle) + numbers, height], axis=1)


_DRAW: Mapping[str, Draw] = {
    "circles": _draw_circles,
    "xor": _draw_xor,
    "gaussians": _draw_gaussians,
    "spirals": _draw_spirals,
    "moons": _draw_moons,
}


def _generator(split: str, options: Options) -> np.random.Generator:
    """Return the split's own generator: splits of one seed share nothing."""
    return np.random.default_rng(np.random.SeedSequence([int(options["seed"]), 0 if split == "train" else 1]))


def _read(dataset: Dataset, split: str, start: int, stop: int, options: Options, _folders: Folders) -> Samples:
    """Draw a split: as many examples of each class as possible, in random order."""
    random = _generator(split, options)
    count = int(options["examples"])
    classes = int(options["classes"])
    numbers = random.permutation(np.arange(count) % classes)
    points = _DRAW[dataset.name](random, numbers, classes)
    points += random.normal(0.0, 1.0, points.shape) * float(options["noise"])
    return Samples(points[start:stop], numbers[start:stop])


def _read_plane(_dataset: Dataset, split: str, start: int, stop: int, options: Options, _folders: Folders) -> Samples:
    """Draw points from the square −1 to 1, whose target is their height on the plane (x1 + x2) / 2, and noise."""
    random = _generator(split, options)
    points = random.uniform(-1.0, 1.0, (int(options["examples"]), 2))
    heights = points.mean(axis=1, keepdims=True)
    heights += random.normal(0.0, 1.0, heights.shape) * float(options["noise"])
    return Samples(points[start:stop], heights[start:stop])


def _sizes(options: Options) -> Mapping[str, int]:
    return {"train": int(options["examples"]), "test": int(options["examples"])}


def _names(options: Options) -> tuple[str, ...]:
    return tuple(str(number) for number in range(int(options["classes"])))


def _problem(name: str, title: str, description: str, classes: Option | None, noise: float) -> Dataset:
    options: tuple[Option, ...] = (_EXAMPLES, _noise(noise), _SEED)
    shared: dict[str, Any] = {"source": "made by Vitrine from a seed", "licence": "MIT"}
    problem = Dataset(
        name=name,
        title=title,
        description=description,
        task="regression",
        shape=(2,),
        sizes=_sizes,
        read=_read_plane,
        features=("x1", "x2"),
        target="y",
        options=options,
        **shared,
    )
    if classes is None:
        return problem
    names = _names({"classes": classes.default})
    return replace(
        problem,
        task="classification",
        read=_read,
        target="class",
        classes=names,
        class_names=_names,
        options=(*options, classes),
    )


PROBLEMS = (
    _problem(
        "circles", "Circles", "Rings, one in another: no straight line can part them, one hidden layer can.",
        _classes(2), 0.05,
    ),
    _problem(
        "xor", "Exclusive or", "A chess board of classes: the smallest problem that needs a hidden layer.",
        _classes(2, 5), 0.0,
    ),
    _problem("gaussians", "Gaussian clouds", "Round clouds side by side: one layer is enough.", _classes(2), 0.0),
    _problem("spirals", "Spirals", "Arms wound around each other: it takes two hidden layers.", _classes(2), 0.1),
    _problem("moons", "Moons", "Half circles that reach into each other.", _classes(2), 0.1),
    _problem("plane", "A plane", "A number to predict: the height of a sloping plane.", None, 0.05),
)  # fmt: skip
