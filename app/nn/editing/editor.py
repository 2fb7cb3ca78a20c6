"""Editing a network document: reading a list of operations and applying one after the other."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from app.nn.editing.argument_operations import ARGUMENT_OPERATIONS
from app.nn.editing.completing import complete_document
from app.nn.editing.draft import Draft
from app.nn.editing.layer_operations import LAYER_OPERATIONS
from app.nn.editing.operation import Operation
from app.nn.editing.repeat_operations import REPEAT_OPERATIONS
from app.nn.editing.settling import settle
from app.nn.editing.value_operations import VALUE_OPERATIONS
from app.nn.editing.vary_operations import VARY_OPERATIONS
from app.nn.editing.wire_operations import WIRE_OPERATIONS
from app.nn.editing.writing import write_document, written_out
from app.nn.errors import LimitError, NetworkError, Problem
from app.nn.limits import Limits
from app.nn.network import Network
from app.nn.reading import MAXIMUM_PROBLEMS, describe, pointer_to, quote, read_fields

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        operation.name: operation
        for operation in (
            *(*VALUE_OPERATIONS, *ARGUMENT_OPERATIONS, *LAYER_OPERATIONS, *WIRE_OPERATIONS),
            *(*REPEAT_OPERATIONS, *VARY_OPERATIONS),
        )
    }
)
"""Every operation there is. Adding one is a function, an entry beside it and a row in the tests."""

MOST_OPERATIONS = 1_000
MOST_WORK = 200_000
"""The most that operations times layers may be: after each operation the whole network is checked."""


@dataclass(frozen=True)
class Edited:
    """The outcome of operations: the document, and what a reader of it must know.

    `renamed` has new names by former ones; `added` and `removed` are names; `notes` are sentences about what was done
    beyond the words of the operations, such as a merge layer that was put in.
    """

    document: dict[str, Any]
    renamed: Mapping[str, str]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    notes: tuple[str, ...]


def edit_document(network: Network, operations: object, limits: Limits = Limits()) -> Edited:  # noqa: B008 - frozen
    """Apply `operations` to the document of a network, the network's own edits included, and return the new document.

    The document is complete and was checked; it shares what was not changed with the old one. Weights that still mean
    something stay exactly as they are. Raises `NetworkError` or `LimitError` with pointers into `operations`: all that
    are malformed, or what is wrong with the first that cannot be done.
    """
    if network.beside:
        whole = Network.from_document(complete_document(network, limits), limits, network.draw)
        network = replace(whole, edits=network.edits)
    read = _read_operations(network, operations)
    draft = Draft(network, limits)
    for position, (operation, fields) in enumerate(read):
        try:
            operation.apply(draft, fields)
            settle(draft, _subject(draft, fields), operation.place)
        except NetworkError as error:
            raise error.within(pointer_to(position)) from None
    document = write_document(draft)
    draft.notes += written_out(draft)
    try:
        edited = Network.from_document(document, limits)
    except NetworkError as error:
        last = pointer_to(len(read) - 1) if read else ""
        raise type(error)(Problem(last, one.detail, one.expected, one.received) for one in error.problems) from None
    names = {draft.renamed.get(placed.name, placed.name) for placed in network.layers}
    return Edited(
        document,
        draft.renamed,
        tuple(placed.name for placed in edited.layers if placed.name not in names),
        tuple(placed.name for placed in network.layers if draft.renamed.get(placed.name, placed.name) not in edited),
        tuple(draft.notes),
    )


def _read_operations(network: Network, value: object) -> list[tuple[Operation, Mapping[str, Any]]]:
    """Check the outer form of all operations."""
    if not isinstance(value, list):
        detail = f"operations is {describe(value)}; expected a list"
        raise NetworkError([Problem("", detail, "a list of operations", describe(value))])
    most = min(MOST_OPERATIONS, MOST_WORK // len(network.layers))
    if len(value) > most:
        detail = f"{len(value):,} operations on {len(network.layers):,} layers are too many at once; at most {most:,}"
        raise LimitError([Problem("", detail, f"at most {most}", str(len(value)))])
    problems: list[Problem] = []
    read = []
    for position, one in enumerate(value):
        operation, found = _read_operation(one)
        problems += [problem.within(pointer_to(position)) for problem in found]
        if operation is not None:
            read.append((operation, one))
    if problems:
        raise NetworkError(problems[:MAXIMUM_PROBLEMS])
    return read


def _read_operation(value: object) -> tuple[Operation | None, list[Problem]]:
    if not isinstance(value, dict):
        detail = f"an operation is {describe(value)}; expected an object"
        return None, [Problem("", detail, "an object", describe(value))]
    name = value.get("operation")
    operation = OPERATIONS.get(name) if isinstance(name, str) else None
    if operation is None:
        names = ", ".join(OPERATIONS)
        place = "/operation" if "operation" in value else ""
        detail = f"there is no operation {quote(name)}; there are {names}"
        return None, [Problem(place, detail, f"one of {names}", describe(name))]
    fields = ("operation", *operation.required, *operation.optional)
    _, problems = read_fields(value, fields, operation.name, operation.required)
    if not problems and len(value) == 1:
        names = ", ".join(operation.optional)
        problems = [Problem("", f"{operation.name} needs one or more of {names}", names, "nothing")]
    return operation, problems


def _subject(draft: Draft, fields: Mapping[str, Any]) -> str | None:
    """Return the layer that an operation is about: the one it added, renamed, or names."""
    for name in (*draft.step.added, *draft.step.former_names):
        return name
    layer = fields.get("layer")
    return layer if isinstance(layer, str) else None
