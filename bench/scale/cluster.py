"""`make bench-cluster`: scoring by 1, 2 and 4 workers of a Dask cluster on this machine.

More workers than processors are no faster here; what they show is what a task costs the scheduler
and the command, which are one process each however many workers there are.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Final

from bench import processes
from bench.errors import BenchmarkError
from bench.markdown import markdown
from bench.places import MODEL, ROOT
from bench.scale.scoring import FOLDER, ROWS_A_FILE, make
from tests.clusters import Cluster, running_cluster

WORKERS: Final = (1, 2, 4)


@dataclass(frozen=True, slots=True)
class Run:
    """One command over some files.

    Attributes:
        workers: how many there were.
        files: how many were scored.
        seconds: from start to end.
        of_workers: processor seconds, as the next ones.
        of_scheduler: likewise.
        of_command: likewise, its start included.
    """

    workers: int
    files: int
    seconds: float
    of_workers: float
    of_scheduler: float
    of_command: float


def measure(workers: int, files: int) -> Run:
    """Score *files* files of 10,000 texts by so many workers.

    Raises:
        BenchmarkError: it fails.
    """
    source, target = make(files), FOLDER / "out"
    shutil.rmtree(target, ignore_errors=True)
    with running_cluster(workers) as cluster:
        before = _of_workers(cluster), _ticks(cluster.scheduler)
        began = time.monotonic()
        running = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "addsup", "score", "--quiet", "--scheduler", cluster.address]
            + [str(each) for each in (MODEL, source, target)],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        own = 0.0
        while running.poll() is None:
            own = max(own, _ticks(running))
            time.sleep(0.1)
        seconds = time.monotonic() - began
        _, errors = running.communicate()
        if running.returncode:
            raise BenchmarkError(errors.decode()[-500:])
        after = _of_workers(cluster), _ticks(cluster.scheduler)
    return Run(workers, files, seconds, after[0] - before[0], after[1] - before[1], own)


def _of_workers(cluster: Cluster) -> float:
    return sum(map(_ticks, cluster.workers))


def _ticks(process: subprocess.Popen[bytes]) -> float:
    return processes.ticks_with_ended(process.pid) / processes.TICKS


def table(runs: list[Run]) -> str:
    """*runs* as Markdown."""
    head = ("workers", "rows/s", "CPU s of workers a million rows", "ms of scheduler a task")
    rows = (
        (
            str(run.workers),
            f"{run.files * ROWS_A_FILE / run.seconds:,.0f}",
            f"{run.of_workers / run.files / ROWS_A_FILE * 1e6:.0f}",
            f"{1000 * run.of_scheduler / run.files:.0f}",
        )
        for run in runs
    )
    return markdown(head, rows)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale.cluster", description=__doc__)
    parser.add_argument("--files", type=int, default=40, help="of 10,000 texts, 9.6 MB each")
    files = parser.parse_args().files
    try:
        print(table([measure(workers, files) for workers in WORKERS]))
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
