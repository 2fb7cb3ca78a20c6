"""Networks that were built lately, so that a page which asks again and again about one document builds it once.

An optimisation only: what is asked decides the answer, and any server can give it.
"""

from collections import OrderedDict
from typing import Any

import orjson

from app.nn.network import Draw, Network

MOST_DOCUMENT_BYTES = 2**20
"""Larger documents are built anew: writing them out as a key would hold up everybody else."""

BYTES_PER_BYTE = 10  # what the Python objects of a document take
BYTES_PER_LAYER = 1_000
MEMORY_BYTES = 128 * 2**20


class BuiltNetworks:
    """Keeps networks by the content of their documents, the least lately used dropped first.

    `memory_bytes` bounds them by estimate: their parameters, drawn or not, and their documents. A network with many
    parameters is kept without them: each call has a copy of its own, which draws them. Used on the event loop only,
    so it needs no lock.
    """

    def __init__(self, memory_bytes: int = MEMORY_BYTES) -> None:
        self._free = memory_bytes
        self._largest = memory_bytes // 4
        self._kept: OrderedDict[bytes, tuple[Network, int]] = OrderedDict()

    def lent(self, network: Network, draw: Draw | None = None) -> Network:
        """Return the network, or a copy without its parameters if they are too many to be kept with it."""
        return network.anew(draw) if network.parameter_bytes > self._largest else network

    def key(self, document: dict[str, Any], body_bytes: int) -> bytes | None:
        """Return the key of a document that came in a body of that size; `None` if it is too large to keep."""
        if body_bytes > MOST_DOCUMENT_BYTES:
            return None
        try:
            return orjson.dumps(document)
        except orjson.JSONEncodeError:  # nested deeper than orjson writes
            return None

    def get(self, key: bytes | None) -> Network | None:
        """Return the network kept under `key`, if any."""
        if key is None or key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self.lent(self._kept[key][0])

    def keep(self, key: bytes | None, network: Network, document_bytes: int = 0) -> None:
        """Keep a network, unless its document is large; `document_bytes` is said where the key is not the document."""
        if key is None or key in self._kept:
            return
        network = self.lent(network)
        drawn = 0 if network.parameter_bytes > self._largest else network.parameter_bytes
        text = max(len(key), document_bytes)
        given = sum(values.nbytes for layer in network.given.values() for values in layer.values())
        size = max(drawn, given) + text * BYTES_PER_BYTE + len(network.layers) * BYTES_PER_LAYER
        if size > self._largest:
            return
        self._kept[key] = (network, size)
        self._free -= size
        while self._free < 0:
            _, (_, freed) = self._kept.popitem(last=False)
            self._free += freed
