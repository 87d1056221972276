"""Engine: tasks on an executor, of processes here or of a cluster; or the batches of one task."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final

import pyarrow as pa

from addsup.inference.errors import AddsupError
from addsup.inference.model import Model
from addsup.score.columns import score_texts
from addsup.score.tasks import Done, Job, Outcomes, Score, Seen, Task, score_task
from addsup.tables.errors import BadTable
from addsup.tables.readers import Rows
from addsup.tables.storage import Place

#: How often processes that were killed are started again.
MOST_ATTEMPTS: Final = 3
#: What a command says that ends before all is done.
KEPT: Final = "What is done is kept; the same command goes on from there."
#: Seconds between two looks at whether the executor can still work.
PULSE: Final = 1.0
#: What this process has opened: sha256 of a model file -> the model.
_models: dict[str, Model] = {}


def run_here(
    tasks: Sequence[Task], folder: Place | None, job: Job, model: Path, processes: int, seen: Seen
) -> Outcomes:
    """Each of *tasks* when it is done: many go to the processes whole, a few share the batches.

    Parts go to *folder*, or standard output. Each process opens the file *model* once; one is this
    process. *seen* is called with the counts of what was scored meanwhile.
    """
    waiting = list(tasks)
    is_stream = folder is None or any(task.source.is_stream for task in tasks)
    for _ in range(1 if is_stream else MOST_ATTEMPTS):
        try:
            with open_pool(model, job, processes) as pool:
                score, left = partial(score_here, job), tuple(waiting)
                if pool:
                    score = partial(score_in, pool, 2 * processes, job)
                if pool and len(left) >= 2 * processes:
                    outcomes = outcomes_of(pool, left, (folder, job), seen)
                else:
                    outcomes = _one_by_one(left, folder, job, score, seen)
                for task, outcome in outcomes:
                    waiting.remove(task)
                    yield task, outcome
            return
        except BrokenProcessPool:
            continue
    raise AddsupError(
        "The processes that classify were killed "
        + ("in the middle of a stream" if is_stream else f"{MOST_ATTEMPTS} times")
        + ", perhaps for want of memory: give fewer with --processes. "
        + ("It cannot be started again: what was written is not all." if is_stream else KEPT)
    )


def run_on_cluster(
    tasks: Sequence[Task], folder: Place, job: Job, client: Any, content: bytes, seen: Seen
) -> Outcomes:
    """Each of *tasks* when it is done; *content* is the model file, the rest as of `run_here`."""
    from distributed import KilledWorker

    from addsup.score.cluster import LOST, check_versions, wait_for_a_worker

    watch = partial(wait_for_a_worker, client, PULSE)
    try:
        watch()
        check_versions(client)
        # A task, not data that is scattered: Dask makes it again if the workers that had it died.
        model = client.submit(bytes, content, pure=False)
        executor = client.get_executor(pure=False)
        yield from outcomes_of(executor, tasks, (folder, job, model), seen, watch, KilledWorker)
    except LOST as error:
        raise AddsupError(
            f"The cluster ended, or cannot be reached any more ({str(error) or 'cancelled'}). "
            f"{KEPT}"
        ) from None


def _one_by_one(
    tasks: Sequence[Task], folder: Place | None, job: Job, score: Score, seen: Seen
) -> Outcomes:
    for task in tasks:
        try:
            yield task, score_task(task, folder, job, score, seen)
        except BadTable as error:
            yield task, error


def outcomes_of(
    executor: Executor,
    tasks: Sequence[Task],
    arguments: Sequence[Any],
    seen: Seen,
    watch: Callable[[], object] = lambda: None,
    one_file_only: type[Exception] = BadTable,
) -> Outcomes:
    """Each of *tasks* when it is done, with what `score_on_worker(task, *arguments)` made of it.

    *watch* is called every second in which none is done, and may raise; *one_file_only* is what the
    executor raises where it gives up one task, not all.
    """
    done: SimpleQueue[Future[Done]] = SimpleQueue()
    running: dict[Future[Done], Task] = {}
    for task in tasks:
        future = executor.submit(score_on_worker, task, *arguments)
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
            found = future.result()
            seen(found.counts)
            yield task, found
        except BadTable as error:
            yield task, error
        except one_file_only as error:
            yield task, BadTable(f"{task.source.name} was given up: {error}")


def score_on_worker(task: Task, folder: Place, job: Job, content: bytes = b"") -> Done:
    """Score *task* into *folder* with the model that this process has open, or with *content*."""
    if job.model not in _models:
        _models[job.model] = Model(content)
    return score_task(task, folder, job, partial(score_here, job), lambda _: None)


def score_here(job: Job, batches: Iterable[Rows]) -> Iterator[pa.RecordBatch]:
    """The kept columns of each of *batches* with the results beside them, by this process."""
    for rows in batches:
        yield rows.beside(_score(job, rows.texts, rows.errors))


def score_in(
    pool: Executor, most: int, job: Job, batches: Iterable[Rows]
) -> Iterator[pa.RecordBatch]:
    """The same, by a *pool*, with at *most* so many batches on the way: memory does not grow."""
    submitted: deque[tuple[Rows, Future[pa.RecordBatch]]] = deque()
    for rows in batches:
        submitted.append((rows, pool.submit(_score, job, rows.texts, rows.errors)))
        if len(submitted) == most:
            first, future = submitted.popleft()
            yield first.beside(future.result())
    for rows, future in submitted:
        yield rows.beside(future.result())


def _score(job: Job, texts: Sequence[object], errors: dict[int, str]) -> pa.RecordBatch:
    return score_texts(_models[job.model], texts, errors, job.wanted)


@contextmanager
def open_pool(model: Path, job: Job, processes: int) -> Iterator[ProcessPoolExecutor | None]:
    """So many processes, each of which opens *model* once; None if one, this one, is enough.

    They end with the context. Whoever kills one of them gets `BrokenProcessPool` here.
    """
    if processes <= 1:
        open_model(model, job.model)
        yield None
        return
    # Not forked: onnxruntime's threads would not survive that. And given the path, not the
    # bytes: what fills a pipe hangs us if a process is killed before it has read it.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, context, open_model, (model, job.model))
    # A mask that processes inherit: Ctrl-C is for the command.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        for _ in range(processes):
            pool.submit(os.getpid)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    try:
        yield pool
    except BaseException:
        for process in multiprocessing.active_children():
            process.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def open_model(model: Path, sha256: str) -> None:
    """Open the file *model* in this process, which ends with the one that started it."""
    if command := multiprocessing.parent_process():
        threading.Thread(target=_end_with, args=(command,), daemon=True).start()
    _models[sha256] = _models.get(sha256) or Model.load(model)


def _end_with(command: multiprocessing.process.BaseProcess) -> None:
    """End this process when the *command* is killed, which could not end it any more."""
    command.join()
    os._exit(1)
