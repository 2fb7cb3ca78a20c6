"""The operation vary_layers: another activation or initialiser for all hidden layers, as `/signal/compare` tries."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.nn.arguments import ActivationChoice, declared_arguments
from app.nn.document import LAYER_FIELDS
from app.nn.editing.draft import Draft, DraftLayer
from app.nn.editing.operation import Fields, Operation
from app.nn.editing.repeats import origin_of, put_entry, with_written
from app.nn.errors import NetworkError, Problem
from app.nn.initializers import is_seed, read_initializer
from app.nn.network import PlacedLayer
from app.nn.reading import LARGEST_INTEGER, describe
from app.nn.varied import WEIGHTS, replaceable


def vary_layers(draft: Draft, operation: Fields) -> None:
    """Give all hidden layers another activation, all weights another initialiser, or draw them from another seed.

    The activation replaces every one but the output's that is neither linear nor along an axis. With an initialiser or
    a seed, layers with weights draw all of their parameters anew, those given too. Repeats stay.
    """
    problems = _check(operation)
    if problems:
        raise NetworkError(problems)
    draws = "initializer" in operation or "seed" in operation
    shared: dict[int, list[tuple[int, Mapping[str, Any]]]] = {}  # layers of repeats, by what describes them
    given = []
    for place, layer in enumerate(draft.layers):
        placed = draft.network.placed(layer.name)
        changes = _changes(draft, placed, operation)
        arguments = {**layer.arguments, **changes} if changes else layer.arguments
        has_weights = draws and any(one.name in WEIGHTS for one in declared_arguments(type(placed.layer)))
        if has_weights and layer.values:
            given.append(layer.name)
            layer = replace(layer, values={})  # noqa: PLW2901 - the layer as it is to be
        if layer.origin is not None and layer.origin.repeated and layer.is_as_written:
            shared.setdefault(id(layer.origin.written), []).append((place, arguments))
        elif changes:
            layer = replace(layer, arguments=arguments)  # noqa: PLW2901
        draft.layers[place] = layer
    for members in shared.values():
        _vary_repeated(draft, members)
    if "seed" in operation:
        draft.header["seed"] = operation["seed"]
    if given:
        several = "layers" if len(given) > 1 else "layer"
        draft.notes.append(f"The weights given for {len(given):,} {several} are drawn now ({given[0]} first).")
    draft.step.redraws = True


def _check(operation: Fields) -> list[Problem]:
    problems: list[Problem] = []
    if "activation" in operation:
        activation, found = ActivationChoice().read(operation["activation"])
        problems += [problem.within("/activation") for problem in found]
        if activation is not None and not activation.activation.elementwise:
            detail = f"{activation.name} works along an axis; expected a function of single numbers"
            problems.append(Problem("/activation", detail, "an elementwise activation", activation.name))
    if "initializer" in operation:
        problems += [problem.within("/initializer") for problem in read_initializer(operation["initializer"])[1]]
    if "seed" in operation and not is_seed(operation["seed"]):
        expected = f"an integer from 0 to {LARGEST_INTEGER}"
        received = describe(operation["seed"])
        problems.append(Problem("/seed", f"seed is {received}; expected {expected}", expected, received))
    return problems


def _changes(draft: Draft, placed: PlacedLayer, operation: Fields) -> dict[str, Any]:
    """Return the arguments that change in one layer."""
    known = {argument.name for argument in declared_arguments(type(placed.layer))}
    changes: dict[str, Any] = {}
    if "activation" in operation and "activation" in known and replaceable(draft.network, placed):
        changes["activation"] = operation["activation"]
    if "initializer" in operation:
        changes |= {name: operation["initializer"] for name in WEIGHTS if name in known}
    return changes


def _vary_repeated(draft: Draft, members: list[tuple[int, Mapping[str, Any]]]) -> None:
    """Change what describes a layer of a repeat, if it changes alike in all rounds; else each layer by itself."""
    first = dict(members[0][1])
    if any(dict(arguments) != first for _, arguments in members):
        for place, arguments in members:
            draft.layers[place] = replace(draft.layers[place], arguments=arguments)
        return
    origin = origin_of(draft.layers[members[0][0]])
    if first == dict(origin.arguments):
        return
    written = {key: value for key, value in origin.written.items() if key in LAYER_FIELDS or key in first} | first
    entry = with_written(draft.original[origin.entry], origin.written, written)
    put_entry(draft, entry, draft.lengths[origin.entry], origin.entry)
    for place, _ in members:
        layer: DraftLayer = draft.layers[place]
        changed = replace(origin_of(layer), written=written, arguments=first)
        draft.layers[place] = replace(layer, arguments=first, origin=changed)


VARY_OPERATIONS = (
    Operation(
        "vary_layers",
        "Gives all hidden layers another activation, and all weights another initialiser or seed.",
        vary_layers,
        (),
        ("activation", "initializer", "seed"),
    ),
)
