"""Reading somebody's CSV as a data set: rows and columns found, a target chosen, categories made numbers."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from app.datasets.csv_columns import KINDS, Column, ColumnReader, Kind, Rows, is_missing, read_number
from app.datasets.record import Task
from app.nn.errors import LimitError, NetworkError, Problem
from app.nn.reading import MAXIMUM_PROBLEMS, Array, describe

DELIMITERS = (",", ";", "\t", "|")
MOST_COLUMNS = 2000
MOST_VALUES = 20_000_000
"""Numbers in all inputs together, categories written out."""

FEWEST_ROWS = 5
MOST_CLASS_NUMBERS = 20
"""A target of whole numbers is classes up to so many different ones."""


@dataclass(frozen=True)
class CsvOptions:
    """What may be said about a CSV: the column that is the `target` (default: the last), what columns are, and so on.

    `task` and `header` are found out where they are `None`. `missing` says what is done with rows that lack a value:
    they are an error, or dropped.
    """

    target: str | None = None
    task: Task | None = None
    columns: Mapping[str, Kind] | None = None
    delimiter: str | None = None
    header: bool | None = None
    missing: Literal["error", "drop"] = "error"


@dataclass(frozen=True)
class Table:
    """A CSV that was read: inputs (n, features) float64, targets (n,) int64 or (n, 1) float64, and their names."""

    inputs: Array
    targets: Array
    task: Task
    features: tuple[str, ...]
    target: str
    classes: tuple[str, ...]
    columns: tuple[dict[str, Any], ...]
    dropped: int = 0


def read_csv(text: str, options: CsvOptions) -> Table:
    """Read a CSV; raises `NetworkError` with the line of every mistake, `LimitError` for a table that is too large."""
    rows = _read_rows(text, options)
    place = _find_target(rows, options)
    unknown = [name for name in options.columns or {} if name not in rows.names]
    if unknown:
        raise NetworkError([_no_column(f"/columns/{name}", name, rows) for name in unknown])
    rows, dropped = _without_missing(rows, place, options)
    reader = ColumnReader(rows, options.columns or {})
    classes = None if options.task is None else options.task == "classification"
    target = reader.read(place, target=True, classes=classes)
    columns = [target if one == place else reader.read(one, target=False) for one in range(len(rows.names))]
    if reader.problems:
        raise NetworkError(reader.problems)
    task, targets, names = _targets(target, options)
    inputs, features = _inputs([column for one, column in enumerate(columns) if one != place])
    described = tuple({**column.description, "target": one == place} for one, column in enumerate(columns))
    return Table(inputs, targets, task, features, target.name, names, described, dropped)


def _read_rows(text: str, options: CsvOptions) -> Rows:
    text = text.removeprefix("\ufeff")
    delimiter = options.delimiter or _find_delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    cells: list[list[str]] = []
    lines: list[int] = []
    problems: list[Problem] = []
    before = 0
    try:
        for row in reader:
            line, before = before + 1, reader.line_num
            if not any(cell.strip() for cell in row):
                continue
            if cells and len(row) != len(cells[0]) and len(problems) < MAXIMUM_PROBLEMS:
                detail = f"line {line} has {len(row)} cells; expected {len(cells[0])}, as in line {lines[0]}"
                problems.append(Problem("/csv", detail, f"{len(cells[0])} cells", f"{len(row)} cells"))
            cells.append([cell.strip() for cell in row])
            lines.append(line)
            if len(cells) == 1:
                _check_width(len(row))
    except csv.Error as error:
        raise NetworkError([Problem("/csv", f"line {reader.line_num}: {error}", "CSV")]) from None
    if problems:
        raise NetworkError(problems)
    names: tuple[str, ...] = ()
    if cells:
        header = options.header if options.header is not None else all(read_number(cell) is None for cell in cells[0])
        names = tuple(cell or f"column_{place + 1}" for place, cell in enumerate(cells[0]))
        names = names if header else tuple(f"column_{place + 1}" for place in range(len(cells[0])))
        cells, lines = (cells[1:], lines[1:]) if header else (cells, lines)
    if len(cells) < FEWEST_ROWS:
        detail = f"the CSV has {len(cells)} rows of values; expected at least {FEWEST_ROWS}"
        raise NetworkError([Problem("/csv", detail, f"at least {FEWEST_ROWS} rows", str(len(cells)))])
    if len(names) < 2:
        detail = "the CSV has one column; expected an input and a target at least (is the delimiter another one?)"
        raise NetworkError([Problem("/csv", detail, "two columns or more", "one column")])
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        detail = f'more than one column is called "{twice[0]}"'
        raise NetworkError([Problem("/csv", detail, "names that differ", twice[0])])
    return Rows(names, cells, lines)


def _check_width(count: int) -> None:
    if count > MOST_COLUMNS:
        detail = f"the CSV has {count:,} columns; at most {MOST_COLUMNS:,} are read"
        raise LimitError([Problem("/csv", detail, f"at most {MOST_COLUMNS:,} columns", f"{count:,}")])


def _find_delimiter(text: str) -> str:
    """Return what divides the first line most often, quoted parts left out."""
    first = text.lstrip("\r\n").split("\n", 1)[0][:100_000]
    bare = "".join(first.split('"')[::2])
    return max(DELIMITERS, key=bare.count)


def _find_target(rows: Rows, options: CsvOptions) -> int:
    if options.target is None:
        return len(rows.names) - 1
    if options.target not in rows.names:
        raise NetworkError([_no_column("/target", options.target, rows)])
    return rows.names.index(options.target)


def _no_column(pointer: str, name: str, rows: Rows) -> Problem:
    known = ", ".join(rows.names[:20]) + (", …" if len(rows.names) > 20 else "")
    return Problem(pointer, f'no column is called "{name[:60]}"; there are: {known}', "the name of a column", name[:60])


def _without_missing(rows: Rows, target: int, options: CsvOptions) -> tuple[Rows, int]:
    """Drop rows that lack a value in a column that is used, where that is asked for."""
    if options.missing == "error":
        return rows, 0
    ignored = {name for name, kind in (options.columns or {}).items() if kind == "ignore"}
    used = [place for place, name in enumerate(rows.names) if place == target or name not in ignored]
    kept = [number for number, row in enumerate(rows.cells) if not any(is_missing(row[place]) for place in used)]
    if len(kept) < FEWEST_ROWS:
        detail = f"{len(kept)} rows have a value in every column; expected at least {FEWEST_ROWS}"
        raise NetworkError([Problem("/missing", detail, f"at least {FEWEST_ROWS} complete rows", str(len(kept)))])
    cells, lines = [rows.cells[number] for number in kept], [rows.lines[number] for number in kept]
    return Rows(rows.names, cells, lines), len(rows.cells) - len(kept)


def _targets(target: Column, options: CsvOptions) -> tuple[Task, Array, tuple[str, ...]]:
    """Return the task, the targets and the names of the classes."""
    values, names = target.values, target.categories
    if target.kind == "number":
        distinct = np.unique(values)
        whole = bool((distinct == np.floor(distinct)).all())
        few = whole and len(distinct) <= min(MOST_CLASS_NUMBERS, len(values) // 2)
        if options.task == "classification" and not few:
            detail = f'column "{target.name}" is to be read as numbers, which are too many or no whole ones for classes'
            raise NetworkError([Problem("/task", detail, "a target of categories", "numbers")])
        if options.task == "regression" or not few:
            return "regression", values[:, np.newaxis], ()
        names, values = tuple(str(int(number)) for number in distinct), np.searchsorted(distinct, values)
    elif options.task == "regression":
        detail = f'column "{target.name}" holds categories; a regression needs a number to predict'
        raise NetworkError([Problem("/task", detail, "a target of numbers", "categories")])
    if len(names) < 2:
        detail = f'column "{target.name}" holds one class only: "{names[0][:40]}"'
        raise NetworkError([Problem("/target", detail, "two classes or more", "one class")])
    return "classification", values.astype(np.int64), names


def _inputs(columns: list[Column]) -> tuple[Array, tuple[str, ...]]:
    """Return numbers as they are, and categories as a column of zeros and ones each, in the order of the table."""
    used = [column for column in columns if column.kind != "ignore"]
    if not used:
        detail = "every column but the target is ignored: there are no inputs"
        raise NetworkError([Problem("/columns", detail, "a column that is an input")])
    widths = [len(column.categories) if column.kind == "category" else 1 for column in used]
    rows = len(used[0].values)
    if rows * sum(widths) > MOST_VALUES:
        detail = f"the inputs are {rows:,}×{sum(widths):,} numbers; at most {MOST_VALUES:,} are kept"
        raise LimitError([Problem("/csv", detail, f"at most {MOST_VALUES:,} numbers", f"{rows * sum(widths):,}")])
    inputs = np.zeros((rows, sum(widths)))
    features: list[str] = []
    for column in used:
        if column.kind == "number":
            inputs[:, len(features)] = column.values
            features.append(column.name)
        else:
            inputs[np.arange(rows), len(features) + column.values] = 1.0
            features += [f"{column.name}={category}" for category in column.categories]
    return inputs, tuple(features)


def check_columns(value: object) -> None:
    """Refuse what is no choice of kinds for columns; raises `NetworkError`."""
    if value is None:
        return
    if not isinstance(value, dict):
        raise NetworkError([Problem("", f"columns is {describe(value)}; expected an object", "an object")])
    expected = "one of " + ", ".join(KINDS)
    problems = [
        Problem(f"/{name[:60]}", f"{name[:60]} is {describe(kind)}; expected {expected}", expected, describe(kind))
        for name, kind in value.items()
        if kind not in KINDS
    ]
    if problems:
        raise NetworkError(problems[:MAXIMUM_PROBLEMS])
