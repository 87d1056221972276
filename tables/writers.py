"""Writers: record batches -> a file in one of the formats, one batch after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from addsup.tables.suffixes import CSV, JSONL, PARQUET, TSV

Write = Callable[[pa.RecordBatch], None]
#: Rows of a row group of Parquet, or fewer of many bytes.
ROWS_A_GROUP: Final = 100_000
BYTES_A_GROUP: Final = 16 * 2**20
ENCODER: Final = msgspec.json.Encoder()
DELIMITERS: Final = {CSV: ",", TSV: "\t"}


@contextmanager
def open_writer(stream: Any, form: str, schema: pa.Schema) -> Iterator[Write]:
    """What writes batches of *schema* to *stream* in the format *form*.

    Any type is written: to CSV and TSV, nested values as JSON; there and to JSON Lines, bytes as
    base64 and times as Arrow spells them.
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
        flat = pa.schema([(each.name, _in_csv(each.type)) for each in schema])
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
    columns = [_values(column) for column in batch.columns]
    names = batch.schema.names
    rows = (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))
    stream.write(b"".join(ENCODER.encode(row) + b"\n" for row in rows))


def _values(column: pa.Array) -> list[Any]:
    """*column* as values that can become JSON; times as text, for Python's are not as far away."""
    if isinstance(column.type, pa.JsonType):
        return [v if v is None else msgspec.Raw(v.encode()) for v in column.storage.to_pylist()]
    if pa.types.is_timestamp(column.type):
        return pc.replace_substring(column.cast(pa.string()), " ", "T").to_pylist()
    return column.cast(_spelled(column.type)).to_pylist()


def _spelled(kind: pa.DataType) -> pa.DataType:
    """*kind* with text for dates and times, at any depth."""
    if pa.types.is_dictionary(kind):
        return _spelled(kind.value_type)
    if pa.types.is_struct(kind):
        return pa.struct([each.with_type(_spelled(each.type)) for each in kind])
    if pa.types.is_map(kind):
        return pa.map_(_spelled(kind.key_type), _spelled(kind.item_type))
    if pa.types.is_list(kind) or pa.types.is_list_view(kind) or pa.types.is_fixed_size_list(kind):
        return pa.list_(_spelled(kind.value_type))
    if pa.types.is_large_list(kind) or pa.types.is_large_list_view(kind):
        return pa.large_list(_spelled(kind.value_type))
    return pa.string() if pa.types.is_temporal(kind) else kind


def _in_csv(kind: pa.DataType) -> pa.DataType:
    """What is written to CSV for *kind*: itself, or text."""
    is_plain = pa.types.is_primitive(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind)
    return kind if is_plain else pa.large_string()


def _flattened(batch: pa.RecordBatch, flat: pa.Schema) -> pa.RecordBatch:
    """*batch* with text in place of what CSV has no cell for: JSON of nested values."""
    pairs = zip(batch.columns, flat.types, strict=True)
    arrays = [each if each.type == kind else _texts(each).cast(kind) for each, kind in pairs]
    return pa.RecordBatch.from_arrays(arrays, schema=flat)


def _texts(column: pa.Array) -> pa.Array:
    """*column* as text: JSON of nested values, base64 of bytes, and the like."""
    if isinstance(column.type, pa.JsonType):
        return column.storage
    texts = []
    for value in _values(column):
        if value is None or isinstance(value, str):
            texts.append(value)
        else:  # a UUID has quotes in JSON
            text = ENCODER.encode(value).decode()
            texts.append(text if pa.types.is_nested(column.type) else text.strip('"'))
    return pa.array(texts, pa.large_string())
