"""Scorers: rows in, rows with results out; in this process, or in several beside it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from addsup.inference.model import Model
from addsup.score.columns import Wanted, score_texts

if TYPE_CHECKING:
    from addsup.tables.readers import Rows

_here: HereScorer | None = None


class HereScorer:
    """Scores in this process."""

    def __init__(self, model: Model, wanted: Wanted) -> None:
        self.model, self.wanted = model, wanted

    def score(self, batches: Iterable[Rows]) -> Iterator[pa.RecordBatch]:
        """The kept columns of each batch with the results beside them."""
        for rows in batches:
            yield with_results(rows, score_texts(self.model, rows.texts, rows.errors, self.wanted))


class PoolScorer:
    """Scores in several processes, each of which opens the model once.

    No more batches are on the way than keep the processes busy, so memory does not grow with the
    file. Whoever kills one of them gets `concurrent.futures.process.BrokenProcessPool` here.
    """

    def __init__(self, model: Path, wanted: Wanted, processes: int) -> None:
        self.processes, self.most = processes, 2 * processes
        # Not forked: onnxruntime's threads would not survive that. And given the path, not the
        # bytes: what fills a pipe hangs us if a process is killed before it has read it.
        self.pool = ProcessPoolExecutor(
            processes, multiprocessing.get_context("spawn"), _open, (model, wanted)
        )
        with _interrupts_held():  # a mask that processes inherit: Ctrl-C is for the command
            for _ in range(processes):
                self.pool.submit(os.getpid)

    def score(self, batches: Iterable[Rows]) -> Iterator[pa.RecordBatch]:
        """As `HereScorer.score`."""
        submitted: deque[tuple[Rows, Future[pa.RecordBatch]]] = deque()
        for rows in batches:
            submitted.append((rows, self.pool.submit(_score, rows.texts, rows.errors)))
            if len(submitted) == self.most:
                yield _first(submitted)
        while submitted:
            yield _first(submitted)

    def kill(self) -> None:
        """End the processes at once, whatever they do."""
        for process in multiprocessing.active_children():
            process.kill()


Scorer = HereScorer | PoolScorer


@contextmanager
def open_scorer(path: Path, model: Model, wanted: Wanted, processes: int) -> Iterator[Scorer]:
    """A scorer in so many processes, which end with the context; of one, it is this one.

    Args:
        path: of the model file.
        model: what is in it.
        wanted: what to say of each text.
        processes: that classify.
    """
    if processes <= 1:
        yield HereScorer(model, wanted)
        return
    scorer = PoolScorer(path, wanted, processes)
    try:
        yield scorer
    except BaseException:
        scorer.kill()
        raise
    finally:
        scorer.pool.shutdown(cancel_futures=True)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def with_results(rows: Rows, results: pa.RecordBatch) -> pa.RecordBatch:
    """The kept columns of *rows* with *results* beside them."""
    schema = pa.schema([*rows.kept.schema, *results.schema])
    return pa.RecordBatch.from_arrays([*rows.kept.columns, *results.columns], schema=schema)


def _first(submitted: deque[tuple[Rows, Future[pa.RecordBatch]]]) -> pa.RecordBatch:
    rows, future = submitted.popleft()
    return with_results(rows, future.result())


def scorer_of_this_process() -> HereScorer:
    """The scorer of a process of a pool."""
    assert _here, "the pool makes it first"  # noqa: S101
    return _here


def _open(model: Path, wanted: Wanted) -> None:
    global _here
    threading.Thread(target=_end_with_the_command, daemon=True).start()
    _here = HereScorer(Model.load(model), wanted)


def _end_with_the_command() -> None:
    """End this process when the command is killed, which could not end it any more."""
    if command := multiprocessing.parent_process():
        command.join()
        os._exit(1)


def _score(texts: Sequence[object], errors: dict[int, str]) -> pa.RecordBatch:
    here = scorer_of_this_process()
    return score_texts(here.model, texts, errors, here.wanted)
