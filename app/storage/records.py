"""What is known of a stored network without reading its document."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Record:
    """A stored network in a list.

    `facts` are what `app.storage.packing.describe_network` says. An example has no `version` and no times;
    times are milliseconds since 1970, UTC. `version` counts every change, deletion and restoration included.
    """

    id: str
    facts: Mapping[str, Any]
    version: int | None = None
    created: int | None = None
    changed: int | None = None
    deleted: int | None = None

    @property
    def read_only(self) -> bool:
        """Whether it is an example."""
        return self.version is None
