"""Puts a model file in its place: all of it or nothing."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from export.errors import ExportError
from server.inference.model import checksum_file


def write_model(path: Path, content: bytes) -> str:
    """Replace *path* and its checksum, each atomically. Returns the sha256.

    A reader sees the old file or the new one, never half of one. Between the two replacements a
    server that is just starting finds a file that does not fit its checksum, and says so.

    Raises:
        ExportError: the folder cannot be written to; the old files are as they were.
    """
    digest = hashlib.sha256(content).hexdigest()
    write_atomically(path, content)
    write_atomically(checksum_file(path), f"{digest}  {path.name}\n".encode())
    return digest


def write_atomically(path: Path, content: bytes) -> None:
    """Write *content* beside *path* and rename it over.

    Raises:
        ExportError: it cannot be written; what was at *path* is still there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A folder of its own, so that whatever is left of a failed draft goes with it.
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".draft-") as folder:
            draft = Path(folder, path.name)
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
    except OSError as error:
        raise ExportError(f"Cannot write {path}: {error.strerror}.") from None
