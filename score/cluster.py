"""Cluster: the same tasks, scored by Dask workers on other machines.

Scheduler and workers need `requirements-score.txt` and this package (Dockerfile.score), and workers
reach input and output by the same addresses. The model's bytes travel once to each of them.
"""

from __future__ import annotations

import hashlib
import logging
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import Any, Final

from distributed import CancelledError as TaskCancelled
from distributed import Client, KilledWorker
from distributed.comm.core import CommClosedError

from addsup.inference.model import Model
from addsup.score.errors import ScoreError
from addsup.score.outcomes import PULSE, outcomes_of
from addsup.score.scorer import HereScorer
from addsup.score.tasks import Done, Job, Outcomes, Seen, Task, score_task
from addsup.tables.storage import Place

#: Seconds that a cluster may be without a worker that takes tasks: some are started on demand.
PATIENCE: Final = 120.0
PACKAGE: Final = "addsup"
#: What the client raises where the cluster has gone.
LOST: Final = (CancelledError, TaskCancelled, CommClosedError, OSError)
#: What this worker has opened: sha256 of a model file -> the model.
_models: dict[str, Model] = {}


@contextmanager
def connect(address: str, quiet: bool) -> Iterator[Any]:
    """A client of the scheduler at *address*.

    Raises:
        ScoreError: it does not answer.
    """
    logging.disable(logging.ERROR)  # what the client logs of a lost cluster is in our error
    try:
        client = _client(address)
        try:
            if not quiet:
                print(f"The cluster's dashboard: {client.dashboard_link}", file=sys.stderr)
            yield client
        finally:
            client.close(timeout=1)
    finally:
        logging.disable(logging.NOTSET)


def _client(address: str) -> Any:
    try:
        return Client(address, timeout="10s")
    except (OSError, ValueError, TypeError, RuntimeError, ImportError) as error:
        why = str(error).strip().rstrip(".")
        raise ScoreError(
            f"The scheduler {address} (--scheduler or DASK_SCHEDULER_ADDRESS) does not answer: "
            f"{why}."
        ) from None


def run_on_cluster(
    tasks: Sequence[Task], folder: Place, job: Job, client: Any, content: bytes, seen: Seen
) -> Outcomes:
    """Each of *tasks* when it is done.

    Args:
        tasks: to be done.
        folder: where their parts go.
        job: how.
        client: of the cluster.
        content: the model file.
        seen: called with the counts of what was scored meanwhile.

    Raises:
        ScoreError: the cluster cannot do it, or has gone.
    """
    try:
        watch = _Watch(client)
        while not watch():
            time.sleep(PULSE)
        _check_versions(client)
        # A task, not data that is scattered: Dask makes it again if the workers that had it died.
        model = client.submit(bytes, content, pure=False)
        arguments = (folder, job, model, hashlib.sha256(content).hexdigest())
        executor = client.get_executor(pure=False)
        for task, outcome in outcomes_of(
            executor, score_on_worker, tasks, arguments, watch, one_file_only=KilledWorker
        ):
            if isinstance(outcome, Done):
                seen(outcome.counts)
            yield task, outcome
    except LOST as error:
        raise ScoreError(
            f"The cluster ended, or cannot be reached any more ({str(error) or 'cancelled'}). "
            "What is done is kept; the same command goes on from there."
        ) from None


class _Watch:
    """Tells whether a cluster has workers that take tasks; gives up if it has none for long."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.since: float | None = None

    def __call__(self) -> bool:
        """Whether it has."""
        found = self.client.scheduler_info(n_workers=-1)
        if "workers" not in found:
            raise CommClosedError("the scheduler does not answer")
        workers = found["workers"].values()
        if any(worker["status"] == "running" for worker in workers):
            self.since = None
            return True
        trouble = _trouble(workers)
        now = time.monotonic()
        if self.since is None:
            self.since = now
            print(f"addsup score: {trouble} Waiting {PATIENCE:.0f} s for one.", file=sys.stderr)
        elif now - self.since > PATIENCE:
            raise ScoreError(trouble)
        return False


def _trouble(workers: Sequence[dict[str, Any]]) -> str:
    if not workers:
        return "The cluster has no workers: start some, with the address of the scheduler."
    return (
        f"All {len(workers)} workers of the cluster are paused, as they have no memory left: give "
        "them more, or fewer threads each."
    )


def _check_versions(client: Any) -> None:
    """Refuse a cluster that would not understand this command.

    Raises:
        ScoreError: a machine has another version of Python or of this package, or lacks that.
    """
    found = client.get_versions(packages=[PACKAGE])
    here = _versions(found["client"])
    for who, machine in {"The scheduler": found["scheduler"], **found["workers"]}.items():
        there = _versions(machine)
        if there != here:
            name = who if who == "The scheduler" else f"The worker {who}"
            raise ScoreError(
                f"{name} has {_in_words(there)}, this machine {_in_words(here)}: install the same "
                "there (requirements-score.txt and this package)."
            )


def _versions(machine: Any) -> tuple[str, str | None]:
    """Python's version up to the minor, and the package's, None if it has none."""
    python = ".".join(machine["packages"]["python"].split(".")[:2])
    return python, machine["packages"].get(PACKAGE)


def _in_words(versions: tuple[str, str | None]) -> str:
    python, package = versions
    return f"Python {python} and {f'{PACKAGE} {package}' if package else f'no {PACKAGE}'}"


def score_on_worker(task: Task, folder: Place, job: Job, content: bytes, sha256: str) -> Done:
    """Score *task* into *folder* on a worker, which opens each model once.

    Raises:
        BadTable: its file cannot be read to its end.
    """
    if sha256 not in _models:
        _models[sha256] = Model(content)
    scorer = HereScorer(_models[sha256], job.wanted)
    return score_task(task, folder, job, scorer, lambda _: None)
