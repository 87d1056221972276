"""`make bench-score`: files of texts scored in one process, in several, and by Spark."""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from addsup.inference.model import Model

from bench import processes
from bench.environments import python_with
from bench.errors import BenchmarkError
from bench.markdown import markdown
from bench.places import CACHE, MODEL, PEERS, ROOT

FOLDER: Final = CACHE / "scoring"
ROWS_A_FILE: Final = 10_000
#: Words of a text at least and at most; a quarter of those of a file are drawn, then repeated.
WORDS: Final = (120, 320)
REPEATS: Final = 4
#: Who else scores: its name, its script and its requirements, and how many times its rate is ours.
PEERS_BY_OPTION: Final = {
    "spark": ("PySpark, mapInArrow", "spark_score.py", PEERS / "spark.txt", 1.25),
    "ray": ("Ray Data, map_batches", "ray_score.py", PEERS / "ray.txt", 2.5),
}

#: What must be shown: rates and memory of all processes, beside others and at the most.
TIMES_ONE_PROCESS: Final = 1.7
MOST_MEGABYTES: Final = 600.0
MORE_MEMORY: Final = 1.2


@dataclass(frozen=True, slots=True)
class Run:
    """One command over some files.

    Attributes:
        what: who scored.
        rows: how many.
        seconds: from start to end.
        cpu: seconds of processors, of all its processes.
        megabytes: the most that all its processes had at a time (PSS).
    """

    what: str
    rows: int
    seconds: float
    cpu: float
    megabytes: float

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds


def texts(seed: int) -> list[str]:
    """Texts of words that the model knows, stop words, and words that it does not know."""
    chance = random.Random(seed)  # noqa: S311 (words, not secrets)
    manifest = Model.load(MODEL).manifest
    unknown = [f"xq{'abcdefghij'[n % 10]}{n}" for n in range(3_000)]
    words = [*manifest.vocabulary * 2, *manifest.stop_words * 20, *unknown]
    drawn = [
        " ".join(chance.choices(words, k=chance.randint(*WORDS)))
        for _ in range(ROWS_A_FILE // REPEATS)
    ]
    return drawn * REPEATS


def make(files: int) -> Path:
    """A folder of so many Parquet files; made when first asked for."""
    folder = FOLDER / f"in-{files}"
    for number in range(files):
        path = folder / f"{number:04}.parquet"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            ids = range(ROWS_A_FILE * number, ROWS_A_FILE * (number + 1))
            pq.write_table(pa.table({"id": ids, "text": texts(number)}), path)
    return folder


def measured(what: str, files: int, command: list[str | Path]) -> Run:
    """Run *command* with the folders of input and output behind it; looked at every 0.2 s.

    Raises:
        BenchmarkError: it fails, or its output has not every row.
    """
    source, target = make(files), FOLDER / "out"
    shutil.rmtree(target, ignore_errors=True)
    environ = os.environ | {"PYTHONPATH": str(ROOT), "PYSPARK_PYTHON": str(command[0])}
    began = time.monotonic()
    running = subprocess.Popen(  # noqa: S603
        [*command, MODEL, source, target],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    most = cpu = 0.0
    while running.poll() is None:
        most = max(most, processes.proportional_megabytes(running.pid))
        cpu = max(cpu, processes.ticks_with_ended(running.pid) / processes.TICKS)
        time.sleep(0.2)
    seconds = time.monotonic() - began
    _, errors = running.communicate()
    rows = sum(pq.read_metadata(path).num_rows for path in target.glob("*.parquet"))
    if running.returncode or rows != files * ROWS_A_FILE:
        raise BenchmarkError(f"{what}: {rows:,} rows; {errors.decode()[-500:]}")
    return Run(what, rows, seconds, cpu, most)


def measure(files: int, peers: Sequence[str]) -> list[Run]:
    """Everyone once over *files* files, and all processes over four times as many."""
    ours: list[str | Path] = [sys.executable, "-m", "addsup", "score", "--quiet"]
    runs = [
        measured("one process", files, [*ours, "--processes", "1"]),
        measured("all processes", files, ours),
    ]
    for peer in peers:
        what, script, requirements, _ = PEERS_BY_OPTION[peer]
        runs.append(measured(what, files, [python_with(requirements), PEERS / script]))
    runs.append(measured("all processes, four times the files", 4 * files, ours))
    return runs


def table(runs: list[Run]) -> str:
    """*runs* as Markdown."""
    head = ("", "rows", "seconds", "rows/s", "of one process", "CPU s", "MB at the most")
    rows = (
        (
            run.what,
            f"{run.rows:,}",
            f"{run.seconds:.1f}",
            f"{run.rate:,.0f}",
            f"{run.rate / runs[0].rate:.2f}",
            f"{run.cpu:.0f}",
            f"{run.megabytes:.0f}",
        )
        for run in runs
    )
    return markdown(head, rows)


def missed(runs: list[Run]) -> list[str]:
    """What was promised and not kept."""
    one, every, *others, large = runs
    promises = [
        (every.rate / one.rate >= TIMES_ONE_PROCESS, f"{TIMES_ONE_PROCESS} times one process"),
        (large.megabytes <= MOST_MEGABYTES, f"{MOST_MEGABYTES:g} MB"),
        (large.megabytes <= MORE_MEMORY * every.megabytes, "memory that does not grow"),
        *(
            (every.rate / run.rate >= times, f"{times} times {run.what}")
            for run in others
            for what, _, _, times in PEERS_BY_OPTION.values()
            if run.what == what
        ),
    ]
    return [what for kept, what in promises if not kept]


def main() -> int:
    """Measure, print, and say what was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale.scoring", description=__doc__)
    parser.add_argument("--files", type=int, default=40, help="of 10,000 texts, 9.6 MB each")
    parser.add_argument("--spark", action="store_true", help="measure PySpark, too (needs java)")
    parser.add_argument("--ray", action="store_true", help="measure Ray Data, too")
    options = parser.parse_args()
    try:
        runs = measure(options.files, [peer for peer in PEERS_BY_OPTION if vars(options)[peer]])
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 1
    print(table(runs))
    for what in missed(runs):
        print(f"Missed: {what}.", file=sys.stderr)
    return 1 if missed(runs) else 0


if __name__ == "__main__":
    sys.exit(main())
