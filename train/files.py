"""Atomic file writing: all of a file or nothing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from addsup.train.errors import CannotWriteError


def write_atomically(path: Path, content: bytes) -> None:
    """Write *content* beside *path* and rename it over.

    Raises:
        CannotWriteError: what was at *path* is still there.
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
        raise CannotWriteError(f"Cannot write {path}: {error.strerror}.") from None
