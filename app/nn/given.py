"""Parameters that are given as arrays beside a document: checked for their names, shapes and numbers."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from app.nn.errors import Problem
from app.nn.layers import ParameterSpec
from app.nn.reading import Array, Shape, describe, format_shape, quote, read_array


def check_parameter(specs: Mapping[str, ParameterSpec] | None, layer: str, name: str, shape: Shape) -> list[Problem]:
    """Say what is wrong with an array of `shape` as the parameter `name` of a layer that needs `specs`.

    `None` stands for the specs of a layer that does not exist.
    """
    if specs is None:
        return [Problem("", f"no layer is called {quote(layer)}", "a layer's name", describe(layer))]
    spec = specs.get(name)
    if spec is None:
        known = ", ".join(specs) or "none"
        detail = f'"{layer}" has no parameter {quote(name)}; it has {known}'
        return [Problem("", detail, known, describe(name))]
    if shape != spec.shape:
        expected, received = format_shape(spec.shape), format_shape(shape)
        return [Problem("", f'"{layer}": {name} is {received}; expected {expected}', expected, received)]
    return []


def read_parameter(
    specs: Mapping[str, ParameterSpec] | None, layer: str, name: str, values: Array, dtype: np.dtype[Any]
) -> tuple[Array | None, list[Problem]]:
    """Read an array as a parameter that `check_parameter` finds nothing wrong with.

    Returns it as an array of `dtype`, the same one if it can be, or `None` and what is wrong with it.
    """
    problems = check_parameter(specs, layer, name, values.shape)
    if problems:
        return None, problems
    array, problems = read_array(values, dtype)
    return array, [
        Problem(problem.pointer, f'"{layer}": {name}: {problem.detail}', problem.expected, problem.received)
        for problem in problems
    ]
