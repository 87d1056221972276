"""Parquet files."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow
import pytest
from addsup.train.data.parquet import read_parquet
from addsup.train.errors import BadData
from pyarrow import parquet


def written(**columns: list[object]) -> bytes:
    file = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), file)
    return file.getvalue()


def test_rows_are_numbered_from_one_and_a_nan_is_nothing() -> None:
    names, rows = read_parquet(
        Path("a.parquet"), written(text=["a", None], label=[1.5, float("nan")])
    )

    assert names == ("text", "label")
    assert rows == ((1, {"text": "a", "label": 1.5}), (2, {"text": None, "label": None}))


def test_what_is_not_parquet_is_refused_by_name() -> None:
    with pytest.raises(BadData, match=r"^a.parquet cannot be read as Parquet: "):
        read_parquet(Path("a.parquet"), b"text,label")
