"""Operations on whole layers: add_layer, remove_layer, move_layer, rename_layer."""

import re
from dataclasses import replace
from typing import Any

from app.nn.document import LAYER_FIELDS, NAME_PATTERN
from app.nn.editing.draft import Draft, DraftLayer
from app.nn.editing.merges import dissolve
from app.nn.editing.operation import Fields, Operation
from app.nn.errors import NetworkError, Problem
from app.nn.input_spec import MAXIMUM_NAME
from app.nn.layers import LAYERS
from app.nn.network import INPUT
from app.nn.reading import describe, pointer_to, quote


def add_layer(draft: Draft, operation: Fields) -> None:
    """Add a layer.

    It reads `after` (the last layer by default), and what read that now reads the new layer: all of it, only `before`,
    or with `branch` nothing. A layer that names its own `inputs` reads those, and only `before` reads it: in place of
    `after`, or of all that it read.
    """
    layer = operation["layer"]
    if not isinstance(layer, dict) or "layers" in layer or "repeat" in layer:
        expected = "an object that describes one layer"
        raise NetworkError([Problem("/layer", f"layer is {describe(layer)}; expected {expected}", expected)])
    kind = layer.get("kind")
    if not isinstance(kind, str) or kind not in LAYERS:
        expected = "one of " + ", ".join(LAYERS)
        detail = f"there is no layer kind {quote(kind)}; expected {expected}"
        raise NetworkError([Problem("/layer/kind", detail, expected, describe(kind))])
    if not isinstance(layer.get("parameters", {}), dict):
        expected = "an object with an array for each parameter"
        raise NetworkError([Problem("/layer/parameters", f"parameters: expected {expected}", expected)])
    name = _read_name(draft, layer["name"], "/layer/name") if "name" in layer else draft.fresh_name(kind)
    inputs = _read_inputs(draft, layer)
    after = draft.read_layer(operation, "after", or_input=True) if "after" in operation else None
    before = draft.read_layer(operation, "before") if "before" in operation else None
    branch = operation.get("branch", False)
    if not isinstance(branch, bool):
        detail = f"branch is {describe(branch)}; expected true or false"
        raise NetworkError([Problem("/branch", detail, "true or false", describe(branch))])
    if before is not None and branch:
        detail = "a branch is read by nobody yet; before says who reads the new layer"
        raise NetworkError([Problem("/before", detail, "no before")])
    arguments = {key: value for key, value in layer.items() if key not in LAYER_FIELDS}
    new = DraftLayer(name, layer["kind"], inputs, arguments, unread=layer.get("parameters", {}))
    draft.step.added.add(name)
    if not inputs:
        source = _source(draft, after, before)
        readers = [] if branch else [one.name for one in draft.readers(source) if before in (None, one.name)]
        insert_after(draft, new, source, readers)
        return
    if before is not None:
        draft.reroute(before, _source(draft, after, before), name)
    _place(draft, new, inputs if after is None else (*inputs, after))


def _read_name(draft: Draft, name: object, pointer: str) -> str:
    """Read the name that a layer is to get."""
    if not isinstance(name, str) or not re.fullmatch(NAME_PATTERN[1:-1], name) or len(name) > MAXIMUM_NAME:
        expected = "a letter or _ and then letters, digits, _ . or -"
        detail = f"the name is {describe(name)}; expected {expected}"
        raise NetworkError([Problem(pointer, detail, expected, describe(name))])
    if name in draft.network:
        detail = (
            f'"{name}" is the name of {"the input" if name == INPUT else "another layer"}; expected one that is free'
        )
        raise NetworkError([Problem(pointer, detail, "a name of its own", name)])
    return name


def _read_inputs(draft: Draft, layer: dict[str, Any]) -> tuple[str, ...]:
    inputs = layer.get("inputs", [])
    if not isinstance(inputs, list) or ("inputs" in layer and not inputs):
        expected = "a list with the names of layers"
        raise NetworkError([Problem("/layer/inputs", f"inputs is {describe(inputs)}; expected {expected}", expected)])
    problems = [
        Problem(pointer_to("layer", "inputs", position), f"no layer is called {quote(one)}", "a layer's name")
        for position, one in enumerate(inputs)
        if not (isinstance(one, str) and one in draft.network)
    ]
    if problems:
        raise NetworkError(problems)
    return tuple(inputs)


