"""What an operation is: its name, its fields and the function that applies it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.nn.editing.draft import Draft

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """One way to edit a network.

    `apply` changes a draft and raises `NetworkError` with pointers into the operation's object. `place` points to the
    field that describes the layer at work: problems which the changed network has with that layer are shown there.
    """

    name: str
    description: str
    apply: Callable[[Draft, Fields], None]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    place: str = ""
