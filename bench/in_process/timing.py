"""Timing of calls in this process, in interleaved rounds.

What counts is the lower quartile: other work on the machine only ever adds time.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping


def quartiles(
    calls: Mapping[str, Callable[[], object]], rounds: int, calls_a_round: int
) -> dict[str, float]:
    """Lower quartile, in seconds, of each of *calls*; a noisy moment hits them all alike."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            times[name].extend(timed(call) for _ in range(calls_a_round))
    return {name: statistics.quantiles(values)[0] for name, values in times.items()}


def timed(call: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
