"""Reads and tries the model before the server forks its workers.

So a bad file is refused once, in one sentence, and whatever happens to the file afterwards, every
worker serves the bytes that were found good.
"""

from __future__ import annotations

import os
from pathlib import Path

from server.errors import ModelFileError
from server.inference.model import Model, read_trusted


def approve(path: Path, public_key: Path | None = None) -> bytes:
    """The bytes of the model file at *path*, which `Model.load` would accept.

    They are tried in a child process: a session of ONNX Runtime does not survive a fork, so the
    process that forks the workers must never have had one.

    Raises:
        ModelFileError: the file cannot be served.
    """
    content = read_trusted(path, public_key)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _report_and_exit(path, content, writer)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as pipe:
        refusal = pipe.read()
    _, status = os.waitpid(child, 0)
    if status != 0:
        raise ModelFileError(
            refusal or f"Cannot serve {path}: ONNX Runtime crashed while opening it."
        )
    return content


def _report_and_exit(path: Path, content: bytes, writer: int) -> None:
    """In the child: leave the refusal in the pipe. Nothing of the parent's is to be cleaned up."""
    status = 1
    try:
        Model.open(path, content)
        status = 0
    except ModelFileError as refusal:
        os.write(writer, str(refusal).encode())
    finally:
        os._exit(status)
