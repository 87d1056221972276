"""Formats of tables: which one a file has by its name or first bytes, and which its results get."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

CSV: Final = "csv"
TSV: Final = "tsv"
JSONL: Final = "jsonl"
PARQUET: Final = "parquet"
FORMATS: Final = (CSV, TSV, JSONL, PARQUET)

#: Rows that are read at a time, at most.
ROWS_A_BATCH: Final = 1_000
#: An array of objects, or JSON Lines; it is read and never written.
JSON: Final = ".json"
#: An archive of one file; likewise.
ZIP: Final = ".zip"
#: Suffixes of file names, in any case, and the format that each says.
SUFFIXES: Final = {
    ".csv": CSV,
    ".tsv": TSV,
    ".jsonl": JSONL,
    ".ndjson": JSONL,
    JSON: JSONL,
    ".parquet": PARQUET,
}
#: Suffixes behind those, and how Arrow calls the compression.
COMPRESSIONS: Final = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd", ".lz4": "lz4", ZIP: None}


def split_suffixes(name: str) -> tuple[str, str, str]:
    """*name* in three: the rest, the suffix of its format and that of its compression, or ""."""
    path = PurePosixPath(name)
    compression = path.suffix if path.suffix.lower() in COMPRESSIONS else ""
    suffix = PurePosixPath(path.stem).suffix if compression else path.suffix
    suffix = suffix if suffix.lower() in SUFFIXES else ""
    return name[: len(name) - len(suffix) - len(compression)], suffix, compression


def guess_format(head: bytes) -> str:
    """The format of a file without a name, by its first bytes: Parquet, JSON Lines, TSV or CSV."""
    if head.startswith(b"PAR1"):
        return PARQUET
    first, _, _ = head.lstrip(b"\xef\xbb\xbf \r\n").partition(b"\n")
    if first.startswith((b"{", b"[")):
        return JSONL
    return TSV if b"\t" in first else CSV


def output_name(name: str, form: str) -> str:
    """The name of what *name* becomes in the format *form*: as it is, if it is its own."""
    stem, suffix, compression = split_suffixes(name)
    if compression.lower() == ZIP:
        return f"{name}.{form}"
    is_own = SUFFIXES.get(suffix.lower()) == form and suffix.lower() != JSON
    return name if is_own else f"{stem}.{form}"
