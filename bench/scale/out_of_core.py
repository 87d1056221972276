"""`make bench-out-of-core`: training in passes beside scikit-learn in memory; then four times.

The texts are made up, by Zipf's law, with a word in each that is in no other, as names and
misspellings are in real ones. What was fitted is compared with scikit-learn on the same rows.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from addsup.train.artifact import read_kept
from addsup.train.data.wordnet import noun_lemmatizer
from addsup.train.hyperparameters import from_parameters
from addsup.train.out_of_core.cleaned import Reading, chosen
from addsup.train.out_of_core.parts import parts_of, selection_of
from addsup.train.out_of_core.survey import ENOUGH, SHARE

from bench import processes
from bench.errors import BenchmarkError
from bench.markdown import markdown
from bench.places import CACHE, ROOT
from tests.train.large import Leaning

FOLDER: Final = CACHE / "out_of_core"
ROWS_A_FILE: Final = 10_000
PARAMETERS: Final = ("theta_", "var_", "class_prior_", "class_count_", "epsilon_")

#: What must be shown: bytes of one process, and how far numbers may be from scikit-learn's.
MOST_MEGABYTES: Final = 2_147.0  # 2 GiB
TOLERANCE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Run:
    """One command over some files.

    Attributes:
        what: who trained.
        rows: how many there were.
        seconds: from start to end.
        largest: megabytes of its largest process, at the most (RSS).
        together: megabytes of all its processes, at the most (PSS).
    """

    what: str
    rows: int
    seconds: float
    largest: float
    together: float


def make(files: int) -> Path:
    """A folder of so many Parquet files of labelled texts; made when first asked for."""
    folder = FOLDER / f"in-{files}"
    folder.mkdir(parents=True, exist_ok=True)
    words = Leaning.of(np.random.default_rng(0))
    for number in range(files):
        path = folder / f"{number:04}.parquet"
        if not path.exists():
            texts, labels = zip(*_rows(words, number), strict=True)
            pq.write_table(pa.table({"text": texts, "label": labels}), path)
    return folder


def _rows(words: Leaning, seed: int) -> Iterator[tuple[str, str]]:
    random = np.random.default_rng(seed)
    letters = np.array(list("etaoinshrdlucmfwypvbgk"))
    for row in range(ROWS_A_FILE):
        label = row % 2
        own = "".join(random.choice(letters, 7))
        yield f"{words.text(label, random)} {own}.", ("negative", "positive")[label]


def measured(what: str, files: int, command: list[str | Path]) -> Run:
    """Run *command*; its processes are looked at every 0.2 s.

    Raises:
        BenchmarkError: it fails.
    """
    began = time.monotonic()
    running = subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    largest = together = 0.0
    while running.poll() is None:
        members = processes.members(running.pid)
        largest = max([largest, *map(processes.resident_megabytes, members)])
        together = max(together, processes.proportional_megabytes(running.pid))
        time.sleep(0.2)
    seconds = time.monotonic() - began
    output, _ = running.communicate()
    if running.returncode:
        raise BenchmarkError(f"{what}: {output.decode()[-500:]}")
    return Run(what, files * ROWS_A_FILE, seconds, largest, together)


def measure(files: int) -> list[Run]:
    """Everyone once over *files* files, and all processes over four times as many."""
    python: list[str | Path] = [sys.executable, "-m"]
    small, kept = make(files), FOLDER / "kept.skops"
    fit: list[str | Path] = ["train", "--quiet", "--no-tune", "--keep", kept, "--data"]
    return [
        measured("in passes, one processor", files, ["taskset", "-c", "0", *python, *fit, small]),
        measured("in passes, all processors", files, [*python, *fit, small]),
        measured(
            "scikit-learn, in memory",
            files,
            [*python, "bench.scale.out_of_core", "--compare", small],
        ),
        measured(
            "in passes, all processors, four times the files",
            4 * files,
            [*python, *fit[:-3], "--data", make(4 * files)],
        ),
    ]


def compare(folder: Path) -> list[str]:
    """Fit in memory on the rows of *folder* that were fitted on, and name what is not the same."""
    kept = read_kept(FOLDER / "kept.skops", noun_lemmatizer())
    parts = parts_of(str(folder))
    rows = sum(pq.read_metadata(path).num_rows for path in folder.glob("*.parquet"))
    share = min(SHARE, ENOUGH / rows)
    reading = Reading(selection_of(parts[0], None, None), share, kept.normaliser)
    texts: list[str] = []
    labels: list[str] = []
    for part in parts:
        for cleaned in reading.read(part):
            fitted = cleaned.within(2 * share)
            texts += chosen(cleaned.texts, fitted)
            labels += chosen(cleaned.labels, fitted)
    setting, calibration = from_parameters(kept.parameters)
    here = setting.pipeline(calibration).fit(texts, labels)
    return list(_different(kept.pipeline, here))


def _different(one: Any, two: Any) -> Iterator[str]:
    if one[0].vocabulary_ != two[0].vocabulary_:
        yield "vocabulary"
    mine, theirs = one[-1].classifier_, two[-1].classifier_
    pairs = [(name, getattr(mine, name), getattr(theirs, name)) for name in PARAMETERS]
    for name, here, there in [("idf_", one[0].idf_, two[0].idf_), *pairs]:
        if not np.allclose(here, there, rtol=TOLERANCE, atol=TOLERANCE):
            yield f"{name}, by {np.abs(np.asarray(here) - there).max():.1e}"


def table(runs: list[Run]) -> str:
    """*runs* as Markdown."""
    head = ("", "rows", "seconds", "of scikit-learn's", "MB, largest process", "MB, all")
    (peer,) = (run for run in runs if run.what.startswith("scikit-learn"))
    rows = (
        (
            run.what,
            f"{run.rows:,}",
            f"{run.seconds:.0f}",
            f"{run.seconds * peer.rows / run.rows / peer.seconds:.2f}",
            f"{run.largest:.0f}",
            f"{run.together:.0f}",
        )
        for run in runs
    )
    return markdown(head, rows)


def main() -> int:
    """Measure, print; 1 if a promise is not kept."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale.out_of_core", description=__doc__)
    parser.add_argument("--files", type=int, default=40, help="of 10,000 texts, 13 MB of text each")
    parser.add_argument("--compare", type=Path, help="fit in memory, and compare (no benchmark)")
    options = parser.parse_args()
    if options.compare:
        different = compare(options.compare)
        print("\n".join(f"Not the same: {each}." for each in different))
        return 1 if different else 0
    try:
        runs = measure(options.files)
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 1
    print(table(runs))
    if max(run.largest for run in runs if run.what.startswith("in passes")) > MOST_MEGABYTES:
        print(f"Missed: {MOST_MEGABYTES:.0f} MB a process.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
