"""Text formats: CSV, TSV and JSON -> batches of rows as they stand, by the standard library alone.

A row that cannot be read is refused with its line, or marked in its place; where a quote may be
left open, so that nobody can tell where rows end, the file is refused.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from textwrap import shorten
from typing import IO, Any, Final, Literal, TypeVar

from addsup.tables.dialect import AS_FOUND, STAND_IN, Dialect, Text, csv_reader, sniff, unescaped
from addsup.tables.errors import BadTable
from addsup.tables.formats import JSONL, ROWS_A_BATCH, TSV

Item = TypeVar("Item")
#: What is done with a row that cannot be read.
Mode = Literal["refuse", "mark"]
#: The number of its line, and its cells; none if they cannot be told apart.
Row = tuple[int, list[str]]
#: The number of its line or row, its object or what is wrong with it, and about its size.
Found = tuple[int, "dict[str, Any] | str", int]

#: About how many characters are read at a time.
CHARS_A_BATCH: Final = 4_000_000
OPEN_QUOTE: Final = (
    "A quote may be left open, or not be doubled; if quotes are characters like others, give "
    "--no-quotes."
)


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
    """A table that is being read: one batch at least, which may be empty.

    Attributes:
        name: of the file.
        columns: names as in the file, which may repeat; of JSON Lines, those of the first batch.
        batches: its rows.
        unit: what the rows are numbered by.
    """

    name: str
    columns: tuple[str, ...]
    batches: Iterator[Batch]
    unit: str = "line"


def read_text(
    name: str, stream: IO[bytes], form: str, mode: Mode, dialect: Dialect = AS_FOUND
) -> Table:
    """Read a table of text, with or without a byte order mark, from the decompressed *stream*.

    Empty lines are left out, but for those of a table of one column, which are empty cells. A JSON
    array of objects is read as jsonl, too. Rows that cannot be read are refused, or marked in
    `Batch.problems`.

    Raises:
        BadTable: here or while batches are read: no text in the encoding, no header, a quote left
            open, or a malformed row.
    """
    text = Text(name, stream, dialect.encoding)
    if form == JSONL:
        return _json(name, text, mode)
    if re.match(r"\s*(\[\s*)?\{\s*\"", text.head):
        raise BadTable(f"{name}, line 1: it looks like JSON: let its name end in .json or .jsonl.")
    return _delimited(name, text, sniff(text, "\t" if form == TSV else ",", dialect), mode)


def _delimited(name: str, text: Text, dialect: Dialect, mode: Mode) -> Table:
    rows = _rows(text, dialect, mode)
    first = next(rows, (0, []))
    if not any(map(str.strip, first[1])):
        raise BadTable(f"{name} is empty; its first line names the columns.")
    header = first[1]
    if not dialect.header:
        header, rows = [str(i) for i in range(1, len(header) + 1)], chain([first], rows)
    batches = batched(rows, lambda row: sum(map(len, row[1])))
    return Table(name, tuple(header), (_by_column(name, header, each, mode) for each in batches))


def _rows(text: Text, dialect: Dialect, mode: Mode) -> Iterator[Row]:
    """The rows; an empty line is none, unless the first has a single cell."""
    lines = unescaped(text.lines()) if dialect.escapes else text.lines()
    reader = csv_reader(lines, dialect.separator or ",", quoting=dialect.quoting is not False)
    start, width = 1, 0
    while True:
        try:
            for cells in reader:
                if cells or width == 1:
                    if text.has_returns:
                        cells = [cell.replace(STAND_IN, "\r") for cell in cells]
                    yield start, cells or [""]
                    width = width or len(cells)
                start = reader.line_num + 1
            return
        except csv.Error as error:
            # Of a quote that is wrong on the line on which its row starts, that row is the victim.
            is_one_line = reader.line_num == start and "end of data" not in str(error)
            if mode == "refuse" or not is_one_line or not width:
                message = f"{text.name}, line {start}: {error}. {OPEN_QUOTE}"
                raise BadTable(message) from None
            yield start, []
            start = reader.line_num + 1


def _by_column(name: str, header: Sequence[str], rows: Sequence[Row], mode: Mode) -> Batch:
    width = len(header)
    numbers = [number for number, _ in rows]
    cells: Sequence[Sequence[str | None]] = [each for _, each in rows]
    problems = {i: _ragged(each, header) for i, each in enumerate(cells) if len(each) != width}
    for i, problem in problems.items():
        runs_on = any("\n" in cell for cell in rows[i][1])
        if runs_on or mode == "refuse":
            raise BadTable(f"{name}, line {numbers[i]}: {problem}" + f" {OPEN_QUOTE}" * runs_on)
    if problems:
        cells = [[*each, *[None] * width][:width] for each in cells]
    columns = list(zip(*cells, strict=True)) or [()] * width
    return Batch(numbers, dict(zip(header, columns, strict=True)), problems)


def _ragged(cells: Sequence[object], header: Sequence[str]) -> str:
    """What is wrong with a row of more or fewer cells than the *header* has; none: its quotes."""
    if not cells:
        return OPEN_QUOTE
    return (
        f"found {len(cells)} fields, but the header names {len(header)} "
        f"({shorten(', '.join(header), 200)}). Take out the separators too many, or quote the text."
    )


def _json(name: str, text: Text, mode: Mode) -> Table:
    """The table of JSON Lines, or of an array of objects, all of which is in memory."""
    lines = (line.replace(STAND_IN, "\r") for line in text.lines())
    read: Iterable[Found]
    if re.match(r"\s*\[\s*[{\]]", text.head):
        unit, array = "row", _array(name, "".join(lines), mode)
        read = ((number, _object(each), 1) for number, each in enumerate(array, 1))
    else:
        unit, rows = "line", ((n, line) for n, line in enumerate(lines, 1) if line.strip())
        read = ((number, _json_object(line, mode), len(line)) for number, line in rows)
    batches = (_by_key(name, each, mode, unit) for each in batched(read, lambda row: row[2]))
    first = next(batches)
    return Table(name, tuple(first.columns), chain([first], batches), unit)


def _array(name: str, content: str, mode: Mode) -> list[object]:
    try:
        return list(_DECODERS[mode].decode(content))
    except json.JSONDecodeError as error:
        raise BadTable(f"{name}, line {error.lineno}: not valid JSON ({error.msg}).") from None
    except (ValueError, RecursionError) as error:
        raise BadTable(f"{name}: not valid JSON ({error}).") from None


def _by_key(name: str, rows: Sequence[Found], mode: Mode, unit: str) -> Batch:
    numbers = [number for number, _, _ in rows]
    problems = {i: found for i, (_, found, _) in enumerate(rows) if isinstance(found, str)}
    if problems and mode == "refuse":
        first = min(problems)
        raise BadTable(f"{name}, {unit} {numbers[first]}: {problems[first]}")
    records: list[dict[str, Any]] = [{} if isinstance(each, str) else each for _, each, _ in rows]
    keys = dict.fromkeys(key for record in records for key in record)
    return Batch(numbers, {key: [record.get(key) for record in records] for key in keys}, problems)


def _json_object(line: str, mode: Mode) -> dict[str, Any] | str:
    """The object of a line; if there is none, why."""
    try:
        return _object(_DECODERS[mode].decode(line))
    except (ValueError, RecursionError) as error:
        return f"not valid JSON ({error})."


def _object(value: object) -> dict[str, Any] | str:
    return value if isinstance(value, dict) else "not a JSON object; each line must be one."


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


_DECODERS: Final = {
    "refuse": json.JSONDecoder(parse_constant=_no_constant),
    "mark": json.JSONDecoder(parse_constant=lambda _: None),
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
