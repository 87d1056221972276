"""Engines: a function of each part, and its results merged as a tree; here or on a Dask cluster."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, Final, Protocol, Self, TypeVar

from addsup.inference.errors import AddsupError
from addsup.train.errors import TrainError
from addsup.train.out_of_core.parts import Part
from addsup.train.parallel import in_parallel


class Merged(Protocol):
    """What can be added up."""

    def merged(self, other: Self) -> Self:
        """Of both; neither is changed."""


Result = TypeVar("Result", bound=Merged)
Item = TypeVar("Item")

#: How often what has died is tried again.
RETRIES: Final = 2


class Engine(Protocol):
    """Carries a pass out."""

    def run(
        self, function: Callable[[Part], Result], parts: Sequence[Part], done: Callable[[], object]
    ) -> Result:
        """*function* of all *parts*, merged in their order; *done* is called after each.

        Raises:
            TrainError: one of them cannot be read, or what carries it out dies again and again.
        """


def tree(items: Iterable[Item], merge: Callable[[Item, Item], Item]) -> Item:
    """*items*, of which there is one at least, merged two by two, in their order.

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


class Here:
    """The processors of this machine."""

    def run(
        self, function: Callable[[Part], Result], parts: Sequence[Part], done: Callable[[], object]
    ) -> Result:
        """As `Engine.run`."""
        return tree(self._results(function, parts, done), lambda one, two: one.merged(two))

    def _results(
        self, function: Callable[[Part], Result], parts: Sequence[Part], done: Callable[[], object]
    ) -> Iterator[Result]:
        left = deque(parts)
        for attempt in range(RETRIES + 1):
            try:
                for result in in_parallel(function, tuple(left), try_one=not attempt):
                    left.popleft()
                    yield result
                    done()
                return
            except BrokenProcessPool:
                if attempt == RETRIES:
                    raise TrainError(
                        f"The processes that read {left[0]} were killed {RETRIES + 1} times, "
                        "perhaps for want of memory: give a smaller --max-terms."
                    ) from None


class Cluster:
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
            return self.client.submit(merged, one, two, pure=False)

        try:
            sent = self.client.scatter(function, broadcast=True)
            leaves = [
                self.client.submit(result_of, sent, part, retries=RETRIES, pure=False)
                for part in parts
            ]
            for leaf in leaves:
                leaf.add_done_callback(lambda _: done())
            result = tree(leaves, merge).result()
        except (KilledWorker, CancelledError, CommClosedError, OSError) as error:
            raise TrainError(
                f"The cluster was lost ({type(error).__name__}): its workers may have too little "
                "memory, or the network failed. Start again, or give a smaller --max-terms."
            ) from None
        if isinstance(result, AddsupError):
            raise result
        found: Result = result
        return found


def result_of(function: Callable[[Part], Any], part: Part) -> Any:
    """*function* of *part*, or why it has none: errors of data are not to be tried again."""
    try:
        return function(part)
    except AddsupError as error:
        return error


def merged(one: Any, two: Any) -> Any:
    """*one* and *two* merged; the first error, if there is one."""
    for each in (one, two):
        if isinstance(each, AddsupError):
            return each
    return one.merged(two)


@contextmanager
def engine(scheduler: str | None) -> Iterator[Engine]:
    """This machine, or the cluster whose scheduler is at that address.

    Raises:
        TrainError: it does not answer, or Dask is not installed.
    """
    if scheduler is None:
        yield Here()
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
        yield Cluster(client)
    finally:
        client.close()
