"""Answers to JSON bytes. A value is never rounded, and a number that is not finite is never `null`.

NaN and the infinities become the strings "NaN", "Infinity" and "-Infinity". A float32 is written as the exact
double that it is.
"""

import math
from typing import Any

import numpy as np
import orjson

from app.nn.reading import Array

HANDFUL = 16
"""So few numbers are faster as a list."""

CHUNK = 100_000
"""More numbers than this are not written in one call: orjson keeps the interpreter for itself while it writes."""


def encode(answer: Any) -> bytes:
    """Return `answer`, made of what JSON knows and of arrays, as JSON.

    A Python float in it must be finite, or have gone through `encode_number` or `plain`; arrays may hold anything.
    """
    return orjson.dumps(answer, default=_encode_other)


def encode_number(number: float) -> float | str:
    """Return a number as JSON can hold it."""
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def encode_array(values: Array) -> Any:
    """Return an array of numbers as something that orjson writes, nested as its axes are."""
    if values.size <= HANDFUL:
        numbers = values.tolist()
        finite = all(map(math.isfinite, numbers if values.ndim == 1 else values.reshape(-1).tolist()))
        return numbers if finite else plain(numbers)
    if values.dtype == np.float32:
        values = values.astype(np.float64)
    return orjson.Fragment(_write(np.ascontiguousarray(values)))


def plain(value: Any) -> Any:
    """Return nested dictionaries, lists and tuples with every number that is not finite as its string."""
    match value:
        case float():
            return encode_number(value)
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
    return value


def _write(values: Array) -> bytes:
    if values.size > CHUNK and values.ndim:
        rows = max(1, CHUNK * len(values) // values.size)
        if len(values) == 1:
            return b"[" + _write(values[0]) + b"]"
        pieces = (_write(values[start : start + rows]) for start in range(0, len(values), rows))
        return b"[" + b",".join(piece[1:-1] for piece in pieces) + b"]"
    text = orjson.dumps(values, option=orjson.OPT_SERIALIZE_NUMPY)
    if b"null" not in text:
        return text
    # orjson writes null for what is not finite: put the names in, which come in the same order.
    strange = values[~np.isfinite(values)]
    names = [b'"%b"' % str(encode_number(number)).encode() for number in strange.tolist()]
    pieces_between = text.split(b"null")
    woven = [part for pair in zip(pieces_between, [*names, b""], strict=True) for part in pair]
    return b"".join(woven)


def _encode_other(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return encode_array(value)
    if isinstance(value, np.generic):
        return plain(value.item())
    raise TypeError(type(value).__name__)
