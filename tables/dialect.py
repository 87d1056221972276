"""Dialect: how a table of text is written, and encoded; as given, or as its first rows tell."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import IO, Any, Final

from addsup.tables.errors import BadTable, TableError, note

#: Bytes that are looked at before a file is read, and read at a time.
BYTES_OF_HEAD: Final = 2**17
#: What files begin with that are no text in UTF-8, and what to do about it.
BEGINNINGS: Final = {
    b"\x1f\x8b": "it is compressed by gzip: let its name end in .gz",
    b"BZh91AY&SY": "it is compressed by bzip2: let its name end in .bz2",
    b"\x28\xb5\x2f\xfd": "it is compressed by zstd: let its name end in .zst",
    b"\xfd7zXZ\x00": "it is compressed by xz: unpack it, or pack it with gzip",
    b"PK\x03\x04": "it is an archive (.zip) or a workbook (.xlsx): save its table as CSV",
    b"PAR1": "it is Parquet: let its name end in .parquet",
    codecs.BOM_UTF16_LE: "it is UTF-16: give --encoding utf-16, or save it as UTF-8",
    codecs.BOM_UTF16_BE: "it is UTF-16: give --encoding utf-16, or save it as UTF-8",
}
LONE_RETURN: Final = re.compile(r"\r(?!\n|\Z)")
#: Backslashes before a quote, which is escaped by an odd number of them.
ESCAPES: Final = re.compile(r'(\\+)"')
#: Stands for a carriage return that ends no row; no decoded text has half a surrogate pair.
STAND_IN: Final = "\udc0d"


SEPARATORS: Final = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}
#: Rows that are looked at, and the share of them that must be as wide as the header.
ROWS_LOOKED_AT: Final = 100
ENOUGH: Final = 0.9
#: No text is as long; a quote left open would take in the rest of the file.
MOST_CHARS: Final = 2**26


@dataclass(frozen=True, slots=True)
class Dialect:
    r"""How a table of text is written; None for what its first rows tell.

    Attributes:
        separator: one character between the cells of CSV or TSV.
        quoting: whether a cell may stand in double quotes, and hold separators and line breaks.
        header: whether the first row names the columns; they are 1, 2, ... if not.
        encoding: of the characters; None for UTF-8.
        escapes: whether a quote within quotes is written \" and not "" (R, Spark, MySQL).
    """

    separator: str | None = None
    quoting: bool | None = None
    header: bool = True
    encoding: str | None = None
    escapes: bool = False

    def __post_init__(self) -> None:
        if self.separator is not None and (len(self.separator) != 1 or self.separator in '"\r\n'):
            raise TableError("The separator (--separator) is one character, such as ; or a tab.")


#: Nothing given.
AS_FOUND: Final = Dialect()


def csv_reader(lines: Iterable[str], separator: str, *, quoting: bool = True) -> Any:
    """The `csv.reader` of *lines*; a quote left open or not doubled raises `csv.Error`."""
    csv.field_size_limit(MOST_CHARS)
    quotes: Final = csv.QUOTE_MINIMAL if quoting else csv.QUOTE_NONE
    return csv.reader(lines, delimiter=separator, quoting=quotes, strict=True)


def unescaped(lines: Iterable[str]) -> Iterator[str]:
    r"""*lines* with "" for \", and \ for \\ before a quote."""
    return (ESCAPES.sub(lambda run: _unescaped(len(run[1])), line) for line in lines)


