"""Formats of tables: which one a file has, and how it is compressed, by its name."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from addsup.tables.errors import BadTable

CSV: Final = "csv"
TSV: Final = "tsv"
JSONL: Final = "jsonl"
PARQUET: Final = "parquet"
FORMATS: Final = (CSV, TSV, JSONL, PARQUET)

#: Suffixes of file names, in any case, and the format that each says.
SUFFIXES: Final = {
    ".csv": CSV,
    ".tsv": TSV,
    ".jsonl": JSONL,
    ".ndjson": JSONL,
    ".parquet": PARQUET,
}
ZIP: Final = ".zip"
#: Suffixes behind those, and how Arrow calls the compression; a .zip of one file is read only.
COMPRESSIONS: Final = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd", ".lz4": "lz4", ZIP: None}


def split_suffixes(name: str) -> tuple[str, str, str]:
    """*name* in three: the rest, the suffix of its format and that of its compression, or ""."""
    path = PurePosixPath(name)
    compression = path.suffix if path.suffix.lower() in COMPRESSIONS else ""
    suffix = PurePosixPath(path.stem).suffix if compression else path.suffix
    suffix = suffix if suffix.lower() in SUFFIXES else ""
    return name[: len(name) - len(suffix) - len(compression)], suffix, compression


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


def guess_format(head: bytes) -> str:
    """The format of a file without a name, by its first bytes: Parquet, JSON Lines, TSV or CSV."""
    if head.startswith(b"PAR1"):
        return PARQUET
    first, _, _ = head.lstrip(b"\xef\xbb\xbf \r\n").partition(b"\n")
    if first.startswith(b"{"):
        return JSONL
    return TSV if b"\t" in first else CSV


def output_name(name: str, form: str) -> str:
    """The name of what *name* becomes in the format *form*: as it is, if it is its own."""
    stem, suffix, compression = split_suffixes(name)
    if compression.lower() == ZIP:
        return f"{name}.{form}"
    return name if SUFFIXES.get(suffix.lower()) == form else f"{stem}.{form}"
