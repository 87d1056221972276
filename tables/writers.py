"""Writers: record batches -> a file in one of the formats, one batch after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from addsup.tables.formats import CSV, JSONL, PARQUET, TSV

Write = Callable[[pa.RecordBatch], None]
#: Rows of a row group of Parquet, or fewer of many bytes.
ROWS_A_GROUP: Final = 100_000
BYTES_A_GROUP: Final = 16 * 2**20
ENCODER: Final = msgspec.json.Encoder()
DELIMITERS: Final = {CSV: ",", TSV: "\t"}


@contextmanager
def open_writer(stream: Any, form: str, schema: pa.Schema) -> Iterator[Write]:
    """What writes batches of *schema* to *stream* in the format *form*.

    Lists are written to CSV and TSV as JSON.
    """
    if form == PARQUET:
        with pq.ParquetWriter(stream, schema, compression="zstd") as parquet:
            groups = _RowGroups(parquet)
            yield groups.add
            groups.flush()
    elif form == JSONL:
        yield lambda batch: _write_lines(stream, batch)
    else:
        options = pa.csv.WriteOptions(delimiter=DELIMITERS[form], quoting_style="needed")
        flat = pa.schema(
            [
                each.with_type(pa.string()) if pa.types.is_nested(each.type) else each
                for each in schema
            ]
        )
        with pa.csv.CSVWriter(stream, flat, write_options=options) as delimited:
            yield lambda batch: delimited.write_batch(_flattened(batch, flat))


class _RowGroups:
    """Batches, gathered into row groups; Parquet keeps what it knows of each until the end."""

    def __init__(self, parquet: pq.ParquetWriter) -> None:
        self.parquet = parquet
        self.batches: list[pa.RecordBatch] = []
        self.rows = self.bytes = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Write *batch* with others, when there are enough."""
        self.batches.append(batch)
        self.rows += len(batch)
        self.bytes += batch.nbytes
        if self.rows >= ROWS_A_GROUP or self.bytes >= BYTES_A_GROUP:
            self.flush()

    def flush(self) -> None:
        """Write what is left."""
        if self.batches:
            self.parquet.write_table(pa.Table.from_batches(self.batches), self.rows or None)
        self.batches, self.rows, self.bytes = [], 0, 0


def _write_lines(stream: Any, batch: pa.RecordBatch) -> None:
    stream.write(b"".join(ENCODER.encode(row) + b"\n" for row in batch.to_pylist()))


def _flattened(batch: pa.RecordBatch, flat: pa.Schema) -> pa.RecordBatch:
    """*batch* with JSON in place of lists and other nested values."""
    arrays = [
        pa.array(
            [
                value if value is None else ENCODER.encode(value).decode()
                for value in column.to_pylist()
            ]
        )
        if pa.types.is_nested(column.type)
        else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(
        [array.cast(field.type) for array, field in zip(arrays, flat, strict=True)], schema=flat
    )
