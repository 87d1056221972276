"""Local engine: tasks, or their batches, over several processes of this machine."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from functools import partial
from typing import Final

from addsup.score.counts import Counts
from addsup.score.scorer import PoolScorer, Scorer
from addsup.score.tasks import Completed, Job, Task, score_task, score_task_here
from addsup.tables.storage import Place

#: Files that are scored side by side, so that the processes have work where one of them ends.
SIDE_BY_SIDE: Final = 2


def completed(
    tasks: Sequence[Task], folder: Place, job: Job, scorer: Scorer, seen: Callable[[Counts], None]
) -> Generator[Completed, None, None]:
    """Each of *tasks* when it is done: many go to the processes whole, a few share the batches.

    Args:
        tasks: to be done.
        folder: where their parts go.
        job: how.
        scorer: that classifies, here or in several processes.
        seen: told of what was found meanwhile.
    """
    if isinstance(scorer, PoolScorer) and len(tasks) >= 2 * scorer.processes:
        running = {scorer.pool.submit(score_task_here, task, folder, job): task for task in tasks}
        for future in running:
            future.add_done_callback(partial(_tell, seen))
        yield from ((running[future], future.result) for future in as_completed(running))
        return
    threads = ThreadPoolExecutor(SIDE_BY_SIDE if isinstance(scorer, PoolScorer) else 1)
    try:
        running = {
            threads.submit(score_task, task, folder / task.part, job, scorer, seen): task
            for task in tasks
        }
        yield from ((running[future], future.result) for future in as_completed(running))
    finally:
        threads.shutdown(cancel_futures=True)


def _tell(seen: Callable[[Counts], None], done: Future[Counts]) -> None:
    if not done.cancelled() and not done.exception():
        seen(done.result())
