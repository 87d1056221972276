"""Suffixes of file names: the formats and compressions of tables, and which a file has."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

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
    ".json": JSONL,
    ".parquet": PARQUET,
}
ZIP: Final = ".zip"
#: A suffix that is read (an array of objects, or JSON Lines), and never written.
JSON: Final = ".json"
WRITTEN: Final = tuple(each for each in SUFFIXES if each != JSON)
#: Suffixes behind those, and how Arrow calls the compression; a .zip of one file is read only.
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
