"""`make bench-train`: 25,000 long reviews, tuned within the bounds and exported.

With no data of one's own they are made up, by Zipf's law, of the size of the large IMDb collection;
time and memory are like those of real ones, accuracy is not.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import processes
from bench.errors import BenchmarkError
from bench.places import CACHE, ROOT
from tests.train.large import write_large

FOLDER: Final = CACHE / "training"

#: What must be shown.
TUNING_SECONDS: Final = 600.0
EXPORT_SECONDS: Final = 60.0
MOST_MEGABYTES: Final = 2_147.0  # 2 GiB
ACCURACY: Final = 0.845


@dataclass(frozen=True, slots=True)
class Run:
    """One command.

    Attributes:
        what: it did.
        seconds: from start to end.
        megabytes: the most that all its processes had at a time (PSS).
        printed: its standard output.
    """

    what: str
    seconds: float
    megabytes: float
    printed: str


def measured(what: str, *command: str | Path) -> Run:
    """Run *command* of this project; its memory is looked at every 0.2 s.

    Raises:
        BenchmarkError: it fails.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    output, began, most = FOLDER / "printed.txt", time.monotonic(), 0.0
    with output.open("w") as file:
        running = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", *command], cwd=ROOT, stdout=file, stderr=subprocess.STDOUT
        )
        while running.poll() is None:
            most = max(most, processes.proportional_megabytes(running.pid))
            time.sleep(0.2)
    printed = output.read_text()
    if running.returncode:
        raise BenchmarkError(f"{what}: {printed[-500:]}")
    return Run(what, time.monotonic() - began, most, printed)


def measure(data: Path, options: Sequence[str]) -> tuple[Run, Run]:
    """Tune on *data*, and export."""
    kept, model = FOLDER / "kept.skops", FOLDER / "model.onnx"
    tuned = measured("tuning", "train", "--data", data, "--keep", kept, "--quiet", *options)
    return tuned, measured("export", "export", "convert", kept, model)


def accuracy(tuned: Run) -> float:
    """What the tuned recipe reached on the texts held out."""
    return float(re.findall(r"^Accuracy: (0\.\d+)$", tuned.printed, re.MULTILINE)[-1])


def missed(tuned: Run, exported: Run, made_up: bool) -> list[str]:
    """What was promised and not kept."""
    found = []
    if tuned.seconds > TUNING_SECONDS:
        found.append(f"tuning took {tuned.seconds:.0f} s, more than {TUNING_SECONDS:.0f}")
    if exported.seconds > EXPORT_SECONDS:
        found.append(f"export took {exported.seconds:.0f} s, more than {EXPORT_SECONDS:.0f}")
    if max(tuned.megabytes, exported.megabytes) > MOST_MEGABYTES:
        found.append(f"memory was {tuned.megabytes:.0f} MB, more than {MOST_MEGABYTES:.0f}")
    if not made_up and accuracy(tuned) < ACCURACY:
        found.append(f"accuracy is {accuracy(tuned):.3f}, less than {ACCURACY}")
    return found


def main() -> int:
    """Measure, print; 1 if a promise is not kept."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale.training", description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", help="labelled text (default: made up)")
    options, others = parser.parse_known_args()
    data = options.data or FOLDER / "large.tsv"
    if not data.exists() and options.data is None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        write_large(data)
    try:
        tuned, exported = measure(data, others)
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 1
    print(tuned.printed)
    for run in (tuned, exported):
        print(f"{run.what}: {run.seconds:.0f} s, at the most {run.megabytes:.0f} MB")
    failed = missed(tuned, exported, options.data is None)
    print("\n".join(f"Missed: {each}." for each in failed) or "All that was promised is kept.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
