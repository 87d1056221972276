"""Parquet files: their row groups, as record batches or as batches of Python values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from addsup.tables.errors import BadTable
from addsup.tables.formats import PARQUET, ROWS_A_BATCH, SUFFIXES, split_suffixes
from addsup.tables.storage import DAMAGE, Source, in_memory, reason

#: A Parquet file of more bytes is cut at its row groups.
BYTES_A_TASK: Final = 256 * 2**20

#: The first row group and the one after the last; None for all of a file.
Groups = tuple[int, int] | None


@contextmanager
def open_parquet(source: Source) -> Iterator[pq.ParquetFile]:
    """The Parquet file *source*, in memory if it is a stream; `BadTable` if it is damaged."""
    try:
        if source.place is None or source.content is not None or source.compression:
            yield pq.ParquetFile(pa.BufferReader(in_memory(source).content))
        else:
            with source.place.system.open_input_file(source.place.path) as raw:
                yield pq.ParquetFile(raw)
    except (*DAMAGE, UnicodeDecodeError) as error:
        raise BadTable(f"{source.name} cannot be read as Parquet: {reason(error)}.") from None


def record_batches(
    file: pq.ParquetFile, columns: Sequence[str], groups: Groups
) -> Iterator[pa.RecordBatch]:
    """The *columns* of the rows of *groups*; one batch at least, which may be empty."""
    numbers = list(range(*groups)) if groups else None
    batch = None
    for batch in file.iter_batches(ROWS_A_BATCH, numbers, list(columns)):
        yield batch
    if batch is None:
        schema = pa.schema([file.schema_arrow.field(each) for each in columns])
        yield pa.RecordBatch.from_pylist([], schema)


def texts_of(name: str, column: str, values: pa.Array) -> list[object]:
    """n texts of a *column*, bytes as UTF-8, or as they are; `BadTable` if it holds neither."""
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if str(kind).removeprefix("large_").removesuffix("_view") not in ("string", "binary", "null"):
        raise BadTable(f'{name}: column "{column}" holds {kind}, no texts: give --text-column.')
    texts: list[object] = values.to_pylist()
    for i, text in enumerate(texts):
        with suppress(UnicodeDecodeError):
            texts[i] = text.decode() if isinstance(text, bytes) else text
    return texts


def cut_into_groups(source: Source, form: str | None = None) -> Sequence[Groups]:
    """The row groups of each task that reads a part of *source*; None for the whole file.

    A file that cannot be read is whole: whoever reads it gets the error.
    """
    count = math.ceil(source.size / BYTES_A_TASK)
    named = form or SUFFIXES.get(split_suffixes(source.name)[1].lower())
    if count <= 1 or named != PARQUET or source.compression:
        return [None]
    try:
        with open_parquet(source) as file:
            groups = file.num_row_groups
    except BadTable:
        return [None]
    count = max(1, min(count, groups))
    return [(groups * i // count, groups * (i + 1) // count) for i in range(count)]
