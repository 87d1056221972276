"""Engines: a function of each part, and its results merged as a tree; here or on a Dask cluster."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, TypeVar

from addsup.inference.errors import AddsupError
from addsup.train.errors import TrainError
from addsup.train.parallel import in_parallel

if TYPE_CHECKING:
    from addsup.train.out_of_core.parts import Part


class Merged(Protocol):
    """Result that can be merged with another."""

    def merged(self, other: Self) -> Self:
        """Result of both; neither is changed."""


Result = TypeVar("Result", bound=Merged)
Item = TypeVar("Item")

#: How often what has died is tried again.
RETRIES: Final = 2


class Engine(Protocol):
    """Engine: applies a function to parts."""

    def run(
        self, function: Callable[[Part], Result], parts: Sequence[Part], done: Callable[[], object]
    ) -> Result:
        """Results of *function* for all *parts*, merged in order; *done* is called after each.

        Raises:
            TrainError: one of them cannot be read, or its processes die again and again.
        """


def merge_as_tree(items: Iterable[Item], merge: Callable[[Item, Item], Item]) -> Item:
    """Merge of *items*, of which there is one at least, two by two, in their order.

    The shape depends on nothing but their number, so floating-point sums are the same wherever
    they are made; at most a logarithm of the number is in memory at a time.
    """
    heap: list[tuple[int, Item]] = []
    for item in items:
        level = 0
        while heap and heap[-1][0] == level:
            item, level = merge(heap.pop()[1], item), level + 1
        heap.append((level, item))
    last = heap.pop()[1]
    while heap:
        last = merge(heap.pop()[1], last)
    return last


class LocalEngine:
    """The processors of this machine."""

    def run(
        self, function: Callable[[Part], Result], parts: Sequence[Part], done: Callable[[], object]
    ) -> Result:
        """As `Engine.run`."""
        return merge_as_tree(self._results(function, parts, done), lambda one, two: one.merged(two))

    def _results(
        self, function: Callable[[Part], Result], parts: Sequence[Part], done: Callable[[], object]
    ) -> Iterator[Result]:
        waiting = deque(parts)
        for attempt in range(RETRIES + 1):
            try:
                for result in in_parallel(function, tuple(waiting), try_one=not attempt):
                    waiting.popleft()
                    yield result
                    done()
                return
            except BrokenProcessPool:
                if attempt == RETRIES:
                    raise TrainError(
                        f"The processes that read {waiting[0]} were killed {RETRIES + 1} times, "
                        "perhaps for want of memory: give a smaller --max-terms."
                    ) from None


class ClusterEngine:
    """The workers of a Dask cluster, which have what training needs and reach the parts."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def run(
        self, function: Callable[[Part], Result], parts: Sequence[Part], done: Callable[[], object]
    ) -> Result:
        """As `Engine.run`."""
        from distributed import CancelledError, KilledWorker
        from distributed.comm.core import CommClosedError

        def merge(one: Any, two: Any) -> Any:
            return self.client.submit(merge_results, one, two, pure=False)

        try:
            shared = self.client.scatter(function, broadcast=True)
            leaves = [
                self.client.submit(result_or_error, shared, part, retries=RETRIES, pure=False)
                for part in parts
            ]
            for leaf in leaves:
                leaf.add_done_callback(lambda _: done())
            result = merge_as_tree(leaves, merge).result()
        except (KilledWorker, CancelledError, CommClosedError, OSError) as error:
            raise TrainError(
                f"The cluster was lost ({type(error).__name__}): its workers may have too little "
                "memory, or the network failed. Start again, or give a smaller --max-terms."
            ) from None
        if isinstance(result, AddsupError):
            raise result
        whole: Result = result
        return whole


def result_or_error(function: Callable[[Part], Any], part: Part) -> Any:
    """Result of *function* for *part*, or its error: errors of data are not to be tried again."""
    try:
        return function(part)
    except AddsupError as error:
        return error


def merge_results(one: Any, two: Any) -> Any:
    """Merge of *one* and *two*; the first error, if there is one."""
    for each in (one, two):
        if isinstance(each, AddsupError):
            return each
    return one.merged(two)


@contextmanager
def engine_at(scheduler: str | None) -> Iterator[Engine]:
    """Engine of this machine, or of the cluster whose scheduler is at that address.

    Raises:
        TrainError: it does not answer, or Dask is not installed.
    """
    if scheduler is None:
        yield LocalEngine()
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
        yield ClusterEngine(client)
    finally:
        client.close()
