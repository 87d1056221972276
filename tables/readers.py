"""Readers: files of any format -> tables of Python values, or batches of texts to be scored."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

import pyarrow as pa

from addsup.tables.columns import check_column, find_column
from addsup.tables.errors import BadTable
from addsup.tables.formats import JSONL, PARQUET
from addsup.tables.parquet import Groups, open_parquet, record_batches, value_batches
from addsup.tables.storage import Source, open_source, source_format
from addsup.tables.text import Table, read_text

#: Codes of rows that could not be read, in the manner of those in docs/errors.md.
MALFORMED_ROW: Final = "malformed_row"


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
class Rows:
    """Some rows of a file that is scored.

    Attributes:
        texts: n texts; anything but a string gets an error in its place.
        kept: n rows of the columns that are handed on.
        errors: index of a row -> the code of what is wrong with it.
    """

    texts: Sequence[object]
    kept: pa.RecordBatch
    errors: dict[int, str] = field(default_factory=dict)

    def first(self, count: int) -> Rows:
        """The first *count* of these rows."""
        return Rows(self.texts[:count], self.kept.slice(0, count), self.errors)


@contextmanager
def open_labelled(
    source: Source, text: str | None = None, label: str | None = None, groups: Groups = None
) -> Iterator[tuple[Table, str, str]]:
    """Open a table to train on, and find its columns of text and label.

    Args:
        source: the file.
        text: the name of the column that holds the text; None for the usual one.
        label: that of the column that holds the label; likewise.
        groups: the row groups of a Parquet file to read.

    Raises:
        BadTable: here or while batches are read: it cannot be read to its end, or lacks a column.
    """
    name, form = source.name, source_format(source)
    if form == PARQUET:
        with open_parquet(source) as file:
            columns = _labelled_columns(name, file.schema_arrow.names, text, label)
            yield Table(name, columns, value_batches(file, columns, groups), "row"), *columns
        return
    with open_source(source) as stream:
        table = read_text(name, stream, form, "refuse")
        yield table, *_labelled_columns(name, table.columns, text, label)


def _labelled_columns(
    name: str, columns: Sequence[str], text: str | None, label: str | None
) -> tuple[str, str]:
    found = find_column("text", name, columns, text), find_column("label", name, columns, label)
    if found[0] == found[1]:
        raise BadTable(f'{name}: column "{found[0]}" cannot be both text and label.')
    return found


def read_batches(source: Source, selection: Selection, groups: Groups = None) -> Iterator[Rows]:
    """The rows of *source*, those that cannot be read marked; one batch at least.

    Args:
        source: the file.
        selection: which columns.
        groups: the row groups of a Parquet file to read.

    Raises:
        BadTable: it cannot be read to its end, or lacks a column.
    """
    left = selection.limit
    form = source_format(source, selection.form)
    if form == PARQUET:
        batches = _from_parquet(source, selection, groups)
    else:
        batches = _from_text(source, form, selection)
    for rows in batches:
        yield rows if left is None else rows.first(left)
        left = None if left is None else left - len(rows.texts)
        if left is not None and left <= 0:
            return


def _from_parquet(source: Source, selection: Selection, groups: Groups) -> Iterator[Rows]:
    with open_parquet(source) as file:
        text, kept = _choose(source.name, file.schema_arrow.names, selection)
        for batch in record_batches(file, list(dict.fromkeys([*kept, text])), groups):
            yield Rows(batch.column(text).to_pylist(), batch.select(list(kept)))


def _from_text(source: Source, form: str, selection: Selection) -> Iterator[Rows]:
    with open_source(source) as stream:
        table = read_text(source.name, stream, form, "mark")
        first = next(table.batches)
        if not first.columns and not first.numbers:  # JSON Lines without a line
            yield Rows([], _record_batch([], pa.schema([]), 0))
            return
        text, kept = _choose(source.name, table.columns, selection)
        schema = pa.schema([(each, _kind(first.values(each))) for each in kept])
        for batch in chain([first], table.batches):
            if form == JSONL:
                new = batch.columns.keys() - {*kept, text}
                if selection.keep is None and new:
                    raise BadTable(
                        f'{source.name} has a key "{min(new)}" that none of its first rows has: '
                        "name what is to be kept with --keep."
                    )
                arrays = [
                    _json_array(source.name, batch.values(each.name), each) for each in schema
                ]
            else:
                arrays = [pa.array(batch.values(each), pa.string()) for each in kept]
            errors = dict.fromkeys(batch.problems, MALFORMED_ROW)
            kept_rows = _record_batch(arrays, schema, len(batch.numbers))
            yield Rows(batch.values(text), kept_rows, errors)


def _choose(name: str, columns: Sequence[str], selection: Selection) -> tuple[str, tuple[str, ...]]:
    """The column of texts, and those that are handed on, of those that the file *name* has."""
    text = find_column("text", name, columns, selection.text)
    kept = selection.keep
    if kept is None:
        kept = tuple(each for each in columns if each != text)
    if selection.keep_text and text not in kept:
        kept = (*kept, text)
    for each in kept:
        check_column(name, columns, each)
    return text, kept


def _kind(values: Sequence[Any]) -> pa.DataType:
    """The type of a column with these *values*: string for what has no other, as JSON."""
    kinds = {type(value) for value in values if value is not None}
    if kinds in ({int}, {float}, {int, float}):
        return pa.float64() if float in kinds else pa.int64()
    return pa.bool_() if kinds == {bool} else pa.string()


def _json_array(name: str, values: Sequence[Any], column: pa.Field) -> pa.Array:
    if column.type == pa.string():
        values = [v if v is None else _json_text(v) for v in values]
    here = _kind(values)
    fits = here == column.type or (here, column.type) == (pa.int64(), pa.float64())
    try:
        if fits or not any(value is not None for value in values):
            return pa.array(values, column.type)
    except (pa.ArrowException, OverflowError):
        pass  # a number beyond 64 bits
    raise BadTable(
        f'{name} has a value of "{column.name}" that is no {column.type}, as those before it are: '
        "leave the column out with --keep."
    )


def _json_text(value: Any) -> str:
    """*value* as text that Arrow takes: halves of a surrogate pair become question marks."""
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode(errors="replace").decode()


def _record_batch(arrays: Sequence[pa.Array], schema: pa.Schema, count: int) -> pa.RecordBatch:
    """A batch of *count* rows, which may have no column."""
    if arrays:
        return pa.RecordBatch.from_arrays(arrays, schema=schema)
    return pa.RecordBatch.from_struct_array(pa.array([{}] * count, pa.struct([])))
