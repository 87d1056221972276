"""Text formats: CSV, TSV and JSON Lines -> batches of rows, by the standard library alone.

pandas would guess: "NA" becomes missing, "1.0" a number, a lone U+0085 or carriage return a new
line, and no error names a line. Here values stay as they stand. A row that cannot be read is
refused with its line, or marked in its place, so that the n-th row out is the n-th row in.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import IO, Any, Final, Literal, TypeVar

from addsup.tables.errors import BadTable
from addsup.tables.formats import CSV, TSV

Item = TypeVar("Item")
#: What is done with a row that cannot be read.
Mode = Literal["refuse", "mark"]

#: Rows, and about how many characters, that are read at a time.
ROWS_A_BATCH: Final = 1_000
CHARS_A_BATCH: Final = 4_000_000
SEPARATORS: Final = {";": "semicolons", "\t": "tabs", "|": "bars", ",": "commas"}


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a table, column by column.

    Attributes:
        numbers: n numbers, of the lines on which the rows start, or of the rows, from 1 on.
        columns: name -> n values; None where a row has none.
        problems: index of a row -> what is wrong with it.
    """

    numbers: Sequence[int]
    columns: Mapping[str, Sequence[object]]
    problems: Mapping[int, str] = field(default_factory=dict)

    def values(self, name: str) -> Sequence[object]:
        """The n values of a column; all None if no row has it."""
        return self.columns.get(name) or [None] * len(self.numbers)


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is being read.

    Attributes:
        name: of the file.
        columns: names as in the file, which may repeat; of JSON Lines, those of the first batch.
        batches: its rows; one batch at least, which may be empty.
        unit: what the rows are numbered by.
    """

    name: str
    columns: tuple[str, ...]
    batches: Iterator[Batch]
    unit: str = "line"


def read_text(name: str, stream: IO[bytes], form: str, mode: Mode) -> Table:
    """Read a table of text in UTF-8, with or without a byte order mark; empty lines are left out.

    Args:
        name: of the file, for messages.
        stream: its bytes, decompressed.
        form: csv (RFC 4180), tsv (no quoting) or jsonl.
        mode: whether to refuse rows that cannot be read, or to mark them in `Batch.problems`.

    Raises:
        BadTable: here or while batches are read: not UTF-8, no header, or a malformed row.
    """
    if form == CSV:
        return _delimited(
            name, _comma_separated(name, _decoded(name, stream, ""), mode), form, mode
        )
    lines = _decoded(name, stream, "\n")
    if form == TSV:
        return _delimited(name, _tab_separated(lines), form, mode)
    return _json_lines(name, lines, mode)


class _Counted(io.BufferedReader):
    """Bytes whose lines are counted, since an error of decoding does not say its line."""

    lines = 0

    def read1(self, size: int = -1, /) -> bytes:
        chunk = super().read1(size)
        self.lines += chunk.count(b"\n")
        return chunk


def _decoded(name: str, stream: IO[bytes], newline: str) -> Iterator[str]:
    """Lines; only csv may split at a carriage return: texts do contain them, as U+0085."""
    counted = _Counted(stream)  # type: ignore[arg-type]
    text = io.TextIOWrapper(counted, "utf-8-sig", newline=newline)
    try:
        yield from text
    except UnicodeDecodeError as error:
        line = counted.lines - error.object.count(b"\n", error.start) + 1
        raise BadTable(
            f"{name}, line {line}: byte 0x{error.object[error.start]:02x} is not UTF-8. "
            "Save the file as UTF-8."
        ) from None


def _comma_separated(
    name: str, lines: Iterator[str], mode: Mode
) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    reader = csv.reader(lines, strict=mode == "refuse")
    start = 1
    try:
        for cells in reader:
            if cells:
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise BadTable(
            f"{name}, line {start}: {error}. A quote may be left open, or not be doubled."
        ) from None


def _tab_separated(lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(lines, 1):
        if plain := line.removesuffix("\n").removesuffix("\r"):
            yield number, plain.split("\t")


def _delimited(name: str, rows: Iterator[tuple[int, list[str]]], form: str, mode: Mode) -> Table:
    _, header = next(rows, (0, []))
    if not any(map(str.strip, header)):
        raise BadTable(f"{name} is empty; its first line names the columns.")
    if len(header) == 1:
        _check_separator(name, header[0], form)
    batches = batched(rows, lambda row: sum(map(len, row[1])))
    return Table(name, tuple(header), (_by_column(name, header, each, mode) for each in batches))


def _by_column(
    name: str, header: Sequence[str], rows: Sequence[tuple[int, list[str]]], mode: Mode
) -> Batch:
    width = len(header)
    numbers = [number for number, _ in rows]
    cells: Sequence[Sequence[str | None]] = [each for _, each in rows]
    problems = {
        i: f"found {len(each)} fields, but the header names {width} ({', '.join(header)}). Take "
        "out the separators too many, or quote the text (CSV)."
        for i, each in enumerate(cells)
        if len(each) != width
    }
    _refuse(name, numbers, problems, mode)
    if problems:
        cells = [[*each, *[None] * width][:width] for each in cells]
    columns = list(zip(*cells, strict=True)) or [()] * width
    return Batch(numbers, dict(zip(header, columns, strict=True)), problems)


def _refuse(name: str, numbers: Sequence[int], problems: Mapping[int, str], mode: Mode) -> None:
    if problems and mode == "refuse":
        first = min(problems)
        raise BadTable(f"{name}, line {numbers[first]}: {problems[first]}")


def _check_separator(name: str, header: str, form: str) -> None:
    """Refuse a header that is only one name because its names are separated otherwise."""
    wanted = "tabs" if form == TSV else "commas"
    for character, found in SEPARATORS.items():
        if character in header:
            advice = ", or name the file .tsv" if found == "tabs" else ""
            raise BadTable(
                f"{name}, line 1: the columns are separated by {found}, but a file of this name "
                f"has {wanted} between them: save it with {wanted}{advice}."
            )


def _json_lines(name: str, lines: Iterator[str], mode: Mode) -> Table:
    rows = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    batches = (_by_key(name, each, mode) for each in batched(rows, lambda row: len(row[1])))
    first = next(batches)
    return Table(name, tuple(first.columns), chain([first], batches))


def _by_key(name: str, rows: Sequence[tuple[int, str]], mode: Mode) -> Batch:
    numbers = [number for number, _ in rows]
    read = [_json_object(line, mode) for _, line in rows]
    problems = {i: found for i, found in enumerate(read) if isinstance(found, str)}
    _refuse(name, numbers, problems, mode)
    records: list[dict[str, Any]] = [{} if isinstance(each, str) else each for each in read]
    keys = dict.fromkeys(key for record in records for key in record)
    return Batch(numbers, {key: [record.get(key) for record in records] for key in keys}, problems)


def _json_object(line: str, mode: Mode) -> dict[str, Any] | str:
    """The object of a line; if there is none, why."""
    try:
        record = _DECODERS[mode].decode(line)
    except (ValueError, RecursionError) as error:
        return f"not valid JSON ({error})."
    return record if isinstance(record, dict) else "not a JSON object; each line must be one."


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


_DECODERS: Final = {
    "refuse": json.JSONDecoder(parse_constant=_no_constant),
    "mark": json.JSONDecoder(),
}


def batched(items: Iterable[Item], size: Callable[[Item], int]) -> Iterator[list[Item]]:
    """*items* in lists of `ROWS_A_BATCH`, or fewer of great *size*; one at least."""
    batch: list[Item] = []
    total, is_first = 0, True
    for item in items:
        batch.append(item)
        total += size(item)
        if len(batch) == ROWS_A_BATCH or total >= CHARS_A_BATCH:
            yield batch
            batch, total, is_first = [], 0, False
    if batch or is_first:
        yield batch
