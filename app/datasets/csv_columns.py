"""Columns of a table of texts: recognised as numbers or categories, and read, with every mistake by its line."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from app.nn.errors import Problem
from app.nn.reading import MAXIMUM_PROBLEMS, Array

Kind = Literal["number", "category", "ignore"]
KINDS = ("number", "category", "ignore")

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?"})
"""What stands in cells that hold nothing, in small letters."""

MOST_CATEGORIES = 50
"""A column of more different texts is a name or a remark, and no input."""

MOST_CLASSES = 1000


@dataclass(frozen=True)
class Rows:
    """A table of texts: names of the columns, cells row by row, and the line in the file that each row began on."""

    names: tuple[str, ...]
    cells: Sequence[Sequence[str]]
    lines: Sequence[int]


@dataclass(frozen=True)
class Column:
    """A column that was read: numbers as float64, or categories by their number (int64); empty if it is ignored."""

    name: str
    kind: Kind
    values: Array
    categories: tuple[str, ...] = ()

    @property
    def description(self) -> dict[str, Any]:
        """What is said of it."""
        described: dict[str, Any] = {"name": self.name, "kind": self.kind}
        if self.kind == "category":
            described["categories"] = list(self.categories)
        if self.kind == "number" and len(self.values):
            described |= {"minimum": float(self.values.min()), "maximum": float(self.values.max())}
        return described


@dataclass
class ColumnReader:
    """Reads the columns of a table; what is wrong with them is collected in `problems`."""

    rows: Rows
    chosen: Mapping[str, Kind]
    problems: list[Problem] = field(default_factory=list)

    def read(self, place: int, *, target: bool, classes: bool | None = None) -> Column:
        """Read one column; a target may have more categories, and is one of `classes` if that is said."""
        name = self.rows.names[place]
        texts = [row[place] for row in self.rows.cells]
        kind = self.chosen.get(name)
        if target and classes is not None and kind is None:
            kind = "category" if classes else "number"
        if kind == "ignore" and not target:
            return Column(name, "ignore", np.empty(0))
        if kind in {None, "number", "ignore"}:
            all_numbers = read_numbers(texts)
            if all_numbers is not None:
                return Column(name, "number", all_numbers)
        if kind is None or kind == "ignore":
            present = sum(not is_missing(text) for text in texts)
            kind = "number" if 2 * sum(read_number(text) is not None for text in texts) > present else "category"
        if kind == "number":
            self._explain_numbers(name, texts)
            return Column(name, "number", np.zeros(len(texts)))
        return self._categories(name, texts, target=target)

    def _explain_numbers(self, name: str, texts: Sequence[str]) -> None:
        for line, text in zip(self.rows.lines, texts, strict=True):
            if read_number(text) is None:
                said = self.chosen.get(name) == "number" or is_missing(text)
                hint = "" if said else f' (or take "{name}" as categories: say so in columns)'
                self._wrong(line, name, text, "a number", hint)

    def _categories(self, name: str, texts: Sequence[str], *, target: bool) -> Column:
        distinct = set(texts)
        if any(map(is_missing, distinct)):
            for line, text in zip(self.rows.lines, texts, strict=True):
                if is_missing(text):
                    self._wrong(line, name, text, "a value", "")
        found = sorted(distinct, key=_natural)
        most = MOST_CLASSES if target else MOST_CATEGORIES
        if len(found) > most:
            what = "classes" if target else "inputs"
            advice = "" if target else f': leave it out with "columns": {{"{name}": "ignore"}}'
            detail = f'column "{name}" holds {len(found):,} different texts; at most {most} become {what}{advice}'
            self._add(Problem(f"/columns/{name}", detail, f"at most {most} different texts", f"{len(found):,}"))
            found = found[:most]
        places = {text: number for number, text in enumerate(found)}
        return Column(name, "category", np.array([places.get(text, 0) for text in texts]), tuple(found))

    def _wrong(self, line: int, name: str, text: str, expected: str, hint: str) -> None:
        received = "nothing" if is_missing(text) else f"“{text[:40]}”"
        if text and received == "nothing":
            received = f"nothing (“{text[:10]}”)"
        detail = f'line {line}, column "{name}": expected {expected}, received {received}{hint}'
        self._add(Problem("/csv", detail, expected, text[:40]))

    def _add(self, problem: Problem) -> None:
        if len(self.problems) < MAXIMUM_PROBLEMS:
            self.problems.append(problem)


def read_number(text: str) -> float | None:
    """Return the finite number that a text is, as in other programs: a point, no separators, an exponent maybe."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None


def read_numbers(texts: Sequence[str]) -> Array | None:
    """Return all texts as numbers at once, if that is what all of them are."""
    try:
        numbers = np.array(list(map(float, texts)))
    except ValueError:
        return None
    return numbers if np.isfinite(numbers).all() and not any("_" in text for text in texts) else None


def is_missing(text: str) -> bool:
    """Tell whether a cell holds nothing."""
    return text.lower() in MISSING


def _natural(text: str) -> tuple[int, float, str]:
    """Order numbers by their size, and before all other texts."""
    number = read_number(text)
    return (1, 0.0, text) if number is None else (0, number, text)
