"""A realistic example for every operation of the API, by its id; a test runs each one and compares the answer."""

from collections.abc import Mapping
from typing import Any

from app import __version__
from app.api.examples import activations, datasets, jobs, networks, signal, trainings, values
from app.api.examples.example import Example

__all__ = ["EXAMPLES", "PROBLEM_EXAMPLE", "Example"]

EXAMPLES: Mapping[str, Example] = {
    **values.EXAMPLES,
    **networks.EXAMPLES,
    **activations.EXAMPLES,
    **datasets.EXAMPLES,
    **signal.EXAMPLES,
    **trainings.EXAMPLES,
    **jobs.EXAMPLES,
    "get_health": Example(
        answer={"status": "ok", "version": __version__},
    ),
}

PROBLEM_EXAMPLE: dict[str, Any] = {
    "type": "urn:vitrine:problem:invalid-network",
    "title": "Invalid network",
    "status": 422,
    "detail": 'layers/1 "output": kernel is 2×1, but its input has 3 features; expected 3×1',
    "pointer": "/network/layers/1/parameters/kernel",
    "expected": "3×1",
    "received": "2×1",
    "errors": [
        {
            "detail": 'layers/1 "output": kernel is 2×1, but its input has 3 features; expected 3×1',
            "pointer": "/network/layers/1/parameters/kernel",
            "expected": "3×1",
            "received": "2×1",
        }
    ],
}
