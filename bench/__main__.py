"""`python -m bench`: one prediction in process, then one request over HTTP, with their limits.

`python -m bench http --only server,ceiling --workloads single` measures just that, for tuning.
"""

from __future__ import annotations

import argparse
import sys
from typing import Final

from bench import one_prediction, one_request, rounds, table
from bench.contenders import BY_NAME
from bench.errors import BenchmarkError
from bench.workloads import workloads

# Machines are noisy: what misses a limit by less is printed as missed, but fails nothing.
MARGIN: Final = 1.3


def main() -> int:
    """Print the comparisons; returns 1 when one misses its limits by more than the margin."""
    options = parsed()
    if options.part == "http":
        return http(options)
    held = [compare_predictions(), compare_requests()]
    return 0 if all(held) else 1


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("part", nargs="?", choices=["all", "http"], default="all")
    parser.add_argument("--only", default=",".join(BY_NAME), help="contenders, by name")
    parser.add_argument("--workloads", default="single,alone,batch,long")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3, help="of each workload in each round")
    return parser.parse_args()


def http(options: argparse.Namespace) -> int:
    """Just the tables of some contenders under some workloads."""
    contenders = [BY_NAME[name] for name in options.only.split(",")]
    asked = [each for each in workloads() if each.key in options.workloads.split(",")]
    try:
        results = rounds.measure(contenders, asked, options.rounds, options.seconds)
    except BenchmarkError as error:
        sys.exit(str(error))
    for workload in asked:
        print(f"{workload.title}, connections: {workload.connections}\n")
        print(table.load_table(results, contenders, workload, "ceiling"))
    for contender in contenders:
        start = results.median(contender.name, lambda each: each.cold_start)
        memory = results.median(contender.name, lambda each: each.memory)
        print(f"{contender.name}: cold start {start:.2f} s, PSS {memory:.0f} MB")
    return 0


def compare_predictions() -> bool:
    """The model file against the pipeline that it was made from."""
    result = one_prediction.measure()
    print("One prediction in process, a review of 100 characters, median of many\n")
    print("| | microseconds | ratio |\n|---|---:|---:|")
    print(f"| scikit-learn: clean, tf-idf, GaussianNB | {result.scikit_learn:.1f} | 1 |")
    print(f"| this server: clean, onnxruntime | {result.server:.1f} | {result.ratio:.3f} |")
    print(f"| - of which cleaning | {result.cleaning:.1f} | |")
    print(f"| - of which the graph | {result.graph:.1f} | |")
    microseconds, ratio = one_prediction.LIMIT_MICROSECONDS, one_prediction.LIMIT_RATIO
    excess = max(result.server / microseconds, result.ratio / ratio)
    print(f"\nLimits: {microseconds} microseconds and a ratio of {ratio}: {said(excess)}\n")
    return excess <= MARGIN


def compare_requests() -> bool:
    """The server against plain Flask."""
    result = one_request.measure()
    print("One request to /predict, the same review, CPU time of all processes, best of many\n")
    print("| | milliseconds | ratio |\n|---|---:|---:|")
    print(f"| plain Flask: parse the JSON, answer a constant | {result.ceiling:.3f} | 1 |")
    print(f"| this server, with logs and metrics | {result.server:.3f} | {result.ratio:.2f} |")
    excess = result.ratio / one_request.LIMIT_RATIO
    print(f"\nLimit: a ratio of {one_request.LIMIT_RATIO}: {said(excess)}")
    return excess <= MARGIN


def said(excess: float) -> str:
    """Whether limits were held, in a word."""
    return "held" if excess <= 1 else "MISSED"


if __name__ == "__main__":
    sys.exit(main())