def _source(draft: Draft, after: str | None, before: str | None) -> str:
    """Return what a new layer reads."""
    if before is None:
        return draft.layers[-1].name if after is None else after
    inputs = draft.layer(before).inputs
    if after is not None and after not in inputs:
        detail = f'"{before}" reads {" and ".join(inputs)}, not {after}'
        raise NetworkError([Problem("/after", detail, " or ".join(inputs), after)])
    if after is None and len(set(inputs)) > 1:
        detail = f'"{before}" reads {" and ".join(inputs)}; say with after which of them the new layer reads'
        raise NetworkError([Problem("", detail, "after", "nothing")])
    return inputs[0] if after is None else after


def _place(draft: Draft, layer: DraftLayer, sources: tuple[str, ...]) -> None:
    """Put a layer right behind the last of `sources`."""
    places = [draft.position(source) + 1 for source in sources if source != INPUT]
    draft.layers.insert(max(places, default=0), layer)


def insert_after(draft: Draft, layer: DraftLayer, source: str, readers: list[str]) -> None:
    """Put a layer right behind `source`, let it read that, and let `readers` read the layer instead."""
    for reader in readers:
        draft.reroute(reader, source, layer.name)
    _place(draft, replace(layer, inputs=(source,)), (source,))


def remove_layer(draft: Draft, operation: Fields) -> None:
    """Remove a layer; what read it reads its input instead."""
    name = draft.read_layer(operation)
    if len(draft.layers) == 1:
        detail = f'"{name}" is the only layer, and a network needs one; add another first'
        raise NetworkError([Problem("/layer", detail, "a network with several layers", "1 layer")])
    take_out(draft, name, "removed")


def take_out(draft: Draft, name: str, word: str) -> DraftLayer:
    """Take a layer out of a draft and return it; what read it reads its input instead.

    A layer that would then read the same twice and had not done so before reads it once: without its inner layer, a
    skip connection is nothing. The last layer leaves its place to what it read.
    """
    layer = draft.layer(name)
    if len(layer.inputs) > 1:
        detail = (
            f'"{name}" joins {" and ".join(layer.inputs)}: it cannot be {word}, for what reads it could read either; '
            "disconnect all but one of them, and it will go"
        )
        raise NetworkError([Problem("/layer", detail, "a layer with one input", f"{len(layer.inputs)} inputs")])
    source = layer.inputs[0]
    was_last = draft.layers[-1] is layer
    for reader in [one.name for one in draft.readers(name)]:
        inputs = draft.layer(reader).inputs
        if source not in inputs:
            draft.reroute(reader, name, source)
            continue
        kept = [position for position, one in enumerate(inputs) if one != name]
        draft.keep_inputs(reader, kept)
        if len(kept) == 1:
            dissolve(draft, reader)
    draft.layers.remove(layer)
    if was_last and source != INPUT:
        draft.make_output(source)
    return layer


def move_layer(draft: Draft, operation: Fields) -> None:
    """Take a layer out and put it behind another: it reads that, and what read that now reads it."""
    name = draft.read_layer(operation)
    after = draft.read_layer(operation, "after", or_input=True)
    if name == after:
        raise NetworkError([Problem("/after", f'"{name}" cannot stand behind itself', "another layer", name)])
    layer = take_out(draft, name, "moved")
    if after != INPUT and after not in {one.name for one in draft.layers}:
        detail = f'"{after}" would have nothing to join without "{name}"; move "{name}" behind another layer'
        raise NetworkError([Problem("/after", detail, "another layer", after)])
    insert_after(draft, layer, after, [reader.name for reader in draft.readers(after)])


def rename_layer(draft: Draft, operation: Fields) -> None:
    """Give a layer another name; what reads it follows, and drawn weights stay as they are."""
    name = draft.read_layer(operation)
    if operation["name"] == name:
        return
    new = _read_name(draft, operation["name"], "/name")
    for reader in draft.readers(name):
        draft.reroute(reader.name, name, new)
    draft.change(name, name=new)
    draft.step.former_names[new] = name


LAYER_OPERATIONS = (
    Operation(
        "add_layer",
        "Adds a layer behind another, between two, or as a branch.",
        add_layer,
        ("layer",),
        ("after", "before", "branch"),
        place="/layer",
    ),
    Operation("remove_layer", "Removes a layer; what read it reads its input instead.", remove_layer, ("layer",)),
    Operation("move_layer", "Puts a layer behind another.", move_layer, ("layer", "after")),
    Operation("rename_layer", "Gives a layer another name.", rename_layer, ("layer", "name")),
)
