"""How parameters are drawn when a document does not give them: Keras' initialisers.

Each is one frozen record with a function that fills an array from a random generator. Numbers are drawn in float64 and
rounded to the network's dtype, so that the same seed means the same weights at either precision. They are drawn block
by block, so that a large parameter takes no more memory than it has, and little time beyond that of the generator.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any
from zlib import crc32

import numpy as np

from app.nn.argument_types import Number
from app.nn.errors import Problem
from app.nn.reading import Array, Shape, describe, is_integer, pointer_to, quote

Draw = Callable[..., None]
"""`draw(generator, out, shape, **settings)`: fill `out`, the flat array of a parameter of `shape`."""

BLOCK = 2**15
"""So many numbers are drawn at a time: what stays in a processor's cache until it is rounded and put in its place."""


def blocks(out: Array) -> Iterator[Array]:
    """Go through a flat array block by block."""
    for start in range(0, out.size, BLOCK):
        yield out[start : start + BLOCK]


def compute_fans(shape: Shape) -> tuple[float, float]:
    """Return (fan in, fan out) of a kernel, as Keras counts them.

    The last two axes are inputs and outputs; axes before them are a convolution's window. A vector counts
    its length for both.
    """
    if len(shape) < 2:
        length = shape[0] if shape else 1
        return length, length
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


def uniform(generator: np.random.Generator, out: Array, low: float, high: float) -> None:
    """Draw numbers that are evenly distributed from `low` to `high`."""
    for block in blocks(out):
        block[:] = generator.uniform(low, high, block.size)


def normal(generator: np.random.Generator, out: Array, mean: float, stddev: float) -> None:
    """Draw normal numbers."""
    for block in blocks(out):
        block[:] = generator.normal(mean, stddev, block.size)


def truncated_normal(generator: np.random.Generator, out: Array, mean: float, stddev: float) -> None:
    """Draw normal numbers, and when all are drawn, again those further than two standard deviations from the mean."""
    outside = []
    for number, block in enumerate(blocks(out)):
        values = generator.standard_normal(block.size)
        outside.append(np.flatnonzero(np.abs(values) > 2.0) + number * BLOCK)
        values *= stddev
        values += mean
        block[:] = values
    again = np.concatenate(outside)
    while again.size:
        values = generator.standard_normal(again.size)
        out[again] = values * stddev + mean
        again = again[np.abs(values) > 2.0]


# The standard deviation of a standard normal distribution that is cut at ±2.
TRUNCATED_STDDEV = 0.87962566103423978

LARGEST_SETTING = 1e300
"""Settings of initialisers stay below this, so that ranges and products of them can be formed."""


def variance_scaling(
    generator: np.random.Generator, out: Array, shape: Shape, *, scale: float, mode: str, distribution: str
) -> None:
    """Draw with variance `scale` / fan, the fan chosen by `mode` (Glorot and Bengio 2010, He et al. 2015)."""
    fan_in, fan_out = compute_fans(shape)
    fan = max(1.0, {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode])
    variance = scale / fan
    if distribution == "uniform":
        limit = math.sqrt(3.0 * variance)
        uniform(generator, out, -limit, limit)
    else:
        truncated_normal(generator, out, 0.0, math.sqrt(variance) / TRUNCATED_STDDEV)


def _scaled(scale: float, mode: str, distribution: str) -> Draw:
    def draw(generator: np.random.Generator, out: Array, shape: Shape) -> None:
        variance_scaling(generator, out, shape, scale=scale, mode=mode, distribution=distribution)

    return draw


def _orthogonal(generator: np.random.Generator, out: Array, shape: Shape, *, gain: float) -> None:
    """Draw a matrix with orthonormal rows or columns (Saxe et al. 2014): Q of a normal matrix's QR, signs fixed."""
    columns = shape[-1] if shape else 1
    rows = math.prod(shape[:-1])
    tall = generator.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    q = q * np.where(np.diagonal(r) < 0, -1.0, 1.0)
    out[:] = (gain * (q if rows >= columns else q.T)).reshape(-1)


def _constant(_generator: None, out: Array, _shape: Shape, *, value: float) -> None:
    out[:] = value


@dataclass(frozen=True)
class Initializer:
    """One way to draw parameters. `parameters` maps each of its settings to the default.

    One that is not `random` is given no generator: to seed one takes as long as to draw a thousand numbers.
    """

    name: str
    description: str
    draw: Draw
    parameters: Mapping[str, float] = field(default_factory=dict, hash=False)
    aliases: tuple[str, ...] = ()
    random: bool = True


@dataclass(frozen=True)
class BoundInitializer:
    """An initialiser with its parameters chosen (pairs of name and number); what a layer holds."""

    initializer: Initializer
    parameters: tuple[tuple[str, float], ...]

    def to_document(self) -> str | dict[str, Any]:
        """Return the document form: the name alone when every parameter has its default."""
        if dict(self.parameters) == dict(self.initializer.parameters):
            return self.initializer.name
        return {"name": self.initializer.name, **dict(self.parameters)}


