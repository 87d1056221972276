"""Dialect: how a table of text is written; as given, or as its first rows tell."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from addsup.tables.errors import TableError, note

if TYPE_CHECKING:
    from addsup.tables.decoding import Text

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

    Raises:
        TableError: the separator is not one character, or a quote or the end of a line.
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
    r"""*lines* with "" for \"."""
    return (line.replace('\\"', '""') for line in lines)


def sniff(text: Text, usual: str, given: Dialect) -> Dialect:
    """The dialect of a table of *text*, nothing left open; what is unusual about it is said.

    Args:
        text: of which the first lines are looked at.
        usual: separator of such a file: a comma, or a tab.
        given: what is not to be guessed.
    """
    lines = text.head_lines
    separator = given.separator or _separator(lines, usual)
    is_sound = _is_sound(csv_reader(lines, separator), text.is_whole)
    escapes = not is_sound and given.quoting is not False and any('\\"' in each for each in lines)
    escapes = escapes and _is_sound(csv_reader(unescaped(lines), separator), text.is_whole)
    quoting = usual != "\t" or is_sound or escapes if given.quoting is None else given.quoting
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


def _is_sound(rows: Iterable[list[str]], is_whole: bool) -> bool:
    """Whether no quote is left open or not doubled, but in a last row that is cut off."""
    try:
        for _ in rows:
            pass
    except csv.Error as error:
        return not is_whole and "end of data" in str(error)
    return True
