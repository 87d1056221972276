"""Formats of tables: which one a file has, and which its results get."""

from __future__ import annotations

import re

from addsup.tables.errors import BadTable, TableError
from addsup.tables.suffixes import COMPRESSIONS, JSON, SUFFIXES, WRITTEN, ZIP, split_suffixes


def format_of(name: str, given: str | None = None) -> str:
    """The format *given*, else that which *name* says.

    Raises:
        BadTable: it says none.
    """
    _, suffix, _ = split_suffixes(name)
    found = given or SUFFIXES.get(suffix.lower())
    if found is None:
        raise BadTable(
            f"{name} is in no format that its name tells: let it end in {', '.join(SUFFIXES)} "
            f"(also {', '.join(COMPRESSIONS)} behind that), or give --input-format."
        )
    return found


def output_format(output: str, given: str | None = None) -> str | None:
    """The format that the name *output* says, which is that *given*, if any; None of a folder.

    Raises:
        TableError: the name says another, or looks like that of a file in no format.
    """
    _, suffix, packed = split_suffixes(output)
    found = SUFFIXES.get(suffix.lower())
    if suffix.lower() == JSON or (not suffix and re.search(r"[^/.]\.[a-z]\w{,4}$", output, re.I)):
        raise TableError(
            f"{output} cannot be written: let its name end in {', '.join(WRITTEN)}, or in / if it "
            "is a folder."
        )
    if packed.lower() == ZIP:
        raise TableError(f"{output} cannot be written: results are not put into archives.")
    if given and found and given != found:
        raise TableError(f"{output} is called {suffix}, and --format is {given}: change either.")
    return found


def output_name(name: str, form: str) -> str:
    """The name of what *name* becomes in the format *form*: as it is, if it is its own."""
    stem, suffix, compression = split_suffixes(name)
    if compression.lower() == ZIP:
        return f"{name}.{form}"
    is_own = SUFFIXES.get(suffix.lower()) == form and suffix.lower() != JSON
    return name if is_own else f"{stem}.{form}"
