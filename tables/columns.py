"""Columns: which one holds the text and which the label; and the Arrow types of those of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

import pyarrow as pa

from addsup.tables.errors import BadTable, note

if TYPE_CHECKING:
    from addsup.tables.text import Table

Role = Literal["text", "label"]
#: Names that a column has in files, in order of preference, compared without regard to case.
USUAL_COLUMNS: Final[Mapping[Role, Sequence[str]]] = {
    "text": ("text", "review", "sentence"),
    "label": ("label", "status", "sentiment"),
}
#: Numbers of a column of int64.
INTEGERS: Final = range(-(2**63), 2**63)
#: Values as JSON, for what is nested.
JSON: Final = pa.json_()


def find_column(role: Role, name: str, columns: Sequence[str], given: str | None = None) -> str:
    """The column of texts or labels: the *given* one, the first usual one, or for text the only."""
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
    """Refuse a *wanted* column that is not there, or there twice, with `BadTable`."""
    if wanted not in columns:
        raise BadTable(f'{name} has no column "{wanted}"; it has {_listed(columns)}.')
    if list(columns).count(wanted) > 1:
        raise BadTable(f'{name} has the column "{wanted}" twice: rename one of them.')


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f'"{each[:40]}"' for each in columns[:10]) or "none"


def schema_of(table: Table, limit: int | None) -> pa.Schema | None:
    """The columns of *table*, of about its first *limit* rows; None if it has no rows.

    A key may first appear in any row. A column whose values differ in type is one of text, and one
    with lists or objects is JSON.
    """
    kinds: dict[str, set[type]] = {}
    count = 0
    for batch in table.batches:
        for name, values in batch.columns.items():
            found = kinds.setdefault(name, set())
            found.update(map(type, values))
            if int in found and any(type(v) is int and v not in INTEGERS for v in values):
                found.add(object)
        count += len(batch.numbers)
        if limit is not None and count >= limit:
            break
    if not count:
        return None
    return pa.schema([(each, _arrow_type(table.name, each, kinds[each])) for each in kinds])


def _arrow_type(name: str, column: str, kinds: set[type]) -> pa.DataType:
    kinds = kinds - {type(None)}
    if kinds & {list, dict}:
        return JSON
    if kinds == {bool}:
        return pa.bool_()
    if kinds and kinds <= {int, float}:
        return pa.float64() if float in kinds else pa.int64()
    if len(kinds) > 1:
        note(f'{name}: the values of "{column}" differ in type, and are handed on as text.')
    return pa.string()


def array_of(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """n *values* as a column of a type that `schema_of` gave."""
    if kind == JSON:
        return pa.ExtensionArray.from_storage(JSON, pa.array(map(_dumped, values), pa.string()))
    if kind == pa.float64():
        values = [v if v is None else float(v) for v in values]
    try:
        return pa.array(values, kind)
    except (TypeError, UnicodeError):  # not all are strings, or not all of Unicode
        return pa.array([_plain(v) if isinstance(v, str) else _dumped(v) for v in values], kind)


def _dumped(value: Any) -> str | None:
    return None if value is None else _plain(json.dumps(value, ensure_ascii=False))


def _plain(text: str) -> str:
    """*text* as Arrow takes it: halves of a surrogate pair become question marks."""
    return text.encode(errors="replace").decode()
