"""Tasks: a file, or some row groups of one, to be scored into one part of the output."""

from __future__ import annotations

import hashlib
import io
import os
import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePath
from typing import Any

import msgspec
import pyarrow as pa

from addsup.inference.errors import AddsupError
from addsup.score.columns import Wanted, result_schema
from addsup.score.counts import Counts, counts_of
from addsup.tables.errors import BadTable
from addsup.tables.formats import ZIP, output_name, split_suffixes
from addsup.tables.parquet import Groups, cut_into_groups
from addsup.tables.readers import Rows, Selection, read_batches, source_format
from addsup.tables.storage import Place, Source, open_atomically, reason
from addsup.tables.writers import write_batches

#: The kept columns of each batch with the results beside them.
Score = Callable[[Iterable[Rows]], Iterator[pa.RecordBatch]]
Seen = Callable[[Counts], object]


@dataclass(frozen=True, slots=True)
class Job:
    """What all tasks of a command have in common.

    Attributes:
        model: sha256 of the model file.
        labels: of the model.
        selection: which columns are read.
        wanted: what is said of each text.
        form: the format of the output; None for that of each input.
    """

    model: str
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
        sha256: of the bytes of the part, decompressed.
        counts: what was found in it.
    """

    source: str
    source_size: int
    source_changed: int
    sha256: str
    counts: Counts


#: What comes of a task: the part that is done, or why its file cannot be read to its end.
Outcome = Done | BadTable
Outcomes = Generator[tuple[Task, Outcome], None, None]


def plan_parts(sources: Sequence[Source], job: Job) -> list[Task]:
    """The tasks that score *sources* into a folder, each into a part of its own."""
    short = [_part_name(source, job) for source in sources]
    often = Counter(short)
    tasks = []
    for source, wanted in zip(sources, short, strict=True):
        is_free = often[wanted] == 1 or wanted == source.name
        name = wanted if is_free else f"{source.name}{PurePath(wanted).suffix}"  # a.csv and a.tsv
        stem, suffix, packed = split_suffixes(name)
        cut = cut_into_groups(source, job.selection.form)
        for number, groups in enumerate(cut, 1):
            part = f"{stem}.part-{number:05}-of-{len(cut):05}{suffix}{packed}"
            part = part if len(cut) > 1 else name
            tasks.append(Task(source, part, groups, source.size // len(cut)))
    part, times = Counter(task.part for task in tasks).most_common(1)[0]
    if times > 1:
        names = " and ".join(task.source.name for task in tasks if task.part == part)
        raise AddsupError(f"{names} would both become {part}: rename one of them.")
    return tasks


def _part_name(source: Source, job: Job) -> str:
    try:
        is_zip = source.compression == ZIP
        form = job.form or (source_format(source, job.selection.form) if is_zip else None)
    except BadTable:
        form = None  # scoring it fails with the same error
    return output_name(source.name, form) if form else source.name


class _Digest(io.RawIOBase):
    """Stream that passes on what is written to it, with its checksum."""

    def __init__(self, stream: Any) -> None:
        self.stream, self.sha256 = stream, hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self.stream.write(content)
        self.sha256.update(content)
        return len(content)


def score_task(task: Task, folder: Place | None, job: Job, score: Score, seen: Seen) -> Done:
    """Score *task* into its part in *folder*, or to standard output; whole or not at all.

    *seen* is called with the counts of every batch.

    Raises:
        BadTable: the source cannot be read to its end, or not written beside the results.
        TableError: the part cannot be written.
    """
    source = task.source
    try:
        with standard_output() if folder is None else open_atomically(folder / task.part) as raw:
            stream = _Digest(raw)
            counts = score_to_stream(task, stream, job, score, seen)
    except (AddsupError, BrokenProcessPool, BrokenPipeError, CancelledError):
        raise
    except Exception as error:  # one file that nobody thought of is no reason to stop the others
        raise BadTable(
            f"{source.name} cannot be scored: {type(error).__name__}: {reason(error)}."
        ) from error
    return Done(source.name, source.size, source.changed, stream.sha256.hexdigest(), counts)


@contextmanager
def standard_output() -> Iterator[Any]:
    """The bytes of standard output, flushed at the end; click knows what a closed pipe is."""
    if sys.stdout is None:
        raise AddsupError("Standard output is closed.")
    try:
        yield sys.stdout.buffer
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # What is still buffered would fail again as Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise AddsupError(f"Standard output cannot be written: {reason(error)}.") from None


def score_to_stream(task: Task, stream: Any, job: Job, score: Score, seen: Seen) -> Counts:
    """Score *task* into *stream*; arguments and errors as of `score_task`."""
    name, form = task.source.name, job.form or source_format(task.source, job.selection.form)
    batches = read_batches(task.source, job.selection, task.groups)
    first = next(batches)
    results = result_schema(job.labels, job.wanted)
    for column in first.kept.schema.names:
        if column in results.names:
            raise BadTable(
                f'{name} has a column "{column}" as the results have: give the results another '
                "name with --prefix scored_, or leave the column out with --keep."
            )
    rows, total = 0, Counts()

    def read() -> Iterator[Rows]:
        nonlocal rows
        for batch in chain([first], batches):
            rows += len(batch.texts)
            yield batch

    def scored() -> Iterator[pa.RecordBatch]:
        nonlocal total
        for batch in score(read()):
            yield batch
            found = counts_of(batch, job.wanted.prefix)
            total += found
            seen(found)

    write_batches(stream, form, pa.schema([*first.kept.schema, *results]), scored())
    if total.rows != rows:
        raise BadTable(f"{name} has {rows} rows, and {total.rows} were scored.")
    return total
