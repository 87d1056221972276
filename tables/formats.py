"""Formats of tables: which one a file has, by its name."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from addsup.score.errors import BadInput
from addsup.tables.storage import COMPRESSIONS

CSV: Final = "csv"
TSV: Final = "tsv"
JSONL: Final = "jsonl"
PARQUET: Final = "parquet"

SUFFIXES: Final = {
    ".csv": CSV,
    ".tsv": TSV,
    ".jsonl": JSONL,
    ".ndjson": JSONL,
    ".parquet": PARQUET,
}
FORMATS: Final = (CSV, TSV, JSONL, PARQUET)


def suffixes(name: str) -> tuple[str, str]:
    """The suffix of *name* that names its format, and that of its compression; either may be ""."""
    path = PurePosixPath(name)
    compression = path.suffix.lower() if path.suffix.lower() in COMPRESSIONS else ""
    suffix = PurePosixPath(path.stem).suffix if compression else path.suffix
    return (suffix if suffix.lower() in SUFFIXES else ""), compression


def format_of(name: str, given: str | None = None) -> str:
    """The format *given*, else that which *name* says.

    Raises:
        BadInput: it says none.
    """
    suffix, _ = suffixes(name)
    found = given or SUFFIXES.get(suffix.lower())
    if found is None:
        known = ", ".join(SUFFIXES)
        raise BadInput(
            f"{name} is in no format that its name tells: let it end in {known} (also .gz, .bz2 or "
            ".zst behind that), or give --input-format."
        )
    return found


def renamed(name: str, form: str | None) -> str:
    """*name* for a file of the format *form*; as it is if that is None, or its own."""
    suffix, compression = suffixes(name)
    if form is None or SUFFIXES.get(suffix.lower()) == form:
        return name
    plain = name.removesuffix(compression)
    return f"{plain.removesuffix(suffix)}.{form}"
