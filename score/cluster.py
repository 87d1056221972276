"""Cluster: the same tasks, scored by Dask workers on other machines.

Workers need `requirements-score.txt` and this package (Dockerfile.score), and reach input and
output by the same addresses. The model's bytes travel once to each of them.
"""

from __future__ import annotations

import hashlib
import logging
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from distributed import CancelledError, Client, KilledWorker, as_completed
from distributed.comm.core import CommClosedError

from addsup.inference.model import Model
from addsup.score.counts import Counts
from addsup.score.errors import ScoreError
from addsup.score.scorer import HereScorer
from addsup.score.tasks import Job, Outcome, Task, try_task
from addsup.tables.storage import Place

#: How often a task is tried again whose worker has died.
RETRIES: Final = 2
#: What the client raises where the cluster has gone.
LOST: Final = (KilledWorker, CancelledError, CommClosedError)
#: What this worker has opened: sha256 of a model file -> the model.
_models: dict[str, Model] = {}


@contextmanager
def connect(address: str, quiet: bool) -> Iterator[Any]:
    """A client of the scheduler at *address*.

    Raises:
        ScoreError: it does not answer.
    """
    try:
        client = Client(address, timeout="10s")
    except (OSError, ValueError) as error:
        raise ScoreError(f"The scheduler {address} does not answer: {error}.") from None
    logging.disable(logging.ERROR)  # what the client logs of a lost cluster is in our error
    try:
        if not quiet:
            print(f"The cluster's dashboard: {client.dashboard_link}", file=sys.stderr)
        yield client
    finally:
        client.close()
        logging.disable(logging.NOTSET)


def run_on_cluster(
    tasks: Sequence[Task],
    folder: Place,
    job: Job,
    client: Any,
    content: bytes,
    seen: Callable[[Counts], object],
) -> Generator[tuple[Task, Outcome], None, None]:
    """Each of *tasks* when it is done.

    Raises:
        ScoreError: the workers die of it.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    with _loss_as_error((*LOST, OSError)):
        (model,) = client.scatter([content], broadcast=True)
        running = {
            client.submit(
                try_on_worker, task, folder, job, model, sha256, retries=RETRIES, pure=False
            ): task
            for task in tasks
        }
    for future in as_completed(running):
        with _loss_as_error(LOST):
            outcome: Outcome = future.result()
        if isinstance(outcome, Counts):
            seen(outcome)
        yield running[future], outcome


@contextmanager
def _loss_as_error(signs: tuple[type[BaseException], ...]) -> Iterator[None]:
    """Say in a sentence that the cluster has gone, whatever the client notices it by."""
    try:
        yield
    except signs as error:
        raise ScoreError(
            f"Workers of the cluster died again and again, or it ended ({error}). What is done is "
            "kept; the same command goes on from there."
        ) from None


def try_on_worker(task: Task, folder: Place, job: Job, content: bytes, sha256: str) -> Outcome:
    """Score *task* into *folder* on a worker, which opens each model once.

    What is wrong with the file is returned: raised, it would be tried again.
    """
    if sha256 not in _models:
        _models[sha256] = Model(content)
    return try_task(task, folder, job, HereScorer(_models[sha256], job.wanted))
