"""Readers of rows; whole files are tried in test_dataset.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from addsup.train.data.readers import read_table
from addsup.train.errors import BadData


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.tsv", b'x\ty\n1\t"2\n\n3\t4\r\n'),
        ("a.csv", b'\xef\xbb\xbfx,y\n1,"""2"\n\n3,4\n'),
        ("a.JSONL", b'{"x": "1", "y": "\\"2"}\n\n{"x": "3", "y": "4"}\n'),
    ],
)
def test_rows_keep_the_number_of_their_line(name: str, content: bytes) -> None:
    table = read_table(Path(name), content)

    assert table.columns == ("x", "y")
    assert table.rows == ((2 if name != "a.JSONL" else 1, {"x": "1", "y": '"2'}),
                          (4 if name != "a.JSONL" else 3, {"x": "3", "y": "4"}))  # fmt: skip


def test_a_csv_field_may_have_lines_and_the_next_row_its_right_number() -> None:
    table = read_table(Path("a.csv"), b'x,y\n"1\n1",2\n3,4\n')

    assert [number for number, _ in table.rows] == [2, 4]


def test_an_unknown_format_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(
        BadData, match=r"the name must end in .tsv, .csv, .jsonl, .ndjson, .parquet"
    ):
        read_table(Path("a.xlsx"), b"")
