"""Bringing a draft in order after an operation: the network is checked, and weights and class names follow."""

from dataclasses import replace
from typing import Any

import numpy as np

from app.nn.editing.change import NEW, Change, replaced
from app.nn.editing.draft import Draft
from app.nn.editing.outputs import Read, output_change
from app.nn.editing.step import READER_OF_THE_OUTPUT, Step
from app.nn.editing.weights import carry, parameter_axes, survivors
from app.nn.editing.writing import Written, write_layers
from app.nn.errors import LimitError, NetworkError, Problem
from app.nn.layers import LAYERS
from app.nn.network import INPUT, Network, PlacedLayer

MOST_NODES = 5_000_000
"""Nodes are followed through a network one by one; in a larger one than this they are not."""

JOIN = "; bring them all into one shape, disconnect one of them first, or join them with Concatenate"


def settle(draft: Draft, subject: str | None, place: str) -> None:
    """Check the network that an operation made, and let weights and class names follow what it did.

    Raises `NetworkError`; problems with the layer `subject` point into the operation's field `place`.
    """
    before = draft.network
    written = write_layers(draft, values=False)
    after = _check(draft, written, subject, place)
    if after.value_count > MOST_NODES:
        detail = f"the network has {after.value_count:,} nodes; only one of {MOST_NODES:,} at most can be edited"
        raise LimitError([Problem("", detail, f"at most {MOST_NODES}", str(after.value_count))])
    _read_added(draft)
    changes: dict[str, Change | None] = {INPUT: draft.step.input_change}
    repeated = {layer.name for layer in draft.layers if layer.origin is not None and layer.origin.repeated}
    for placed in after.layers:
        name = draft.step.former_names.get(placed.name, placed.name)
        if placed.name in draft.step.added:
            continue
        former = before.placed(name)
        reads = _reads(draft.step, former, placed, changes)
        arguments = draft.step.arguments.get(placed.name)
        positions = tuple(read.position for read in reads)
        if arguments is None and positions == tuple(range(len(former.inputs))) and not any(one.change for one in reads):
            changes[placed.name] = None
        else:
            changes[placed.name] = output_change(former, placed, reads, arguments or {})
            if not (draft.step.redraws and placed.name in repeated):
                _carry_weights(draft, former, placed, reads[0].change, arguments or {})
        if name != placed.name and not draft.step.redraws:
            _keep_drawn(draft, former, placed)
    _follow_classes(draft, after, changes)
    if draft.step.former_names.get(after.output.name, after.output.name) != before.output.name:
        draft.notes.append(f'"{after.output.name}" is the output now.')
    for new, old in draft.step.former_names.items():
        _remember_name(draft, old, new)
    draft.network = after
    draft.step = Step()


def _check(draft: Draft, written: Written, subject: str | None, place: str) -> Network:
    """Build the network without values, names and classes: those follow, or are checked by themselves."""
    spec = {name: value for name, value in draft.input.items() if name in ("shape", "dtype")}
    document = {**draft.header, "input": spec, "layers": written.entries}
    try:
        return Network.from_document(document, draft.limits)
    except NetworkError as error:
        pointer = written.pointers.get(subject) if subject is not None else None
        merges = {written.pointers.get(one.name) for one in draft.layers if LAYERS[one.kind].maximum_inputs is None}
        problems = [
            replace(one, detail=one.detail + JOIN) if one.expected is None and one.pointer in merges else one
            for one in error.problems
        ]
        raise type(error)(_relative(problem, pointer, place) for problem in problems) from None


def _relative(problem: Problem, subject: str | None, place: str) -> Problem:
    """Return a problem of the changed network with a pointer into the operation that changed it."""
    pointer = ""
    if subject is not None and f"{problem.pointer}/".startswith(f"{subject}/"):
        pointer = place + problem.pointer.removeprefix(subject)
    elif problem.pointer.count("/") == 1 and problem.pointer != "/layers":
        pointer = problem.pointer  # a field of the document, which set_network has under the same name
    detail = problem.detail if pointer else f"the network would not fit together any more: {problem.detail}"
    return Problem(pointer, detail, problem.expected, problem.received)


