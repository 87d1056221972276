"""`make bench-stream`: ten million rows, made on the fly, scored from standard input."""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO, Final

import numpy as np
import pyarrow.parquet as pq
from addsup.export.report.plots import BLUE, STYLE
from matplotlib import rc_context
from matplotlib.figure import Figure

from bench import processes
from bench.errors import BenchmarkError
from bench.places import CACHE, DOCS, MODEL
from bench.scale.scoring import texts

ROWS: Final = 10_000_000
SECONDS_A_SAMPLE: Final = 1.0
PLOT: Final = DOCS / "streaming.svg"
#: Memory at the end, as a multiple of what it was after a tenth of the time.
MOST_GROWTH: Final = 1.2


@dataclass(frozen=True, slots=True)
class Sample:
    """What a command had used at one time.

    Attributes:
        seconds: since it was started.
        rows: given to it so far.
        megabytes: of all its processes (PSS).
    """

    seconds: float
    rows: int
    megabytes: float


class Feeder(Thread):
    """Rows of CSV, written to a stream until there are enough of them or nobody reads any more."""

    def __init__(self, stream: IO[bytes], rows: int) -> None:
        super().__init__(daemon=True)
        self.stream, self.rows, self.given = stream, rows, 0

    def run(self) -> None:
        """Write the rows; the same texts come again with other numbers."""
        drawn = [text.encode() for text in texts(0)]
        try:
            self.stream.write(b"id,text\n")
            while self.given < self.rows:
                batch = drawn[: self.rows - self.given]
                first = self.given
                self.stream.write(b"".join(b"%d,%s\n" % row for row in enumerate(batch, first)))
                self.given += len(batch)
            self.stream.close()
        except BrokenPipeError:
            return


def measure(rows: int, target: Path) -> tuple[float, list[Sample]]:
    """Score *rows* rows into *target*: how many seconds that takes, and samples meanwhile.

    Raises:
        BenchmarkError: it fails, or its output has not every row.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    how = ["--quiet", "--input-format", "csv"]
    command: list[str | Path] = [sys.executable, "-m", "addsup", "score", *how, MODEL, "-"]
    began = time.monotonic()
    running = subprocess.Popen(  # noqa: S603
        [*command, target], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    )
    assert running.stdin  # noqa: S101
    feeder = Feeder(running.stdin, rows)
    feeder.start()
    samples = []
    while running.poll() is None:
        megabytes = processes.proportional_megabytes(running.pid)
        samples.append(Sample(time.monotonic() - began, feeder.given, megabytes))
        time.sleep(SECONDS_A_SAMPLE)
    seconds = time.monotonic() - began
    there = pq.read_metadata(target).num_rows if not running.returncode else 0
    if there != rows:
        raise BenchmarkError(f"{there:,} of {rows:,} rows are in the output.")
    return seconds, samples[:-1]  # the last may be of processes that were about to end


def growth(samples: list[Sample]) -> float:
    """The most memory of the last tenth of the time, of that of the second tenth."""
    tenth = max(1, len(samples) // 10)
    first = max(each.megabytes for each in samples[tenth : 2 * tenth] or samples)
    return max(each.megabytes for each in samples[-tenth:]) / first


@rc_context(STYLE)
def plot(samples: list[Sample]) -> bytes:
    """Memory by rows, as SVG."""
    figure = Figure(figsize=(5.6, 3.2), layout="constrained")
    axes = figure.subplots()
    every = max(1, len(samples) // 300)
    rows = np.array([each.rows / 1e6 for each in samples[::every]])
    axes.plot(rows, [each.megabytes for each in samples[::every]], color=BLUE)
    axes.set(xlabel="rows, millions", ylabel="MB of all processes (PSS)")
    axes.set(title="Memory while rows from standard input are scored")
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.grid(visible=True)
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return file.getvalue()


def main() -> int:
    """Measure, print, draw, and say what was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale.streaming", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    rows = parser.parse_args().rows
    try:
        seconds, samples = measure(rows, CACHE / "streaming" / "labels.parquet")
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 1
    most = max(each.megabytes for each in samples)
    print(f"{rows:,} rows in {seconds:,.0f} s, {rows / seconds:,.0f} a second; {most:.0f} MB")
    print(f"Memory in the last tenth of that of the second: {growth(samples):.2f}")
    if rows >= ROWS:
        PLOT.write_bytes(plot(samples))
    return 0 if growth(samples) <= MOST_GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
