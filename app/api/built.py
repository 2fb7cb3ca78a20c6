"""Networks that were built lately, so that a page which asks again and again about one document builds it once.

An optimisation only: what is asked decides the answer, and any server can give it.
"""

from collections import OrderedDict
from typing import Any

import orjson

from app.nn.network import Network

MOST_DOCUMENT_BYTES = 2**20
"""Larger documents are built anew: writing them out as a key would hold up everybody else."""

BYTES_PER_BYTE = 10  # what the Python objects of a document take
MEMORY_BYTES = 256 * 2**20


class BuiltNetworks:
    """Keeps networks by the content of their documents, the least lately used dropped first.

    `memory_bytes` bounds them by estimate: their parameters, drawn or not, and their documents. Used on the event
    loop only, so it needs no lock.
    """

    def __init__(self, memory_bytes: int = MEMORY_BYTES) -> None:
        self._free = memory_bytes
        self._largest = memory_bytes // 4
        self._kept: OrderedDict[bytes, tuple[Network, int]] = OrderedDict()

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
        return self._kept[key][0]

    def keep(self, key: bytes | None, network: Network, document_bytes: int = 0) -> None:
        """Keep a network, unless it is large; `document_bytes` is said where the key is not the document."""
        if key is None or key in self._kept:
            return
        text = max(len(key), document_bytes)
        size = network.parameter_count * network.dtype.itemsize + text * BYTES_PER_BYTE
        if size > self._largest:
            return
        self._kept[key] = (network, size)
        self._free -= size
        while self._free < 0:
            _, (_, freed) = self._kept.popitem(last=False)
            self._free += freed
