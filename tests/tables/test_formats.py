from __future__ import annotations

import pytest
from addsup.score.errors import BadInput
from addsup.tables.formats import format_of, renamed, suffixes


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.csv", (".csv", "")),
        ("a.b.jsonl.gz", (".jsonl", ".gz")),
        ("a.PARQUET", (".PARQUET", "")),
        ("a.csv.zst", (".csv", ".zst")),
        ("a.txt", ("", "")),
        ("folder.csv/a", ("", "")),
    ],
)
def test_format_and_compression_are_told_by_the_suffixes(
    name: str, expected: tuple[str, str]
) -> None:
    assert suffixes(name) == expected


def test_format_that_is_given_goes_before_the_name() -> None:
    assert format_of("a.csv", "tsv") == "tsv"
    assert format_of("a.ndjson") == "jsonl"


def test_name_that_tells_no_format_is_refused_with_the_way_out() -> None:
    with pytest.raises(BadInput, match=r"^stdin is in no format .*\.csv.*--input-format"):
        format_of("stdin")


@pytest.mark.parametrize(
    ("name", "form", "expected"),
    [
        ("2026/a.csv.gz", None, "2026/a.csv.gz"),
        ("a.csv.gz", "csv", "a.csv.gz"),
        ("a.csv.gz", "parquet", "a.parquet"),
        ("a", "jsonl", "a.jsonl"),
    ],
)
def test_part_is_called_as_its_input(name: str, form: str | None, expected: str) -> None:
    assert renamed(name, form) == expected
