"""Strict reading of JSON values: numbers, integers, arrays and objects, with the place of every mistake.

JSON's `true` is an `int` to Python and `"1.5"` converts to a float; neither is accepted as a number here.
"""

import math
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import numpy as np

from app.nn.errors import Problem

Array = np.ndarray[Any, np.dtype[Any]]
Shape = tuple[int, ...]

MAXIMUM_PROBLEMS = 100
"""More mistakes than this in one value are not listed: nobody reads them."""

MAXIMUM_DIMENSIONS = 16
LARGEST_INTEGER = 2**63 - 1


def pointer_to(*parts: object) -> str:
    """Return the JSON pointer made of `parts`, escaped as RFC 6901 says."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def describe(value: object) -> str:
    """Say in a few words what `value` is, as a JSON user would call it."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return f'the text "{value}"' if len(value) <= 60 else f'the text "{value[:57]}…"'
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "a number too large for float64"
        case int() | float():
            return "a very large integer" if isinstance(value, int) and abs(value) > 10**30 else repr(value)
        case list() | tuple():
            return f"a list of {len(value)}"
        case dict():
            return f"an object with {', '.join(str(name)[:30] for name in list(value)[:5]) or 'nothing'}"
        case np.ndarray():
            return f"an array of {format_shape(value.shape)}"
    return type(value).__name__


def quote(name: object) -> str:
    """Write a name as it stands in a sentence, a text in quotes only; what is no text as `describe` says it."""
    return describe(name).removeprefix("the text ")


def format_shape(shape: Iterable[int]) -> str:
    """Write a shape as people say it: `(3, 1)` is `3×1`, `()` is `a number`."""
    return "×".join(str(length) for length in shape) or "a number"