def _read_added(draft: Draft) -> None:
    """Read the values of layers that were added, now that they have been checked."""
    for place, layer in enumerate(draft.layers):
        if layer.unread:
            values = {parameter: np.array(value, dtype=np.float64) for parameter, value in layer.unread.items()}
            draft.layers[place] = replace(layer, values=values, unread={})


def _reads(step: Step, former: PlacedLayer, placed: PlacedLayer, changes: dict[str, Change | None]) -> list[Read]:
    """Say of each input of a layer where it stood among its inputs, and how it changed."""
    positions = step.inputs.get(placed.name, tuple(range(len(former.inputs))))
    reads = []
    for number, (source, position) in enumerate(zip(placed.inputs, positions, strict=True)):
        if position is None:
            change = None
        elif (placed.name, number) in step.carried:
            change = step.carried[placed.name, number]
        elif source in changes and step.former_names.get(source, source) == former.inputs[position]:
            change = changes[source]
        else:
            change = replaced(former.input_shapes[position], placed.input_shapes[number])
        if position is not None and change is not None and change.shape != placed.input_shapes[number]:
            change = replaced(former.input_shapes[position], placed.input_shapes[number])
        reads.append(Read(position, change))
    return reads


def _carry_weights(
    draft: Draft, former: PlacedLayer, placed: PlacedLayer, change: Change | None, arguments: dict[str, Any]
) -> None:
    """Give a layer its old weights in their new places; where none is left, it draws all of them."""
    carried = {}
    given = draft.layer(placed.name).values
    gone = [name for name in given if name not in placed.parameter_specs]
    for name, axes in parameter_axes(former, placed, change, arguments).items():
        spec = placed.parameter_specs[name]
        same_initializer = former.parameter_specs[name].initializer == spec.initializer
        if not survivors(axes) or (name not in given and not same_initializer):
            gone.append(name)
            if not survivors(axes):
                draft.notes.append(f'"{placed.name}" reads other nodes now: its {name} was drawn again.')
            continue
        old = given[name] if name in given else draft.draw(former.parameter_specs[name], former.name, name)
        draft.count_drawn(spec.count - (survivors(axes) if name in given else 0))
        drawn = None if survivors(axes) == spec.count else draft.draw(spec, placed.name, name)
        carried[name] = carry(old, drawn, axes)
    if carried or gone:
        draft.give(placed.name, carried, gone)


def _keep_drawn(draft: Draft, former: PlacedLayer, placed: PlacedLayer) -> None:
    """Write the drawn weights of a renamed layer into the document: under its new name it would draw others."""
    for name, spec in former.parameter_specs.items():
        if name not in draft.layer(placed.name).values:
            drawn = draft.draw(spec, former.name, name)
            if not np.array_equal(drawn, draft.draw(spec, placed.name, name)):
                draft.count_drawn(spec.count)
                draft.give(placed.name, {name: drawn})


def _follow_classes(draft: Draft, after: Network, changes: dict[str, Change | None]) -> None:
    """Let the names of classes follow the nodes of the output; new nodes are called `class` and their number."""
    classes = draft.input.get("classes")
    output, former = after.output, draft.network.output
    if not isinstance(classes, list) or len(classes) != former.output_shape[-1]:
        return
    if (READER_OF_THE_OUTPUT, 0) in draft.step.carried:
        change = draft.step.carried[READER_OF_THE_OUTPUT, 0]
    elif draft.step.former_names.get(output.name, output.name) == former.name:
        change = changes[output.name]
    else:
        change = replaced(former.output_shape, output.output_shape)
    if change is None:
        return
    positions = change.axes[-1]
    if (positions == NEW).all():
        del draft.input["classes"]
        draft.notes.append("The output has other nodes now: the names of the classes were removed.")
    else:
        draft.input["classes"] = [
            classes[position] if position != NEW else f"class {number}" for number, position in enumerate(positions)
        ]


def _remember_name(draft: Draft, old: str, new: str) -> None:
    first = next((one for one, name in draft.renamed.items() if name == old), old)
    draft.renamed[first] = new
    if first == new:
        del draft.renamed[first]
