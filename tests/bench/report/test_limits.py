"""What is promised, and when the benchmark fails."""

from __future__ import annotations

import pytest

from bench.in_process.length import Costs
from bench.report import limits
from bench.report.limits import Limit
from bench.serving.rounds import Load, Results, Round


def a_round(rate: float, cold_start: float = 0.3, cpu: float = 0.5, p99: float = 10) -> Round:
    load = Load(requests_a_second=rate, p50=1, p99=p99, cpu=cpu)
    return Round(cold_start, 100, {"single": load, "batch": load})


@pytest.mark.parametrize(
    ("limit", "verdict", "fails"),
    [
        (Limit("rate", 0.9, 0.85, is_least=True), "held", False),
        (Limit("rate", 0.8, 0.85, is_least=True), "**MISSED**", False),
        (Limit("rate", 0.6, 0.85, is_least=True), "**MISSED**", True),
        (Limit("memory", 110, 110), "held", False),
        (Limit("memory", 111, 110), "**MISSED**", False),
        (Limit("memory", 144, 110), "**MISSED**", True),
        (Limit("time", 144, 60, margin=3), "**MISSED**", False),
        (Limit("time", 190, 60, margin=3), "**MISSED**", True),
    ],
)
def test_limit_is_missed_at_once_but_fails_beyond_the_margin_only(
    limit: Limit, verdict: str, fails: bool
) -> None:
    assert limit.verdict == verdict
    assert bool(limits.failed([limit])) is fails


def test_row_says_seen_promised_and_verdict() -> None:
    limit = Limit("batches", 53_496.2, 25_000, is_least=True, unit="reviews/s")

    assert limit.row == ["batches", "53,496 reviews/s", "at least 25,000 reviews/s", "held"]


def test_ratios_are_those_within_a_round() -> None:
    results = Results(
        {
            "server": [a_round(1000), a_round(100), a_round(900)],
            "ceiling": [a_round(1000), a_round(200), a_round(1000)],
        }
    )

    (share,) = [each for each in limits.of_requests(results) if each.limit == 0.85]

    assert share.seen == 0.9


def test_server_is_held_against_the_best_peer_and_the_quickest() -> None:
    results = Results(
        {
            "server": [a_round(3000, cold_start=0.5)],
            "ceiling": [a_round(3000)],
            "fastapi": [a_round(1000, cold_start=8)],
            "article": [a_round(100, cold_start=5)],
        }
    )

    times, start = limits.of_peers(results)

    assert (times.seen, "fastapi" in times.what) == (3, True)
    assert (start.seen, "article" in start.what) == (0.1, True)


def test_without_peers_the_rest_is_still_judged() -> None:
    results = Results({"server": [a_round(3000)], "ceiling": [a_round(3000)]})

    assert limits.of_peers(results) == []
    assert limits.failed(limits.of_requests(results)) == []


def test_costs_on_a_line_grow_by_a_factor_of_one() -> None:
    costs = Costs({length: 0.01 * length for length in (1_000, 5_000, 20_000, 50_000)})

    slope, intercept, r_squared = costs.line()

    assert costs.growth == pytest.approx(1)
    assert (slope, intercept, r_squared) == pytest.approx((0.01, 0, 1), abs=1e-9)
