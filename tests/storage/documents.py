"""Networks to store."""

from typing import Any

from app.nn.network import Network
from app.storage import Packed, pack


def document(title: str = "A network", seed: int = 0, **fields: Any) -> dict[str, Any]:
    layers = [{"kind": "Dense", "units": 1, "parameters": {"kernel": [[0.1 + 0.2]]}}]
    return {"title": title, "seed": seed, "input": {"shape": [1]}, "layers": layers, **fields}


def packed(title: str = "A network", seed: int = 0, **fields: Any) -> Packed:
    return pack(Network.from_document(document(title, seed, **fields)))
