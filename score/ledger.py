"""Ledger of an output folder: which parts are done, so that the same command goes on."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, Final, Literal

import msgspec
import pyarrow as pa
from pyarrow import fs

from addsup.score.counts import Counts
from addsup.score.errors import ScoreError
from addsup.score.lock import locked
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

    format: Literal[2]
    model: str
    options: dict[str, Any]
    parts: dict[str, Done] = {}


class Ledger:
    """Parts of an output folder that are complete; written down as they come."""

    def __init__(self, folder: Place, progress: Progress) -> None:
        self.folder, self.progress = folder, progress
        self._due = 0.0

    @property
    def counts(self) -> Counts:
        """What was found in all parts."""
        return sum((done.counts for done in self.progress.parts.values()), Counts())

    def unfinished(self, tasks: Sequence[Task]) -> list[Task]:
        """Those of *tasks* whose part has to be made, or made again.

        A part is done if its source is as it was, and it has the checksum that was recorded.
        Where one is not, `_SUCCESS` goes first, then what was recorded of it.
        """
        with ThreadPoolExecutor(READERS) as threads:
            is_done = list(threads.map(self._is_done, tasks))
        left = [task for task, done in zip(tasks, is_done, strict=True) if not done]
        stale = {task.part for task in left} | self._cut_otherwise(tasks)
        if stale:
            self._delete(SUCCESS)
        for part in stale & self.progress.parts.keys():
            self._delete(part)
            del self.progress.parts[part]
        self.save()
        return left

    def _is_done(self, task: Task) -> bool:
        done, source = self.progress.parts.get(task.part), task.source
        as_it_was = done and (done.source, done.source_size, done.source_changed) == (
            source.name,
            source.size,
            source.changed,
        )
        return bool(done and as_it_was and source.place and self._is_there(task.part, done))

    def _is_there(self, part: str, done: Done) -> bool:
        """Whether *part* has the size and the checksum that were recorded."""
        try:
            with open_source(Source(self.folder / part, part)) as stream:
                digest, size = hashlib.sha256(), 0
                while block := stream.read(2**20):
                    digest.update(block)
                    size += len(block)
        except BadTable:
            return False
        return (size, digest.hexdigest()) == (done.size, done.sha256)

    def _cut_otherwise(self, tasks: Sequence[Task]) -> set[str]:
        """Parts of files that now become other parts."""
        sources, parts = {task.source.name for task in tasks}, {task.part for task in tasks}
        return {
            part
            for part, done in self.progress.parts.items()
            if done.source in sources and part not in parts
        }

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
        """Write the ledger, whole or not at all."""
        with open_atomically(self.folder / NAME) as stream:
            stream.write(msgspec.json.encode(self.progress))

    def finish(self, tasks: Sequence[Task], summary: bytes) -> None:
        """Say in the folder that the output is complete.

        Raises:
            ScoreError: it is not.
        """
        lost = [task.part for task in tasks if task.part not in self.progress.parts]
        if lost:
            raise ScoreError(f"{self.folder} lacks {lost[0]}: the same command goes on from there.")
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
def open_ledger(folder: Place, model: str, options: dict[str, Any]) -> Iterator[Ledger]:
    """The ledger of *folder*, locked; written as it begins, and whatever ends it.

    Args:
        folder: of the output.
        model: sha256 of the model file.
        options: all that decides what is in the parts.

    Raises:
        ScoreError: another run is at it, or the folder holds what another command has made.
    """
    with locked(folder / LOCK, str(folder)):
        ledger = Ledger(folder, _begun(folder, Progress(2, model, options)))
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
        raise ScoreError(
            f"{folder} was begun by another version of addsup: give another output, or delete it."
        ) from None
    except (*DAMAGE, msgspec.DecodeError, pa.ArrowException) as error:
        raise ScoreError(f"{folder / NAME} cannot be read: {reason(error)}.") from None
    if not found.parts:
        return fresh
    for what, one, other in (
        ("the model", found.model[:12], fresh.model[:12]),
        ("options", found.options, fresh.options),
    ):
        if one != other:
            raise ScoreError(
                f"{folder} holds results of {what} {one}, not {other}: give another output, or "
                "delete it."
            )
    return found


def _refuse_foreign(folder: Place) -> None:
    selector = fs.FileSelector(folder.path, allow_not_found=True)
    names = [info.base_name for info in folder.system.get_file_info(selector)]
    foreign = [name for name in names if name != LOCK and not name.startswith(".")]
    if foreign:
        raise ScoreError(
            f"{folder} is not empty (it has {min(foreign)}), and nothing says that it was begun by "
            "this command: give another output."
        )
