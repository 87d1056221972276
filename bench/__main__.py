"""`python -m bench`: this server, plain Flask and peers, side by side, with what must be shown.

`python -m bench http --only server,ceiling --workloads single` measures just that, for tuning.
"""

from __future__ import annotations

import argparse
import sys

from bench import processes
from bench.errors import BenchmarkError
from bench.report import document, limits, table
from bench.serving import balance, pickles, rounds
from bench.serving.contenders import BY_NAME, USUAL, Contender
from bench.workloads import workloads

SHORT = ",".join(each.name for each in USUAL)
KEYS = "single,alone,batch,long"


def main() -> int:
    """Returns 1 when a limit is missed by more than the margin, or nothing could be measured."""
    options = parsed()
    contenders = [BY_NAME[name] for name in options.only.split(",")]
    processes.adopt_orphans()
    try:
        return PARTS[options.part](options, contenders)
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 1


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("part", nargs="?", choices=list(PARTS), default="all")
    parser.add_argument("--only", default=SHORT, help=f"some of {','.join(BY_NAME)}")
    parser.add_argument("--workloads", default=KEYS, help="of the part http")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="a workload takes in each round")
    return parser.parse_args()


def everything(options: argparse.Namespace, contenders: list[Contender]) -> int:
    """Measure, print and keep all of it."""
    found = document.measure(contenders, options.rounds, options.seconds)
    print(document.keep(found))
    failed = limits.failed(found.limits())
    for limit in failed:
        print(f"Missed by a factor of {limit.excess:.2f}: {limit.what}.", file=sys.stderr)
    return 1 if failed else 0


def http(options: argparse.Namespace, contenders: list[Contender]) -> int:
    """Just requests, of some contenders under some workloads."""
    pickles.make()
    chosen = [each for each in workloads() if each.key in options.workloads.split(",")]
    results = rounds.measure(contenders, chosen, options.rounds, options.seconds)
    for workload in chosen:
        print(f"{workload.title}, connections: {workload.connections}\n")
        print(table.load_table(results, contenders, workload))
    print(table.cost_table(results, contenders))
    return 0


def landing(_: argparse.Namespace, contenders: list[Contender]) -> int:
    """Just where connections land."""
    pickles.make()
    (workload, *_rest) = workloads()
    balances = {each.name: balance.measure(each, workload) for each in contenders}
    print(table.balance_table(balances, contenders))
    return 0


PARTS = {"all": everything, "http": http, "balance": landing}


if __name__ == "__main__":
    sys.exit(main())
