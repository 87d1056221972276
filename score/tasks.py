"""Tasks: a file, or some row groups of one, to be scored into one part of the output."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa

from addsup.inference.errors import AddsupError
from addsup.score.columns import Wanted, result_schema
from addsup.score.counts import Counts, counts_of
from addsup.tables.errors import BadTable
from addsup.tables.parquet import Groups
from addsup.tables.readers import Rows, Selection, read_batches, source_format
from addsup.tables.storage import Place, Source, open_atomically, reason
from addsup.tables.writers import open_writer

if TYPE_CHECKING:
    from addsup.score.scorer import Scorer

Seen = Callable[[Counts], object]


@dataclass(frozen=True, slots=True)
class Job:
    """What all tasks of a command have in common.

    Attributes:
        labels: of the model.
        selection: which columns are read.
        wanted: what is said of each text.
        form: the format of the output; None for that of each input.
    """

    labels: tuple[str, ...]
    selection: Selection
    wanted: Wanted
    form: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A source, or its row groups from one to before another, and the part they become.

    Attributes:
        source: the file.
        part: the name of the part.
        groups: the first row group, and the one after the last; None for the whole file.
        size: about how many bytes of the source it reads.
    """

    source: Source
    part: str
    groups: Groups = None
    size: int = 0


class Done(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part that is complete.

    Attributes:
        source: the name of the file it was made from.
        source_size: in bytes.
        source_changed: when, in nanoseconds.
        size: bytes of the part, decompressed.
        sha256: of those bytes.
        counts: what was found in it.
    """

    source: str
    source_size: int
    source_changed: int
    size: int
    sha256: str
    counts: Counts


#: What comes of a task: the part that is done, or why its file cannot be read to its end.
Outcome = Done | BadTable
Outcomes = Generator[tuple[Task, Outcome], None, None]


class _Digest(io.RawIOBase):
    """Stream that passes on what is written to it, with its size and checksum."""

    def __init__(self, stream: Any) -> None:
        self.stream, self.sha256, self.size = stream, hashlib.sha256(), 0

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self.stream.write(content)
        self.sha256.update(content)
        self.size += len(content)
        return len(content)


class _Counted:
    """Batches as they are read, with the number of their rows."""

    def __init__(self, batches: Iterable[Rows]) -> None:
        self.batches, self.rows = batches, 0

    def __iter__(self) -> Iterator[Rows]:
        for rows in self.batches:
            self.rows += len(rows.texts)
            yield rows


def score_task(task: Task, folder: Place, job: Job, scorer: Scorer, seen: Seen) -> Done:
    """Score *task* into its part in *folder*, whole or not at all.

    Args:
        task: what to score.
        folder: where the part goes.
        job: how.
        scorer: that classifies.
        seen: called with the counts of every batch that was written.

    Returns:
        What is recorded of the part.

    Raises:
        BadTable: the source cannot be read to its end, or not written beside the results.
        TableError: the part cannot be written.
    """
    source = task.source
    try:
        stream, counts = _write_part(task, folder, job, scorer, seen)
    except (AddsupError, BrokenProcessPool, CancelledError):
        raise
    except Exception as error:  # one file that nobody thought of is no reason to stop the others
        raise BadTable(
            f"{source.name} cannot be scored: {type(error).__name__}: {reason(error)}."
        ) from error
    return Done(
        source.name, source.size, source.changed, stream.size, stream.sha256.hexdigest(), counts
    )


def _write_part(
    task: Task, folder: Place, job: Job, scorer: Scorer, seen: Seen
) -> tuple[_Digest, Counts]:
    with open_atomically(folder / task.part) as raw:
        stream = _Digest(raw)
        return stream, score_to_stream(task, stream, job, scorer, seen)


def score_to_stream(task: Task, stream: Any, job: Job, scorer: Scorer, seen: Seen) -> Counts:
    """Score *task* into *stream*; arguments and errors as of `score_task`."""
    form = job.form or source_format(task.source, job.selection.form)
    batches = read_batches(task.source, job.selection, task.groups)
    first = next(batches)
    _check_names(task.source.name, first, job)
    read, total = _Counted(chain([first], batches)), Counts()
    schema = pa.schema([*first.kept.schema, *result_schema(job.labels, job.wanted)])
    with open_writer(stream, form, schema) as write:
        for batch in scorer.score(read):
            write(batch)
            found = counts_of(batch, job.wanted.prefix)
            total += found
            seen(found)
    if total.rows != read.rows:
        raise BadTable(f"{task.source.name} has {read.rows} rows, and {total.rows} were scored.")
    return total


def _check_names(name: str, rows: Rows, job: Job) -> None:
    """Refuse columns that would have the names of results."""
    results = result_schema(job.labels, job.wanted).names
    twice = [each for each in rows.kept.schema.names if each in results]
    if twice:
        raise BadTable(
            f'{name} has a column "{twice[0]}" as the results have: give the results another name '
            "with --prefix scored_, or leave the column out with --keep."
        )
