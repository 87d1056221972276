"""Readers: files of texts -> rows, a batch at a time, whatever the size of the file.

Rows come as they are in the file: "007" stays what it is, and a row that cannot be read has an
error in its place, so that the n-th row of the output is the n-th of the input.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from addsup.score.errors import BadInput
from addsup.tables.formats import CSV, JSONL, PARQUET, TSV, format_of
from addsup.tables.rows import CHARS_A_BATCH, MALFORMED_ROW, ROWS_A_BATCH, Rows
from addsup.tables.storage import Source, opened, reason

Item = TypeVar("Item")

#: Columns that hold the text if nobody says which does.
USUAL: Final = ("text", "review")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which columns are read.

    Attributes:
        text: the name of the column that holds the text; None for the usual one.
        keep: the names of columns to hand on; None for all but the text.
        keep_text: whether to hand on the text, too.
        form: the format; None for the one that the file's name says.
        limit: how many rows of each file are read; None for all.
    """

    text: str | None = None
    keep: tuple[str, ...] | None = None
    keep_text: bool = False
    form: str | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The columns of one file that are read."""

    text: str
    kept: tuple[str, ...]


def read(
    source: Source, selection: Selection, groups: tuple[int, int] | None = None
) -> Iterator[Rows]:
    """The rows of *source* in batches; one at least, which may be empty.

    Args:
        source: the file.
        selection: which columns.
        groups: the first of the row groups of a Parquet file to read, and the one after the last;
            None for all.

    Raises:
        BadInput: it cannot be read to its end, or lacks a column.
    """
    left = selection.limit
    for rows in _all(source, selection, groups):
        yield rows if left is None else rows.first(left)
        left = None if left is None else left - len(rows.texts)
        if left is not None and left <= 0:
            return


def _all(source: Source, selection: Selection, groups: tuple[int, int] | None) -> Iterator[Rows]:
    form = format_of(source.name, selection.form)
    if form == PARQUET:
        yield from _parquet(source, selection, groups)
        return
    with opened(source) as stream:
        lines = io.TextIOWrapper(io.BufferedReader(stream), "utf-8-sig", newline="")
        try:
            yield from _READERS[form](source.name, lines, selection)
        except UnicodeDecodeError as error:
            raise BadInput(
                f"{source.name} is not UTF-8 (byte 0x{error.object[error.start]:02x}): save it as "
                "UTF-8."
            ) from None
        finally:
            lines.detach()


def _csv(name: str, lines: io.TextIOWrapper, selection: Selection) -> Iterator[Rows]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    yield from _delimited(name, csv.reader(lines), selection)


def _tsv(name: str, lines: io.TextIOWrapper, selection: Selection) -> Iterator[Rows]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    reader = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    yield from _delimited(name, reader, selection)


def _delimited(name: str, reader: Any, selection: Selection) -> Iterator[Rows]:
    try:
        header: list[str] = next(reader, [])
        if not header:
            raise BadInput(f"{name} is empty; its first line names the columns.")
        chosen = choose(name, header, selection)
        text_at, kept_at = header.index(chosen.text), [header.index(each) for each in chosen.kept]
        schema = pa.schema([(each, pa.string()) for each in chosen.kept])
        rows = (cells for cells in reader if cells)
        for batch in _batches(rows, lambda cells: sum(map(len, cells))):
            errors = {
                i: MALFORMED_ROW for i, cells in enumerate(batch) if len(cells) != len(header)
            }
            padded = [[*cells, *[None] * len(header)] for cells in batch]
            arrays = [pa.array([cells[at] for cells in padded], pa.string()) for at in kept_at]
            kept = _record_batch(arrays, schema, len(batch))
            yield Rows([cells[text_at] for cells in padded], kept, errors)
    except csv.Error as error:
        raise BadInput(f"{name}, line {reader.line_num}: {error}.") from None


def _jsonl(name: str, lines: io.TextIOWrapper, selection: Selection) -> Iterator[Rows]:
    chosen: Chosen | None = None
    schema = pa.schema([])
    for batch in _batches((line for line in lines if line.strip()), len):
        if not batch:
            yield Rows([], _record_batch([], schema, 0))
            return
        records = [_record(line) for line in batch]
        good = [record for record in records if record is not None]
        keys = list(dict.fromkeys(key for record in good for key in record))
        if chosen is None:
            chosen = choose(name, keys, selection)
            schema = pa.schema([(each, _kind(_values(good, each))) for each in chosen.kept])
        elif selection.keep is None and (new := set(keys) - {*chosen.kept, chosen.text}):
            raise BadInput(
                f'{name} has a key "{min(new)}" that none of its first rows has: name what is to '
                "be kept with --keep."
            )
        arrays = [_array(name, records, field) for field in schema]
        yield Rows(
            _values(records, chosen.text),
            _record_batch(arrays, schema, len(records)),
            {i: MALFORMED_ROW for i, record in enumerate(records) if record is None},
        )


def _record(line: str) -> dict[str, Any] | None:
    """A line of JSON Lines; None if it is no object."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _values(records: Sequence[Mapping[str, Any] | None], key: str) -> list[Any]:
    return [record.get(key) if record else None for record in records]