def is_number(value: object) -> bool:
    """Tell whether `value` is a finite JSON number that float64 can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def is_integer(value: object, minimum: int = -LARGEST_INTEGER, maximum: int = LARGEST_INTEGER) -> bool:
    """Tell whether `value` is a JSON integer from `minimum` to `maximum`."""
    return isinstance(value, int) and not isinstance(value, bool) and minimum <= value <= maximum


def read_fields(
    value: object, allowed: Iterable[str], what: str, required: Iterable[str] = ()
) -> tuple[Mapping[str, Any], list[Problem]]:
    """Read `value` as an object that may hold the `allowed` fields and must hold the `required` ones.

    Returns the object (an empty one if it is none) and the problems found: not an object, unknown or missing fields.
    """
    if not isinstance(value, dict):
        return {}, [Problem("", f"{what} is {describe(value)}; expected an object", "an object", describe(value))]
    known = list(allowed)
    unknown = islice((name for name in value if name not in known), MAXIMUM_PROBLEMS)
    problems = [
        Problem(
            pointer_to(name),
            f"{what} has no field {quote(str(name))}; it may have {', '.join(known)}",
            f"one of {', '.join(known)}",
            str(name)[:60],
        )
        for name in unknown
    ]
    missing = [name for name in required if name not in value]
    if missing:
        problems.insert(0, Problem("", f"{what} needs {' and '.join(missing)}", ", ".join(missing), "nothing"))
    return value, problems


def read_number(value: object, dtype: np.dtype[Any], what: str) -> tuple[float | int | None, list[Problem]]:
    """Read one finite number that `dtype` can hold."""
    if not is_number(value):
        detail = f"{what} is {describe(value)}; expected a finite number"
        return None, [Problem("", detail, "a finite number", describe(value))]
    array, problems = read_array(value, dtype)
    return (None, problems) if array is None else (array.item(), [])


def _ragged(value: object, shape: Shape, pointer: str, problems: list[Problem]) -> None:
    """Add a problem for each place in nested lists that does not fit into `shape`."""
    if len(problems) >= MAXIMUM_PROBLEMS:
        return
    if not shape:
        if not is_number(value):
            problems.append(
                Problem(
                    pointer,
                    f"expected a finite number, received {describe(value)}",
                    "a finite number",
                    describe(value),
                )
            )
        return
    if not isinstance(value, list) or len(value) != shape[0]:
        expected = f"a list of {shape[0]}"
        problems.append(
            Problem(
                pointer,
                f"the rows have different lengths: expected {expected}, received {describe(value)}",
                expected,
                describe(value),
            )
        )
        return
    for position, item in enumerate(value):
        _ragged(item, shape[1:], f"{pointer}/{position}", problems)


def _leaf_types(value: object, depth: int) -> set[type]:
    """Return the types of the items `depth` lists down; an irregular nesting shows as `list` among them."""
    if depth == 0:
        return {type(value)}
    if not isinstance(value, list):
        return {object}
    if depth == 1:
        return set(map(type, value))
    types: set[type] = set()
    for item in value:
        types |= _leaf_types(item, depth - 1)
    return types


def read_array(value: object, dtype: np.dtype[Any]) -> tuple[Array | None, list[Problem]]:
    """Read a number, or nested lists of numbers with rows of one length, as an array of `dtype`.

    An `ndarray` is taken as it is if its kind fits. An integer `dtype` takes JSON integers only. Returns
    the array, or `None` and the problems: their pointers say which number is wrong.
    """
    if isinstance(value, np.ndarray):
        return _read_ndarray(value, dtype)
    shape: list[int] = []
    item = value
    while isinstance(item, list):
        shape.append(len(item))
        if len(shape) > MAXIMUM_DIMENSIONS:
            detail = f"lists are nested more than {MAXIMUM_DIMENSIONS} deep"
            return None, [Problem("", detail, f"at most {MAXIMUM_DIMENSIONS} dimensions")]
        if not item:
            break
        item = item[0]
    if 0 in shape:
        return None, [Problem("", "an empty list holds no numbers", "numbers", "an empty list")]
    types = _leaf_types(value, len(shape))
    if types <= {int, float} or all(issubclass(one, int | float) and one is not bool for one in types):
        try:
            array = np.array(value, dtype=np.float64)
            # Counted, because `all` takes longer than the rest where the numbers are few.
            if array.shape == tuple(shape) and np.count_nonzero(np.isfinite(array)) == array.size:
                return _convert(array, value, dtype, types)
        except (ValueError, OverflowError):
            pass  # ragged rows, or an integer beyond float64: found and named below
    problems: list[Problem] = []
    _ragged(value, tuple(shape), "", problems)
    return None, problems


def _convert(array: Array, value: object, dtype: np.dtype[Any], types: set[type]) -> tuple[Array | None, list[Problem]]:
    if dtype.kind == "i":
        if types != {int}:
            items = np.array(value, dtype=object)
            place = np.unravel_index([isinstance(item, int) for item in items.flat].index(False), items.shape)
            received = repr(float(array[place]))
            detail = f"expected whole numbers, written without a point; received {received}"
            return None, [Problem(pointer_to(*place), detail, "an integer", received)]
        try:
            return np.array(value, dtype=dtype), []
        except OverflowError:
            return None, [Problem("", "an integer is too large", f"at most {LARGEST_INTEGER}")]
    if array.dtype == dtype:
        return array, []
    with np.errstate(over="ignore"):
        converted = array.astype(dtype)
    if not np.isfinite(converted).all():
        place = np.argwhere(~np.isfinite(converted))[0]
        number = float(array[tuple(place)])
        limit = float(np.finfo(dtype).max)
        return None, [
            Problem(
                pointer_to(*place),
                f"{number!r} does not fit into {dtype.name}",
                f"at most {limit!r} in size",
                repr(number),
            )
        ]
    return converted, []


def _read_ndarray(value: Array, dtype: np.dtype[Any]) -> tuple[Array | None, list[Problem]]:
    kinds = "iu" if dtype.kind == "i" else "fiu"
    if value.dtype.kind not in kinds:
        detail = f"expected {dtype.name} numbers, received {value.dtype.name}"
        return None, [Problem("", detail, dtype.name, value.dtype.name)]
    with np.errstate(over="ignore"):
        converted = value.astype(dtype, copy=False)
    if dtype.kind == "f" and not np.isfinite(converted).all():
        place = np.argwhere(~np.isfinite(converted))[0]
        return None, [
            Problem(
                pointer_to(*place),
                f"expected finite {dtype.name} numbers",
                "a finite number",
                str(value[tuple(place)]),
            )
        ]
    return converted, []


def read_index(value: object, shape: Shape, what: str) -> tuple[Shape | None, list[Problem]]:
    """Read the index of one element of an array of `shape`: a list with one integer an axis, counted from 0."""
    expected = f"{len(shape)} integers" if len(shape) != 1 else "1 integer"
    if not isinstance(value, list) or len(value) != len(shape) or not all(is_integer(item) for item in value):
        of = f"{what} ({format_shape(shape)})"
        detail = f"the index of one element of {of} is a list of {expected}; received {describe(value)}"
        return None, [Problem("", detail, f"a list of {expected}", describe(value))]
    problems = [
        Problem(
            pointer_to(axis),
            f"index {position} is outside {what} ({format_shape(shape)}): axis {axis} goes from 0 to {length - 1}",
            f"0 to {length - 1}",
            str(position),
        )
        for axis, (position, length) in enumerate(zip(value, shape, strict=True))
        if not 0 <= position < length
    ]
    return (None, problems) if problems else (tuple(value), [])
