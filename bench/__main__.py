"""`python -m bench`: addsup beside plain Flask and FastAPI; fails if a promise is missed."""

from __future__ import annotations

import argparse
import sys

from bench import ROOT, BenchmarkError
from bench.contenders import ADDSUP, CONTENDERS, Contender
from bench.environments import install, megabytes_installed
from bench.in_process import in_process
from bench.pickles import make_pickles
from bench.report import Report, exit_status
from bench.rounds import interleaved


def main() -> int:
    """Measure, print the table, and write docs/benchmark.md unless the run is a quick one."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two short rounds; writes no document")
    quick = parser.parse_args().quick
    try:
        report = measured(rounds=2 if quick else 5, seconds=1 if quick else 3)
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 1
    print(report.relative())
    print(report.without_http())
    if not quick:
        (ROOT / "docs" / "benchmark.md").write_text(report.document())
    return exit_status(report.promises())


def measured(rounds: int, seconds: int) -> Report:
    """A report on all contenders that can be installed."""
    contenders = [each for each in CONTENDERS if is_installed(each)]
    make_pickles()
    return Report(
        contenders,
        interleaved(contenders, rounds, seconds),
        {each.name: megabytes_installed(each) for each in contenders},
        in_process(),
    )


def is_installed(contender: Contender) -> bool:
    """Whether *contender* has its environment now; what cannot be had is said, and left out.

    Raises:
        BenchmarkError: it is this server.
    """
    try:
        install(contender)
    except BenchmarkError as error:
        if contender == ADDSUP:
            raise
        print(error, file=sys.stderr)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
