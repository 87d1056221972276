"""Dialects: what any program writes by default is read with as many rows as it has, in order."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from addsup.tables.errors import BadTable
from addsup.tables.listing import find_file
from addsup.tables.readers import Selection, open_labelled, read_batches

Texts = list[str]
#: Characters that break readers, and some that do not.
ODD = st.text(
    st.sampled_from("ab1 ,;|\t\"'\\\n\r\x00\x0b\x1c\x85\u2028\u00e9\U0001f600#{[<"), max_size=12
)
TABLES = st.lists(ODD, min_size=1, max_size=6)


#: Writer -> how it may be told to write, besides by default.
DIALECTS: dict[str, list[dict[str, Any]]] = {
    "csv": [
        {},
        {"lineterminator": "\n"},
        {"quoting": csv.QUOTE_ALL},
        {"quoting": csv.QUOTE_NONNUMERIC, "lineterminator": "\n"},
        {"quoting": csv.QUOTE_ALL, "escapechar": "\\", "doublequote": False},
    ],
    "pandas": [
        {},
        {"quoting": csv.QUOTE_ALL},
        {"quoting": csv.QUOTE_NONNUMERIC, "lineterminator": "\r\n"},
        {"quoting": csv.QUOTE_NONNUMERIC, "escapechar": "\\", "doublequote": False},
    ],
    "arrow": [{}, {"quoting_style": "all_valid"}],
    "polars": [
        {},
        {"quote_style": "always"},
        {"quote_style": "non_numeric"},
        {"include_bom": True},
    ],
    "duckdb": [{}, {"quotechar": '"', "quoting": "ALL"}],
}


def written(by: str, texts: Texts, separator: str, options: dict[str, Any]) -> bytes:
    """A table with the columns `label`, numbers, and `text`."""
    columns = {"label": list(range(len(texts))), "text": texts}
    file = io.BytesIO()
    if by == "csv":
        cells = io.StringIO()
        rows = [tuple(columns), *zip(*columns.values(), strict=True)]
        csv.writer(cells, delimiter=separator, **options).writerows(rows)
        return cells.getvalue().encode()
    if by == "pandas":
        return pd.DataFrame(columns).to_csv(sep=separator, index=False, **options).encode()
    if by == "arrow":
        dialect = pa.csv.WriteOptions(delimiter=separator, **options)
        pa.csv.write_csv(pa.table(columns), file, dialect)
    elif by == "polars":
        pl.DataFrame(columns).write_csv(file, separator=separator, **options)
    else:
        with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
            connection.from_arrow(pa.table(columns)).write_csv(
                f"{folder}/rows", sep=separator, **options
            )
            return Path(folder, "rows").read_bytes()
    return file.getvalue()


def without_return(texts: Sequence[object]) -> list[str]:
    """*texts* without carriage returns at their ends, which pandas does not quote."""
    return [str(each).rstrip("\r") for each in texts]


def texts_read(path: Path) -> Texts:
    """Texts as scoring and as training reads them, which is the same."""
    (rows,) = read_batches(find_file(path), Selection())
    assert rows.errors == {}
    with open_labelled(find_file(path)) as (table, text, _):
        assert [each for batch in table.batches for each in batch.values(text)] == list(rows.texts)
    return list(map(str, rows.texts))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


@pytest.mark.parametrize("form", ["csv", "tsv"])
@pytest.mark.parametrize("by", DIALECTS)
@given(texts=TABLES)
@example(texts=["a\rb", "\r", "c"])
@example(texts=["", '"', '\\"', '",1'])
@settings(max_examples=40, deadline=None)
def test_table_as_a_program_writes_it_is_read_whole(
    folder: Path, by: str, form: str, texts: Texts
) -> None:
    path = folder / f"{by}.{form}"
    path.write_bytes(written(by, texts, {"csv": ",", "tsv": "\t"}[form], {}))

    read = texts_read(path)

    if by == "pandas":
        read, texts = without_return(read), without_return(texts)
    assert read == texts


@pytest.mark.parametrize("by", DIALECTS)
@given(texts=TABLES, separator=st.sampled_from(",;|\t"), data=st.data())
@settings(max_examples=60, deadline=None)
def test_table_in_another_dialect_has_as_many_rows_in_order_or_is_refused_with_its_place(
    folder: Path, by: str, texts: Texts, separator: str, data: st.DataObject
) -> None:
    path = folder / f"{by}.csv"
    path.write_bytes(written(by, texts, separator, data.draw(st.sampled_from(DIALECTS[by]))))

    try:
        (rows,) = read_batches(find_file(path), Selection())
    except BadTable as refusal:
        assert re.search(rf"{by}\.csv, line \d+: ", str(refusal))
    else:
        found = rows.kept.column("label").to_pylist()
        assert len(found) == len(texts)
        assert all(each == str(n) for n, each in enumerate(found) if n not in rows.errors)


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
