"""Writing a draft as a document that looks as much as possible like the one that was edited."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from app.nn.document import snake_case
from app.nn.editing.draft import Draft, DraftLayer
from app.nn.errors import LimitError, Problem
from app.nn.network import INPUT

MOST_WRITTEN_OUT = 2_000
"""A repeat of more layers is not written out."""


class Written(NamedTuple):
    """The entries of `layers`, and for every layer that has an entry of its own the pointer to it."""

    entries: list[Any]
    pointers: Mapping[str, str]


def write_document(draft: Draft) -> dict[str, Any]:
    """Return the document that a draft stands for; what was not changed is shared with the edited one."""
    return {**draft.header, "input": draft.input, "layers": write_layers(draft, values=True).entries}


def written_out(draft: Draft) -> list[str]:
    """Say which repeats could not stay: something in them is no longer the same in every round."""
    pointers = write_layers(draft, values=False).pointers
    entries: dict[int, list[str]] = {}
    for layer in draft.layers:
        if layer.origin is not None and layer.origin.repeated and layer.name in pointers:
            entries.setdefault(layer.origin.entry, []).append(layer.name)
    return [
        f"{names[0]} to {names[-1]} were one repeat; no longer alike, they are written out now, layer by layer."
        for names in entries.values()
        if len(names) > 1
    ]


def write_layers(draft: Draft, *, values: bool) -> Written:
    """Return the entries of `layers`, with or without the values of parameters.

    A repeat stays as it is as long as it still means the same layers; otherwise each gets an entry of its own under the
    name that it had. Raises `LimitError` for a long one.
    """
    entries: list[Any] = []
    pointers: dict[str, str] = {}
    counts: dict[str, int] = {}
    previous = INPUT
    place = 0
    while place < len(draft.layers):
        repeat = repeat_at(draft, place)
        names = default_names(repeat or draft.layers[place : place + 1], counts)
        entry = _repeat_entry(draft, repeat, names, previous) if repeat else None
        if entry is not None:
            entries.append(entry)
        else:
            repeat = repeat or [draft.layers[place]]
            for layer, name in zip(repeat, names, strict=True):
                pointers[layer.name] = f"/layers/{len(entries)}"
                entries.append(write_layer(layer, name, previous, values=values))
                previous = layer.name
        previous = repeat[-1].name
        place += len(repeat)
    _check_length(draft, pointers)
    return Written(entries, pointers)


def default_names(layers: Sequence[DraftLayer], counts: dict[str, int]) -> list[str]:
    """Return the names that layers have here when the document gives none; `counts` counts on."""
    names = []
    for layer in layers:
        counts[layer.kind] = counts.get(layer.kind, 0) + 1
        names.append(f"{snake_case(layer.kind)}_{counts[layer.kind]}")
    return names


def repeat_at(draft: Draft, place: int) -> list[DraftLayer]:
    """Return the layers of a repeat that begins at `place` and is still complete and in order, else an empty list."""
    first = draft.layers[place]
    if first.origin is None or first.origin.position or not first.origin.repeated:
        return []
    count = draft.lengths[first.origin.entry]
    layers = draft.layers[place : place + count]
    expected = [(first.origin.entry, position) for position in range(count)]
    found = [(one.origin.entry, one.origin.position) for one in layers if one.origin is not None]
    return layers if found == expected else []


def _repeat_entry(draft: Draft, layers: Sequence[DraftLayer], names: Sequence[str], previous: str) -> Any:
    """Return the entry of a repeat that still stands for these layers, `None` if none can.

    Layers `dense_1`, `dense_2`, … that had these names by default keep them where the repeat gets the name `dense`.
    """
    origin = layers[0].origin
    assert origin is not None
    entry = draft.original[origin.entry]
    if _means_the_same(layers, names, previous):
        return entry
    kept = default_names(layers, {})
    if "layers" in entry or "name" in entry or [layer.name for layer in layers] != kept:
        return None
    return {"name": snake_case(layers[0].kind), **entry} if _means_the_same(layers, kept, previous) else None


def _means_the_same(layers: Sequence[DraftLayer], names: Sequence[str], previous: str) -> bool:
    """Tell whether a repeat, as it was written, still stands for these layers when it follows `previous`."""
    for layer, name in zip(layers, names, strict=True):
        origin = layer.origin
        assert origin is not None
        expected = origin.inputs if "inputs" in origin.written else (previous,)
        if not layer.is_as_written or layer.inputs != expected:
            return False
        if layer.name != (origin.name if "name" in origin.written else name):
            return False
        previous = layer.name
    return True


def write_layer(layer: DraftLayer, default_name: str, previous: str, *, values: bool) -> dict[str, Any]:
    """Return the entry of one layer; name and inputs are left out where they were and still can be."""
    origin = layer.origin
    written = {} if origin is None else origin.written
    fields: dict[str, Any] = {"name": layer.name, "kind": layer.kind, "inputs": list(layer.inputs), **layer.arguments}
    if "name" not in written and origin is not None and layer.name == default_name:
        del fields["name"]
    # A layer of a repeat names its inputs for other rounds; written out it needs to only where it skips one.
    spelled_out = origin is not None and "inputs" in written and not origin.repeated
    if layer.inputs == (previous,) and not spelled_out:
        del fields["inputs"]
    if layer.unread:
        fields["parameters"] = dict(layer.unread)
    elif values and layer.values:
        fields["parameters"] = {name: _written_values(layer, name) for name in layer.values}
    return {name: fields[name] for name in written if name in fields} | fields


def _written_values(layer: DraftLayer, name: str) -> Any:
    """Return the nested lists of a parameter: those of the edited document where it has them."""
    array = layer.values[name]
    if layer.origin is not None and layer.origin.values.get(name) is array:
        written = layer.origin.written["parameters"][name]
        if not isinstance(written, np.ndarray):
            return written
    return array.tolist()


def _check_length(draft: Draft, pointers: Mapping[str, str]) -> None:
    written_out = sum(
        layer.origin is not None and layer.origin.repeated for layer in draft.layers if layer.name in pointers
    )
    if written_out > MOST_WRITTEN_OUT:
        detail = (
            f"this would write {written_out:,} repeated layers out one by one; at most {MOST_WRITTEN_OUT:,} are: "
            "make a shorter repeat, or edit what stands outside it"
        )
        raise LimitError([Problem("", detail, f"at most {MOST_WRITTEN_OUT}", str(written_out))])
