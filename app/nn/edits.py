"""Edits: single parameter values of a network replaced by others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.nn.errors import NetworkError, Problem
from app.nn.layers import ParameterSpec
from app.nn.reading import (
    MAXIMUM_PROBLEMS,
    Shape,
    describe,
    pointer_to,
    quote,
    read_fields,
    read_index,
    read_number,
)

Specs = Mapping[str, Mapping[str, ParameterSpec]]
FIELDS = ("layer", "parameter", "index", "value")


@dataclass(frozen=True)
class Edit:
    """One parameter value of a network replaced by another."""

    layer: str
    parameter: str
    index: Shape
    value: float


def read_edits(specs: Specs, dtype: np.dtype[Any], value: object) -> tuple[Edit, ...]:
    """Read a list of `{"layer", "parameter", "index", "value"}` for the parameters described by `specs`.

    Raises `NetworkError` with pointers into the list.
    """
    if not isinstance(value, list):
        raise NetworkError([Problem("", f"edits is {describe(value)}; expected a list", "a list", describe(value))])
    problems: list[Problem] = []
    edits: list[Edit] = []
    for position, one in enumerate(value):
        edit, found = _read_edit(specs, dtype, one)
        problems += [problem.within(pointer_to(position)) for problem in found]
        if edit is not None:
            edits.append(edit)
        if len(problems) >= MAXIMUM_PROBLEMS:
            break
    if problems:
        raise NetworkError(problems)
    return tuple(edits)


def _read_edit(specs: Specs, dtype: np.dtype[Any], value: object) -> tuple[Edit | None, list[Problem]]:
    edit, problems = read_fields(value, FIELDS, "an edit", required=FIELDS)
    if problems:
        return None, problems
    layer, parameter = edit["layer"], edit["parameter"]
    if not isinstance(layer, str) or layer not in specs:
        return None, [Problem("/layer", f"no layer is called {quote(layer)}", "a layer's name", describe(layer))]
    spec = specs[layer].get(parameter) if isinstance(parameter, str) else None
    if spec is None:
        names = ", ".join(specs[layer]) or "none"
        detail = f'"{layer}" has no parameter {quote(parameter)}; it has {names}'
        return None, [Problem("/parameter", detail, names, describe(parameter))]
    index, problems = read_index(edit["index"], spec.shape, f"{layer}/{parameter}")
    problems = [problem.within("/index") for problem in problems]
    number, found = read_number(edit["value"], dtype, "value")
    problems += [problem.within("/value") for problem in found]
    if index is None or number is None:
        return None, problems
    return Edit(layer, parameter, index, number), []
