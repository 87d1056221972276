"""Readers: files of any format -> tables of Python values, or batches of texts to be scored."""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final
from urllib.parse import unquote

import pyarrow as pa

from addsup.tables.columns import array_of, check_column, find_column, schema_of
from addsup.tables.dialect import AS_FOUND, Dialect
from addsup.tables.errors import BadTable
from addsup.tables.formats import JSONL, PARQUET, TSV, ZIP, guess_format, split_suffixes
from addsup.tables.parquet import Groups, open_parquet, record_batches, texts_of
from addsup.tables.storage import Source, format_of, open_source, place_of
from addsup.tables.text import OPEN_QUOTE, Batch, Table, read_text

#: What Hive calls the folder of rows without a value.
HIVE_NULL: Final = "__HIVE_DEFAULT_PARTITION__"
#: Codes of rows that could not be read, in the manner of those in docs/errors.md.
MALFORMED_ROW: Final = "malformed_row"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which columns are read, and of which rows.

    Attributes:
        text: the name of the column that holds the text; None for the usual one.
        keep: the names of columns to hand on; None for all but the text.
        keep_text: whether to hand on the text, too.
        form: the format; None for the one that the file's name says.
        limit: how many rows of each file are read; None for all.
        dialect: how tables of text are written.
        hive: whether folders of a file's path that are called name=value are columns, too.
    """

    text: str | None = None
    keep: tuple[str, ...] | None = None
    keep_text: bool = False
    form: str | None = None
    limit: int | None = None
    dialect: Dialect = AS_FOUND
    hive: bool = False


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

    def beside(self, results: pa.RecordBatch) -> pa.RecordBatch:
        """The columns that are handed on with *results* beside them."""
        schema = pa.schema([*self.kept.schema, *results.schema])
        return pa.RecordBatch.from_arrays([*self.kept.columns, *results.columns], schema=schema)


def source_format(source: Source, given: str | None = None) -> str:
    """The format *given*, else by the name; standard input and .zip files have it guessed."""
    _, suffix, packed = split_suffixes(source.name)
    if given or suffix or not (source.place is None or packed.lower() == ZIP):
        return format_of(source.name, given)
    with open_source(source) as stream:
        return guess_format(stream.peek(1) if hasattr(stream, "peek") else stream.read(1000))


@contextmanager
def open_labelled(
    source: Source,
    text: str | None = None,
    label: str | None = None,
    groups: Groups = None,
    dialect: Dialect = AS_FOUND,
) -> Iterator[tuple[Table, str, str]]:
    """Open a table to train on, or some row groups of it, and find its columns of text and label.

    The columns are those that are named, or the usual ones.

    Raises:
        BadTable: here or while batches are read: it cannot be read to its end, or lacks a column.
    """
    name, form = source.name, source_format(source)
    if form == PARQUET:
        with open_parquet(source) as file:
            columns = _labelled_columns(name, file.schema_arrow.names, text, label)
            yield Table(name, columns, _value_batches(file, columns, groups), "row"), *columns
        return
    dialect = _settled(source, form, dialect)
    with open_source(source) as stream:
        table = read_text(name, stream, form, "refuse", dialect)
        yield table, *_labelled_columns(name, table.columns, text, label)


def _value_batches(file: Any, columns: Sequence[str], groups: Groups) -> Iterator[Batch]:
    """The *columns* as Python values, None for a NaN; the first row of *groups* is number 1."""
    first = 1
    for batch in record_batches(file, columns, groups):
        values = [list(map(_missing, batch.column(each).to_pylist())) for each in columns]
        numbers = range(first, first + len(batch))
        yield Batch(numbers, dict(zip(columns, values, strict=True)))
        first += len(batch)


def _missing(value: object) -> object:
    """None for what pandas writes where there is nothing: a NaN; bytes are texts in UTF-8."""
    if isinstance(value, bytes):
        return value.decode()
    return None if isinstance(value, float) and math.isnan(value) else value


def _labelled_columns(
    name: str, columns: Sequence[str], text: str | None, label: str | None
) -> tuple[str, str]:
    found = find_column("text", name, columns, text), find_column("label", name, columns, label)
    if found[0] == found[1]:
        raise BadTable(f'{name}: column "{found[0]}" cannot be both text and label.')
    return found


def read_batches(source: Source, selection: Selection, groups: Groups = None) -> Iterator[Rows]:
    """The rows of *source*, or of some row groups of it, those that cannot be read marked.

    There is one batch at least, which may be empty.

    Raises:
        BadTable: it cannot be read to its end, or lacks a column.
    """
    left = selection.limit
    form = source_format(source, selection.form)
    if form == PARQUET:
        batches = _from_parquet(source, selection, groups)
    else:
        batches = _from_text(source, form, selection)
    folders = _hive_columns(source) if selection.hive else {}
    for rows in batches:
        if folders:
            rows = _with_columns(source.name, rows, folders)
        yield rows if left is None else rows.first(left)
        left = None if left is None else left - len(rows.texts)
        if left is not None and left <= 0:
            return


def _hive_columns(source: Source) -> dict[str, str | None]:
    """What the folders of *source* say, as Hive and Spark write them: day=2026-01-02/a.parquet."""
    folders = source.place.path.split("/")[:-1] if source.place else []
    pairs = (each.partition("=") for each in folders if "=" in each)
    return {name: None if value == HIVE_NULL else unquote(value) for name, _, value in pairs}


def _with_columns(name: str, rows: Rows, values: dict[str, str | None]) -> Rows:
    """*rows* with a column of one text for each of *values*."""
    twice = values.keys() & rows.kept.schema.names
    if twice:
        raise BadTable(f'{name} has the column "{min(twice)}", and so have its folders (--hive).')
    kept = rows.kept
    for column, value in values.items():
        kept = kept.append_column(column, pa.array([value] * len(kept), pa.string()))
    return Rows(rows.texts, kept, rows.errors)


def _from_parquet(source: Source, selection: Selection, groups: Groups) -> Iterator[Rows]:
    with open_parquet(source) as file:
        text, kept = _choose(source.name, file.schema_arrow.names, selection)
        for batch in record_batches(file, list(dict.fromkeys([*kept, text])), groups):
            texts = texts_of(source.name, text, batch.column(text))
            yield Rows(texts, batch.select(list(kept)))


def _from_text(source: Source, form: str, selection: Selection) -> Iterator[Rows]:
    """JSON Lines are read twice: which columns there are, only the last row may say."""
    dialect = _settled(source, form, selection.dialect)
    with _on_disk(source, form) as source:
        found = None
        if form == JSONL:
            with open_source(source) as stream:
                table = read_text(source.name, stream, form, "mark", dialect)
                found = schema_of(table, selection.limit)
            if found is None:
                yield Rows([], _record_batch([], pa.schema([]), 0))
                return
        with open_source(source) as stream:
            table = read_text(source.name, stream, form, "mark", dialect)
            text, kept = _choose(source.name, found.names if found else table.columns, selection)
            types = [found.field(each).type if found else pa.string() for each in kept]
            schema = pa.schema(list(zip(kept, types, strict=True)))
            for batch in table.batches:
                arrays = [array_of(batch.values(each.name), each.type) for each in schema]
                errors = dict.fromkeys(batch.problems, MALFORMED_ROW)
                kept_rows = _record_batch(arrays, schema, len(batch.numbers))
                yield Rows(batch.values(text), kept_rows, errors)


def _settled(source: Source, form: str, dialect: Dialect) -> Dialect:
    """*dialect* with what only all of a TSV tells: whether its quotes enclose cells.

    Of a stream, which is read once, the beginning decides.
    """

    def problems(quoting: bool) -> set[str]:
        with open_source(source) as stream:
            given = replace(dialect, quoting=quoting)
            batches = read_text(source.name, stream, TSV, "mark", given).batches
            return {problem for batch in batches for problem in batch.problems.values()}

    if form != TSV or dialect.quoting is not None or source.is_stream:
        return dialect
    with open_source(source) as stream:
        if not any(b'"' in chunk for chunk in iter(partial(stream.read, 2**20), b"")):
            return dialect
    try:
        refusal = BadTable(f"{source.name}: {OPEN_QUOTE}")
        encloses = OPEN_QUOTE not in problems(quoting=True)
    except BadTable as error:
        refusal, encloses = error, False
    if not encloses and problems(quoting=False):
        raise refusal
    return replace(dialect, quoting=encloses)


@contextmanager
def _on_disk(source: Source, form: str) -> Iterator[Source]:
    """*source*, which can be read twice if it is JSON: standard input as a temporary file."""
    if form != JSONL or not source.is_stream:
        yield source
        return
    with tempfile.NamedTemporaryFile() as file:
        with open_source(source) as stream:
            shutil.copyfileobj(stream, file)
            file.flush()
        yield replace(source, place=place_of(file.name))


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


def _record_batch(arrays: Sequence[pa.Array], schema: pa.Schema, count: int) -> pa.RecordBatch:
    """A batch of *count* rows, which may have no column."""
    if arrays:
        return pa.RecordBatch.from_arrays(arrays, schema=schema)
    return pa.RecordBatch.from_struct_array(pa.array([{}] * count, pa.struct([])))
