"""Tries the model before the server forks its workers, so that a bad file is refused once."""

from __future__ import annotations

import os
from pathlib import Path

from server.errors import ModelRefused
from server.model import Model


def check_model(path: Path, public_key: Path | None = None) -> None:
    """Load the model file at *path* as `Model.load` does, and forget it again.

    It happens in a child process: a session of ONNX Runtime does not survive a fork, so the process
    that forks the workers must never have had one.

    Raises:
        ModelRefused: the file cannot be served.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _report_and_exit(path, public_key, writer)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as pipe:
        refusal = pipe.read()
    _, status = os.waitpid(child, 0)
    if status != 0:
        raise ModelRefused(
            refusal or f"Cannot serve {path}: ONNX Runtime crashed while opening it."
        )


def _report_and_exit(path: Path, public_key: Path | None, writer: int) -> None:
    """In the child: leave the refusal in the pipe. Nothing of the parent's is to be cleaned up."""
    status = 1
    try:
        Model.load(path, public_key)
        status = 0
    except ModelRefused as refusal:
        os.write(writer, str(refusal).encode())
    finally:
        os._exit(status)
