"""Plain text for terminals and pipes: aligned tables, nothing that a terminal would obey, any encoding."""

import json
import re
from collections.abc import Sequence
from typing import TextIO

RULE = None
"""A row of a table that is a line across it."""

_PLAIN = str.maketrans({"×": "x", "→": "->", "−": "-", "─": "-", "…": "...", "∂": "d", "′": "'", "≤": "<="})
_WHOLE = re.compile(r"[^.e]*")


def printable(text: str) -> str:
    """Return one line of text with everything escaped that is not to be printed: controls, line ends, surrogates."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def printable_json(text: str) -> str:
    """Return JSON with the characters escaped, as JSON does it, that JSON would allow and a terminal obeys."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1].replace("\x7f", r"\u007f") for one in text)


def write(text: str, stream: TextIO | None) -> None:
    """Write `text`; what the stream's encoding does not know becomes something that it does."""
    if stream is None:  # the descriptor was closed before the start
        return
    encoding = stream.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        if text.startswith(("{", "[")):
            text = "".join(one if one.isascii() else json.dumps(one)[1:-1] for one in text)
        else:
            text = text.translate(_PLAIN).encode(encoding, "backslashreplace").decode(encoding)
    stream.write(text)
    stream.flush()


def table(rows: Sequence[Sequence[str] | None], numeric: Sequence[int] = (), indent: str = "  ") -> str:
    """Return rows of cells as lines, columns aligned; those in `numeric` at their decimal points.

    `RULE` is a line across. A row may be shorter than the others.
    """
    given = [row for row in rows if row is not RULE]
    columns = max(len(row) for row in given)
    cells = [[printable(cell) for cell in row] + [""] * (columns - len(row)) for row in given]
    for column in range(columns):
        texts = [row[column] for row in cells]
        aligned = _at_points(texts) if column in numeric else texts
        width = max(map(len, aligned))
        for row, text in zip(cells, aligned, strict=True):
            row[column] = text.rjust(width) if column in numeric else text.ljust(width)
    lines = iter([f"{indent}{'  '.join(row)}".rstrip() for row in cells])
    width = max(len(f"{indent}{'  '.join(row)}".rstrip()) for row in cells) - len(indent)
    return "\n".join(indent + "─" * width if row is RULE else next(lines) for row in rows)


def _at_points(texts: Sequence[str]) -> list[str]:
    """Pad numbers on the right so that, set flush right, their points (or the ends of their digits) meet."""
    tails = [len(text) - _whole(text) for text in texts]
    # A heading is a word: it stands flush right, over whatever the numbers need.
    longest = max((tail for text, tail in zip(texts, tails, strict=True) if _is_number(text)), default=0)
    return [
        text + " " * (longest - tail) if _is_number(text) else text for text, tail in zip(texts, tails, strict=True)
    ]


def _is_number(text: str) -> bool:
    return text[:1].isdigit() or text[:1] == "-" or text in ("NaN", "Infinity")


def _whole(text: str) -> int:
    match = _WHOLE.match(text)
    return len(match[0]) if match else 0
