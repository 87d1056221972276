"""Parallel map: the same results in the same order, on all processors where it pays."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, Final, TypeVar

from threadpoolctl import threadpool_limits

Item = TypeVar("Item")
Made = TypeVar("Made")

#: A process that imports scikit-learn takes some two seconds; less work than this stays here.
SECONDS: Final = 10.0

#: What a process of the pool carries out, and what keeps its linear algebra on one thread.
_carried: list[Any] = []


def in_parallel(
    function: Callable[[Item], Made], items: Iterable[Item], alone: bool = False
) -> Iterator[Made]:
    """*function* of each of *items*, in order.

    The first is made here and timed; the others are dealt out to processes if they would take long.

    Args:
        function: that can be sent to a process, as its items and results.
        items: what it is given.
        alone: whether to stay in this process, for want of memory for more.
    """
    first, *others = items
    start = time.perf_counter()
    yield function(first)
    seconds = (time.perf_counter() - start) * len(others)
    if alone or seconds < SECONDS or processors() < 2:
        yield from map(function, others)
        return
    workers = min(processors(), len(others))
    # Spawned, for a fork would copy threads' locks; sent once to each process, not with each item.
    with ProcessPoolExecutor(workers, get_context("spawn"), _carry, (function,)) as pool:
        yield from pool.map(_apply, others)


def processors() -> int:
    """How many this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux alone has it
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _carry(function: Callable[[Any], Any]) -> None:
    # Several threads would round otherwise, and the matrices are small.
    _carried[:] = [function, threadpool_limits(1)]


def _apply(item: Any) -> Any:
    return _carried[0](item)
