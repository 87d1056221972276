"""Engine: tasks, or their batches, on an executor; here, over the processes of this machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager
from typing import Final

from addsup.score.errors import ScoreError
from addsup.score.outcomes import outcomes_of
from addsup.score.scorer import PoolScorer, Scorer, scorer_of_this_process
from addsup.score.tasks import Done, Job, Outcomes, Seen, Task, score_task
from addsup.tables.errors import BadTable
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
    seen: Seen,
) -> Outcomes:
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
    can_be_read_again = all(task.source.place for task in tasks)
    attempts = MOST_ATTEMPTS if can_be_read_again else 1
    for _ in range(attempts):
        try:
            with open_scorer() as scorer:
                for task, outcome in _outcomes(tuple(waiting), folder, job, scorer, seen):
                    waiting.remove(task)
                    yield task, outcome
            return
        except BrokenProcessPool:
            continue
    raise ScoreError(killed(attempts))


def killed(attempts: int) -> str:
    """The sentence for processes that were killed in each of some *attempts*."""
    times = f"{attempts} times" if attempts > 1 else "while they read what can be read only once"
    return (
        f"The processes that classify were killed {times}, perhaps for want of memory: give fewer "
        "with --processes. What is done is kept; the same command goes on from there."
    )


def _outcomes(
    tasks: Sequence[Task], folder: Place, job: Job, scorer: Scorer, seen: Seen
) -> Outcomes:
    if not isinstance(scorer, PoolScorer) or len(tasks) == 1:
        for task in tasks:
            try:
                yield task, score_task(task, folder, job, scorer, seen)
            except BadTable as error:
                yield task, error
        return
    if len(tasks) >= 2 * scorer.processes:
        for task, outcome in outcomes_of(scorer.pool, _score_in_pool, tasks, (folder, job)):
            if isinstance(outcome, Done):
                seen(outcome.counts)
            yield task, outcome
        return
    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        try:
            yield from outcomes_of(threads, score_task, tasks, (folder, job, scorer, seen))
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            scorer.kill()  # what the threads wait for
            raise


def _score_in_pool(task: Task, folder: Place, job: Job) -> Done:
    return score_task(task, folder, job, scorer_of_this_process(), lambda _: None)
