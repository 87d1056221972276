"""Limits: what the benchmark must show, and whether it did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bench.environments import megabytes_installed
from bench.in_process.comparison import InProcess
from bench.in_process.length import Costs
from bench.serving.contenders import BY_NAME, CEILING, SERVER
from bench.serving.rounds import Figure, Results, cold_start, cpu, p99, private, rate
from bench.workloads import BATCH

#: Machines are noisy: what misses a limit by less is printed as missed, but fails nothing.
MARGIN: Final = 1.3
#: The speed of a machine may change by half within an hour, and with it a time that is no ratio.
MARGIN_OF_TIMES: Final = 3.0


@dataclass(frozen=True, slots=True)
class Limit:
    """One promise.

    Attributes:
        what: it is about.
        seen: the figure.
        limit: the figure that was promised.
        is_least: whether *seen* must not be below *limit*, rather than not above it.
        unit: of both; none for a ratio.
        margin: the factor by which it may be missed without failing the run.
    """

    what: str
    seen: float
    limit: float
    is_least: bool = False
    unit: str = ""
    margin: float = MARGIN

    @property
    def excess(self) -> float:
        """By what factor it is missed; 1 or less where it is held."""
        return self.limit / self.seen if self.is_least else self.seen / self.limit

    @property
    def verdict(self) -> str:
        """In a word."""
        return "held" if self.excess <= 1 else "**MISSED**"

    @property
    def row(self) -> list[str]:
        """As a line of a table."""
        promise = f"at least {self.limit:,g}" if self.is_least else f"at most {self.limit:,g}"
        return [
            self.what,
            f"{significant(self.seen)} {self.unit}".strip(),
            f"{promise} {self.unit}".strip(),
            self.verdict,
        ]


def significant(value: float) -> str:
    """Three digits that count, or all of a thousand and more."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def failed(limits: Iterable[Limit]) -> list[Limit]:
    """Those that are missed by more than their margin."""
    return [limit for limit in limits if limit.excess > limit.margin]


def of_requests(results: Results) -> list[Limit]:
    """What is promised of the server over HTTP."""
    server = SERVER.name

    def of_ceiling(figure: Figure) -> float:
        return results.ratio(server, CEILING.name, figure)

    limits = [
        Limit("requests/s, of plain Flask's", of_ceiling(rate("single")), 0.85, is_least=True),
        Limit("CPU time a request, of plain Flask's", of_ceiling(cpu("single")), 1.25),
        Limit("p99 at 16 connections, of plain Flask's", of_ceiling(p99("single")), 1.3),
        Limit("cold start, of plain Flask's", of_ceiling(cold_start), 3),
        Limit(
            f"batches of {BATCH}, over HTTP",
            results.median(server, rate("batch")) * BATCH,
            150_000,
            is_least=True,
            unit="reviews/s",
        ),
        Limit("USS of master and two workers", results.median(server, private), 80, unit="MB"),
    ]
    return [*limits, *of_peers(results)]


def of_peers(results: Results) -> list[Limit]:
    """What is promised against the best of the peers that could be measured."""
    peers = [name for name in results.rounds if BY_NAME[name].is_peer]
    if not peers:
        return []
    best = max(peers, key=lambda name: results.median(name, rate("single")))
    quickest = min(peers, key=lambda name: results.median(name, cold_start))
    times = results.ratio(SERVER.name, best, rate("single"))
    start = results.ratio(SERVER.name, quickest, cold_start)
    return [
        Limit(f"requests/s, of the best peer's ({best})", times, 2.5, is_least=True),
        Limit(f"cold start, of the quickest peer's ({quickest})", start, 0.2),
    ]


def of_size() -> list[Limit]:
    """What is promised of the size; the image's is promised by `make test-image`."""
    size = megabytes_installed(SERVER.requirements)
    return [Limit("site-packages of the serve environment", size, 155, unit="MB")]


def in_process(measured: Sequence[InProcess], costs: Costs) -> list[Limit]:
    """What is promised without HTTP."""
    single, *batches = measured
    one = "one prediction in process"
    limits = [
        Limit(one, single.server, 60, unit="microseconds", margin=MARGIN_OF_TIMES),
        Limit(f"{one}, of scikit-learn's rate", single.times, 18, is_least=True),
    ]
    limits += [
        Limit(
            f"{each.reviews:,} reviews in process, of scikit-learn's rate",
            each.times,
            6,
            is_least=True,
        )
        for each in batches
    ]
    for each, least in zip(measured, (0.24, 0.85, 0.85), strict=True):
        if (times := each.of("fasttext")) is not None:
            what = f"{each.reviews:,} reviews in process, of fastText's rate"
            limits.append(Limit(what, times, least, is_least=True))
    growth = "cost of a character at 50,000, of that at 5,000"
    return [*limits, Limit(growth, costs.growth, 1.2)]
