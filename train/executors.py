"""Executors: a function of each item, in order, on the processors here or on a Dask cluster."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Final, Protocol, Self, TypeVar

from threadpoolctl import threadpool_limits

from addsup.inference.errors import AddsupError
from addsup.train.errors import TrainError

Item = TypeVar("Item")
Made = TypeVar("Made")

#: A process that imports scikit-learn takes some two seconds; less work than this stays here.
SECONDS: Final = 10.0
#: How often a worker of a cluster that died is replaced by another.
RETRIES: Final = 2
#: Seconds that a cluster may be without any worker, and between two looks whether it is.
PATIENCE, PULSE = 60.0, 1.0

#: The function of this process of the pool, and what keeps its linear algebra on one thread.
_shared: list[Any] = []


class Merged(Protocol):
    """Result that can be merged with another."""

    def merged(self, other: Self) -> Self:
        """Result of both; neither is changed."""


Result = TypeVar("Result", bound=Merged)
#: A function and its items -> its results, in order.
Mapping = Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[Any]]


def merge_as_tree(results: Iterable[Result]) -> Result:
    """Merge of *results*, of which there is one at least, two by two, in their order.

    The shape depends on nothing but their number, so floating-point sums are the same wherever
    they are made; at most a logarithm of the number is in memory at a time.
    """
    heap: list[tuple[int, Result]] = []
    for item in results:
        level = 0
        while heap and heap[-1][0] == level:
            item, level = heap.pop()[1].merged(item), level + 1
        heap.append((level, item))
    last = heap.pop()[1]
    while heap:
        last = heap.pop()[1].merged(last)
    return last


def in_parallel(
    function: Callable[[Item], Made], items: Iterable[Item], alone: bool = False
) -> Iterator[Made]:
    """Results of *function* for each of *items*, in order.

    The first is made here and timed; the others are dealt out to processes if they would take long.

    Args:
        function: that can be sent to a process, as its items and results.
        items: what it is given.
        alone: whether to stay in this process, for want of memory for more.

    Raises:
        TrainError: a process was killed.
    """
    waiting = deque(items)
    start = time.perf_counter()
    yield function(waiting.popleft())
    seconds = (time.perf_counter() - start) * len(waiting)
    if alone or not waiting or seconds < SECONDS or processors() < 2:
        yield from map(function, waiting)
        return
    number = min(processors(), len(waiting))
    # Spawned, for a fork would copy threads' locks; sent once to each process, not with each item.
    pool = ProcessPoolExecutor(number, get_context("spawn"), _share, (function,))
    try:
        yield from _dealt_out(pool, _apply, waiting, number)
    except BrokenProcessPool:
        raise TrainError(
            "A process was killed, perhaps for want of memory: give a smaller --max-terms or "
            "--max-memory."
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _dealt_out(
    executor: Executor,
    function: Callable[..., Made],
    items: Iterable[Any],
    workers: int,
    result_of: Callable[[Future[Made]], Made] = Future.result,
) -> Iterator[Made]:
    """Results in order; no more than two for each worker are made ahead."""
    running: deque[Future[Made]] = deque()
    for item in items:
        running.append(executor.submit(function, item))
        if len(running) > 2 * workers:
            yield result_of(running.popleft())
    while running:
        yield result_of(running.popleft())


def processors() -> int:
    """Number of processors that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux alone has it
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _share(function: Callable[[Any], Any]) -> None:
    # Several threads would round otherwise, and the matrices are small.
    _shared[:] = [function, threadpool_limits(1)]


def _apply(item: Any) -> Any:
    return _shared[0](item)


@dataclass(frozen=True, slots=True)
class _Cluster:
    """The workers of a Dask cluster, which have what training needs and reach the items."""

    client: Any

    def __call__(self, function: Callable[[Item], Made], items: Sequence[Item]) -> Iterator[Made]:
        from distributed import CancelledError, KilledWorker
        from distributed.comm.core import CommClosedError

        try:
            # A task, not data that is scattered: Dask makes it again if the workers with it died.
            shared = self.client.submit(_same, function, pure=False)
            executor = self.client.get_executor(pure=False, retries=RETRIES)
            calls = [(shared, item) for item in items]
            workers = max(1, sum(self.client.nthreads().values()))
            for result in _dealt_out(executor, _result_or_error, calls, workers, self._result_of):
                if isinstance(result, AddsupError):
                    raise result
                yield result
        except (KilledWorker, CancelledError, CommClosedError, OSError) as error:
            raise TrainError(
                f"The cluster was lost ({type(error).__name__}): its workers may have too little "
                "memory, or the network failed. Start again, or give a smaller --max-terms."
            ) from None

    def _result_of(self, future: Future[Made]) -> Made:
        """Result of *future*; `OSError` if no worker is left to make it."""
        patience = time.monotonic() + PATIENCE
        while True:
            try:
                return future.result(PULSE)
            except TimeoutError:
                if future.done():
                    raise
                if self.client.nthreads():
                    patience = time.monotonic() + PATIENCE
                elif time.monotonic() > patience:
                    raise OSError("no worker is left") from None


def _same(function: Any) -> Any:
    return function


def _result_or_error(call: tuple[Callable[[Any], Any], Any]) -> Any:
    """Result, or its error: errors of data are not to be tried again."""
    function, item = call
    try:
        return function(item)
    except AddsupError as error:
        return error


@contextmanager
def executor_at(scheduler: str | None) -> Iterator[Mapping]:
    """Map of this machine, or of the cluster whose scheduler is at that address.

    Raises:
        TrainError: it does not answer, or Dask is not installed.
    """
    if scheduler is None:
        yield in_parallel
        return
    try:
        from distributed import Client

        client: Any = Client(scheduler, timeout="10s")  # type: ignore[no-untyped-call]
    except ImportError:
        raise TrainError(
            "--scheduler needs Dask: install requirements-score.txt beside requirements-train.txt."
        ) from None
    except (OSError, ValueError) as error:
        raise TrainError(f"The scheduler {scheduler} does not answer: {error}.") from None
    try:
        yield _Cluster(client)
    finally:
        client.close()
