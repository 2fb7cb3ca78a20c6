"""Operations on one layer's arguments: set_arguments, add_unit, remove_unit, move_unit."""

from collections.abc import Mapping
from typing import Any

from app.nn.arguments import declared_arguments, read_arguments
from app.nn.editing.axes import STEP, Source, doubled, sources, width_argument
from app.nn.editing.change import added, moved, removed, resized
from app.nn.editing.draft import MOST_DRAWN_VALUES, Draft
from app.nn.editing.operation import Fields, Operation
from app.nn.errors import LimitError, NetworkError, Problem
from app.nn.layers import LAYERS
from app.nn.network import PlacedLayer
from app.nn.reading import MAXIMUM_PROBLEMS, Array, describe, is_integer, pointer_to, quote


def set_arguments(draft: Draft, operation: Fields) -> None:
    """Replace arguments of a layer; `null` brings a default back. Another number of units keeps those that fit."""
    name = draft.read_layer(operation)
    placed = draft.network.placed(name)
    given = operation["arguments"]
    known = [one.name for one in declared_arguments(type(placed.layer))]
    if not isinstance(given, dict) or not given:
        expected = "an object with one or more of " + ", ".join(known)
        detail = f"arguments is {describe(given)}; expected {expected}"
        raise NetworkError([Problem("/arguments", detail, expected, describe(given))])
    problems = [
        Problem(pointer_to("arguments", key), f'"{name}" has no argument {quote(key)}', ", ".join(known))
        for key in given
        if key not in known
    ]
    if problems:
        raise NetworkError(problems[:MAXIMUM_PROBLEMS])
    arguments = {key: value for key, value in {**draft.layer(name).arguments, **given}.items() if value is not None}
    read, problems = read_arguments(LAYERS[placed.layer.kind], arguments, (), f'"{name}"')
    if problems:
        raise NetworkError(problem.within("/arguments") for problem in problems)
    draft.change(name, arguments=arguments)
    draft.step.arguments[name] = resized_arguments(placed, read)


def resized_arguments(placed: PlacedLayer, arguments: Mapping[str, Any]) -> dict[str, Array]:
    """Return the former positions of every length that an argument sets anew: what fits stays."""
    width = width_argument(placed.layer, placed.input_shapes[0]) if len(placed.inputs) == 1 else None
    positions = {}
    for name in {one.name for one in sources(placed.layer, placed.input_shapes[0]).values()}:
        if not isinstance(name, str) or arguments.get(name) in (None, getattr(placed.layer, name)):
            continue
        former, length = getattr(placed.layer, name), arguments[name]
        if length > MOST_DRAWN_VALUES:
            detail = f"{name} can be set to {MOST_DRAWN_VALUES:,} at most by an edit"
            pointer = f"/arguments/{name}"
            raise LimitError([Problem(pointer, detail, f"at most {MOST_DRAWN_VALUES}", str(length))])
        paired = width is not None and width.name == name and width.growth != STEP and length % 2 == 0
        positions[name] = doubled(resized(former // 2, length // 2), former // 2) if paired else resized(former, length)
    return positions


def add_unit(draft: Draft, operation: Fields) -> None:
    """Add a node to the last axis of a layer's output, at `index` or at the end, with drawn weights."""
    name, width, nodes = _width(draft, operation)
    index = operation.get("index", nodes)
    _check_index(index, nodes, f'a new unit of "{name}"')
    _set_width(draft, name, width, added(nodes, index), nodes)


def remove_unit(draft: Draft, operation: Fields) -> None:
    """Remove a node from the last axis of a layer's output, with its weights and those of all that read it."""
    name, width, nodes = _width(draft, operation)
    index = operation["index"]
    _check_index(index, nodes - 1, f'a unit of "{name}"')
    if nodes == 1:
        detail = f'"{name}" has one unit only, and a layer needs one; remove the layer instead'
        raise NetworkError([Problem("/index", detail, "a layer with several units", "1 unit")])
    _set_width(draft, name, width, removed(nodes, index), nodes)


def move_unit(draft: Draft, operation: Fields) -> None:
    """Give a node another place on the last axis of a layer's output; all weights that belong to it go along."""
    name, width, nodes = _width(draft, operation)
    for field in ("index", "to"):
        _check_index(operation[field], nodes - 1, f'a unit of "{name}"', field)
    _set_width(draft, name, width, moved(nodes, operation["index"], operation["to"]), nodes)


def _width(draft: Draft, operation: Fields) -> tuple[str, Source, int]:
    """Return the layer, the argument that sets its number of units, and the number of nodes along the last axis."""
    name = draft.read_layer(operation)
    placed = draft.network.placed(name)
    width = width_argument(placed.layer, placed.input_shapes[0]) if len(placed.inputs) == 1 else None
    if width is None:
        detail = (
            f'"{name}" ({placed.layer.kind}) has no units of its own: its output follows what it reads, '
            f"{' and '.join(placed.inputs)}; edit that instead"
        )
        raise NetworkError([Problem("/layer", detail, "a layer with units, such as Dense", placed.layer.kind)])
    return name, width, placed.output_shape[-1]


def _check_index(index: object, last: int, what: str, field: str = "index") -> None:
    if not is_integer(index, 0, last):
        expected = f"an integer from 0 to {last}"
        detail = f"{field} of {what} is {describe(index)}; expected {expected}"
        raise NetworkError([Problem(f"/{field}", detail, expected, describe(index))])


def _set_width(draft: Draft, name: str, width: Source, nodes: Array, former: int) -> None:
    """Give a layer the units of which `nodes` of the output are made; a glu makes each from two."""
    assert isinstance(width.name, str)
    units = nodes if width.growth == STEP else doubled(nodes, former)
    draft.change(name, arguments={**draft.layer(name).arguments, width.name: len(units)})
    draft.step.arguments[name] = {width.name: units}


ARGUMENT_OPERATIONS = (
    Operation(
        "set_arguments",
        "Replaces arguments of a layer; null brings a default back.",
        set_arguments,
        ("layer", "arguments"),
        place="/arguments",
    ),
    Operation("add_unit", "Adds a unit to a layer, at index or at the end.", add_unit, ("layer",), ("index",)),
    Operation("remove_unit", "Removes a unit from a layer.", remove_unit, ("layer", "index")),
    Operation("move_unit", "Moves a unit of a layer to another place.", move_unit, ("layer", "index", "to")),
)
