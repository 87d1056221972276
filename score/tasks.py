"""Tasks: a file, or some row groups of one, to be scored into one part of the output."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from addsup.score.columns import Wanted, result_schema
from addsup.score.counts import Counts, counts_of
from addsup.score.errors import BadInput
from addsup.score.scorer import Scorer, of_this_process
from addsup.tables.formats import format_of, renamed, suffixes
from addsup.tables.ranges import ranges
from addsup.tables.readers import Selection, read
from addsup.tables.rows import Rows
from addsup.tables.storage import Place, Source, whole_or_not_at_all
from addsup.tables.writers import writer


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
        share: of the file that they are.
    """

    source: Source
    part: str
    groups: tuple[int, int] | None = None
    share: float = 1.0

    @property
    def size(self) -> int:
        """About how many bytes of the source it takes."""
        return round(self.source.size * self.share)


#: A task that is done, and what gives its counts, or raises what went wrong.
Completed = tuple[Task, Callable[[], Counts]]


def plan(found: Sequence[Source], job: Job) -> Iterator[Task]:
    """The tasks that score *found* into a folder."""
    for source in found:
        part = renamed(source.name, job.form)
        cut = ranges(source, job.selection.form)
        for number, groups in enumerate(cut, 1):
            name = _numbered(part, number, len(cut)) if len(cut) > 1 else part
            yield Task(source, name, groups, 1 / len(cut))


def _numbered(part: str, number: int, count: int) -> str:
    suffix, compression = suffixes(part)
    stem = part.removesuffix(compression).removesuffix(suffix)
    return f"{stem}.part-{number:05}-of-{count:05}{suffix}{compression}"


def score_task(
    task: Task, target: Place | Any, job: Job, scorer: Scorer, seen: Callable[[Counts], None]
) -> Counts:
    """Score *task* into *target*, whole or not at all.

    Args:
        task: what to score.
        target: where the part goes, or a stream that takes it.
        job: how.
        scorer: that classifies.
        seen: told of every batch that was written.

    Returns:
        What was found.

    Raises:
        BadInput: the source cannot be read to its end, or not written beside the results.
        ScoreError: the part cannot be written.
    """
    batches = read(task.source, job.selection, task.groups)
    first = next(batches)
    _check_names(task.source.name, first, job)
    total = Counts()
    scored = scorer.score(_chained(first, batches))
    form = job.form or format_of(task.source.name, job.selection.form)
    whole = whole_or_not_at_all(target) if isinstance(target, Place) else nullcontext(target)
    with whole as stream:
        schema = pa.schema([*first.kept.schema, *result_schema(job.labels, job.wanted)])
        with writer(stream, form, schema) as write:
            for batch in scored:
                write(batch)
                found = counts_of(batch, job.wanted.prefix)
                total += found
                seen(found)
    return total


def score_task_here(task: Task, folder: Place, job: Job) -> Counts:
    """Score *task* into *folder* by what a process of the pool has; raises as `score_task`."""
    return score_task(task, folder / task.part, job, of_this_process(), lambda _: None)


def _chained(first: Rows, others: Iterator[Rows]) -> Iterator[Rows]:
    yield first
    yield from others


def _check_names(name: str, rows: Rows, job: Job) -> None:
    """Refuse columns that would have the names of results."""
    results = result_schema(job.labels, job.wanted).names
    twice = [each for each in rows.kept.schema.names if each in results]
    if twice:
        raise BadInput(
            f'{name} has a column "{twice[0]}" as the results have: give the results another name '
            "with --prefix scored_, or leave the column out with --keep."
        )
