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

#: The function of this process of the pool, and what keeps its linear algebra on one thread.
_shared: list[Any] = []


def in_parallel(
    function: Callable[[Item], Made],
    items: Iterable[Item],
    alone: bool = False,
) -> Iterator[Made]:
    """Results of *function* for each of *items*, in order.

    The first is made here and timed; the others are dealt out to processes if they would take long.
    No more results are waiting than there are processes.

    Args:
        function: that can be sent to a process, as its items and results.
        items: what it is given.
        alone: whether to stay in this process, for want of memory for more.

    Raises:
        concurrent.futures.process.BrokenProcessPool: a process was killed.
    """
    waiting = deque(items)
    start = time.perf_counter()
    yield function(waiting.popleft())
    seconds = (time.perf_counter() - start) * len(waiting)
    if alone or not waiting or seconds < SECONDS or processors() < 2:
        yield from map(function, waiting)
    else:
        yield from _dealt_out(function, waiting)


def _dealt_out(function: Callable[[Item], Made], items: Collection[Item]) -> Iterator[Made]:
    workers = min(processors(), len(items))
    # Spawned, for a fork would copy threads' locks; sent once to each process, not with each item.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _share, (function,))
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
    """Number of processors that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux alone has it
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _share(function: Callable[[Any], Any]) -> None:
    # Several threads would round otherwise, and the matrices are small.
    _shared[:] = [function, threadpool_limits(1)]


def _apply(item: Any) -> Any:
    return _shared[0](item)
