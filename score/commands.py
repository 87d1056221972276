"""The command of `addsup score`: plans tasks, has them scored, and sums up."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import asdict
from functools import partial
from typing import Final

import msgspec
from tqdm import tqdm

from addsup.inference.model import Model
from addsup.score.columns import Wanted
from addsup.score.counts import Counts
from addsup.score.engine import killed, run_here
from addsup.score.errors import ScoreError
from addsup.score.ledger import open_ledger
from addsup.score.lock import locked
from addsup.score.meter import Meter
from addsup.score.options import ScoreOptions
from addsup.score.plan import check_apart, plan_parts
from addsup.score.scorer import open_scorer
from addsup.score.tasks import Done, Job, Outcomes, Task, score_to_stream
from addsup.tables.errors import BadTable
from addsup.tables.formats import output_format
from addsup.tables.listing import find_sources
from addsup.tables.readers import Selection
from addsup.tables.storage import STDIN, Place, Source, place_of, reason

#: Codes of rows that say that a file was not read as it was meant.
UNREADABLE: Final = ("malformed_row", "wrong_type")
ONE_FOLDER: Final = "A cluster (--scheduler or DASK_SCHEDULER_ADDRESS)"


class Summary(msgspec.Struct, frozen=True):
    """What a command did, as it is printed and stands in `_SUCCESS`."""

    model: str
    rows: int
    labels: dict[str, int]
    errors: dict[str, int]
    unknown_word_share: float | None
    failed: dict[str, str]
    seconds: float


class Run:
    """A command: its options, what all tasks have in common, and what was found."""

    def __init__(self, options: ScoreOptions) -> None:
        self.options = options
        self.started = time.monotonic()
        self.model = Model.load(options.model)
        self.job = _job(options, self.model)
        self.failed: dict[str, str] = {}

    def outcomes(self, tasks: Sequence[Task], folder: Place, meter: Meter) -> Outcomes:
        """What comes of *tasks*, here or on a cluster, one after the other."""
        options, job = self.options, self.job
        if not options.scheduler:
            scorer = partial(open_scorer, options.model, self.model, job.wanted, options.processes)
            yield from run_here(tasks, folder, job, scorer, meter.add)
            return
        from addsup.score.cluster import connect, run_on_cluster

        with connect(options.scheduler, options.quiet) as client:
            content = options.model.read_bytes()
            yield from run_on_cluster(tasks, folder, job, client, content, meter.add)

    def summary(self, counts: Counts) -> bytes:
        """What was done, as JSON."""
        unknown = 1 - counts.known_words / counts.words if counts.words else None
        return msgspec.json.encode(
            Summary(
                self.model.version,
                counts.rows,
                dict(sorted(counts.labels.items())),
                dict(sorted(counts.errors.items())),
                None if unknown is None else round(unknown, 4),
                self.failed,
                round(time.monotonic() - self.started, 2),
            )
        )

    def judge(self, name: str, counts: Counts) -> None:
        """Count the file *name* as failed if none of its rows could be read."""
        for code in UNREADABLE:
            if counts.rows and counts.errors.get(code) == counts.rows:
                self.failed[name] = f"{name}: all {counts.rows} rows have the error {code}."


def run(options: ScoreOptions) -> int:
    """Score what the command line says; 0 if all of it could be."""
    try:
        sources = _sources(options)
        this = Run(options)
        with tqdm(unit=" rows", disable=options.quiet or not sys.stderr, unit_scale=True) as bar:
            meter = Meter(bar, sum(source.size for source in sources))
            summary = _score(this, sources, meter)
    except UnicodeError:
        raise ScoreError(
            f"{_printable(options.input)} or {_printable(options.output)} has a name that is not "
            "UTF-8: rename it."
        ) from None
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_how_to_go_on(options)) from None
    to_stdout = options.output == STDIN
    if not to_stdout:
        with _standard_output():
            print(summary.decode(), flush=True)
    elif sys.stderr:
        print(summary.decode(), file=sys.stderr)
    for why in this.failed.values():
        print(f"addsup score: {_printable(why)}", file=sys.stderr)
    return 1 if this.failed else 0


def _sources(options: ScoreOptions) -> list[Source]:
    options.output.encode()
    sources = find_sources(options.input, options.input_format)
    if sources[0].place is None and sys.stdin is None:
        raise ScoreError("Standard input is closed.")
    if sources[0].place is None and options.scheduler:
        raise ScoreError(
            f"{ONE_FOLDER} cannot read this machine's standard input: save it as a file that its "
            "workers reach."
        )
    check_apart(options.input, options.output, sources)
    return sources


def _job(options: ScoreOptions, model: Model) -> Job:
    selection = Selection(
        options.text_column,
        options.keep,
        options.keep_text,
        options.input_format,
        options.limit,
        options.dialect,
    )
    wanted = Wanted(options.max_chars, options.explain, options.prefix)
    form = options.format or output_format(options.output)
    return Job(model.labels, selection, wanted, form)


def _score(this: Run, sources: Sequence[Source], meter: Meter) -> bytes:
    """Score *sources* into what the output is; the summary."""
    options = this.options
    if not _is_one_file(options, sources):
        return _score_folder(this, sources, meter)
    if options.scheduler:
        raise ScoreError(f"{ONE_FOLDER} scores files into a folder: give a folder as the output.")
    source = meter.reading(sources[0])
    if options.output == STDIN:
        counts = _score_to_stdout(this, source, meter)
    else:
        counts = _score_file(this, source, meter)
    this.judge(sources[0].name, counts)
    return this.summary(counts)


def _is_one_file(options: ScoreOptions, sources: Sequence[Source]) -> bool:
    """Whether the output is one file; it is a folder where its name ends in no format."""
    if options.output == STDIN:
        if len(sources) > 1:
            raise ScoreError("Several files go into a folder, not to standard output.")
        return True
    if not output_format(options.output, options.format):
        return False
    if len(sources) > 1:
        raise ScoreError(
            f"{options.input} has {len(sources)} files, and {options.output} is one: give a folder."
        )
    return True


def _score_to_stdout(this: Run, source: Source, meter: Meter) -> Counts:
    options, job = this.options, this.job
    if sys.stdout is None:
        raise ScoreError("Standard output is closed.")
    with (
        _standard_output(),
        open_scorer(options.model, this.model, job.wanted, options.processes) as scorer,
    ):
        stream = sys.stdout.buffer
        try:
            counts = score_to_stream(Task(source, source.name), stream, job, scorer, meter.add)
        except BrokenProcessPool:
            raise ScoreError(f"{killed(1)} What was written is not all.") from None
        stream.flush()
        return counts


def _score_file(this: Run, source: Source, meter: Meter) -> Counts:
    path = place_of(this.options.output)
    above, _, name = path.path.rpartition("/")
    folder = Place(path.system, above)
    with (
        locked(folder / f".{name}.lock", this.options.output),
        closing(this.outcomes([Task(source, name)], folder, meter)) as outcomes,
    ):
        for _, outcome in outcomes:
            if isinstance(outcome, BadTable):
                raise outcome
            return outcome.counts
    raise ScoreError(f"{this.options.output} was not written.")


def _score_folder(this: Run, sources: Sequence[Source], meter: Meter) -> bytes:
    """Score each of *sources* into its part."""
    folder, job = place_of(this.options.output), this.job
    decided = {"selection": asdict(job.selection), "wanted": asdict(job.wanted), "format": job.form}
    with open_ledger(folder, this.model.sha256, msgspec.to_builtins(decided)) as ledger:
        tasks = plan_parts(sources, job)
        left = ledger.unfinished(tasks)
        with closing(this.outcomes(left, folder, meter)) as outcomes:
            for task, outcome in outcomes if left else ():
                if isinstance(outcome, Done):
                    ledger.note(task, outcome)
                    meter.finish(task.size, outcome.counts.rows)
                elif this.options.fail_fast:
                    raise outcome
                else:
                    this.failed[task.part] = str(outcome)
        for part, done in ledger.progress.parts.items():
            this.judge(part, done.counts)
        summary = this.summary(ledger.counts)
        if not this.failed:
            ledger.finish(tasks, summary)
        return summary


@contextmanager
def _standard_output() -> Iterator[None]:
    """Say in a sentence that standard output takes no more; click knows a closed pipe."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        # What is still buffered would fail again as Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise ScoreError(f"Standard output cannot be written: {reason(error)}.") from None


def _how_to_go_on(options: ScoreOptions) -> str:
    if options.output == STDIN or output_format(options.output):
        return "interrupted; the same command begins again."
    return "interrupted; what is done is kept, and the same command goes on from there."


def _printable(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()
