"""Opening of data files: plain, compressed, or from standard input; their bytes and format."""

from __future__ import annotations

import gzip
import io
import re
import sys
import zipfile
import zlib
from pathlib import Path

from addsup.train.errors import BadData

STDIN = "-"


def open_data(path: Path) -> tuple[Path, bytes]:
    """The content of *path*, and a path whose suffix names its format.

    Args:
        path: a file, which may end in .gz or be a .zip of one file; `-` for standard input.

    Raises:
        BadData: it cannot be read, or is a folder, an address, or an archive of several files.
    """
    if str(path) == STDIN:
        content = sys.stdin.buffer.read()
        return Path("stdin" + _guessed_suffix(content)), content
    if re.match(r"[a-z][a-z0-9+.-]*:/", str(path), re.IGNORECASE):
        raise BadData(f"{path} is an address: fetch the file first, and name the file.")
    if path.is_dir():
        there = ", ".join(sorted(each.name for each in path.iterdir() if each.is_file())[:5])
        raise BadData(f"{path} is a folder: name one file in it ({there or 'it has none'}).")
    content = _read(path)
    if path.suffix.lower() == ".gz":
        return path.with_suffix(""), _unzipped(path, content)
    if path.suffix.lower() == ".zip":
        return _only_member(path, content)
    return path, content


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or error
        raise BadData(f"{path} cannot be read ({reason}): check the name.") from error


def _unzipped(path: Path, content: bytes) -> bytes:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise BadData(f"{path} is not what gzip makes, or not all of it ({error}).") from error


def _only_member(path: Path, content: bytes) -> tuple[Path, bytes]:
    """The one file of a .zip archive; what macOS adds is no file."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [
                name
                for name in archive.namelist()
                if not name.endswith("/") and not name.startswith("__MACOSX/")
            ]
            if len(names) != 1:
                raise BadData(f"{path} has {len(names)} files: unpack it, and name one of them.")
            return Path(names[0]), archive.read(names[0])
    except (zipfile.BadZipFile, RuntimeError, zlib.error) as error:
        raise BadData(f"{path} cannot be unpacked ({error}).") from error


def _guessed_suffix(content: bytes) -> str:
    """The format of what came without a name: JSON Lines, TSV or CSV."""
    if content[:4] == b"PAR1":
        return ".parquet"
    first, _, _ = content.lstrip(b"\xef\xbb\xbf \r\n").partition(b"\n")
    if first.startswith(b"{"):
        return ".jsonl"
    return ".tsv" if b"\t" in first else ".csv"
