"""Writers: record batches -> a file in one of the formats, one batch after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from addsup.tables.formats import CSV, JSONL, PARQUET, TSV

#: Rows of a row group of Parquet, or fewer of many bytes.
ROWS_A_GROUP: Final = 100_000
BYTES_A_GROUP: Final = 16 * 2**20
ENCODER: Final = msgspec.json.Encoder()
DELIMITERS: Final = {CSV: ",", TSV: "\t"}


def write_batches(
    stream: Any, form: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]
) -> None:
    """Write *batches* of *schema* to *stream* in the format *form*.

    Any type is written: to CSV and TSV, nested values as JSON; there and to JSON Lines, bytes as
    base64 and times as Arrow spells them.
    """
    if form == PARQUET:
        with pq.ParquetWriter(stream, schema, compression="zstd") as parquet:
            for group in _row_groups(batches):
                parquet.write_table(group, len(group) or None)
    elif form == JSONL:
        for batch in batches:
            rows = zip(*map(_values, batch.columns), strict=True)
            lines = [ENCODER.encode(dict(zip(schema.names, row, strict=True))) for row in rows]
            stream.write(b"\n".join([*lines, b""]))
    else:
        options = pa.csv.WriteOptions(delimiter=DELIMITERS[form], quoting_style="needed")
        flat = pa.schema([(each.name, _in_csv(each.type)) for each in schema])
        with pa.csv.CSVWriter(stream, flat, write_options=options) as delimited:
            for batch in batches:
                delimited.write_batch(_flattened(batch, flat))


def _row_groups(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """*batches* in row groups of Parquet, which keeps what it knows of each until the end."""
    group: list[pa.RecordBatch] = []
    for batch in batches:
        group.append(batch)
        size = sum(each.nbytes for each in group)
        if size >= BYTES_A_GROUP or sum(map(len, group)) >= ROWS_A_GROUP:
            yield pa.Table.from_batches(group)
            group = []
    if group:
        yield pa.Table.from_batches(group)


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
