"""Somebody's CSV: what is recognised in it, and what is said, line by line, when something is wrong."""

from typing import Any

import numpy as np
import pytest

from app.datasets.csv_reading import CsvOptions, Table, check_columns, read_csv
from app.nn.errors import LimitError, NetworkError

PEOPLE = """age,height,country,likes tea
34,1.80,FI,yes
28,1.62,SE,no
51,1.75,FI,yes
19,1.91,NO,no
44,1.68,SE,yes
23,1.77,FI,no
"""


def read(text: str, **options: Any) -> Table:
    return read_csv(text, CsvOptions(**options))


def wrong(text: str, **options: Any) -> list[str]:
    with pytest.raises(NetworkError) as caught:
        read(text, **options)
    return [problem.detail for problem in caught.value.problems]


def test_columns_are_recognised() -> None:
    table = read(PEOPLE)
    assert table.task == "classification"
    assert table.target == "likes tea"
    assert table.classes == ("no", "yes")
    assert table.targets.tolist() == [1, 0, 1, 0, 1, 0]
    assert table.features == ("age", "height", "country=FI", "country=NO", "country=SE")
    np.testing.assert_array_equal(table.inputs[0], [34, 1.8, 1, 0, 0])
    np.testing.assert_array_equal(table.inputs[3], [19, 1.91, 0, 1, 0])
    assert [column["kind"] for column in table.columns] == ["number", "number", "category", "category"]


def test_a_target_may_be_any_column_and_a_number_to_predict() -> None:
    table = read(PEOPLE, target="height")
    assert table.task == "regression"
    assert table.targets.shape == (6, 1)
    assert table.features == ("age", "country=FI", "country=NO", "country=SE", "likes tea=no", "likes tea=yes")
    assert read(PEOPLE, target="age", task="classification").classes == ("19", "23", "28", "34", "44", "51")
    whole = "x,y\n" + "".join(f"{number},{number % 3}\n" for number in range(12))
    assert read(whole).classes == ("0", "1", "2")
    assert read(whole, task="regression").task == "regression"
    many = "x,y\n" + "".join(f"{number},{number}\n" for number in range(12))
    assert read(many).task == "regression"


@pytest.mark.parametrize(
    "text",
    [
        PEOPLE.replace(",", ";"),
        PEOPLE.replace(",", "\t"),
        PEOPLE.replace(",", "|"),
        "\ufeff" + PEOPLE,
        PEOPLE.replace("\n", "\r\n"),
        PEOPLE.replace("\n", "\n\n"),
        PEOPLE.replace("FI", '"FI"').replace("likes tea", '"likes tea"'),
        PEOPLE.replace(",", " , "),
        PEOPLE.rstrip("\n"),
    ],
    ids=["semicolon", "tab", "bar", "byte order mark", "windows", "blank lines", "quotes", "spaces", "no last newline"],
)
def test_ways_to_write_the_same_table(text: str) -> None:
    expected, table = read(PEOPLE), read(text)
    np.testing.assert_array_equal(table.inputs, expected.inputs)
    assert table.features == expected.features
    assert table.classes == expected.classes


def test_a_table_without_names() -> None:
    table = read("\n".join(PEOPLE.split("\n")[1:]))
    assert table.features[:2] == ("column_1", "column_2")
    assert table.target == "column_4"
    texts = "a,b\nc,d\n" * 4
    assert len(read(texts, header=False).targets) == 8


def test_classes_that_are_large_numbers_keep_their_names() -> None:
    table = read("a,b\n" + "1,20260131\n2,20260132\n" * 4)
    assert (table.task, table.classes) == ("classification", ("20260131", "20260132"))


def test_text_in_a_column_of_numbers_is_named_by_its_line() -> None:
    text = PEOPLE.replace("28,", "twenty,").replace("1.91", "")
    assert wrong(text) == [
        'line 3, column "age": expected a number, received “twenty” (or take "age" as categories: say so in columns)',
        'line 5, column "height": expected a number, received nothing',
    ]
    assert read(text.replace("19,,", "19,1.9,"), columns={"age": "category"}).features[0] == "age=19"
    quoted = PEOPLE.replace("FI,yes\n28", '"F\nI",yes\n28').replace("51,", "x,")
    assert wrong(quoted)[0].startswith('line 5, column "age"'), "lines are those of the file"
    for text in ("1e999", "inf", "NaN", "1_000", "0x10", "1,5"):
        row = f'"{text}"' if "," in text else text
        assert "column" in wrong(PEOPLE.replace("34", row))[0]


def test_missing_values_are_mistakes_or_their_rows_are_left_out() -> None:
    text = PEOPLE.replace("1.62", "NA").replace("NO", "?")
    assert len(wrong(text)) == 2
    assert "received nothing (“NA”)" in wrong(text)[0]
    with pytest.raises(NetworkError, match="4 rows have a value in every column"):
        read(text, missing="drop")
    table = read(text + PEOPLE.split("\n", 1)[1], missing="drop")
    assert table.dropped == 2
    assert len(table.targets) == 10
    assert read(text, columns={"height": "ignore", "country": "ignore"}).features == ("age",)


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("", {}, "0 rows of values"),
        ("a,b\n1,2\n", {}, "1 rows of values"),
        ("a\n1\n2\n3\n4\n5\n6\n", {}, "one column"),
        (PEOPLE.replace("51,1.75,", "51,"), {}, "line 4 has 3 cells; expected 4, as in line 1"),
        (PEOPLE.replace("height", "age"), {}, 'more than one column is called "age"'),
        (PEOPLE + '"not closed', {}, "line 8: unexpected end of data"),
        (PEOPLE, {"target": "weight"}, 'no column is called "weight"; there are: age'),
        (PEOPLE, {"columns": {"weight": "ignore"}}, 'no column is called "weight"'),
        (PEOPLE, {"task": "regression"}, "expected a number, received “yes”"),
        (PEOPLE.replace(",no", ",yes"), {}, "holds one class only"),
        (PEOPLE, {"columns": {"age": "ignore", "height": "ignore", "country": "ignore"}}, "there are no inputs"),
        ("a,b\n" + "".join(f"t{n},{n % 2}\n" for n in range(60)), {}, '"columns": {"a": "ignore"}'),
        (
            "a,b\n" + "".join(f"{n},{n / 3}\n" for n in range(9)),
            {"task": "classification", "columns": {"b": "number"}},
            "too many or no whole ones for classes",
        ),
    ],
)
def test_what_is_wrong_is_said(text: str, options: dict[str, Any], says: str) -> None:
    assert says in wrong(text, **options)[0]


def test_limits() -> None:
    wide = ",".join(f"c{number}" for number in range(2001))
    with pytest.raises(LimitError, match="2,001 columns"):
        read(wide)
    with pytest.raises(NetworkError, match="field larger than"):
        read("a,b\n" + "x" * 200_000 + ",1\n")
    many = wrong("a,b\n" + "1,1\n" * 300 + "x,1\n" * 200)
    assert len(many) == 100


def test_kinds_of_columns_are_checked() -> None:
    check_columns(None)
    check_columns({"a": "number"})
    with pytest.raises(NetworkError, match="one of number, category, ignore"):
        check_columns({"a": "text"})
    with pytest.raises(NetworkError, match="expected an object"):
        check_columns(["a"])
