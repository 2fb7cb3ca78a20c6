"""Inputs that are drawn: `{"random": {"examples": 32, "seed": 0, "distribution": "normal"}}`.

For questions about a network itself, such as what a signal becomes on its way, any examples will do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.nn.errors import NetworkError, Problem
from app.nn.inputs import input_dtype
from app.nn.network import Network
from app.nn.reading import Array, describe, is_integer, read_fields

MOST_EXAMPLES = 4096
EXAMPLES = 32
DISTRIBUTIONS = ("normal", "uniform")

RANDOM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Random examples",
    "properties": {
        "random": {
            "type": "object",
            "description": "Numbers with mean 0 and variance 1 (`normal`), or from -1 to 1 (`uniform`); integers that "
            "an integer input takes, all as likely.",
            "properties": {
                "examples": {"type": "integer", "minimum": 1, "maximum": MOST_EXAMPLES, "default": EXAMPLES},
                "seed": {"type": "integer", "minimum": 0, "default": 0},
                "distribution": {"type": "string", "enum": list(DISTRIBUTIONS), "default": DISTRIBUTIONS[0]},
            },
            "additionalProperties": False,
        }
    },
    "required": ["random"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class RandomInputs:
    """So many examples drawn from a seed; the same for every network with the same input."""

    examples: int = EXAMPLES
    seed: int = 0
    distribution: str = DISTRIBUTIONS[0]

    def __len__(self) -> int:
        """Return how many examples there are."""
        return self.examples

    def fit(self, network: Network) -> tuple[Array, bool]:
        """Return the examples as a batch for the network; they always are one."""
        generator = np.random.default_rng(self.seed)
        shape = (self.examples, *network.input.shape)
        dtype = input_dtype(network)
        if dtype.kind == "i":
            return generator.integers(0, network.integer_bound or 2, shape, dtype=np.int64), True
        drawn = generator.standard_normal(shape) if self.distribution == "normal" else generator.uniform(-1, 1, shape)
        return drawn.astype(dtype), True


def read_random(value: object) -> RandomInputs:
    """Read `{"random": {…}}`; raises `NetworkError` with pointers into it."""
    outer, problems = read_fields(value, ("random",), "inputs", required=("random",))
    fields = ("examples", "seed", "distribution")
    inner: Mapping[str, Any] = {}
    if not problems:
        inner, found = read_fields(outer["random"], fields, "random")
        problems += [problem.within("/random") for problem in found]
    examples, seed = inner.get("examples", EXAMPLES), inner.get("seed", 0)
    distribution = inner.get("distribution", DISTRIBUTIONS[0])
    for name, fits, expected in (
        ("examples", is_integer(examples, 1, MOST_EXAMPLES), f"an integer, 1 to {MOST_EXAMPLES:,}"),
        ("seed", is_integer(seed, 0, 2**63 - 1), "an integer from 0 on"),
        ("distribution", distribution in DISTRIBUTIONS, " or ".join(DISTRIBUTIONS)),
    ):
        if not fits:
            received = describe(inner[name])
            detail = f"{name} is {received}; expected {expected}"
            problems.append(Problem(f"/random/{name}", detail, expected, received))
    if problems:
        raise NetworkError(problems)
    return RandomInputs(examples, seed, distribution)