def _kind(values: Sequence[Any]) -> pa.DataType:
    """The type of a column with these *values*: string for what has no other, as JSON."""
    kinds = {type(value) for value in values if value is not None}
    if kinds in ({int}, {float}, {int, float}):
        return pa.float64() if float in kinds else pa.int64()
    return pa.bool_() if kinds == {bool} else pa.string()


def _array(name: str, records: Sequence[Mapping[str, Any] | None], field: pa.Field) -> pa.Array:
    values = _values(records, field.name)
    if field.type == pa.string():
        values = [v if v is None else _text(v) for v in values]
    here = _kind(values)
    fits = here == field.type or (here, field.type) == (pa.int64(), pa.float64())
    try:
        if fits or not any(value is not None for value in values):
            return pa.array(values, field.type)
    except (pa.ArrowException, OverflowError):
        pass  # a number beyond 64 bits
    raise BadInput(
        f'{name} has a value of "{field.name}" that is no {field.type}, as those before it are: '
        "leave the column out with --keep."
    )


def _text(value: Any) -> str:
    """*value* as text that Arrow takes: halves of a surrogate pair become question marks."""
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode(errors="replace").decode()


def _parquet(
    source: Source, selection: Selection, groups: tuple[int, int] | None
) -> Iterator[Rows]:
    if source.place is None:
        raise BadInput("Parquet cannot be read from standard input; give a file.")
    try:
        with source.place.system.open_input_file(source.place.path) as raw:
            file = pq.ParquetFile(raw)
            chosen = choose(source.name, file.schema_arrow.names, selection)
            columns = list(dict.fromkeys([*chosen.kept, chosen.text]))
            wanted = list(range(*groups)) if groups else None
            batches = file.iter_batches(ROWS_A_BATCH, wanted, columns)
            empty = file.schema_arrow.empty_table().to_batches() or [
                pa.RecordBatch.from_pylist([], file.schema_arrow)
            ]
            none_yet = True
            for batch in batches:
                none_yet = False
                yield Rows(batch.column(chosen.text).to_pylist(), batch.select(list(chosen.kept)))
            if none_yet:
                yield Rows([], empty[0].select(list(chosen.kept)))
    except (OSError, pa.ArrowException) as error:
        raise BadInput(f"{source.name} cannot be read: {reason(error)}.") from None


def row_groups(source: Source) -> int:
    """How many row groups the Parquet file *source* has.

    Raises:
        BadInput: it cannot be read.
    """
    assert source.place, "only files have row groups"  # noqa: S101
    try:
        with source.place.system.open_input_file(source.place.path) as raw:
            return int(pq.ParquetFile(raw).num_row_groups)
    except (OSError, pa.ArrowException) as error:
        raise BadInput(f"{source.name} cannot be read: {reason(error)}.") from None


def choose(name: str, columns: Sequence[str], selection: Selection) -> Chosen:
    """The columns that are read, of those that the file *name* has.

    Raises:
        BadInput: one is missing, or it cannot be told which holds the text.
    """
    there = ", ".join(f'"{each}"' for each in columns[:20]) or "none"
    text = selection.text or _usual(columns)
    if text is None:
        raise BadInput(
            f"{name} does not say which column holds the text: give --text-column with one of "
            f"{there}."
        )
    kept = selection.keep
    if kept is None:
        kept = tuple(each for each in columns if each != text)
    if selection.keep_text and text not in kept:
        kept = (*kept, text)
    for each in (text, *kept):
        if each not in columns:
            raise BadInput(f'{name} has no column "{each}"; it has {there}.')
        if list(columns).count(each) > 1:
            raise BadInput(f'{name} has the column "{each}" twice: rename one of them.')
    return Chosen(text, kept)


def _usual(columns: Sequence[str]) -> str | None:
    """The column that holds the text by its name, or because it is the only one."""
    if len(columns) == 1:
        return columns[0]
    return next((each for each in columns if each.lower() in USUAL), None)


def _batches(items: Iterable[Item], size: Callable[[Item], int]) -> Iterator[list[Item]]:
    """*items* in lists of `ROWS_A_BATCH`, or fewer of great *size*; one at least."""
    batch: list[Item] = []
    total, none_yet = 0, True
    for item in items:
        batch.append(item)
        total += size(item)
        if len(batch) == ROWS_A_BATCH or total >= CHARS_A_BATCH:
            yield batch
            batch, total, none_yet = [], 0, False
    if batch or none_yet:
        yield batch


def _record_batch(arrays: Sequence[pa.Array], schema: pa.Schema, count: int) -> pa.RecordBatch:
    """A batch of *count* rows, which may have no column."""
    if arrays:
        return pa.RecordBatch.from_arrays(arrays, schema=schema)
    return pa.RecordBatch.from_struct_array(pa.array([{}] * count, pa.struct([])))


_READERS: Final = {CSV: _csv, TSV: _tsv, JSONL: _jsonl}
