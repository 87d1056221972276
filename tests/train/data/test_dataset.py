"""Labelled text is taken as it stands, or refused with the line to look at."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from addsup.inference.errors import AddsupError
from addsup.tables.errors import TableError
from addsup.train.data.dataset import imdb_sentences, load_labelled_text
from addsup.train.errors import BadData


def write(folder: Path, name: str, content: str | bytes) -> Path:
    """A file with this content, byte for byte."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_imdb_sentences_are_what_the_article_reads(data_cache: Path) -> None:
    path = data_cache / "imdb_sentences.tsv"
    article = pd.read_csv(path, delimiter="\t", quoting=csv.QUOTE_NONE)

    data = imdb_sentences(data_cache)

    assert data.texts == list(article["Review"])
    assert data.labels == [("negative", "positive")[status] for status in article["Status"]]
    assert Counter(data.labels) == {"negative": 500, "positive": 500}
    assert data.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("value", ["NA", "null", "nan", "1.0", "007", "True", "#N/A", "1e5", "-"])
@pytest.mark.parametrize("name", ["d.tsv", "d.csv"])
def test_no_value_is_taken_for_a_number_or_for_missing(
    value: str, name: str, tmp_path: Path
) -> None:
    separator = "\t" if name == "d.tsv" else ","
    rows = [("Review", "Status"), (value, value), ("other", "other")]
    path = write(tmp_path, name, "".join(f"{separator.join(row)}\n" for row in rows))

    data = load_labelled_text(path)

    assert data.texts == [value, "other"]
    assert data.labels == [value, "other"]


def test_columns_may_be_named_and_others_are_left_alone(tmp_path: Path) -> None:
    path = write(tmp_path, "d.csv", "id,body,stars\n1,fine,5\n,poor,1\n")

    data = load_labelled_text(path, text_column="body", label_column="stars")

    assert list(data.frame.columns) == ["text", "label"]
    assert data.classes == ("1", "5")


def test_parquet_gives_the_same_rows_and_numbers_them(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"Review": ['Good "film', "Bad,\nfilm"], "Status": [1, 0], "x": [0.5, None]}
    ).astype({"Status": "category"})
    frame.to_parquet(tmp_path / "d.parquet")

    data = load_labelled_text(tmp_path / "d.parquet")

    assert data.texts == ['Good "film', "Bad,\nfilm"]
    assert data.labels == ["1", "0"]
    assert (data.unit, data.frame.index.tolist()) == ("row", [1, 2])


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"Review": ["a", None], "Status": [1, 0]}, 'nothing in column "Review" on row 2:'),
        ({"Review": ["a", "b"], "Status": [1, None]}, 'nothing in column "Status" on row 2:'),
        ({"Review": [1, 2], "Status": [1, 0]}, "row 1: the text is 1, not text"),
        ({"body": ["a", "b"], "Status": [1, 0]}, 'give --text-column with one of "body", "Status"'),
    ],
)
def test_unusable_parquet_is_refused_with_the_row(
    columns: dict[str, list[object]], message: str, tmp_path: Path
) -> None:
    pd.DataFrame(columns).to_parquet(tmp_path / "d.parquet")

    with pytest.raises(AddsupError, match=message):
        load_labelled_text(tmp_path / "d.parquet")


MANY_LABELS = "".join(f"x\t{number}\n" for number in range(1001))
EMPTY_TEXTS = "".join(f"{'' if line % 2 else 'x'}\t{line % 3}\n" for line in range(2, 18))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("d.tsv", "Review\tStatus\n", 'has 0 labels in column "Status"'),
        ("d.tsv", "Review\tStatus\na\t1\nb\t1\n", r'1 label .*\("1" on each of 2 rows\)'),
        ("d.tsv", "Review\tStatus\na\t(none)\nb\tx\n", r'has the label "\(none\)"'),
        ("d.tsv", f"Review\tStatus\n{MANY_LABELS}", 'has 1,001 labels in column "Status", and'),
        ("d.tsv", f"Review\tStatus\n{EMPTY_TEXTS}", "lines 3, 5, 7, 9, 11 and 3 more: fill"),
        ("d.tsv", "Review\tStatus\na\t1\n \u00a0\t0\n", 'nothing in column "Review" on line 3:'),
        ("d.tsv", "Review\tStatus\na\t1\nb\t \n", 'nothing in column "Status" on line 3:'),
        ("d.jsonl", '{"Review": "a", "Status": null}\n', 'nothing in column "Status" on line 1:'),
        ("d.jsonl", '{"Review": "a", "Status": 1}\n{"Status": 0}', '"Review" on line 2:'),
        ("d.jsonl", '{"Review": 5, "Status": 1}', "line 1: the text is 5, not text"),
        ("d.jsonl", '{"Review": "a", "Status": {"a": 1}}', "line 1: the label is {.*}, not text"),
    ],
)
def test_unusable_file_is_refused_with_the_place(
    name: str, content: str, message: str, tmp_path: Path
) -> None:
    path = write(tmp_path, name, content)

    with pytest.raises(BadData, match=message) as refusal:
        load_labelled_text(path)

    assert str(refusal.value).startswith(str(path))


def test_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"nothing\.csv cannot be read: No such file"):
        load_labelled_text(tmp_path / "nothing.csv")


def test_text_and_label_must_be_two_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "d.csv", "Review,Status\na,1\nb,0\n")

    with pytest.raises(TableError, match="cannot be both"):
        load_labelled_text(path, label_column="Review")


@pytest.mark.parametrize(
    ("labels", "read"),
    [
        (["1.0", "2.0"], ["1", "2"]),
        (["1.0", "2.5"], ["1.0", "2.5"]),
        (["1.0", "two"], ["1.0", "two"]),
        (["-1.0", "10.0"], ["-1", "10"]),
    ],
)
def test_labels_that_are_whole_numbers_lose_the_point_nought_that_pandas_gives_them(
    tmp_path: Path, labels: list[str], read: list[str]
) -> None:
    lines = "".join(f"text,{label}\n" for label in labels)
    path = write(tmp_path, "d.csv", f"Review,Status\n{lines}")

    assert load_labelled_text(path).labels == read
