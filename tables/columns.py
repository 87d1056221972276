"""Column names: which column holds the text and which the label, if nobody says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from addsup.tables.errors import BadTable

Role = Literal["text", "label"]
#: Names that a column has in files, in order of preference, compared without regard to case.
USUAL_COLUMNS: Final[Mapping[Role, Sequence[str]]] = {
    "text": ("text", "review", "sentence"),
    "label": ("label", "status", "sentiment"),
}


def find_column(role: Role, name: str, columns: Sequence[str], given: str | None = None) -> str:
    """The column of texts or labels: the *given* one, the first usual one, or for text the only.

    Args:
        role: what the column holds.
        name: of the file, for messages.
        columns: of the file.
        given: what the user named.

    Raises:
        BadTable: there is no such column, or it cannot be told which it is.
    """
    if not columns:
        raise BadTable(f"{name} is empty, or none of its first rows can be read.")
    usual = (each for known in USUAL_COLUMNS[role] for each in columns if each.lower() == known)
    found = given or next(usual, None)
    longest = max(columns, key=len)
    if found is None and len(columns) > 1 and len(longest.split()) > 4:
        number = columns.index(longest) + 1
        raise BadTable(
            f"{name} does not name its columns, or not so that the one with the {role} is known: "
            f"without a line of names give --no-header --text-column {number}, else "
            f"--{role}-column with the name."
        )
    if found is None and not (role == "text" and len(columns) == 1):
        raise BadTable(
            f"{name} does not say which column holds the {role}: give --{role}-column with one of "
            f"{_listed(columns)}."
        )
    if found is None and len(columns[0].split()) > 3:
        raise BadTable(
            f"{name} has one column, and its first row is taken for the name of it. If that is a "
            "text, give --no-header, else --text-column."
        )
    found = found or columns[0]
    check_column(name, columns, found)
    return found


def check_column(name: str, columns: Sequence[str], wanted: str) -> None:
    """Refuse a *wanted* column that is not there, or there twice.

    Raises:
        BadTable: so it is.
    """
    if wanted not in columns:
        raise BadTable(f'{name} has no column "{wanted}"; it has {_listed(columns)}.')
    if list(columns).count(wanted) > 1:
        raise BadTable(f'{name} has the column "{wanted}" twice: rename one of them.')


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f'"{each[:40]}"' for each in columns[:10]) or "none"
