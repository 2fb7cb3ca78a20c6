"""Operations on numbers and on the network as a whole: set_parameters, set_network, set_input."""

import math

import numpy as np

from app.nn.document import DOCUMENT_FIELDS
from app.nn.editing.change import Change, all_new, replaced, resized
from app.nn.editing.draft import Draft
from app.nn.editing.operation import Fields, Operation
from app.nn.errors import LimitError, NetworkError, Problem
from app.nn.input_spec import read_input_spec
from app.nn.reading import Shape, describe, format_shape, quote, read_array, read_index, read_number

NETWORK_FIELDS = tuple(name for name in DOCUMENT_FIELDS if name not in ("input", "layers"))
MOST_VALUES = 1_000_000
INPUT_FIELDS = ("shape", "names", "default", "classes", "preprocessing")


def set_parameters(draft: Draft, operation: Fields) -> None:
    """Replace a whole parameter (`values`), or one value of it (`index` and `value`)."""
    layer = draft.read_layer(operation)
    placed = draft.network.placed(layer)
    parameter = operation["parameter"]
    if not isinstance(parameter, str) or parameter not in placed.parameter_specs:
        names = ", ".join(placed.parameter_specs) or "none"
        detail = f'"{layer}" has no parameter {quote(parameter)}; it has {names}'
        raise NetworkError([Problem("/parameter", detail, names, describe(parameter))])
    given = {name for name in ("values", "index", "value") if name in operation}
    if given not in ({"values"}, {"index", "value"}):
        expected = "values (the whole parameter), or index and value"
        detail = f"set_parameters needs {expected}"
        raise NetworkError([Problem("", detail, expected, " and ".join(sorted(given)) or "nothing")])
    shape = placed.parameter_specs[parameter].shape
    dtype = draft.network.dtype
    if "values" in given:
        _, problems = read_array(operation["values"], dtype)
        array, _ = read_array(operation["values"], np.dtype(np.float64))
        if array is not None and array.shape != shape and not problems:
            detail = f'"{layer}": {parameter} is {format_shape(array.shape)}; expected {format_shape(shape)}'
            problems = [Problem("", detail, format_shape(shape), format_shape(array.shape))]
        if problems or array is None:
            raise NetworkError(problem.within("/values") for problem in problems)
    else:
        index, problems = read_index(operation["index"], shape, f"{layer}/{parameter}")
        number, found = read_number(operation["value"], dtype, "value")
        if index is None or number is None:
            raise NetworkError([*(one.within("/index") for one in problems), *(one.within("/value") for one in found)])
        array = draft.values(placed, parameter).copy()
        array[index] = operation["value"]
    draft.give(layer, {parameter: array})


def set_network(draft: Draft, operation: Fields) -> None:
    """Replace name, title, description, dtype or seed; `null` takes one out of the document."""
    for name in NETWORK_FIELDS:
        if name in operation:
            draft.header.pop(name, None)
            if operation[name] is not None:
                draft.header[name] = operation[name]


def set_input(draft: Draft, operation: Fields) -> None:
    """Replace parts of the input; `null` takes one out. With another shape, names and default follow where they fit."""
    spec = dict(draft.input)
    former = draft.network.input.shape
    shape = operation.get("shape", list(former))
    if shape != list(former):
        # Read the shape by itself first: what follows it must be made for one that is possible.
        read, problems = read_input_spec({"shape": shape}, draft.network.dtype, draft.limits)
        if problems:
            raise NetworkError(problems)
        if math.prod(read.shape) > MOST_VALUES:
            detail = f"an edit makes inputs of {MOST_VALUES:,} values at most; {format_shape(read.shape)} is more"
            raise LimitError([Problem("/shape", detail, f"at most {MOST_VALUES}", format_shape(read.shape))])
        draft.step.input_change = _reshaped(former, read.shape)
        spec = {**spec, "shape": shape}
        follow_input(spec, former, read.shape, draft.step.input_change)
    for name in INPUT_FIELDS[1:]:
        if name in operation:
            spec.pop(name, None)
            if operation[name] is not None:
                spec[name] = operation[name]
    problems = read_input_spec(spec, draft.network.dtype, draft.limits)[1]
    nodes = draft.network.output.output_shape[-1]
    classes = operation.get("classes")
    if not problems and draft.step.input_change is None and classes is not None and len(classes) != nodes:
        detail = f"there are {len(classes)} classes, but the output has {nodes} nodes"
        problems = [Problem("/classes", detail, f"{nodes} classes", str(len(classes)))]
    if problems:
        raise NetworkError(problems)
    draft.input = spec


def _reshaped(former: Shape, shape: Shape) -> Change | None:
    """Return the change of an input that got another shape: axes are cut or made longer at their ends."""
    if len(shape) != len(former):
        return replaced(former, shape)
    return Change(tuple(map(resized, former, shape)))


def follow_input(spec: dict[str, object], former: Shape, shape: Shape, change: Change | None) -> None:
    """Let the input's names and default follow a change of its shape; new values are called x1, x2, … and are 0."""
    places = all_new(int(np.prod(shape))) if change is None else change.former_places(former)
    names = spec.get("names")
    if isinstance(names, list):
        kept = [names[place] if place >= 0 else None for place in places]
        spec["names"] = [_unused(f"x{number}", kept) if name is None else name for number, name in enumerate(kept, 1)]
    if "default" in spec:
        values = np.asarray(spec["default"]).reshape(-1)
        spec["default"] = np.where(places >= 0, values[places], 0).reshape(shape).tolist()


def _unused(name: str, taken: list[str | None]) -> str:
    while name in taken:
        name += "'"
    return name


VALUE_OPERATIONS = (
    Operation(
        "set_parameters",
        "Replaces a parameter of a layer, or one value of it.",
        set_parameters,
        ("layer", "parameter"),
        ("values", "index", "value"),
    ),
    Operation(
        "set_network",
        "Replaces name, title, description, dtype or seed; null takes one out.",
        set_network,
        optional=NETWORK_FIELDS,
    ),
    Operation(
        "set_input",
        "Replaces the input's shape, names, default, classes or preprocessing; null takes one out.",
        set_input,
        optional=INPUT_FIELDS,
    ),
)
