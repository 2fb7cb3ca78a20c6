"""Operations on who reads whom: connect and disconnect."""

from app.nn.editing.draft import Draft
from app.nn.editing.merges import MERGES, choose_merge, dissolve, insert_merge
from app.nn.editing.operation import Fields, Operation
from app.nn.errors import NetworkError, Problem
from app.nn.layers import ShapeError
from app.nn.network import INPUT
from app.nn.reading import describe, format_shape, is_integer


def connect(draft: Draft, operation: Fields) -> None:
    """Let a layer read another one too; a layer that takes one input gets an Add or a Concatenate before it."""
    source = draft.read_layer(operation, "from", or_input=True)
    reader = draft.read_layer(operation, "to")
    placed = draft.network.placed(reader)
    inputs = placed.inputs
    if source in inputs:
        detail = f'"{reader}" reads {source} already'
        raise NetworkError([Problem("/from", detail, "a layer that it does not read", source)])
    single = placed.layer.maximum_inputs == 1
    position = operation.get("position", len(inputs))
    if not is_integer(position, 0, len(inputs)):
        expected = f"an integer from 0 to {len(inputs)}"
        detail = f"position is {describe(position)}; expected {expected}"
        raise NetworkError([Problem("/position", detail, expected, describe(position))])
    merge = _read_merge(operation, allowed=single)
    _stand_before(draft, source, reader)
    if not single:
        draft.change(reader, inputs=(*inputs[:position], source, *inputs[position:]))
        former = list(range(len(inputs)))
        draft.step.inputs[reader] = (*former[:position], None, *former[position:])
        return
    shapes = draft.network.shape_of(inputs[0]), draft.network.shape_of(source)
    merge = merge or choose_merge(shapes)
    try:
        name = insert_merge(draft, reader, source, position, merge)
    except ShapeError:
        expected = "tensors of one shape" if merge == "add" else "tensors that differ in their last axis only"
        one, other = map(format_shape, shapes)
        detail = (
            f'"{reader}" reads {inputs[0]} ({one}); {source} ({other}) cannot be joined with it by '
            f"{MERGES[merge].kind}, which takes {expected}: bring one into the other's shape first"
        )
        raise NetworkError([Problem("/merge" if "merge" in operation else "", detail, expected)]) from None
    draft.notes.append(f'"{name}" ({MERGES[merge].kind}) joins {inputs[0]} and {source} before "{reader}".')


def _read_merge(operation: Fields, *, allowed: bool) -> str | None:
    merge = operation.get("merge")
    if "merge" in operation and (not isinstance(merge, str) or merge not in MERGES):
        detail = f'merge is {describe(merge)}; expected "add" or "concatenate"'
        raise NetworkError([Problem("/merge", detail, '"add" or "concatenate"', describe(merge))])
    if merge and not allowed:
        detail = f'"{operation["to"]}" takes several inputs by itself; merge is for a layer that takes one'
        raise NetworkError([Problem("/merge", detail, "no merge", merge)])
    return merge


def _stand_before(draft: Draft, source: str, reader: str) -> None:
    """Move a layer, with what it reads, in front of one that is to read it; refuse a circle."""
    if source == INPUT or draft.position(source) < draft.position(reader):
        return
    inputs = {layer.name: layer.inputs for layer in draft.layers}
    place = draft.position(reader)
    behind = {layer.name for layer in draft.layers[place:]}
    moving: set[str] = set()
    waiting = [source]
    while waiting:
        name = waiting.pop()
        if name in behind and name not in moving:
            moving.add(name)
            waiting += inputs[name]
    if reader in moving:
        detail = f'"{source}" reads "{reader}", itself or through others: the other way round there would be a circle'
        raise NetworkError([Problem("/from", detail, f'a layer that does not need "{reader}"', source)])
    if draft.layers[-1].name in moving:
        detail = f'"{draft.layers[-1].name}" is the output and stands last, so no other layer can read it'
        raise NetworkError([Problem("/from", detail, "another layer than the output", source)])
    moved = [layer for layer in draft.layers[place:] if layer.name in moving]
    staying = [layer for layer in draft.layers[place:] if layer.name not in moving]
    draft.layers[place:] = [*moved, *staying]


def disconnect(draft: Draft, operation: Fields) -> None:
    """Let a layer no longer read another one; a merge layer with one input left disappears."""
    source = draft.read_layer(operation, "from", or_input=True)
    reader = draft.read_layer(operation, "to")
    inputs = draft.network.placed(reader).inputs
    if source not in inputs:
        detail = f'"{reader}" reads {" and ".join(inputs)}, not {source}'
        raise NetworkError([Problem("/from", detail, " or ".join(inputs), source)])
    if len(inputs) == 1:
        detail = f'"{reader}" would read nothing; connect it with another layer first, or remove it'
        raise NetworkError([Problem("/to", detail, "a layer with several inputs", "1 input")])
    last = max(position for position, one in enumerate(inputs) if one == source)
    kept = [position for position in range(len(inputs)) if position != last]
    draft.keep_inputs(reader, kept)
    if len(kept) == 1:
        dissolve(draft, reader)


WIRE_OPERATIONS = (
    Operation(
        "connect",
        "Lets a layer read another one too, through an Add or Concatenate where it takes one input.",
        connect,
        ("from", "to"),
        ("position", "merge"),
    ),
    Operation("disconnect", "Lets a layer no longer read another one.", disconnect, ("from", "to")),
)
