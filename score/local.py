"""Local engine: tasks, or their batches, over several processes of this machine."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager
from typing import Final

from addsup.score.counts import Counts
from addsup.score.errors import ScoreError
from addsup.score.scorer import PoolScorer, Scorer, scorer_of_this_process
from addsup.score.tasks import Job, Outcome, Task, try_task
from addsup.tables.storage import Place

#: Files that are scored side by side, so that the processes have work where one of them ends.
SIDE_BY_SIDE: Final = 2
#: How often processes that were killed are started again.
MOST_ATTEMPTS: Final = 3


def run_here(
    tasks: Sequence[Task],
    folder: Place,
    job: Job,
    open_scorer: Callable[[], AbstractContextManager[Scorer]],
    seen: Callable[[Counts], object],
) -> Generator[tuple[Task, Outcome], None, None]:
    """Each of *tasks* when it is done: many go to the processes whole, a few share the batches.

    Args:
        tasks: to be done.
        folder: where their parts go.
        job: how.
        open_scorer: opens what classifies, here or in several processes; again if they are killed.
        seen: called with the counts of what was scored meanwhile.

    Raises:
        ScoreError: the processes are killed again and again.
    """
    waiting = list(tasks)
    for _ in range(MOST_ATTEMPTS):
        try:
            with open_scorer() as scorer:
                for task, outcome in _outcomes(tuple(waiting), folder, job, scorer, seen):
                    waiting.remove(task)
                    yield task, outcome
            return
        except BrokenProcessPool:
            continue
    raise ScoreError(
        f"The processes that classify were killed {MOST_ATTEMPTS} times, perhaps for want of "
        "memory: give fewer with --processes. What is done is kept; the same command goes on from "
        "there."
    )


def _outcomes(
    tasks: Sequence[Task], folder: Place, job: Job, scorer: Scorer, seen: Callable[[Counts], object]
) -> Generator[tuple[Task, Outcome], None, None]:
    if isinstance(scorer, PoolScorer) and len(tasks) >= 2 * scorer.processes:
        running = {scorer.pool.submit(_try_in_pool, task, folder, job): task for task in tasks}
        for future in as_completed(running):
            outcome = future.result()
            if isinstance(outcome, Counts):
                seen(outcome)
            yield running[future], outcome
        return
    threads = ThreadPoolExecutor(SIDE_BY_SIDE if isinstance(scorer, PoolScorer) else 1)
    try:
        running = {
            threads.submit(try_task, task, folder, job, scorer, seen): task for task in tasks
        }
        yield from ((running[future], future.result()) for future in as_completed(running))
    finally:
        threads.shutdown(cancel_futures=True)


def _try_in_pool(task: Task, folder: Place, job: Job) -> Outcome:
    return try_task(task, folder, job, scorer_of_this_process())
