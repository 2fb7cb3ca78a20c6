"""What operations on a `repeat` have in common: finding it in a draft, naming its layers, writing its rounds out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.nn.document import snake_case
from app.nn.editing.draft import Draft, DraftLayer, Origin
from app.nn.editing.writing import MOST_WRITTEN_OUT, default_names, repeat_at
from app.nn.errors import LimitError, NetworkError, Problem
from app.nn.reading import describe, is_integer


@dataclass(frozen=True)
class Repeated:
    """A repeat in a draft: its entry among `draft.original`, and its layers, round after round, from `place` on."""

    entry: int
    place: int
    layers: tuple[DraftLayer, ...]
    rounds: int

    @property
    def length(self) -> int:
        """How many layers one round has."""
        return len(self.layers) // self.rounds

    @property
    def is_named(self) -> bool:
        """Whether the document names its layers, so that others of their kind do not change their names."""
        return all(origin_of(layer).written.get("name") for layer in self.layers[: self.length])


def origin_of(layer: DraftLayer) -> Origin:
    """Return where a layer of a repeat comes from."""
    assert layer.origin is not None
    return layer.origin


def read_repeated(draft: Draft, name: str) -> Repeated:
    """Return the repeat that a layer belongs to, the outermost where they are nested; raises `NetworkError`."""
    origin = draft.layer(name).origin
    if origin is None or not origin.repeated:
        detail = f'"{name}" is not part of a repeat; repeat_layers makes one of it'
        raise NetworkError([Problem("/layer", detail, "a layer of a repeat", name)])
    place = draft.position(name) - origin.position
    layers = repeat_at(draft, place)
    if not layers or not all(layer.is_as_written and layer.name == origin_of(layer).name for layer in layers):
        detail = f'the repeat of "{name}" was changed by an operation before this one; change the repeat first'
        raise NetworkError([Problem("/layer", detail, "a repeat as it was written", name)])
    return Repeated(origin.entry, place, tuple(layers), draft.original[origin.entry]["repeat"])


def read_rounds(draft: Draft, value: object, length: int, replaced: int = 0, *, least: int = 1) -> int:
    """Read how often `length` layers are to repeat, in place of `replaced` layers; refuse more than are allowed."""
    if not is_integer(value, minimum=least):
        expected = f"an integer from {least} on"
        detail = f"repeat is {describe(value)}; expected {expected}"
        raise NetworkError([Problem("/repeat", detail, expected, describe(value))])
    assert isinstance(value, int)
    count = len(draft.layers) - replaced + value * length
    if count > draft.limits.layers:
        limit = draft.limits.layers
        detail = f"the network would have {count:,} layers; at most {limit:,} are allowed"
        raise LimitError([Problem("/repeat", detail, f"at most {limit}", str(count))])
    return value


def put_entry(draft: Draft, entry: Mapping[str, Any], count: int, number: int | None = None) -> int:
    """Keep an entry of `layers` that stands for `count` layers, in place of entry `number` or as a new one."""
    original = list(draft.original)
    if number is None:
        number = len(original)
        original.append(entry)
    else:
        original[number] = entry
    draft.original = original
    draft.lengths[number] = count
    return number


def with_written(entry: Mapping[str, Any], written: Mapping[str, Any], changed: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an entry in which the object `written` is another one."""
    if entry is written:
        return changed
    if "layers" not in entry:
        return entry
    return {**entry, "layers": [with_written(one, written, changed) for one in entry["layers"]]}


def write_rounds(
    entry: int, block: Sequence[Mapping[str, Any]], arguments: Sequence[Mapping[str, Any]], rounds: range, previous: str
) -> list[DraftLayer]:
    """Return the layers of some rounds of a block without nested repeats; `previous` is the layer before the first.

    `block` are the layers as the document writes them, each with a name; `arguments` are their arguments.
    """
    own = {written["name"] for written in block}
    layers = []
    for number in rounds:
        for position, (written, given) in enumerate(zip(block, arguments, strict=True)):
            name = f"{written['name']}_{number}"
            inputs = tuple(f"{one}_{number}" if one in own else one for one in written.get("inputs", [previous]))
            origin = Origin(entry, (number - 1) * len(block) + position, True, written, name, inputs, given, {})
            layers.append(DraftLayer(name, written["kind"], inputs, given, origin.values, origin=origin))
            previous = name
    return layers


