"""Parquet files -> rows with their numbers, for `train.data.readers`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pyarrow
from addsup.train.errors import BadData
from pyarrow import parquet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ROWS_AT_ONCE = 10_000


def read_parquet(
    path: Path, content: bytes
) -> tuple[tuple[str, ...], tuple[tuple[int, Mapping[str, object]], ...]]:
    """Read the columns' names, and each row with its number, from 1 on.

    Args:
        path: names the file in messages; it is not opened.
        content: the file's bytes.

    Raises:
        BadData: they are not Parquet, or damaged.
    """
    try:
        file = parquet.ParquetFile(pyarrow.BufferReader(content))
        return tuple(file.schema_arrow.names), tuple(enumerate(_rows(file), start=1))
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise BadData(f"{path} cannot be read as Parquet: {_first_line(error)}.") from error


def _rows(file: parquet.ParquetFile) -> Iterator[Mapping[str, object]]:
    names = file.schema_arrow.names
    for batch in file.iter_batches(ROWS_AT_ONCE):
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield dict(zip(names, map(_missing, values), strict=True))


def _missing(value: object) -> object:
    """None for what pandas writes where there is nothing: a NaN."""
    return None if isinstance(value, float) and math.isnan(value) else value


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".")
