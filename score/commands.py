"""The command of `addsup score`: plans tasks, has them scored, and sums up."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import asdict
from functools import partial
from typing import Any

import msgspec
from tqdm import tqdm

from addsup.inference.model import Model
from addsup.score import progress
from addsup.score.columns import Wanted
from addsup.score.counts import Counts
from addsup.score.errors import ScoreError
from addsup.score.local import run_here
from addsup.score.meter import Meter
from addsup.score.options import ScoreOptions
from addsup.score.scorer import open_scorer
from addsup.score.tasks import Job, Outcome, Task, plan, score_task
from addsup.tables.formats import SUFFIXES, split_suffixes
from addsup.tables.listing import find_sources
from addsup.tables.readers import Selection
from addsup.tables.storage import STDIN, Place, Source, place_of


class Summary(msgspec.Struct, frozen=True):
    """What a command did, as it is printed and stands in `_SUCCESS`."""

    model: str
    rows: int
    labels: dict[str, int]
    errors: dict[str, int]
    unknown_word_share: float | None
    failed: dict[str, str]
    seconds: float


def run(options: ScoreOptions) -> int:
    """Score what the command line says; 0 if all of it could be."""
    started = time.monotonic()
    model = Model.load(options.model)
    job = _job(options, model)
    sources = find_sources(options.input)
    failed: dict[str, str] = {}
    is_one_file = _is_one_file(options, sources)
    with tqdm(unit=" rows", disable=options.quiet, unit_scale=True) as bar:
        meter = Meter(bar, sum(source.size for source in sources))
        if is_one_file:
            counts = _score_one(sources[0], options, job, model, meter)
        else:
            counts, failed = _score_folder(sources, options, job, model, meter)
    summary = _summary(model, counts, failed, time.monotonic() - started)
    if not failed and not is_one_file:
        progress.finish(place_of(options.output), summary)
    print(summary.decode(), file=sys.stderr if options.output == STDIN else sys.stdout)
    for name, why in failed.items():
        print(f"addsup score: {name}: {why}", file=sys.stderr)
    return 1 if failed else 0


def _job(options: ScoreOptions, model: Model) -> Job:
    selection = Selection(
        options.text_column,
        options.keep,
        options.keep_text,
        options.input_format,
        options.limit,
    )
    wanted = Wanted(options.max_chars, options.explain, options.prefix)
    _, suffix, _ = split_suffixes(options.output)
    return Job(model.labels, selection, wanted, options.format or SUFFIXES.get(suffix.lower()))


def _is_one_file(options: ScoreOptions, sources: Sequence[Source]) -> bool:
    """Whether the output is one file; it is a folder where its name ends in no format."""
    if options.output == STDIN:
        if len(sources) > 1:
            raise ScoreError("Several files go into a folder, not to standard output.")
        return True
    if not split_suffixes(options.output)[1]:
        return False
    if len(sources) > 1:
        raise ScoreError(
            f"{options.input} has {len(sources)} files, and {options.output} is one: give a folder."
        )
    return True


def _score_one(
    source: Source, options: ScoreOptions, job: Job, model: Model, meter: Meter
) -> Counts:
    if options.scheduler:
        raise ScoreError("A cluster scores files into a folder: give a folder as the output.")
    to_stdout = options.output == STDIN
    target: Any = sys.stdout.buffer if to_stdout else place_of(options.output)
    with open_scorer(options.model, model, job.wanted, options.processes) as scorer:
        return score_task(Task(source, source.name), target, job, scorer, meter.add)


def _score_folder(
    sources: Sequence[Source], options: ScoreOptions, job: Job, model: Model, meter: Meter
) -> tuple[Counts, dict[str, str]]:
    """Score each of *sources* into its part; the counts, and why parts failed."""
    folder = place_of(options.output)
    decided = {"selection": asdict(job.selection), "wanted": asdict(job.wanted), "format": job.form}
    state = progress.begun(folder, model.sha256, msgspec.to_builtins(decided))
    tasks = [task for task in plan(sources, job) if not state.is_done(task.part, task.source)]
    failed: dict[str, str] = {}
    with (
        closing(_outcomes(tasks, folder, options, job, model, meter)) as outcomes,
        progress.kept(folder, state) as note,
    ):
        for task, outcome in outcomes:
            if isinstance(outcome, Counts):
                source = task.source
                state.parts[task.part] = progress.Done(source.size, source.changed, outcome)
                note()
                meter.finish(task.size, outcome.rows)
            elif options.fail_fast:
                raise outcome
            else:
                failed[task.part] = str(outcome)
    return sum((done.counts for done in state.parts.values()), Counts()), failed


def _outcomes(
    tasks: Sequence[Task],
    folder: Place,
    options: ScoreOptions,
    job: Job,
    model: Model,
    meter: Meter,
) -> Generator[tuple[Task, Outcome], None, None]:
    """What comes of *tasks*, here or on a cluster, one after the other."""
    if not options.scheduler:
        scorer = partial(open_scorer, options.model, model, job.wanted, options.processes)
        yield from run_here(tasks, folder, job, scorer, meter.add)
        return
    from addsup.score.cluster import connect, run_on_cluster

    with connect(options.scheduler, options.quiet) as client:
        content = options.model.read_bytes()
        yield from run_on_cluster(tasks, folder, job, client, content, meter.add)


def _summary(model: Model, counts: Counts, failed: dict[str, str], seconds: float) -> bytes:
    unknown = 1 - counts.known_words / counts.words if counts.words else None
    return msgspec.json.encode(
        Summary(
            model.version,
            counts.rows,
            dict(sorted(counts.labels.items())),
            dict(sorted(counts.errors.items())),
            None if unknown is None else round(unknown, 4),
            failed,
            round(seconds, 2),
        )
    )
