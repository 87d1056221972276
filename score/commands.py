"""The command of `addsup score`: plans tasks, has them scored, and sums up."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import asdict
from typing import Any, Final

import msgspec
from addsup.inference.errors import ModelFileError
from addsup.inference.model import Model
from addsup.score import progress
from addsup.score.columns import Wanted
from addsup.score.counts import Counts
from addsup.score.errors import BadInput, ScoreError
from addsup.score.local import completed
from addsup.score.meter import Meter, meter
from addsup.score.options import ScoreOptions
from addsup.score.scorer import HereScorer, PoolScorer, Scorer
from addsup.score.tasks import Completed, Job, Task, plan, score_task
from addsup.tables.formats import SUFFIXES, format_of, suffixes
from addsup.tables.readers import Selection
from addsup.tables.storage import STDIN, Place, Source, place_of, sources

#: How often processes that were killed are started again.
MOST_ATTEMPTS: Final = 3


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
    try:
        model = Model.load(options.model)
    except ModelFileError as error:
        raise ScoreError(str(error)) from None
    job = Job(model.labels, *_how(options), _form(options))
    found = sources(options.input)
    failed: dict[str, str] = {}
    is_one_file = _is_one_file(options, found)
    with meter(sum(source.size for source in found), options.quiet) as shown:
        if is_one_file:
            counts = _score_one(found, options, job, model, shown)
        else:
            counts, failed = _score_folder(found, options, job, model, shown)
    summary = _summary(model, counts, failed, time.monotonic() - started)
    if not failed and not is_one_file:
        progress.finish(place_of(options.output), summary)
    print(summary.decode(), file=sys.stderr if options.output == STDIN else sys.stdout)
    for name, why in failed.items():
        print(f"addsup score: {name}: {why}", file=sys.stderr)
    return 1 if failed else 0


def _how(options: ScoreOptions) -> tuple[Selection, Wanted]:
    selection = Selection(
        options.text_column,
        options.keep,
        options.keep_text,
        options.input_format,
        options.limit,
    )
    return selection, Wanted(options.max_chars, options.explain, options.prefix)


def _form(options: ScoreOptions) -> str | None:
    """The format of the output, if the command line says it."""
    suffix, _ = suffixes(options.output)
    return options.format or SUFFIXES.get(suffix.lower())


def _is_one_file(options: ScoreOptions, found: Sequence[Source]) -> bool:
    """Whether the output is one file; it is a folder where its name ends in no format."""
    if options.output == STDIN:
        if len(found) > 1:
            raise ScoreError("Several files go into a folder, not to standard output.")
        return True
    if not suffixes(options.output)[0]:
        return False
    if len(found) > 1:
        raise ScoreError(
            f"{options.input} has {len(found)} files, and {options.output} is one: give a folder."
        )
    return True


def _score_one(
    found: Sequence[Source], options: ScoreOptions, job: Job, model: Model, shown: Meter
) -> Counts:
    if options.scheduler:
        raise ScoreError("A cluster scores files into a folder: give a folder as the output.")
    (source,) = found
    form = job.form or format_of(source.name, job.selection.form)
    one = Job(job.labels, job.selection, job.wanted, form)
    to_stdout = options.output == STDIN
    target: Any = sys.stdout.buffer if to_stdout else place_of(options.output)
    with _scorer(model, options, job.wanted) as scorer:
        return score_task(Task(source, source.name), target, one, scorer, shown.saw)


def _score_folder(
    found: Sequence[Source], options: ScoreOptions, job: Job, model: Model, shown: Meter
) -> tuple[Counts, dict[str, str]]:
    """Score each of *found* into its part; what was found, and the parts that failed."""
    folder = place_of(options.output)
    said = {"selection": asdict(job.selection), "wanted": asdict(job.wanted), "format": job.form}
    state = progress.begun(folder, model.sha256, msgspec.to_builtins(said))
    tasks = [task for task in plan(found, job) if not state.is_done(task.part, task.source)]
    failed: dict[str, str] = {}
    if options.scheduler:
        from addsup.score.cluster import cluster
        from addsup.score.cluster import completed as completed_there

        with cluster(options.scheduler, options.quiet) as client:
            content = options.model.read_bytes()
            done = completed_there(tasks, folder, job, client, content, shown.saw)
            _note(done, folder, state, failed, shown, options.fail_fast)
    else:
        _score_here(tasks, folder, options, job, model, state, failed, shown)
    return sum((done.counts for done in state.parts.values()), Counts()), failed


def _score_here(
    tasks: Sequence[Task],
    folder: Place,
    options: ScoreOptions,
    job: Job,
    model: Model,
    state: progress.Progress,
    failed: dict[str, str],
    shown: Meter,
) -> None:
    """Score *tasks* on this machine; processes that were killed are started again."""
    for _ in range(MOST_ATTEMPTS):
        left = [task for task in tasks if task.part not in {*state.parts, *failed}]
        try:
            with _scorer(model, options, job.wanted) as scorer:
                done = completed(left, folder, job, scorer, shown.saw)
                return _note(done, folder, state, failed, shown, options.fail_fast)
        except BrokenProcessPool:
            continue
    raise ScoreError(
        f"The processes that classify were killed {MOST_ATTEMPTS} times, perhaps for want of "
        "memory: give fewer with --processes. What is done is kept; the same command goes on from "
        "there."
    )


def _note(
    done: Generator[Completed, None, None],
    folder: Place,
    state: progress.Progress,
    failed: dict[str, str],
    shown: Meter,
    fail_fast: bool,
) -> None:
    """Write down what is done as it is done, and what cannot be."""
    with closing(done), progress.kept(folder, state) as note:
        for task, result in done:
            try:
                counts = result()
            except BadInput as error:
                if fail_fast:
                    raise
                failed[task.part] = str(error)
                continue
            state.parts[task.part] = progress.Done(task.source.size, task.source.changed, counts)
            note()
            shown.finished(task.size, counts.rows)


@contextmanager
def _scorer(model: Model, options: ScoreOptions, wanted: Wanted) -> Iterator[Scorer]:
    """A scorer of this machine; its processes end with the context."""
    if options.processes <= 1:
        yield HereScorer(model, wanted)
        return
    scorer = PoolScorer(options.model, wanted, options.processes)
    try:
        yield scorer
    finally:
        scorer.pool.shutdown(cancel_futures=True)


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
