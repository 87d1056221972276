"""Ledger of an output folder: which parts are done, so that the same command goes on; its lock."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal, TextIO

import msgspec
from pyarrow import fs

from addsup.inference.errors import AddsupError
from addsup.score.tasks import Done, Task
from addsup.tables.errors import BadTable, TableError
from addsup.tables.storage import DAMAGE, Place, Source, open_atomically, open_source, reason

NAME: Final = "_progress.json"
SUCCESS: Final = "_SUCCESS"
LOCK: Final = "_lock"
#: What `open_atomically` calls a file that is not complete.
DRAFT: Final = re.compile(r"\.[0-9a-f]{32}\.part")
#: Of the time that it takes to write the ledger, how many times pass until it is again.
SELDOM: Final = 20
#: Parts that are read at once to compare their checksums.
READERS: Final = 16


class Progress(msgspec.Struct, forbid_unknown_fields=True):
    """What a command has done in its folder, as it stands in `_progress.json`.

    Attributes:
        format: version of this layout.
        model: sha256 of the model file.
        options: all that decides what is in the parts.
        parts: name of a part -> what is known of it.
    """

    format: Literal[3]
    model: str
    options: dict[str, Any]
    parts: dict[str, Done] = {}


class Ledger:
    """Parts of an output folder that are complete; written down as they come."""

    def __init__(self, folder: Place, progress: Progress) -> None:
        self.folder, self.progress = folder, progress
        self._due = 0.0

    def unfinished(self, tasks: Sequence[Task]) -> list[Task]:
        """Those of *tasks* whose part has to be made, or made again.

        A part is done if its source is as it was, and it has the checksum that was recorded.
        Where one is not, `_SUCCESS` goes first, then what was recorded of it.
        """
        parts = self.progress.parts
        with ThreadPoolExecutor(READERS) as threads:
            is_done = list(threads.map(self._is_done, tasks))
        left = [task for task, is_it in zip(tasks, is_done, strict=True) if not is_it]
        sources, planned = {task.source.name for task in tasks}, {task.part for task in tasks}
        cut_otherwise = {part for part in parts.keys() - planned if parts[part].source in sources}
        stale = cut_otherwise.union(task.part for task in left)
        if stale:
            self._delete(SUCCESS)
        for part in stale & parts.keys():
            self._delete(part)
            del parts[part]
        self.save()
        return left

    def _is_done(self, task: Task) -> bool:
        done, source = self.progress.parts.get(task.part), task.source
        if done is None or source.is_stream:
            return False
        as_it_was = (source.name, source.size, source.changed)
        if as_it_was != (done.source, done.source_size, done.source_changed):
            return False
        try:
            with open_source(Source(self.folder / task.part, task.part)) as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest() == done.sha256
        except BadTable:
            return False

    def _delete(self, name: str) -> None:
        place = self.folder / name
        try:
            if place.info.type == fs.FileType.File:
                place.system.delete_file(place.path)
        except OSError as error:
            raise TableError(f"{place} cannot be deleted: {reason(error)}.") from None

    def note(self, task: Task, done: Done) -> None:
        """Record that *task* is done.

        The ledger grows with every part: written after each of 100,000, it would be most of the
        work, so a twentieth of the time is spent on it at most. A part that was not written down
        is made again after whatever ended the command.
        """
        self.progress.parts[task.part] = done
        began = time.monotonic()
        if began >= self._due:
            self.save()
            self._due = time.monotonic() + SELDOM * (time.monotonic() - began)

    def save(self) -> None:
        """Write the ledger, whole or not at all; refuse what another command has begun."""
        _begun(self.folder, self.progress)
        with open_atomically(self.folder / NAME) as stream:
            stream.write(msgspec.json.encode(self.progress))

    def finish(self, tasks: Sequence[Task], summary: bytes) -> None:
        """Say in the folder that the output is complete; refuse if it is not."""
        lost = [task.part for task in tasks if task.part not in self.progress.parts]
        if lost:
            raise AddsupError(
                f"{self.folder} lacks {lost[0]}: the same command goes on from there."
            )
        with open_atomically(self.folder / SUCCESS) as stream:
            stream.write(summary)

    def sweep(self) -> None:
        """Delete files that a run which was killed left half written."""
        below = fs.FileSelector(self.folder.path, recursive=True, allow_not_found=True)
        for info in self.folder.system.get_file_info(below):
            if DRAFT.fullmatch(info.base_name):
                with suppress(OSError):
                    self.folder.system.delete_file(info.path)


@contextmanager
def locked(place: Place, output: str) -> Iterator[None]:
    """Hold the lock at *place* for *output*, if that is on a local file system.

    It is the kernel's (flock), which goes with its process. Object stores have none: there two
    runs of one command write the same bytes, and the ledger refuses another command.
    """
    if not isinstance(place.system, fs.LocalFileSystem):
        yield
        return
    path = Path(place.path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+") as file:
            _take(path, file, output)
            try:
                yield
            finally:
                path.unlink(missing_ok=True)
    except OSError as error:
        raise TableError(f"{output} cannot be written: {reason(error)}.") from None


def _take(path: Path, file: TextIO, output: str) -> None:
    holder = ""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_ours = path.exists() and os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except BlockingIOError:
        is_ours = False
        file.seek(0)
        holder = file.read()
    if not is_ours:
        who = holder or "which has just begun or is just ending"
        raise AddsupError(
            f"{output} is being written by another run ({who}): wait for it, or stop it."
        )
    file.truncate(0)
    since = datetime.now(UTC).isoformat(" ", "seconds")
    file.write(f"process {os.getpid()} on {socket.gethostname()}, since {since}")
    file.flush()


@contextmanager
def open_ledger(folder: Place, model: str, options: dict[str, Any]) -> Iterator[Ledger]:
    """The ledger of *folder*, locked; written as it begins, and whatever ends it.

    It refuses a folder that another run is at, or that holds what another command has made.
    """
    with locked(folder / LOCK, str(folder)):
        ledger = Ledger(folder, _begun(folder, Progress(3, model, options)))
        ledger.save()
        ledger.sweep()
        try:
            yield ledger
        finally:
            with suppress(TableError):
                ledger.save()
            ledger.sweep()


def _begun(folder: Place, fresh: Progress) -> Progress:
    """What was done in *folder* by the same command; *fresh* if that is nothing."""
    try:
        with folder.system.open_input_stream((folder / NAME).path) as stream:
            found = msgspec.json.decode(stream.read(), type=Progress)
    except FileNotFoundError:
        _refuse_foreign(folder)
        return fresh
    except msgspec.ValidationError:
        raise AddsupError(
            f"{folder} was begun by another version of addsup: give another output, or delete it."
        ) from None
    except (*DAMAGE, msgspec.DecodeError) as error:
        raise AddsupError(f"{folder / NAME} cannot be read: {reason(error)}.") from None
    if not found.parts:
        return fresh
    for what, one, other in (
        ("the model", found.model[:12], fresh.model[:12]),
        ("options", found.options, fresh.options),
    ):
        if one != other:
            raise AddsupError(
                f"{folder} holds results of {what} {one}, not {other}: give another output, or "
                "delete it."
            )
    return found


def _refuse_foreign(folder: Place) -> None:
    selector = fs.FileSelector(folder.path, allow_not_found=True)
    names = [info.base_name for info in folder.system.get_file_info(selector)]
    foreign = [name for name in names if name != LOCK and not name.startswith(".")]
    if foreign:
        raise AddsupError(
            f"{folder} is not empty (it has {min(foreign)}), and nothing says that it was begun by "
            "this command: give another output."
        )
