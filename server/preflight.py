"""Preflight of a model file: read and tried before the server forks its workers.

So a bad file is refused once, in one sentence, and whatever happens to the file afterwards, every
worker serves the bytes that were found good.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from select import select
from typing import Final, NoReturn

from addsup.inference.errors import AddsupError, ModelFileError
from addsup.inference.model import Model, read_trusted
from addsup.server.errors import StartupError

#: Bytes of a reason that are told; one of ONNX Runtime's may quote the file.
REASON_BYTES: Final = 2_000

#: Seconds between two looks at whether the server is to stop.
LOOK_SECONDS: Final = 0.1


def approve(
    path: Path,
    public_key: Path | None,
    rehearse: Callable[[Model], None],
    seconds: float,
    is_stopping: Callable[[], bool] = lambda: False,
) -> bytes:
    """The bytes of the model file at *path*, which `Model.load` would accept.

    They are tried in a child process: a session of ONNX Runtime does not survive a fork, so the
    process that forks the workers must never have had one.

    *rehearse* asks the opened model what serving will ask; what it raises is a reason to refuse.
    All may take *seconds*, and is given up when *is_stopping*.

    Raises:
        ModelFileError: the file cannot be read, or this took too long or was not waited for.
        StartupError: the file, or what *rehearse* asks of it, cannot be served.
    """
    content = read_trusted(path, public_key)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(int(seconds) + 2)  # if the parent is killed, it does not go on for ever
        _try_and_exit(path, content, rehearse, writer)
    os.close(writer)
    try:
        reason = _read_reason(reader, seconds, is_stopping)
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        os.close(reader)
        _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        reason = f"Cannot serve {path}: ONNX Runtime crashed while opening it ({name})."
    if reason:
        raise StartupError(reason)
    return content


def _read_reason(reader: int, seconds: float, is_stopping: Callable[[], bool]) -> str:
    """What the child has to say against the file, read until it ends."""
    said, until = b"", time.monotonic() + seconds
    while True:
        if select([reader], [], [], LOOK_SECONDS)[0]:
            piece = os.read(reader, REASON_BYTES)
            if not piece:
                return said.decode(errors="replace")
            said += piece
        elif time.monotonic() >= until:
            raise ModelFileError(
                f"The model file was not tried out within {seconds:g} seconds; if it is good and "
                "only large, set MODEL_CHECK_SECONDS higher."
            )
        elif is_stopping():
            raise ModelFileError("The server is stopping, so the model file was not tried out.")


def _try_and_exit(
    path: Path, content: bytes, rehearse: Callable[[Model], None], writer: int
) -> NoReturn:
    """In the child: leave the reason in the pipe. Nothing of the parent's is to be cleaned up."""
    reason = ""
    try:
        rehearse(Model.open(path, content))
    except AddsupError as refusal:
        reason = str(refusal)
    except BaseException as error:
        reason = f"Cannot serve {path}: it fails with {type(error).__name__}: {error}"
    finally:
        os.write(writer, reason.encode(errors="replace")[:REASON_BYTES])
        os._exit(0)
