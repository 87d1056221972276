"""Outcomes of tasks on an executor, as they are done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final

from addsup.tables.errors import BadTable

if TYPE_CHECKING:
    from addsup.score.tasks import Done, Outcomes, Task

#: Seconds between two looks at whether the executor can still work.
PULSE: Final = 1.0


def outcomes_of(
    executor: Executor,
    function: Callable[..., Done],
    tasks: Sequence[Task],
    arguments: Sequence[Any],
    watch: Callable[[], object] = lambda: None,
    one_file_only: type[Exception] = BadTable,
) -> Outcomes:
    """Each of *tasks* when it is done, with what `function(task, *arguments)` made of it.

    Args:
        executor: that calls it.
        function: gives the part, or raises `BadTable`.
        tasks: to be done.
        arguments: of the function, behind the task.
        watch: called every second in which none is done; may raise.
        one_file_only: what the executor raises where it gives up one task, not all.

    Raises:
        Exception: what else the function or the executor raises.
    """
    done: SimpleQueue[Future[Done]] = SimpleQueue()
    running: dict[Future[Done], Task] = {}
    for task in tasks:
        future = executor.submit(function, task, *arguments)
        running[future] = task
        future.add_done_callback(done.put)
    while running:
        try:
            future = done.get(timeout=PULSE)
        except Empty:
            watch()
            continue
        task = running.pop(future)
        try:
            yield task, future.result()
        except BadTable as error:
            yield task, error
        except one_file_only as error:
            yield task, BadTable(f"{task.source.name} was given up: {error}")
