"""Column names: which column holds the text and which the label, if nobody says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from addsup.tables.errors import BadTable

#: Names of the column of texts, in order of preference, compared without regard to case.
TEXT_COLUMNS: Final = ("text", "review", "sentence")
#: Those of the column of labels.
LABEL_COLUMNS: Final = ("label", "status", "sentiment")


def find_text_column(name: str, columns: Sequence[str], given: str | None = None) -> str:
    """The column of texts: the *given* one, the first of `TEXT_COLUMNS`, or the only one.

    Args:
        name: of the file, for messages.
        columns: of the file.
        given: what the user named.

    Raises:
        BadTable: there is no such column, or it cannot be told which it is.
    """
    only = columns[0] if len(columns) == 1 else None
    found = given or _usual_column(columns, TEXT_COLUMNS) or only
    return _checked_column(name, columns, found, "text")


def find_label_column(name: str, columns: Sequence[str], given: str | None = None) -> str:
    """The column of labels: the *given* one, or the first of `LABEL_COLUMNS`.

    Raises:
        BadTable: as `find_text_column`.
    """
    found = given or _usual_column(columns, LABEL_COLUMNS)
    return _checked_column(name, columns, found, "label")


def check_column(name: str, columns: Sequence[str], wanted: str) -> None:
    """Refuse a *wanted* column that is not there, or there twice.

    Raises:
        BadTable: so it is.
    """
    if wanted not in columns:
        raise BadTable(f'{name} has no column "{wanted}"; it has {_listed(columns)}.')
    if list(columns).count(wanted) > 1:
        raise BadTable(f'{name} has the column "{wanted}" twice: rename one of them.')


def _checked_column(name: str, columns: Sequence[str], found: str | None, role: str) -> str:
    if not columns:
        raise BadTable(f"{name} is empty, or none of its first rows can be read.")
    if found is None:
        raise BadTable(
            f"{name} does not say which column holds the {role}: give --{role}-column with one of "
            f"{_listed(columns)}."
        )
    check_column(name, columns, found)
    return found


def _usual_column(columns: Sequence[str], usual: Sequence[str]) -> str | None:
    return next((each for name in usual for each in columns if each.lower() == name), None)


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f'"{each}"' for each in columns[:20]) or "none"