_RECORDS = (
    Initializer(
        "glorot_uniform",
        "Uniform, variance 2 / (fan in + fan out); made for tanh and sigmoid.",
        _scaled(1.0, "fan_avg", "uniform"),
    ),
    Initializer(
        "glorot_normal",
        "Truncated normal, variance 2 / (fan in + fan out).",
        _scaled(1.0, "fan_avg", "normal"),
    ),
    Initializer("he_uniform", "Uniform, variance 2 / fan in; made for ReLU.", _scaled(2.0, "fan_in", "uniform")),
    Initializer("he_normal", "Truncated normal, variance 2 / fan in; made for ReLU.", _scaled(2.0, "fan_in", "normal")),
    Initializer("lecun_uniform", "Uniform, variance 1 / fan in; made for SELU.", _scaled(1.0, "fan_in", "uniform")),
    Initializer(
        "lecun_normal",
        "Truncated normal, variance 1 / fan in; made for SELU.",
        _scaled(1.0, "fan_in", "normal"),
    ),
    Initializer("zeros", "All 0.", partial(_constant, value=0.0), aliases=("zero",), random=False),
    Initializer("ones", "All 1.", partial(_constant, value=1.0), aliases=("one",), random=False),
    Initializer(
        "constant",
        "All the same value.",
        _constant,
        {"value": 0.0},
        random=False,
    ),
    Initializer(
        "random_uniform",
        "Uniform between two bounds.",
        lambda generator, out, _, *, minval, maxval: uniform(generator, out, minval, maxval),
        {"minval": -0.05, "maxval": 0.05},
        ("uniform",),
    ),
    Initializer(
        "random_normal",
        "Normal with a mean and a standard deviation.",
        lambda generator, out, _, *, mean, stddev: normal(generator, out, mean, stddev),
        {"mean": 0.0, "stddev": 0.05},
        ("normal",),
    ),
    Initializer(
        "truncated_normal",
        "Normal, drawn again beyond two standard deviations.",
        lambda generator, out, _, *, mean, stddev: truncated_normal(generator, out, mean, stddev),
        {"mean": 0.0, "stddev": 0.05},
    ),
    Initializer(
        "orthogonal",
        "Orthonormal rows or columns times a gain; keeps lengths over many layers.",
        _orthogonal,
        {"gain": 1.0},
    ),
)

INITIALIZERS: Mapping[str, Initializer] = MappingProxyType({record.name: record for record in _RECORDS})
_BY_NAME = {name: record for record in _RECORDS for name in (record.name, *record.aliases)}


def read_initializer(value: object) -> tuple[BoundInitializer | None, list[Problem]]:
    """Read a name, or `{"name": …, setting: number}`, as an initialiser with its settings."""
    settings: dict[str, Any] = dict(value) if isinstance(value, dict) else {"name": value}
    name = settings.pop("name", None)
    record = _BY_NAME.get(name) if isinstance(name, str) else None
    if record is None:
        names = ", ".join(INITIALIZERS)
        place = "/name" if isinstance(value, dict) else ""
        return None, [
            Problem(
                place,
                f"no initializer is called {quote(name)}; there are {names}",
                f"one of {names}",
                describe(name),
            )
        ]
    problems = []
    for setting, number in settings.items():
        if setting not in record.parameters:
            allowed = ", ".join(record.parameters) or "no settings"
            problems.append(
                Problem(
                    pointer_to(setting),
                    f"{record.name} has no setting {quote(setting)}; it has {allowed}",
                    allowed,
                    describe(setting),
                )
            )
        else:
            _, found = Number(0.0 if setting == "stddev" else -LARGEST_SETTING, LARGEST_SETTING).read(number)
            problems += [
                Problem(
                    pointer_to(setting), f"{setting} is {p.received}; expected {p.expected}", p.expected, p.received
                )
                for p in found
            ]
    if not problems and settings.get("minval", record.parameters.get("minval", 0)) > settings.get(
        "maxval", record.parameters.get("maxval", 0)
    ):
        problems.append(Problem("/minval", "minval is above maxval", "minval ≤ maxval"))
    if problems:
        return None, problems
    return BoundInitializer(record, tuple({**record.parameters, **settings}.items())), []


def default_initializer(name: str) -> BoundInitializer:
    """Return the initialiser called `name` with its defaults."""
    record = _BY_NAME[name]
    return BoundInitializer(record, tuple(record.parameters.items()))


def draw_parameter(
    initializer: BoundInitializer, shape: Shape, dtype: np.dtype[Any], seed: int, layer: str, parameter: str
) -> Array:
    """Draw one parameter of a network.

    The generator is NumPy's default one seeded with `SeedSequence([seed, crc32(layer), crc32(parameter)])`, so that a
    parameter depends on its own name and the network's seed only: an edit elsewhere does not change it.
    """
    record = initializer.initializer
    generator = None
    if record.random:
        sequence = np.random.SeedSequence([seed, crc32(layer.encode()), crc32(parameter.encode())])
        generator = np.random.default_rng(sequence)
    values: Array = np.empty(shape, dtype)
    with np.errstate(over="ignore"):  # what does not fit into float32 is an infinity there, and shown as one
        record.draw(generator, values.reshape(-1), shape, **dict(initializer.parameters))
    return values


def is_seed(value: object) -> bool:
    """Tell whether `value` can seed a network: an integer from 0 to 2⁶³ − 1."""
    return is_integer(value, minimum=0)
