"""Progress of a command in its output folder: what is done, so that the same command goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import msgspec
import pyarrow as pa
from pyarrow import fs

from addsup.score.counts import Counts
from addsup.score.errors import ScoreError
from addsup.tables.errors import TableError
from addsup.tables.storage import Place, Source, open_atomically, reason

FORMAT: Final = 1
NAME: Final = "_progress.json"
SUCCESS: Final = "_SUCCESS"
#: Of the time that it takes to write progress down, how many times pass until it is again.
SELDOM: Final = 20


class Done(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part that is complete, and the input that it was made from."""

    size: int
    changed: int
    counts: Counts


class Progress(msgspec.Struct, forbid_unknown_fields=True):
    """What a command has done in its folder.

    Attributes:
        format: version of this layout.
        model: sha256 of the model file.
        options: all that decides what is in the parts.
        parts: name of a part -> what is known of it.
    """

    format: int
    model: str
    options: dict[str, Any]
    parts: dict[str, Done] = {}

    def is_done(self, part: str, source: Source) -> bool:
        """Whether *part* is complete.

        Raises:
            ScoreError: it was made from another version of *source*.
        """
        done = self.parts.get(part)
        if done and (done.size, done.changed) != (source.size, source.changed):
            raise ScoreError(
                f"{source.name} has changed since it was scored: delete the output, or give "
                "another."
            )
        return done is not None


def begun(folder: Place, model: str, options: dict[str, Any]) -> Progress:
    """What was done in *folder* by the same command, or nothing yet.

    Raises:
        ScoreError: the folder holds what another model or another command has made.
    """
    fresh = Progress(FORMAT, model, options)
    try:
        with folder.system.open_input_stream((folder / NAME).path) as stream:
            found = msgspec.json.decode(stream.read(), type=Progress)
    except FileNotFoundError:
        _refuse_foreign(folder)
        return fresh
    except (OSError, pa.ArrowException, msgspec.MsgspecError) as error:
        raise ScoreError(f"{folder / NAME} cannot be read: {reason(error)}.") from None
    for what, one, other in (
        ("the model", found.model[:12], model[:12]),
        ("options", found.options, options),
        ("a version", found.format, FORMAT),
    ):
        if one != other:
            raise ScoreError(
                f"{folder} holds results of {what} {one}, not {other}: give another output, or "
                "delete it."
            )
    return found


def _refuse_foreign(folder: Place) -> None:
    selector = fs.FileSelector(folder.path, allow_not_found=True)
    there = [info.base_name for info in folder.system.get_file_info(selector)]
    if there:
        raise ScoreError(
            f"{folder} is not empty (it has {min(there)}), and nothing says that it was begun by "
            "this command: give another output."
        )


def save(folder: Place, progress: Progress) -> None:
    """Write *progress* into *folder*, whole or not at all."""
    with open_atomically(folder / NAME) as stream:
        stream.write(msgspec.json.encode(progress))


@contextmanager
def kept(folder: Place, progress: Progress) -> Iterator[Callable[[], None]]:
    """What writes *progress* down now and then, so that it costs a twentieth of the time at most.

    It grows with every part: written after each of 100,000, it would be most of the work. A part
    that was not written down is done again after whatever ended the command, and replaces itself.
    When the context ends, all of it is written.
    """
    due = 0.0

    def note() -> None:
        nonlocal due
        began = time.monotonic()
        if began >= due:
            save(folder, progress)
            due = time.monotonic() + SELDOM * (time.monotonic() - began)

    try:
        yield note
    except BaseException:
        with suppress(TableError):
            save(folder, progress)
        raise
    save(folder, progress)


def finish(folder: Place, summary: bytes) -> None:
    """Say in *folder* that the output is complete."""
    with open_atomically(folder / SUCCESS) as stream:
        stream.write(summary)
