"""Results as Markdown tables. Ratios are medians of the ratios within one round."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bench.contenders import Contender
from bench.rounds import Results, Round
from bench.workloads import Workload

ABSENT = "–"


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table: the first column is text, the others are figures."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def load_table(
    results: Results, contenders: Sequence[Contender], workload: Workload, base: str
) -> str:
    """Throughput, latency and CPU time of every contender under one workload."""
    head = ["", *units(workload), f"of {base}'s rate", f"of {base}'s CPU"]
    present = [each for each in contenders if workload.key in loads_of(results, each)]
    return markdown(head, [load_row(results, each, workload, base) for each in present])


def units(workload: Workload) -> list[str]:
    """What the columns of figures count."""
    rate = "requests/s" if workload.reviews == 1 else "reviews/s"
    return [rate, "p50 ms", "p99 ms", "CPU ms a request"]


def load_row(results: Results, contender: Contender, workload: Workload, base: str) -> list[str]:
    """One contender's line."""
    name, key = contender.name, workload.key

    def rate(each: Round) -> float:
        return each.loads[key].requests_a_second * workload.reviews

    def cpu(each: Round) -> float:
        return each.loads[key].cpu

    figures: list[Callable[[Round], float]] = [
        rate,
        lambda each: each.loads[key].p50,
        lambda each: each.loads[key].p99,
        cpu,
    ]
    medians = [number(results.median(name, figure)) for figure in figures]
    if key not in loads_of(results, base):
        return [contender.title, *medians, ABSENT, ABSENT]
    ratios = [f"{results.ratio(name, base, figure):.2f}" for figure in (rate, cpu)]
    return [contender.title, *medians, *ratios]


def loads_of(results: Results, contender: Contender | str) -> Iterable[str]:
    """The workloads that were measured with a contender."""
    name = contender if isinstance(contender, str) else contender.name
    return results.rounds[name][0].loads if name in results.rounds else ()


def number(value: float) -> str:
    """Three digits that count, and commas between thousands."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
