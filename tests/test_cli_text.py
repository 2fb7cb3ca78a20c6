"""Plain text: aligned tables, escapes, and encodings that lack characters."""

import io
import json

import pytest

from app.cli.text import RULE, printable, printable_json, table, write


def test_numbers_meet_at_their_points_and_texts_at_their_left() -> None:
    rows = [
        ["node", "value"],
        ["a[0]", "-10.25"],
        ["b[10]", "3.5", "x"],
        ["c", "NaN"],
        ["d", "1e-07"],
        RULE,
        ["sum", "7"],
    ]
    assert table(rows, numeric=(1,), indent="").splitlines() == [
        "node     value",
        "a[0]   -10.25",
        "b[10]    3.5    x",
        "c      NaN",
        "d        1e-07",
        "─────────────────",
        "sum      7",
    ]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("ünïcode 日本 ×", "ünïcode 日本 ×"),
        ("a\x1b[2Jb", r"a\x1b[2Jb"),
        ("a\nb\tc", r"a\nb\tc"),
        ("a\u202eb\u200b", r"a\u202eb\u200b"),
        ("\x9b\x7f", r"\x9b\x7f"),
        ("\ud800", r"\ud800"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(given: str, shown: str) -> None:
    assert printable(given) == shown
    assert printable(given).isprintable()


def test_json_is_escaped_as_json() -> None:
    value = {"name": "\x1b\x7f\x9b\u202e\U000e0001 日本"}
    text = printable_json(json.dumps(value, ensure_ascii=False))
    assert text.isprintable()
    assert "日本" in text
    assert json.loads(text) == value


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8", "cp1252"])
def test_any_encoding_can_be_written(encoding: str) -> None:
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding, newline="")
    write("0.5 × 2 → 1.0 日\n", stream)
    text = written.getvalue().decode(encoding)
    assert text == ("0.5 × 2 → 1.0 日\n" if encoding == "utf-8" else "0.5 x 2 -> 1.0 \\u65e5\n")


def test_json_stays_json_in_any_encoding() -> None:
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, "ascii")
    write('{"name":"日本 𝄞"}\n', stream)
    assert json.loads(written.getvalue()) == {"name": "日本 𝄞"}


def test_a_stream_that_was_closed_before_the_start_takes_nothing() -> None:
    write("text", None)
