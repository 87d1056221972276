"""The command of `addsup score`: plans tasks, has them scored, and sums up."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import Final

import msgspec
from pyarrow import fs
from tqdm import tqdm

from addsup.inference.errors import AddsupError
from addsup.inference.model import Model
from addsup.score.columns import Wanted
from addsup.score.counts import Counts, Meter
from addsup.score.engine import run_here, run_on_cluster
from addsup.score.ledger import locked, open_ledger
from addsup.score.tasks import Done, Job, Outcomes, Task, plan_parts, standard_output
from addsup.tables.errors import BadTable
from addsup.tables.listing import find_sources
from addsup.tables.readers import Selection
from addsup.tables.storage import STDIN, Place, Source, output_format, place_of, sweep

#: Codes of rows that say that a file was not read as it was meant.
UNREADABLE: Final = ("malformed_row", "wrong_type")
ENCODE: Final = msgspec.json.encode
A_CLUSTER: Final = "A cluster (--scheduler or DASK_SCHEDULER_ADDRESS)"


@dataclass(frozen=True, slots=True)
class ScoreOptions:
    """Options of scoring, as `addsup score --help` has them; *format* is None for that of names."""

    model: Path
    input: str
    output: str
    selection: Selection
    wanted: Wanted
    format: str | None
    processes: int
    scheduler: str | None
    fail_fast: bool
    quiet: bool


class Run:
    """A command: its options, what all tasks have in common, and what was found."""

    def __init__(self, options: ScoreOptions) -> None:
        self.options, self.started = options, time.monotonic()
        self.model = Model.load(options.model)
        form = options.format or output_format(options.output)
        labels, wanted = self.model.labels, options.wanted
        self.job = Job(self.model.sha256, labels, options.selection, wanted, form)
        self.failed: dict[str, str] = {}

    def outcomes(self, tasks: Sequence[Task], folder: Place | None, meter: Meter) -> Outcomes:
        """What comes of *tasks*, here or on a cluster, one after the other."""
        options, job = self.options, self.job
        if not options.scheduler or folder is None:
            yield from run_here(tasks, folder, job, options.model, options.processes, meter.add)
            return
        from addsup.score.cluster import connect

        with connect(options.scheduler, options.quiet) as client:
            content = options.model.read_bytes()
            yield from run_on_cluster(tasks, folder, job, client, content, meter.add)

    def summary(self, counts: Counts) -> bytes:
        """What was done, as it is printed and stands in `_SUCCESS`: JSON."""
        unknown = round(1 - counts.known_words / counts.words, 4) if counts.words else None
        return ENCODE(
            {
                "model": self.model.version,
                "rows": counts.rows,
                "labels": dict(sorted(counts.labels.items())),
                "errors": dict(sorted(counts.errors.items())),
                "unknown_word_share": unknown,
                "failed": self.failed,
                "seconds": round(time.monotonic() - self.started, 2),
            }
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
            score = _score_file if _is_one_file(options, sources) else _score_folder
            summary = score(this, sources, meter)
    except KeyboardInterrupt:
        is_file = options.output == STDIN or output_format(options.output)
        goes_on = "what is done is kept, and the same command goes on from there."
        how = "the same command begins again." if is_file else goes_on
        raise KeyboardInterrupt(f"interrupted; {how}") from None
    if options.output != STDIN:
        with standard_output() as stream:
            stream.write(summary + b"\n")
    elif sys.stderr:
        print(summary.decode(), file=sys.stderr)
    for why in this.failed.values():
        print(f"addsup score: {why}", file=sys.stderr)
    return 1 if this.failed else 0


def _sources(options: ScoreOptions) -> list[Source]:
    sources = find_sources(options.input, options.selection.form)
    if sources[0].is_stream and sys.stdin is None:
        raise AddsupError("Standard input is closed.")
    if sources[0].is_stream and options.scheduler:
        raise AddsupError(
            f"{A_CLUSTER} cannot read this machine's standard input: save it as a file that its "
            "workers reach."
        )
    _check_apart(options.input, options.output, sources)
    return sources


def _check_apart(address: str, output: str, sources: Sequence[Source]) -> None:
    """Refuse an *output* that is an input, holds one, or is where inputs are looked for."""
    if STDIN in (address, output):
        return
    target = _real(place_of(output))
    for source in sources:
        if source.place and _real(source.place).is_relative_to(target):
            raise AddsupError(
                f"{output} is, or holds, the input {source.name}, which results must not replace: "
                "give another output."
            )
    searched = place_of(address.split("**")[0] or ".")
    is_folder = searched.info.type == fs.FileType.Directory
    if is_folder and target.is_relative_to(_real(searched)):
        raise AddsupError(
            f"{output} is in the folder that is read, and the next run would read its results: "
            "give an output elsewhere."
        )


def _real(place: Place) -> PurePath:
    """The path of *place* below the name of its file system, without symbolic links."""
    is_local = isinstance(place.system, fs.LocalFileSystem)
    path = os.path.realpath(place.path) if is_local else place.path
    return PurePath(place.system.type_name, path.strip("/"))


def _is_one_file(options: ScoreOptions, sources: Sequence[Source]) -> bool:
    """Whether the output is one file; it is a folder where its name ends in no format."""
    if options.output != STDIN and not output_format(options.output, options.format):
        return False
    if len(sources) > 1 and options.output == STDIN:
        raise AddsupError("Several files go into a folder, not to standard output.")
    if len(sources) > 1:
        raise AddsupError(
            f"{options.input} has {len(sources)} files, and {options.output} is one: give a folder."
        )
    if options.scheduler:
        raise AddsupError(f"{A_CLUSTER} scores files into a folder: give a folder as the output.")
    return True


def _score_file(this: Run, sources: Sequence[Source], meter: Meter) -> bytes:
    """Score the one of *sources* into a file or to standard output; the summary."""
    source, output = meter.reading(sources[0]), this.options.output
    with ExitStack() as opened:
        folder, name = None, ""
        if output != STDIN:
            place = place_of(output)
            above, _, name = place.path.rpartition("/")
            folder = Place(place.system, above)
            opened.enter_context(locked(folder / f".{name}.lock", output))
            sweep(folder, name)
        outcomes = opened.enter_context(closing(this.outcomes([Task(source, name)], folder, meter)))
        _, outcome = next(outcomes)
    if isinstance(outcome, BadTable):
        raise outcome
    this.judge(source.name, outcome.counts)
    return this.summary(outcome.counts)


def _score_folder(this: Run, sources: Sequence[Source], meter: Meter) -> bytes:
    """Score each of *sources* into its part; the summary."""
    folder, job = place_of(this.options.output), this.job
    decided = {"selection": asdict(job.selection), "wanted": asdict(job.wanted), "format": job.form}
    as_json = msgspec.json.decode(msgspec.json.encode(decided))
    with open_ledger(folder, job.model, as_json) as ledger:
        tasks = plan_parts(sources, job)
        left = ledger.unfinished(tasks)
        with closing(this.outcomes(left, folder, meter)) as outcomes:
            for task, outcome in outcomes if left else ():
                if isinstance(outcome, Done):
                    ledger.note(task, outcome)
                    meter.passed(task.size)
                elif this.options.fail_fast:
                    raise outcome
                else:
                    this.failed[task.part] = str(outcome)
        parts = ledger.progress.parts
        for part, done in parts.items():
            this.judge(part, done.counts)
        summary = this.summary(sum((done.counts for done in parts.values()), Counts()))
        if not this.failed:
            ledger.finish(tasks, summary)
        return summary
