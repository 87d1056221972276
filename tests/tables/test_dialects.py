"""Dialects: what any program writes by default is read with as many rows as it has, in order."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from addsup.tables.listing import find_file
from addsup.tables.readers import Selection, open_labelled, read_batches

Texts = list[str]
#: Characters that break readers, and some that do not.
ODD = st.text(
    st.sampled_from("ab1 ,;|\t\"'\\\n\r\x00\x0b\x1c\x85\u2028\u00e9\U0001f600#{[<"), max_size=12
)
TABLES = st.lists(ODD, min_size=1, max_size=6)


def by_csv(texts: Texts, separator: str) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator)
    writer.writerows([("label", "text"), *((i, text) for i, text in enumerate(texts))])
    return file.getvalue().encode()


def by_pandas(texts: Texts, separator: str) -> bytes:
    frame = pd.DataFrame({"label": range(len(texts)), "text": texts})
    return frame.to_csv(sep=separator, index=False).encode()


def by_arrow(texts: Texts, separator: str) -> bytes:
    file = io.BytesIO()
    options = pa.csv.WriteOptions(delimiter=separator)
    pa.csv.write_csv(pa.table({"label": range(len(texts)), "text": texts}), file, options)
    return file.getvalue()


def by_polars(texts: Texts, separator: str) -> bytes:
    frame = pl.DataFrame({"label": range(len(texts)), "text": texts})
    return frame.write_csv(separator=separator).encode()


def by_duckdb(texts: Texts, separator: str) -> bytes:
    table = pa.table({"label": range(len(texts)), "text": texts})
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.register("rows", table)
        connection.sql("from rows").write_csv(f"{folder}/rows", sep=separator)
        return Path(folder, "rows").read_bytes()


def as_written(texts: Sequence[object], write: Callable[[Texts, str], bytes]) -> list[object]:
    """*texts*; pandas does not quote a carriage return, so a last one is part of the line's end."""
    return [str(each).removesuffix("\r") if write is by_pandas else each for each in texts]


WRITERS = [by_csv, by_pandas, by_arrow, by_polars, by_duckdb]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


@pytest.mark.parametrize("form", ["csv", "tsv"])
@pytest.mark.parametrize("write", WRITERS)
@given(texts=TABLES)
@example(texts=["a\rb", "\r", "c"])
@example(texts=["", '"', '\\"', '",1'])
@settings(max_examples=60, deadline=None)
def test_table_as_a_program_writes_it_is_read_whole(
    folder: Path, write: Callable[[Texts, str], bytes], form: str, texts: Texts
) -> None:
    path = folder / f"{write.__name__}.{form}"
    path.write_bytes(write(texts, {"csv": ",", "tsv": "\t"}[form]))

    (rows,) = read_batches(find_file(path), Selection())
    assert as_written(rows.texts, write) == as_written(texts, write)
    assert rows.errors == {}
    with open_labelled(find_file(path)) as (table, text, _):
        read = [value for batch in table.batches for value in batch.values(text)]
    assert read == list(rows.texts)


@given(texts=TABLES)
@settings(max_examples=60, deadline=None)
def test_json_lines_as_a_program_writes_them_are_read_whole(folder: Path, texts: Texts) -> None:
    frame = pl.DataFrame({"text": texts})
    for content in (
        frame.write_ndjson(),
        frame.to_pandas().to_json(orient="records", lines=True),
        frame.to_pandas().to_json(orient="records", force_ascii=False),
        json.dumps([{"text": text} for text in texts], indent=1, ensure_ascii=False),
    ):
        (folder / "a.json").write_text(content, encoding="utf-8", newline="")
        (rows,) = read_batches(find_file(folder / "a.json"), Selection())
        assert list(rows.texts) == texts
