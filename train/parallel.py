"""Parallel map: the same results in the same order, on all processors where it pays."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
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
    function: Callable[[Item], Made],
    items: Iterable[Item],
    alone: bool = False,
    try_one: bool = True,
) -> Iterator[Made]:
    """*function* of each of *items*, in order.

    The first is made here and timed; the others are dealt out to processes if they would take long.
    No more results are waiting than there are processes.

    Args:
        function: that can be sent to a process, as its items and results.
        items: what it is given.
        alone: whether to stay in this process, for want of memory for more.
        try_one: whether to make the first one here; without it, all are dealt out.

    Raises:
        concurrent.futures.process.BrokenProcessPool: a process was killed.
    """
    left = deque(items)
    if try_one or alone or processors() < 2:
        start = time.perf_counter()
        yield function(left.popleft())
        seconds = (time.perf_counter() - start) * len(left)
        if alone or not left or seconds < SECONDS or processors() < 2:
            yield from map(function, left)
            return
    yield from _dealt_out(function, left)


def _dealt_out(function: Callable[[Item], Made], items: Collection[Item]) -> Iterator[Made]:
    workers = min(processors(), len(items))
    # Spawned, for a fork would copy threads' locks; sent once to each process, not with each item.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _carry, (function,))
    running: deque[Future[Made]] = deque()
    try:
        for item in items:
            running.append(pool.submit(_apply, item))
            if len(running) > 2 * workers:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def processors() -> int:
    """How many this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux alone has it
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _carry(function: Callable[[Any], Any]) -> None:
    # Several threads would round otherwise, and the matrices are small.
    _carried[:] = [function, threadpool_limits(1)]


def _apply(item: Any) -> Any:
    return _carried[0](item)
