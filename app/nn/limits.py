"""How large a network may be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """How large a network may be: layers after expansion, parameters, and nodes in all."""

    layers: int = 10_000
    parameters: int = 200_000_000
    nodes: int = 10**10
