"""`python -m bench.scale`: files scored in one process, in all, and four times as many."""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from addsup.inference.model import Model
from bench import CACHE, MODEL, BenchmarkError
from bench.report import Promise, digits, exit_status, markdown
from bench.running import proportional_megabytes

FOLDER: Final = CACHE / "scoring"
ROWS_A_FILE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Run:
    """One run of `addsup score`.

    Attributes:
        what: how it was run.
        rows: how many were scored.
        seconds: from start to end.
        megabytes: peak of the memory (PSS) of all processes.
    """

    what: str
    rows: int
    seconds: float
    megabytes: float

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds


def make_files(count: int) -> Path:
    """A folder of *count* Parquet files of texts of about 220 words, 9.6 MB each."""
    folder = FOLDER / f"in-{count}"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        path = folder / f"{number:04}.parquet"
        if not path.exists():
            ids = range(ROWS_A_FILE * number, ROWS_A_FILE * (number + 1))
            pq.write_table(pa.table({"id": ids, "text": made_up_texts(number)}), path)
    return folder


def made_up_texts(seed: int) -> list[str]:
    """Texts of known words, stop words and unknown words; each comes four times."""
    chance = random.Random(seed)  # noqa: S311 (words, not secrets)
    manifest = Model.load(MODEL).manifest
    unknown = [f"xq{'abcdefghij'[n % 10]}{n}" for n in range(3_000)]
    words = [*manifest.vocabulary * 2, *manifest.stop_words * 20, *unknown]
    lengths = [chance.randint(120, 320) for _ in range(ROWS_A_FILE // 4)]
    return [" ".join(chance.choices(words, k=length)) for length in lengths] * 4


def score(what: str, files: int, *options: str) -> Run:
    """Score *files* files; memory is read five times a second.

    Raises:
        BenchmarkError: the command fails, or its output has not every row.
    """
    source, target = make_files(files), FOLDER / "out"
    shutil.rmtree(target, ignore_errors=True)
    command = [sys.executable, "-P", "-m", "addsup", "score", "--quiet", *options]
    start, peak = time.monotonic(), 0.0
    process = psutil.Popen([*command, str(MODEL), str(source), str(target)])
    while process.poll() is None:
        peak = max(peak, proportional_megabytes(process))
        time.sleep(0.2)
    seconds = time.monotonic() - start
    rows = sum(pq.read_metadata(path).num_rows for path in target.glob("*.parquet"))
    if process.returncode or rows != files * ROWS_A_FILE:
        raise BenchmarkError(f"{what}: exit status {process.returncode}, {rows:,} rows scored")
    return Run(what, rows, seconds, peak)


def main() -> int:
    """Measure and print; exit status 1 if a promise is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--files", type=int, default=20, help="of 10,000 texts, 9.6 MB each")
    files = parser.parse_args().files
    try:
        one = score("one process", files, "--processes", "1")
        every = score("all processes", files)
        large = score("all processes, four times the files", 4 * files)
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 1
    rows = (
        (each.what, f"{each.rows:,}", *map(digits, (each.seconds, each.rate, each.megabytes)))
        for each in (one, every, large)
    )
    print(markdown(("", "rows", "seconds", "rows/s", "peak memory MB"), rows))
    growth = large.megabytes / every.megabytes
    return exit_status(
        [
            Promise("rate of all processes, of one's", every.rate / one.rate, 1.5, is_least=True),
            Promise("memory for four times the files, of that for one", growth, 1.25),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