def _unescaped(backslashes: int) -> str:
    return "\\" * (backslashes // 2) + '"' * (1 + backslashes % 2)


class Text:
    """The characters of a file.

    Attributes:
        name: of the file.
        head: its beginning.
        is_whole: whether that is all of it.
        newline: what ends its lines: a carriage return if it has nothing else.
        has_returns: whether a line was met with a carriage return inside, now `STAND_IN`.
    """

    def __init__(self, name: str, stream: IO[bytes], encoding: str | None = None) -> None:
        """Look at the beginning of *stream*; `BadTable` if it is no text in *encoding*."""
        self.name, self.encoding = name, encoding or "utf-8-sig"
        try:
            b" ".decode(self.encoding, "replace")
        except LookupError:
            raise BadTable(f"{name}: there is no encoding {encoding!r} (--encoding).") from None
        self.bytes = _Counted(stream)
        if encoding is None:
            _check_beginning(name, self.bytes.head)
        self.head = self.bytes.head.decode(self.encoding, "replace")
        self.is_whole, self.has_returns = len(self.bytes.head) < BYTES_OF_HEAD, False
        self.newline = "\r" if "\r" in self.head and "\n" not in self.head else "\n"

    @property
    def head_lines(self) -> list[str]:
        """The first lines, as `lines`; one cut off only if it is the first."""
        lines = list(io.StringIO(LONE_RETURN.sub(STAND_IN, self.head), self.newline))
        return lines if self.is_whole or len(lines) < 2 else lines[:-1]

    def lines(self) -> Iterator[str]:
        """Lines, with their ends; texts do contain U+0085, U+2028 and the like."""
        text = io.TextIOWrapper(self.bytes, self.encoding, newline=self.newline)  # type: ignore[type-var]
        try:
            while block := text.readlines(2**16):
                joined = "".join(block)
                if self.newline == "\n" and joined.count("\r") > joined.count("\r\n"):
                    self.has_returns = True
                    block = [LONE_RETURN.sub(STAND_IN, line) for line in block]
                yield from block
        except UnicodeError as error:
            raise BadTable(self._misread(error)) from None

    def _misread(self, error: UnicodeError) -> str:
        if not isinstance(error, UnicodeDecodeError):
            return f"{self.name} is not in {self.encoding}: {error}."
        line = self.bytes.lines - error.object.count(b"\n", error.start) + 1
        found = f"{self.name}, line {line}: byte 0x{error.object[error.start]:02x} is not "
        if self.encoding != "utf-8-sig":
            return f"{found}{self.encoding}: give another --encoding."
        start = error.object.rfind(b"\n", 0, error.start) + 1
        content = error.object[start:].partition(b"\n")[0]
        return f"{found}UTF-8. {_guess(content)}, or save the file as UTF-8."


def _check_beginning(name: str, head: bytes) -> None:
    for beginning, advice in BEGINNINGS.items():
        if head.startswith(beginning):
            raise BadTable(f"{name}, line 1: {advice}.")
    for encoding, zeros in (("utf-16-le", head[1:100:2]), ("utf-16-be", head[:100:2])):
        if zeros and not any(zeros):
            raise BadTable(f"{name}, line 1: it looks like UTF-16: give --encoding {encoding}.")


def _guess(content: bytes) -> str:
    """The encoding of a line that is not UTF-8; of Western letters, few are not ASCII."""
    is_western = sum(byte > 127 for byte in content) * 3 <= len(content)
    try:
        content.decode("cp1252" if is_western else "ascii")
    except UnicodeDecodeError:
        return "Give --encoding with the one it has (such as cp1251, gb18030 or shift_jis)"
    return "It looks like cp1252 (Windows): give --encoding cp1252"


class _Counted(io.BufferedIOBase):
    """Bytes whose lines are counted, since an error of decoding does not say its line."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.head = self.next = stream.read(BYTES_OF_HEAD)
        self.read_some = getattr(stream, "read1", stream.read)
        self.lines = 0

    def readable(self) -> bool:
        return True

    def read1(self, _size: int = -1, /) -> bytes:
        chunk, self.next = self.next or self.read_some(BYTES_OF_HEAD), b""
        self.lines += chunk.count(b"\n")
        return chunk


def sniff(text: Text, usual: str, given: Dialect) -> Dialect:
    """The dialect of a table of *text*, nothing left open; what is unusual about it is said.

    What is *given* is not guessed; *usual* is the separator of such a file.
    """
    lines = text.head_lines
    separator = given.separator or _separator(lines, usual)
    soundness = _soundness(csv_reader(lines, separator), text.is_whole)
    escapes = given.quoting is not False and any('\\"' in each for each in lines)
    if escapes:
        escapes = _soundness(csv_reader(unescaped(lines), separator), text.is_whole) > soundness
    quoting = given.quoting
    if quoting is None:
        quoting = usual != "\t" or soundness > 0 or escapes
    if separator != usual and given.separator is None:
        found = SEPARATORS[separator]
        note(f"{text.name}: columns are separated by {found} (--separator says otherwise).")
    if escapes:
        note(f'{text.name}: quotes within quotes are written as \\" (--no-quotes says otherwise).')
    return replace(given, separator=separator, quoting=quoting, escapes=escapes)


def _separator(lines: Sequence[str], usual: str) -> str:
    """The *usual* separator, unless it fits few rows, and another fits nearly all of them."""
    fits = {each: _fit(lines[:ROWS_LOOKED_AT], each) for each in SEPARATORS}
    best = max(fits, key=lambda each: fits[each])
    return best if fits[best] >= ENOUGH > fits[usual] else usual


def _fit(lines: Sequence[str], separator: str) -> float:
    """The share of rows with as many cells as the header, if it has several."""
    widths = []
    try:
        widths += [len(cells) for cells in csv_reader(lines, separator) if cells]
    except csv.Error:  # the last row is cut off, or quotes are characters
        widths = widths or [line.count(separator) + 1 for line in lines]
    return widths.count(widths[0]) / len(widths) if widths and widths[0] > 1 else 0.0


def _soundness(rows: Iterable[list[str]], is_whole: bool) -> int:
    """2 if *rows* are equally wide, 1 if not, 0 if a quote is left open or not doubled in them.

    A last row that is cut off does not count.
    """
    widths = set()
    try:
        for cells in rows:
            widths.add(len(cells))
    except csv.Error as error:
        if is_whole or "end of data" not in str(error):
            return 0
    return 2 if len(widths - {0}) == 1 else 1
