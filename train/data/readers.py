"""Readers: files -> rows with their numbers; TSV without quotes, CSV with, JSON Lines, Parquet.

pandas would guess: "NA" becomes missing, "1.0" a number, a lone U+0085 or carriage return a new
line, and no error names a line. These readers take the text as it stands.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from addsup.train.data.parquet import read_parquet
from addsup.train.errors import BadData

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    Row = tuple[int, Mapping[str, object]]  # line on which it starts (or number), column -> value


PARQUET = ".parquet"


@dataclass(frozen=True)
class Table:
    """The rows of one file."""

    columns: tuple[str, ...]  # as in the file; may repeat
    rows: tuple[Row, ...]
    unit: str = "line"  # what the rows are numbered by; Parquet has no lines


def read_table(path: Path, content: bytes) -> Table:
    """Read rows in the format that the suffix of *path* names.

    Args:
        path: names the format, and the file in messages; it is not opened.
        content: the file's bytes; but for Parquet UTF-8, with or without a byte order mark.

    Returns:
        The rows. Lines with nothing on them are left out.

    Raises:
        BadData: unknown suffix, not UTF-8, empty, or a malformed line.
    """
    suffix = path.suffix.lower()
    if suffix == PARQUET:
        return Table(*read_parquet(path, content), unit="row")
    reader = _READERS.get(suffix)
    if reader is None:
        known = ", ".join([*_READERS, PARQUET])
        raise BadData(f"{path} is not in a known format: the name must end in {known}.")
    text = _decode(path, content.removeprefix(codecs.BOM_UTF8))
    if not text.strip():
        raise BadData(f"{path} is empty: give a file with labelled text.")
    return reader(path, text)


def _decode(path: Path, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadData(
            f"{path}, line {line}: byte 0x{content[error.start]:02x} is not UTF-8. "
            "Save the file as UTF-8."
        ) from error


def _read_tsv(path: Path, text: str) -> Table:
    return _with_header(path, _tab_separated(text))


def _read_csv(path: Path, text: str) -> Table:
    return _with_header(path, _comma_separated(path, text))


def _tab_separated(text: str) -> Iterator[tuple[int, list[str]]]:
    # Not str.splitlines: reviews do contain U+0085, which it takes for a line's end.
    for number, line in enumerate(text.split("\n"), start=1):
        if line := line.removesuffix("\r"):
            yield number, line.split("\t")


def _comma_separated(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for fields in reader:
            if fields:
                yield start, fields
            start = reader.line_num + 1
    except csv.Error as error:
        raise BadData(
            f"{path}, line {start}: {error}. A quote may be left open, or not be doubled."
        ) from error


def _with_header(path: Path, lines: Iterator[tuple[int, list[str]]]) -> Table:
    _, header = next(lines)
    if len(header) == 1:
        _check_delimiter(path, header[0])
    rows = []
    for number, fields in lines:
        if len(fields) != len(header):
            raise BadData(
                f"{path}, line {number}: found {len(fields)} fields, but the header names "
                f"{len(header)} ({', '.join(header)}). Take out the separators too many, "
                "or quote the text (CSV)."
            )
        rows.append((number, dict(zip(header, fields, strict=True))))
    return Table(tuple(header), tuple(rows))


def _check_delimiter(path: Path, header: str) -> None:
    """Refuse a header that is only one name because its names are separated otherwise."""
    wanted = "tabs" if path.suffix.lower() == ".tsv" else "commas"
    for character, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars"), (",", "commas")):
        if character in header:
            advice = ", or name the file .tsv" if name == "tabs" else ""
            raise BadData(
                f"{path}, line 1: the columns are separated by {name}, but a file of this name has "
                f"{wanted} between them: save it with {wanted}{advice}."
            )


def _read_json_lines(path: Path, text: str) -> Table:
    lines = enumerate(text.split("\n"), start=1)
    rows = tuple(
        (number, _json_object(path, number, line)) for number, line in lines if line.strip()
    )
    columns = dict.fromkeys(name for _, record in rows for name in record)
    return Table(tuple(columns), rows)


def _json_object(path: Path, number: int, line: str) -> dict[str, object]:
    try:
        record = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadData(f"{path}, line {number}: not valid JSON ({error}).") from error
    if not isinstance(record, dict):
        raise BadData(f"{path}, line {number}: not a JSON object; each line must be one.")
    return record


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


_READERS = {
    ".tsv": _read_tsv,
    ".csv": _read_csv,
    ".jsonl": _read_json_lines,
    ".ndjson": _read_json_lines,
}
