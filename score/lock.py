"""Lock: one run at a time for an output; whoever else comes is told who holds it."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from pyarrow import fs

from addsup.score.errors import ScoreError
from addsup.tables.errors import TableError
from addsup.tables.storage import Place, reason


class Holder(msgspec.Struct, frozen=True):
    """Who holds a lock: a process of a machine, since a time (UTC, ISO 8601)."""

    host: str
    pid: int
    since: str


@contextmanager
def locked(place: Place, output: str) -> Iterator[None]:
    """Hold the lock at *place* for *output*.

    On a local file system it is the kernel's (flock), which goes with its process. Object stores
    have none: there it is a file, which a run that was killed on another machine leaves behind.

    Raises:
        ScoreError: another run holds it.
        TableError: it cannot be written.
    """
    here = Holder(socket.gethostname(), os.getpid(), datetime.now(UTC).isoformat(" ", "seconds"))
    is_local = isinstance(place.system, fs.LocalFileSystem)
    try:
        with (_flock if is_local else _claim)(place, output, msgspec.json.encode(here)):
            yield
    except OSError as error:
        raise TableError(f"{output} cannot be written: {reason(error)}.") from None


@contextmanager
def _flock(place: Place, output: str, content: bytes) -> Iterator[None]:
    path = Path(place.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise ScoreError(_held(output, file.read())) from None
        if not path.exists() or not os.path.samestat(path.stat(), os.fstat(file.fileno())):
            raise ScoreError(_held(output, b""))  # deleted by the run that was just ending
        file.truncate(0)
        file.write(content)
        file.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


@contextmanager
def _claim(place: Place, output: str, content: bytes) -> Iterator[None]:
    with suppress(FileNotFoundError), place.system.open_input_stream(place.path) as stream:
        found = stream.read()
        if not _is_dead(found):
            raise ScoreError(f"{_held(output, found)} If it has ended, delete {place}.")
    with place.system.open_output_stream(place.path) as stream:
        stream.write(content)
    try:
        yield
    finally:
        with suppress(OSError):
            place.system.delete_file(place.path)


def _is_dead(content: bytes) -> bool:
    """Whether the holder was a process of this machine that has ended."""
    holder = msgspec.json.decode(content, type=Holder)
    if holder.host != socket.gethostname():
        return False
    with suppress(ProcessLookupError, PermissionError):
        os.kill(holder.pid, 0)
        return holder.pid == os.getpid()  # a container that was started again
    return True


def _held(output: str, content: bytes) -> str:
    try:
        holder = msgspec.json.decode(content, type=Holder)
        who = f"process {holder.pid} on {holder.host}, since {holder.since}"
    except msgspec.DecodeError:
        who = "which has just begun or is just ending"
    return f"{output} is being written by another run ({who}): wait for it, or stop it."
