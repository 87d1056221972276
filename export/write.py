"""Writing of a model file to its place: all of it or nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

from addsup.inference.model import checksum_file
from addsup.train.files import write_atomically


def write_model(path: Path, content: bytes) -> str:
    """Replace *path* and its checksum, each atomically. Returns the sha256.

    A reader sees the old file or the new one, never half of one. Between the two replacements a
    server that is just starting finds a file that does not fit its checksum, and says so.

    Raises:
        CannotWriteError: the folder cannot be written to; the old files are as they were.
    """
    digest = hashlib.sha256(content).hexdigest()
    write_atomically(path, content)
    write_atomically(checksum_file(path), f"{digest}  {path.name}\n".encode())
    return digest