def base_names(
    draft: Draft, wanted: Sequence[str], rounds: int, without: Sequence[str] = (), used: Sequence[str] = ()
) -> list[str]:
    """Return names for the layers of a repeat, like those `wanted`, such that no numbered one of them is taken.

    `without` are names that become free; `used` are names that other layers of the repeat have.
    """
    taken = {layer.name for layer in draft.layers} - set(without)
    stems = [re.sub(r"_\d+$", "", name) for name in wanted]
    names: list[str] = []
    for position, stem in enumerate(stems):
        letter = chr(ord("a") + stems[:position].count(stem) % 26)
        candidates = [f"{stem}_{letter}" if stems.count(stem) > 1 else stem, f"{stem}_block"]
        candidates += [f"{stem}_block{number}" for number in range(2, len(taken) + len(wanted) + len(used) + 3)]
        names.append(next(one for one in candidates if one not in (*names, *used) and is_free(one, rounds, taken)))
    return names


def is_free(base: str, rounds: int, taken: set[str]) -> bool:
    """Tell whether `base_1` to `base_<rounds>` are not among the names that are taken."""
    if len(taken) < rounds:
        prefix = f"{base}_"
        return not any(
            one.startswith(prefix) and one[len(prefix) :].isdecimal() and 0 < int(one[len(prefix) :]) <= rounds
            for one in taken
        )
    return not any(f"{base}_{number}" in taken for number in range(1, rounds + 1))


def settle_names(draft: Draft, *, grows: bool) -> dict[str, str]:
    """Give layers without names of their own the names that they have now, after a repeat before them changed.

    Layers of unnamed repeats are always called after their place. Another keeps its name, which the document then
    spells out, unless a repeat takes it. What gets another name draws other parameters. Returns new names by old ones.
    """
    taken = {layer.name for layer in draft.layers if not _is_called_by_place(layer)}
    names: dict[str, str] = {}
    counts: dict[str, int] = {}
    for layer, name in zip(draft.layers, default_names(draft.layers, counts), strict=True):
        if _is_called_by_place(layer):
            names[layer.name] = name
    wanted = set(names.values()) - names.keys()
    taken_now = taken | set(names.values())
    for layer in draft.layers:
        is_free_to_move = layer.origin is not None and "name" not in layer.origin.written
        if layer.name in wanted and is_free_to_move:
            names[layer.name] = _next_free(snake_case(layer.kind), taken_now)
            taken_now.add(names[layer.name])
    draft.layers = [_renamed(layer, names) for layer in draft.layers]
    changed = [(new, old) for old, new in names.items() if new != old and old in draft.network]
    # One after the other: a name must be free before another layer takes it.
    draft.step.former_names.update(reversed(changed) if grows else changed)
    if changed:
        new, old = changed[0]
        what = "1 layer has another name" if len(changed) == 1 else f"{len(changed):,} layers have other names"
        draft.notes.append(
            f"{what} now ({old} is {new}) and draws other weights: layers with names of their own keep both."
        )
    return names


def _is_called_by_place(layer: DraftLayer) -> bool:
    return layer.origin is not None and layer.origin.repeated and "name" not in layer.origin.written


def _next_free(stem: str, taken: set[str]) -> str:
    number = 1
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


def _renamed(layer: DraftLayer, names: Mapping[str, str]) -> DraftLayer:
    name = names.get(layer.name, layer.name)
    inputs = tuple(names.get(one, one) for one in layer.inputs)
    if name == layer.name and inputs == layer.inputs:
        return layer
    origin = layer.origin
    if origin is not None and origin.repeated:
        # What the document names stays as it names it; all else follows.
        given = "inputs" in origin.written
        origin = replace(origin, name=name, inputs=origin.inputs if given else inputs)
    return replace(layer, name=name, inputs=inputs, origin=origin)


def check_written_out(count: int) -> None:
    """Refuse to write out more layers one by one than a person would want to read."""
    if count > MOST_WRITTEN_OUT:
        detail = f"this would write {count:,} layers out one by one; at most {MOST_WRITTEN_OUT:,} are written out"
        raise LimitError([Problem("/layer", detail, f"at most {MOST_WRITTEN_OUT}", str(count))])
