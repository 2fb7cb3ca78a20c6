"""Networks as they are stored: compressed JSON beside what lists, search and sorting need of it.

The JSON holds every number as the shortest text that reads back as the same float64, so documents come back bit for
bit.
"""

import zlib
from dataclasses import dataclass
from typing import Any

import orjson

from app.nn.network import Network

COMPRESSION = 1
"""zlib's quickest level: a trained network's digits are noise, which higher levels do not make smaller."""


@dataclass(frozen=True)
class Packed:
    """A network ready to be stored: `size` counts the bytes of its JSON, `document` is that JSON compressed."""

    title: str
    search: str
    facts: bytes
    document: bytes
    size: int


def describe_network(network: Network) -> dict[str, Any]:
    """Return what a list of networks says of a network, beside its id."""
    return {
        "name": network.name,
        "title": network.document.get("title"),
        "description": network.document.get("description"),
        "input_shape": list(network.input.shape),
        "layers": len(network.layers),
        "parameters": network.parameter_count,
        "multiply_adds": network.multiply_adds,
    }


def pack(network: Network) -> Packed:
    """Return a network's document, with what lists say of it, as it is stored."""
    facts = describe_network(network)
    text = orjson.dumps(network.document)
    return Packed(
        title=_folded(str(facts["title"] or facts["name"] or "")),
        search=search_text(facts),
        facts=orjson.dumps(facts),
        document=zlib.compress(text, COMPRESSION),
        size=len(text),
    )


def unpack(document: bytes) -> bytes:
    """Return the JSON of a stored document."""
    return zlib.decompress(document)


def search_text(facts: Any) -> str:
    """Return the text of a network in which searches look."""
    return _folded("\n".join(facts[field] for field in ("title", "name", "description") if facts[field]))


def search_words(text: str) -> list[str]:
    """Return the words that a search text has to hold, all of them."""
    return _folded(text).split()


def _folded(text: str) -> str:
    """Return text without the difference of upper and lower case, and without what PostgreSQL cannot hold."""
    return text.replace("\0", " ").casefold()
