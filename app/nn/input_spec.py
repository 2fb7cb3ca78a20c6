"""What a network takes: the `input` part of a document, and reading an example that fits it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from app.nn.errors import LimitError, Problem
from app.nn.limits import Limits
from app.nn.reading import (
    Array,
    Shape,
    describe,
    format_shape,
    is_integer,
    is_number,
    read_array,
    read_fields,
)

INPUT_FIELDS = ("shape", "dtype", "names", "default", "preprocessing", "classes")
LONGEST_SIDE = 65_536
PREPROCESSING = {
    "scale": "a positive number to divide by",
    "resize": f"[height, width], each from 1 to {LONGEST_SIDE:,}",
    "mean": "a number, or a list with one a channel",
    "std": "a positive number, or a list with one a channel",
    "fit": 'one of "crop" (the middle of a picture of other proportions), "pad" and "stretch"',
    "invert": 'true, false or "auto" (if the border of the picture is light)',
}
_WORDS = {"fit": ("crop", "pad", "stretch"), "invert": (True, False, "auto")}
MAXIMUM_NAME = 200


@dataclass(frozen=True)
class InputSpec:
    """What a network takes: the shape of one example, its dtype (`"float"` or `"int"`), and what people call its parts.

    `default` is an example with the input's shape; `preprocessing` says how an image becomes an example.
    """

    shape: Shape
    dtype: str = "float"
    names: tuple[str, ...] = ()
    default: Array | None = None
    preprocessing: Mapping[str, Any] = field(default_factory=dict)
    classes: tuple[str, ...] = ()


def _wrong(pointer: str, what: str, expected: str, received: object) -> Problem:
    return Problem(pointer, f"{what} is {describe(received)}; expected {expected}", expected, describe(received))


def read_input_spec(value: object, dtype: np.dtype[Any], limits: Limits) -> tuple[InputSpec, list[Problem]]:
    """Read the `input` of a document of `dtype`; return it with all problems found (pointers relative to `input`).

    Raises `LimitError` for an example with more values than parameters are allowed.
    """
    spec, problems = read_fields(value, INPUT_FIELDS, "input", required=("shape",))
    shape = spec.get("shape")
    if not isinstance(shape, list) or not 0 < len(shape) <= 8 or not all(is_integer(n, 1, 2**31 - 1) for n in shape):
        if "shape" in spec:
            expected = "a list of 1 to 8 positive integers, without the batch"
            problems.append(_wrong("/shape", "the input's shape", expected, shape))
        return InputSpec((1,)), problems
    count = math.prod(shape)
    if count > limits.parameters:
        detail = f"one example has {count:,} values; at most {limits.parameters:,} are allowed"
        raise LimitError([Problem("/input/shape", detail, f"at most {limits.parameters}", str(count))])
    kind = spec.get("dtype", "float")
    if kind not in ("float", "int"):
        problems.append(_wrong("/dtype", "the input's dtype", '"float" or "int"', kind))
        kind = "float"
    names = _read_texts(spec, "names", problems)
    if names and len(names) != count:
        detail = f"there are {len(names)} names, but the input has {count} values"
        problems.append(Problem("/names", detail, f"{count} names", str(len(names))))
    preprocessing = spec.get("preprocessing", {})
    if preprocessing != {}:
        problems += [problem.within("/preprocessing") for problem in _check_preprocessing(preprocessing)]
    result = InputSpec(tuple(shape), kind, names, None, preprocessing, _read_texts(spec, "classes", problems))
    if "default" not in spec:
        return result, problems
    default, found = read_example(result, spec["default"], dtype)
    problems += [
        replace(problem.within("/default"), detail=f"the default input: {problem.detail}") for problem in found
    ]
    return replace(result, default=default), problems


def _read_texts(spec: Mapping[str, Any], name: str, problems: list[Problem]) -> tuple[str, ...]:
    if name not in spec:
        return ()
    value = spec[name]
    if (
        isinstance(value, list)
        and value
        and all(isinstance(one, str) and 0 < len(one) <= MAXIMUM_NAME for one in value)
    ):
        return tuple(value)
    problems.append(_wrong(f"/{name}", name, f"a list of texts of 1 to {MAXIMUM_NAME} characters", value))
    return ()


def _check_preprocessing(value: object) -> list[Problem]:
    """Check how an image becomes an example: the result is ((resized pixels / scale) − mean) / std.

    Pixels go from 0 to 255.
    """
    fields, problems = read_fields(value, PREPROCESSING, "preprocessing")
    for name, one in fields.items():
        if name == "resize":
            fits = isinstance(one, list) and len(one) == 2 and all(is_integer(n, 1, LONGEST_SIDE) for n in one)
        elif name in _WORDS:
            fits = isinstance(one, str | bool) and one in _WORDS[name]
        elif name in PREPROCESSING:
            numbers = one if isinstance(one, list) and one and name != "scale" else [one]
            fits = all(is_number(n) and (n > 0 or name == "mean") for n in numbers)
        else:
            continue
        if not fits:
            problems.append(_wrong(f"/{name}", name, PREPROCESSING[name], one))
    return problems


def read_example(spec: InputSpec, value: object, dtype: np.dtype[Any]) -> tuple[Array | None, list[Problem]]:
    """Read one example (a bare number for shape `[1]`) as an array of the input's shape."""
    array, problems = read_array(value, np.dtype(np.int64) if spec.dtype == "int" else dtype)
    if array is None:
        return None, problems
    if array.ndim == 0 and spec.shape == (1,):
        array = array.reshape(1)
    if array.shape != spec.shape:
        expected = format_shape(spec.shape)
        detail = f"expected {expected} numbers, received {format_shape(array.shape)}"
        return None, [Problem("", detail, expected, format_shape(array.shape))]
    return array, []
