"""Tasks: a file, or some row groups of one, to be scored into one part of the output."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pyarrow as pa

from addsup.score.columns import Wanted, result_schema
from addsup.score.counts import Counts, counts_of
from addsup.score.scorer import Scorer
from addsup.tables.errors import BadTable
from addsup.tables.formats import ZIP, output_name, split_suffixes
from addsup.tables.parquet import Groups, cut_into_groups
from addsup.tables.readers import Rows, Selection, read_batches
from addsup.tables.storage import Place, Source, open_atomically, source_format
from addsup.tables.writers import open_writer


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


#: What comes of a task: what was found, or why its file cannot be read to its end.
Outcome = Counts | BadTable


def plan(sources: Sequence[Source], job: Job) -> Iterator[Task]:
    """The tasks that score *sources* into a folder."""
    for source in sources:
        part = _part_name(source, job)
        cut = cut_into_groups(source, job.selection.form)
        for number, groups in enumerate(cut, 1):
            name = _numbered(part, number, len(cut)) if len(cut) > 1 else part
            yield Task(source, name, groups, source.size // len(cut))


def _part_name(source: Source, job: Job) -> str:
    try:
        is_zip = source.compression == ZIP
        form = job.form or (source_format(source, job.selection.form) if is_zip else None)
    except BadTable:
        form = None  # scoring it fails with the same error
    return output_name(source.name, form) if form else source.name


def _numbered(part: str, number: int, count: int) -> str:
    stem, suffix, compression = split_suffixes(part)
    return f"{stem}.part-{number:05}-of-{count:05}{suffix}{compression}"


def score_task(
    task: Task, target: Place | Any, job: Job, scorer: Scorer, seen: Callable[[Counts], object]
) -> Counts:
    """Score *task* into *target*, whole or not at all.

    Args:
        task: what to score.
        target: where the part goes, or a stream that receives it.
        job: how.
        scorer: that classifies.
        seen: called with the counts of every batch that was written.

    Returns:
        The counts of the task.

    Raises:
        BadTable: the source cannot be read to its end, or not written beside the results.
        TableError: the part cannot be written.
    """
    form = job.form or source_format(task.source, job.selection.form)
    batches = read_batches(task.source, job.selection, task.groups)
    first = next(batches)
    _check_names(task.source.name, first, job)
    total = Counts()
    scored = scorer.score(chain([first], batches))
    whole = open_atomically(target) if isinstance(target, Place) else nullcontext(target)
    with whole as stream:
        schema = pa.schema([*first.kept.schema, *result_schema(job.labels, job.wanted)])
        with open_writer(stream, form, schema) as write:
            for batch in scored:
                write(batch)
                found = counts_of(batch, job.wanted.prefix)
                total += found
                seen(found)
    return total


def try_task(
    task: Task,
    folder: Place,
    job: Job,
    scorer: Scorer,
    seen: Callable[[Counts], object] = lambda _: None,
) -> Outcome:
    """Score *task* into *folder*, as `score_task`; what is wrong with its file is returned.

    Raises:
        TableError: the part cannot be written.
    """
    try:
        return score_task(task, folder / task.part, job, scorer, seen)
    except BadTable as error:
        return error


def _check_names(name: str, rows: Rows, job: Job) -> None:
    """Refuse columns that would have the names of results."""
    results = result_schema(job.labels, job.wanted).names
    twice = [each for each in rows.kept.schema.names if each in results]
    if twice:
        raise BadTable(
            f'{name} has a column "{twice[0]}" as the results have: give the results another name '
            "with --prefix scored_, or leave the column out with --keep."
        )
