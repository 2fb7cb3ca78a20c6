"""The examples: networks that come with Vitrine, read-only, each under the name of its file."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from app.errors import NotFound
from app.example_files import read_example
from app.nn.errors import Problem
from app.nn.network import Network
from app.storage.packing import describe_network
from app.storage.records import Record

FIRST = (
    "walkthrough",
    "propagation",
    "deep",
    "branches",
    "dead-relus",
    "diverging",
    "digits",
    "digits-conv",
    "cifar10-trained",
    "cifar10",
    "thousand-layers",
    "wide-layers",
    "million-nodes",
)
"""The order in which somebody new meets the examples; any other follows by its name."""


@dataclass(frozen=True)
class StoredNetwork:
    """A network document under an id, and the network that was built from it."""

    id: str
    document: Mapping[str, Any]
    network: Network
    read_only: bool = True

    @cached_property
    def record(self) -> Record:
        """What a list of networks says of it."""
        return Record(self.id, describe_network(self.network))

    @cached_property
    def json(self) -> bytes:
        """The document as JSON."""
        return orjson.dumps(self.document)

    @cached_property
    def digest(self) -> str:
        """A text that is another one as soon as the document is another one."""
        return hashlib.sha256(self.json).hexdigest()[:16]


class Examples:
    """The networks in a directory of `*.json` files, all read and built at the start.

    A directory that is not there holds none. `opened` is one more, the first: it was opened for this server alone.
    Raises `app.nn.errors.NetworkError` if a file is not a network, or
    parameters beside it do not fit.
    """

    def __init__(self, directory: Path, opened: StoredNetwork | None = None) -> None:
        self._stored: dict[str, StoredNetwork] = {} if opened is None else {opened.id: opened}
        for path in sorted(directory.glob("*.json"), key=lambda path: _position(path.stem)):
            if opened is not None and opened.id == path.stem:
                continue
            document = read_example(path)
            self._stored[path.stem] = StoredNetwork(path.stem, document, Network.from_document(document))

    def __iter__(self) -> Iterator[StoredNetwork]:
        """Iterate over the networks in the order to show them."""
        return iter(self._stored.values())

    def __contains__(self, name: object) -> bool:
        """Tell whether an example has this name."""
        return name in self._stored

    def __getitem__(self, name: str) -> StoredNetwork:
        """Return the network stored under `name`; raises `NotFound`."""
        try:
            return self._stored[name]
        except KeyError:
            raise self.unknown(name) from None

    def unknown(self, name: str) -> NotFound:
        """Return the error for an id that no network has."""
        known = ", ".join(self._stored) or "none"
        detail = f'no network has the id "{name[:60]}"; the examples are: {known}'
        return NotFound(Problem("", detail, "the id of an example or of a stored network", name[:60]))


def _position(name: str) -> tuple[int, str]:
    return (FIRST.index(name) if name in FIRST else len(FIRST), name)
