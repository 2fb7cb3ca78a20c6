"""Operations on repeats: add_repeat, repeat_layers, set_repeat, set_repeated_arguments, remove_repeat, write_out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.nn.arguments import read_arguments
from app.nn.document import LAYER_FIELDS, snake_case
from app.nn.editing.argument_operations import resized_arguments, set_arguments
from app.nn.editing.draft import Draft, DraftLayer
from app.nn.editing.operation import Fields, Operation
from app.nn.editing.repeats import (
    Repeated,
    base_names,
    check_written_out,
    is_free,
    origin_of,
    put_entry,
    read_repeated,
    read_rounds,
    settle_names,
    with_written,
    write_rounds,
)
from app.nn.errors import NetworkError, Problem
from app.nn.layers import LAYERS
from app.nn.network import INPUT
from app.nn.reading import describe, pointer_to, quote

MOST_IN_A_BLOCK = 1_000


def add_repeat(draft: Draft, operation: Fields) -> None:
    """Add layers that repeat: they read `after` (the last layer by default), and what read that reads the last round.

    Layers without names get some. Every round draws its own parameters.
    """
    block = _read_block(operation["layers"])
    rounds = read_rounds(draft, operation["repeat"], len(block))
    source = draft.read_layer(operation, "after", or_input=True) if "after" in operation else draft.layers[-1].name
    block = _named(draft, block, rounds)
    arguments = [{key: value for key, value in one.items() if key not in LAYER_FIELDS} for one in block]
    for position, (written, given_arguments) in enumerate(zip(block, arguments, strict=True)):
        problems = read_arguments(LAYERS[written["kind"]], given_arguments, (), f'"{written["name"]}"')[1]
        if problems:
            raise NetworkError(problem.within(pointer_to("layers", position)) for problem in problems)
    place = 0 if source == INPUT else draft.position(source) + 1
    readers = [layer.name for layer in draft.readers(source)]
    layers = _new_rounds(draft, block, arguments, rounds, source)
    for reader in readers:
        draft.reroute(reader, source, layers[-1].name)
    draft.layers[place:place] = layers
    draft.step.added.update(layer.name for layer in layers)


def _named(draft: Draft, block: Sequence[dict[str, Any]], rounds: int) -> list[dict[str, Any]]:
    """Give the layers of a block that have no names some; refuse names that are taken in one of the rounds."""
    taken = {layer.name for layer in draft.layers}
    given = [written["name"] for written in block if "name" in written]
    for position, written in enumerate(block):
        name = written.get("name")
        if name is not None and not is_free(name, rounds, taken):
            detail = f'one of the names "{name}_1" to "{name}_{rounds}" is taken'
            raise NetworkError([Problem(pointer_to("layers", position, "name"), detail, "another name", name)])
    kinds = [snake_case(written["kind"]) for written in block if "name" not in written]
    free = iter(base_names(draft, kinds, rounds, used=given))
    return [written if "name" in written else {"name": next(free), **written} for written in block]


def _new_rounds(
    draft: Draft, block: Sequence[Mapping[str, Any]], arguments: Sequence[Mapping[str, Any]], rounds: int, previous: str
) -> list[DraftLayer]:
    """Put a new repeat among the entries of a draft and return its layers."""
    if len(block) == 1:  # then the entry describes the layer too
        block = [{"repeat": rounds, **block[0]}]
    entry = block[0] if len(block) == 1 else {"repeat": rounds, "layers": list(block)}
    number = put_entry(draft, entry, rounds * len(block))
    return write_rounds(number, block, arguments, range(1, rounds + 1), previous)


def _read_block(value: object) -> list[dict[str, Any]]:
    """Read the layers of a new repeat; what is wrong with their arguments is found later."""
    expected = f"a list of 1 to {MOST_IN_A_BLOCK:,} layers"
    if not isinstance(value, list) or not 0 < len(value) <= MOST_IN_A_BLOCK:
        raise NetworkError([Problem("/layers", f"layers is {describe(value)}; expected {expected}", expected)])
    problems = []
    for position, one in enumerate(value):
        place = pointer_to("layers", position)
        if not isinstance(one, dict) or "layers" in one or "repeat" in one:
            detail = f"expected an object that describes one layer, received {describe(one)}"
            problems.append(Problem(place, detail, "a layer without repeat"))
        elif not isinstance(one.get("kind"), str) or one["kind"] not in LAYERS:
            kinds = ", ".join(LAYERS)
            detail = f"there is no layer kind {quote(one.get('kind'))}; expected one of {kinds}"
            problems.append(Problem(f"{place}/kind", detail, f"one of {kinds}", describe(one.get("kind"))))
        elif "parameters" in one:
            detail = "a repeated layer cannot be given parameters: every round draws its own"
            problems.append(Problem(f"{place}/parameters", detail, "no parameters"))
        elif "name" in one and not (isinstance(one["name"], str) and one["name"]):
            detail = f"the name is {describe(one['name'])}; expected a text"
            problems.append(Problem(f"{place}/name", detail, "a text", describe(one["name"])))
        elif "inputs" in one and not (
            isinstance(one["inputs"], list) and one["inputs"] and all(isinstance(name, str) for name in one["inputs"])
        ):
            detail = f"inputs is {describe(one['inputs'])}; expected a list with the names of layers"
            problems.append(Problem(f"{place}/inputs", detail, "a list of names", describe(one["inputs"])))
    if problems:
        raise NetworkError(problems)
    return value


def repeat_layers(draft: Draft, operation: Fields) -> None:
    """Repeat a layer, or all from it to `last`: each round reads the one before it, and draws its own parameters."""
    first = draft.read_layer(operation)
    last = draft.read_layer(operation, "last") if "last" in operation else first
    start, stop = draft.position(first), draft.position(last) + 1
    former = draft.layers[start:stop]
    if not former:
        detail = f'"{last}" stands in front of "{first}"; expected a layer behind it'
        raise NetworkError([Problem("/last", detail, "a later layer", last)])
    rounds = read_rounds(draft, operation["repeat"], len(former), len(former), least=2)
    previous = draft.layers[start - 1].name if start else INPUT
    _check_can_repeat(former, previous)
    names = [layer.name for layer in former]
    bases = dict(zip(names, base_names(draft, names, rounds, names), strict=True))
    block: list[dict[str, Any]] = []
    before = previous
    skip = None
    if any(previous in layer.inputs for layer in former[1:]) or len(former[0].inputs) > 1:
        # A layer further on reads what enters the block: in each round that must have a name.
        skip = base_names(draft, [*bases.values(), "skip"], rounds, names)[-1]
        block.append({"name": skip, "kind": "Activation", "activation": "linear"})
        draft.notes.append(
            f'"{skip}" was put in front: it passes on what enters a round, for the layers that skip to it.'
        )
        before = skip
    for layer in former:
        written: dict[str, Any] = {"name": bases[layer.name], "kind": layer.kind}
        inputs = [skip if skip and one == previous else bases.get(one, one) for one in layer.inputs]
        if inputs != [before] and not (layer is former[0] and skip is None):
            written["inputs"] = inputs
        block.append({**written, **layer.arguments})
        before = bases[layer.name]
    arguments = [{key: value for key, value in one.items() if key not in LAYER_FIELDS} for one in block]
    given = [layer.name for layer in former if layer.values]
    if given:
        draft.notes.append(
            f"The weights given for {' and '.join(given)} are gone: every round of a repeat draws its own."
        )
    layers = _new_rounds(draft, block, arguments, rounds, previous)
    ends = {name: f"{base}_{rounds}" for name, base in bases.items()}
    for place, layer in enumerate(draft.layers):
        if not start <= place < stop and any(one in ends for one in layer.inputs):
            draft.layers[place] = replace(layer, inputs=tuple(ends.get(one, one) for one in layer.inputs))
    draft.layers[start:stop] = layers
    draft.renamed |= {name: f"{base}_1" for name, base in bases.items() if name != f"{base}_1"}
    draft.step.added.update(layer.name for layer in layers)


def _check_can_repeat(former: Sequence[DraftLayer], previous: str) -> None:
    for layer in former:
        if layer.origin is not None and layer.origin.repeated:
            detail = f'"{layer.name}" is part of a repeat already; set_repeat changes how often it repeats'
            raise NetworkError([Problem("/layer", detail, "layers that do not repeat", layer.name)])
    if previous not in former[0].inputs:
        detail = (
            f'"{former[0].name}" reads {" and ".join(former[0].inputs)}, not "{previous}", which stands before it: '
            "each round reads what stands before it"
        )
        raise NetworkError([Problem("/layer", detail, f"a layer that reads {previous}", former[0].name)])


def set_repeat(draft: Draft, operation: Fields) -> None:
    """Set how often the repeat of a layer repeats. What read its last round reads what is the last round now."""
    repeated = read_repeated(draft, draft.read_layer(operation))
    rounds = read_rounds(draft, operation["repeat"], repeated.length, len(repeated.layers))
    if rounds == repeated.rounds:
        return
    length, place, former = repeated.length, repeated.place, draft.original[repeated.entry]
    layers = list(repeated.layers[: rounds * length]) + _further_rounds(repeated, rounds)
    entry = {**former, "repeat": rounds}
    put_entry(draft, entry, len(layers), repeated.entry)
    if "layers" not in former:  # then the entry describes the layer too
        layers = [replace(layer, origin=replace(origin_of(layer), written=entry)) for layer in layers]
    draft.layers[place : place + len(repeated.layers)] = layers
    names = {layer.name for layer in layers}
    _read_last_round(draft, repeated, layers, names)
    new = names - {layer.name for layer in repeated.layers}
    draft.step.redraws = True
    renamed = {} if repeated.is_named else settle_names(draft, grows=rounds > repeated.rounds)
    draft.step.added.update(renamed.get(name, name) for name in new)


def _read_last_round(draft: Draft, repeated: Repeated, layers: Sequence[DraftLayer], names: set[str]) -> None:
    """Let what read the last round of a repeat read the round that is the last now."""
    length = repeated.length
    ends = zip(repeated.layers[-length:], layers[-length:], strict=True)
    moved = {old.name: new.name for old, new in ends}
    gone = {layer.name for layer in repeated.layers} - names - set(moved)
    for place, layer in enumerate(draft.layers):
        if layer.name in names or not any(one in moved or one in gone for one in layer.inputs):
            continue
        lost = next((one for one in layer.inputs if one in gone), None)
        if lost is not None:
            detail = f'"{layer.name}" reads "{lost}", which would be gone; let it read another layer first'
            raise NetworkError([Problem("/repeat", detail, "a repeat that still has this layer")])
        draft.layers[place] = replace(layer, inputs=tuple(moved.get(one, one) for one in layer.inputs))


def _further_rounds(repeated: Repeated, rounds: int) -> list[DraftLayer]:
    """Return the layers of the rounds that come after those there are, like the last of them."""
    length = repeated.length
    template = repeated.layers[-length:]
    own = {layer.name: position for position, layer in enumerate(template)}
    layers: list[DraftLayer] = []
    previous = template[-1].name
    for number in range(repeated.rounds + 1, rounds + 1):
        names = [_round_name(layer, repeated.rounds, number) for layer in template]
        for position, layer in enumerate(template):
            origin = origin_of(layer)
            inputs: tuple[str, ...] = (previous,)
            if "inputs" in origin.written:
                inputs = tuple(names[own[one]] if one in own else one for one in layer.inputs)
            name = previous = names[position]
            place = (number - 1) * length + position
            layers.append(
                replace(
                    layer, name=name, inputs=inputs, origin=replace(origin, position=place, name=name, inputs=inputs)
                )
            )
    return layers


def _round_name(layer: DraftLayer, last: int, number: int) -> str:
    """Return the name in another round; a layer without a name of its own gets one that no layer has, for a while."""
    if "name" in origin_of(layer).written:
        return f"{layer.name.removesuffix(f'_{last}')}_{number}"
    return f"{layer.name}#{number}"


def set_repeated_arguments(draft: Draft, operation: Fields) -> None:
    """Replace arguments of a layer in every round of its repeat; `null` brings a default back."""
    name = draft.read_layer(operation)
    repeated = read_repeated(draft, name)
    written = origin_of(draft.layer(name)).written
    set_arguments(draft, operation)
    arguments = draft.layer(name).arguments
    read = read_arguments(LAYERS[written["kind"]], arguments, (), f'"{name}"')[0]
    others = {key: value for key, value in written.items() if key in LAYER_FIELDS}
    changed = {key: others.get(key, arguments.get(key)) for key in written if key in others or key in arguments}
    changed |= arguments
    for place in range(repeated.place, repeated.place + len(repeated.layers)):
        layer = draft.layers[place]
        origin = origin_of(layer)
        if origin.written is written:
            draft.layers[place] = replace(
                layer, arguments=arguments, origin=replace(origin, written=changed, arguments=arguments)
            )
            draft.step.arguments[layer.name] = resized_arguments(draft.network.placed(layer.name), read)
    entry = with_written(draft.original[repeated.entry], written, changed)
    put_entry(draft, entry, len(repeated.layers), repeated.entry)
    draft.step.redraws = True


def write_out(draft: Draft, operation: Fields) -> None:
    """Give every layer of a repeat an entry of its own, so that each can be changed alone."""
    repeated = read_repeated(draft, draft.read_layer(operation))
    check_written_out(len(repeated.layers))
    for place in range(repeated.place, repeated.place + len(repeated.layers)):
        layer = draft.layers[place]
        draft.layers[place] = replace(layer, origin=replace(origin_of(layer), repeated=False))


def remove_repeat(draft: Draft, operation: Fields) -> None:
    """Remove all layers of a repeat; what read its last round reads what entered the first."""
    repeated = read_repeated(draft, draft.read_layer(operation))
    first, last = repeated.layers[0], repeated.layers[-1]
    names = {layer.name for layer in repeated.layers}
    if len(names) == len(draft.layers):
        detail = "a network needs a layer; add another before this repeat goes"
        raise NetworkError([Problem("/layer", detail, "a network with other layers", "none")])
    source = first.inputs[0]
    was_last = draft.layers[-1] is last
    for place, layer in enumerate(draft.layers):
        lost = [one for one in layer.inputs if one in names and one != last.name]
        if lost and layer.name not in names:
            detail = f'"{layer.name}" reads "{lost[0]}", which would be gone; let it read another layer first'
            raise NetworkError([Problem("/layer", detail, "a repeat of which only the last layer is read")])
        if last.name in layer.inputs and layer.name not in names:
            inputs = tuple(source if one == last.name else one for one in layer.inputs)
            draft.layers[place] = replace(layer, inputs=inputs)
    draft.layers[repeated.place : repeated.place + len(repeated.layers)] = []
    if was_last and source != INPUT:
        draft.make_output(source)


REPEAT_OPERATIONS = (
    Operation("add_repeat", "Adds layers that repeat.", add_repeat, ("layers", "repeat"), ("after",)),
    Operation(
        "repeat_layers",
        "Repeats a layer, or all layers from it to last.",
        repeat_layers,
        ("layer", "repeat"),
        ("last",),
    ),
    Operation("set_repeat", "Sets how often the repeat of a layer repeats.", set_repeat, ("layer", "repeat")),
    Operation(
        "set_repeated_arguments",
        "Replaces arguments of a layer in every round of its repeat; null brings a default back.",
        set_repeated_arguments,
        ("layer", "arguments"),
        place="/arguments",
    ),
    Operation("remove_repeat", "Removes all layers of a repeat.", remove_repeat, ("layer",)),
    Operation(
        "write_out",
        "Gives every layer of a repeat an entry of its own, so that each can be changed alone.",
        write_out,
        ("layer",),
    ),
)
