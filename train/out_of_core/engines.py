"""Engines: results of a function for each part, merged as a tree; here or on a Dask cluster."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, Final, Protocol, Self, TypeVar

from addsup.train.errors import TrainError
from addsup.train.parallel import in_parallel


class Merged(Protocol):
    """Result that can be merged with another."""

    def merged(self, other: Self) -> Self:
        """Result of both; neither is changed."""


Result = TypeVar("Result", bound=Merged)
Item = TypeVar("Item")

#: A function and items -> the results of the function for each of these, in order.
Engine = Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[Any]]

WAY_OUT: Final = "perhaps for want of memory: start again, or give a smaller --max-terms."


def run_pass(
    engine: Engine,
    function: Callable[[Item], Result],
    parts: Sequence[Item],
    done: Callable[[], object],
) -> Result:
    """Results of *function* for all *parts*, merged in order; *done* is called after each.

    Raises:
        AddsupError: one of the parts cannot be read.
        TrainError: the processes that read them died.
    """

    def results() -> Iterator[Result]:
        for result in engine(function, parts):
            yield result
            done()

    return merge_as_tree(results(), lambda one, two: one.merged(two))


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


def on_this_machine(function: Callable[[Any], Any], parts: Sequence[Any]) -> Iterator[Any]:
    """Engine of this machine's processors."""
    try:
        yield from in_parallel(function, parts)
    except BrokenProcessPool:
        raise TrainError(f"A process that read the data was killed, {WAY_OUT}") from None


@contextmanager
def engine_at(scheduler: str | None) -> Iterator[Engine]:
    """Engine of this machine, or of the Dask cluster whose scheduler is at that address.

    The workers of a cluster have what training needs, and reach the parts.

    Raises:
        TrainError: it does not answer, or Dask is not installed.
    """
    if scheduler is None:
        yield on_this_machine
        return
    try:
        from distributed import CancelledError, Client, KilledWorker
        from distributed.comm.core import CommClosedError

        client: Any = Client(scheduler, timeout="10s")  # type: ignore[no-untyped-call]
    except ImportError:
        raise TrainError("--scheduler needs Dask: pip install 'addsup[score]'.") from None
    except (OSError, ValueError) as error:
        raise TrainError(f"The scheduler {scheduler} does not answer: {error}.") from None

    def on_cluster(function: Callable[[Any], Any], parts: Sequence[Any]) -> Iterator[Any]:
        try:
            shared = client.scatter(function, broadcast=True)
            # Last first, so that each result is let go of once it is here.
            futures = [client.submit(operator.call, shared, part, pure=False) for part in parts]
            futures.reverse()
            while futures:
                yield futures.pop().result()
        except (KilledWorker, CancelledError, CommClosedError, OSError) as error:
            raise TrainError(f"The cluster was lost ({type(error).__name__}), {WAY_OUT}") from None

    with client:
        yield on_cluster
