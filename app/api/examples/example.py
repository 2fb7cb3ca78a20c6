"""What an example of a call is, and the network that most of them are about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WALKTHROUGH: dict[str, Any] = {
    "name": "walkthrough",
    "dtype": "float64",
    "seed": 0,
    "input": {"shape": [2], "names": ["x1", "x2"], "default": [0.5, 0.7]},
    "layers": [
        {
            "name": "hidden",
            "kind": "Dense",
            "units": 3,
            "activation": "relu",
            "parameters": {"kernel": [[0.2, 0.4, 0.6], [0.3, 0.5, 0.7]], "bias": [0.1, 0.2, 0.3]},
        },
        {
            "name": "output",
            "kind": "Dense",
            "units": 1,
            "activation": "linear",
            "parameters": {"kernel": [[0.1], [0.3], [0.5]], "bias": [0.4]},
        },
    ],
}
"""The 2-3-1 network whose numbers are in every lesson; the stored network `walkthrough` is the same."""


@dataclass(frozen=True)
class Example:
    """A call and its answer: the `parameters` of path, query and header, the body.

    Of a long list, `answer` holds the first item.
    """

    answer: Any
    body: Any = None
    parameters: Mapping[str, str | float] = field(default_factory=dict)
