"""Numbers and nested lists as text that reads back as exactly the same numbers."""

import math
from typing import Any

import numpy as np

from app.nn.reading import Array

WIDTH = 100


def number(value: float) -> str:
    """Return a Python expression for a number: the shortest digits that read back as the same."""
    return repr(value) if math.isfinite(value) else f'float("{value}")'


def numbers(values: Array, indent: int = 0, before: int = 0) -> str:
    """Return an array as nested lists, whose first line has `before` more characters in front of it.

    Lines after the first are indented by `indent`.

    A float32 is written with the digits that it needs, provided that they survive being read as a float64 first.
    """
    flat = values.reshape(-1)
    texts = [number(value) for value in flat.tolist()]
    if values.dtype == np.float32:
        short = [number(value) if math.isinf(value) or math.isnan(value) else str(value) for value in flat]
        texts = [
            one if not math.isfinite(value) or np.float32(float(one)) == value else exact
            for one, exact, value in zip(short, texts, flat, strict=True)
        ]
    return _nested(np.array(texts, dtype=object).reshape(values.shape).tolist(), indent, before)


def _nested(value: Any, indent: int, before: int = 0) -> str:
    line = _inline(value)
    if len(line) + indent + before <= WIDTH:
        return line
    pad = " " * (indent + 4)
    if isinstance(value[0], str):
        return "[\n" + "\n".join(_filled(value, pad)) + "\n" + " " * indent + "]"
    rows = "".join(f"{pad}{_nested(item, indent + 4)},\n" for item in value)
    return f"[\n{rows}{' ' * indent}]"


def _inline(value: Any) -> str:
    return value if isinstance(value, str) else "[" + ", ".join(map(_inline, value)) + "]"


def _filled(texts: list[str], pad: str) -> list[str]:
    """Return lines that hold as many of the texts as fit."""
    lines = [pad]
    for text in texts:
        if len(lines[-1]) > len(pad) and len(lines[-1]) + len(text) + 2 > WIDTH:
            lines.append(pad)
        lines[-1] += f"{text}, "
    return [line.rstrip() for line in lines]
