"""`python -m tests.fuzz SECONDS [TARGET]`: a coverage-guided fuzzer (atheris) over each target.

It begins with the seeds in `corpus`, keeps what reaches new code in `.cache/fuzz`, and ends with
an error, and the bytes in a file, as soon as a target fails.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SEEDS = Path(__file__).with_name("corpus")
KEPT = Path(__file__).parents[2] / ".cache" / "fuzz"


def main(seconds: str, target: str | None = None) -> None:
    """Fuzz *target* for *seconds*, or each of them for its share."""
    if target:
        fuzz(target, int(seconds))
        return
    names = sorted(path.name for path in SEEDS.iterdir())
    for name in names:
        share = str(max(1, int(seconds) // len(names)))
        subprocess.run([sys.executable, "-m", "tests.fuzz", share, name], check=True)


def fuzz(target: str, seconds: int) -> None:
    """Fuzz *target* for *seconds*, in this process, which then ends."""
    import atheris

    with atheris.instrument_imports(include=["addsup"], enable_loader_override=False):
        from tests.fuzz.targets import TARGETS

    kept = KEPT / target
    kept.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={seconds}",
        "-max_len=4096",
        "-timeout=10",
        "-print_final_stats=1",
        "-verbosity=0",
        f"-artifact_prefix={kept.parent}/{target}-",
    ]
    atheris.Setup([sys.argv[0], *options, str(kept), str(SEEDS / target)], TARGETS[target])
    atheris.Fuzz()


main(*sys.argv[1:])
