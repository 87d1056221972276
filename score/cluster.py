"""Cluster: the same tasks, scored by Dask workers, which reach files by the same addresses."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, Final

from distributed import CancelledError as TaskCancelled
from distributed import Client, KilledWorker
from distributed.comm.core import CommClosedError
from distributed.exceptions import WorkerStartTimeoutError

from addsup.inference.errors import AddsupError
from addsup.score.engine import KEPT, PULSE, outcomes_of
from addsup.score.tasks import Job, Outcomes, Seen, Task
from addsup.tables.storage import Place

#: Seconds that a cluster may be without a worker that takes tasks: some are started on demand.
PATIENCE: Final = 120.0
PACKAGE: Final = "addsup"
#: What the client raises where the cluster has gone.
LOST: Final = (CancelledError, TaskCancelled, CommClosedError, OSError)


@contextmanager
def connect(address: str, quiet: bool) -> Iterator[Any]:
    """A client of the scheduler at *address*; `AddsupError` if it does not answer."""
    logging.disable(logging.ERROR)  # what the client logs of a lost cluster is in our error
    with ExitStack() as opened:
        opened.callback(logging.disable, logging.NOTSET)
        try:
            client: Any = Client(address, timeout="10s")
        except (OSError, ValueError, TypeError, RuntimeError, ImportError) as error:
            raise AddsupError(
                f"The scheduler {address} (--scheduler or DASK_SCHEDULER_ADDRESS) does not answer: "
                f"{str(error).strip().rstrip('.')}."
            ) from None
        opened.callback(client.close, timeout=1)
        if not quiet:
            print(f"The cluster's dashboard: {client.dashboard_link}", file=sys.stderr)
        yield client


def run_on_cluster(
    tasks: Sequence[Task], folder: Place, job: Job, client: Any, content: bytes, seen: Seen
) -> Outcomes:
    """Each of *tasks* when it is done; *content* is the model file, the rest as of `run_here`.

    Raises:
        AddsupError: the cluster cannot do it, or has gone.
    """
    try:
        _wait_for_a_worker(client)
        _check_versions(client)
        # A task, not data that is scattered: Dask makes it again if the workers that had it died.
        model = client.submit(bytes, content, pure=False)
        executor, watch = client.get_executor(pure=False), partial(_wait_for_a_worker, client)
        yield from outcomes_of(executor, tasks, (folder, job, model), seen, watch, KilledWorker)
    except LOST as error:
        raise AddsupError(
            f"The cluster ended, or cannot be reached any more ({str(error) or 'cancelled'}). "
            f"{KEPT}"
        ) from None


def _wait_for_a_worker(client: Any) -> None:
    """Return when a worker takes tasks; refuse if none does for long."""
    trouble = ""
    for seconds in (PULSE, PATIENCE):
        if trouble:
            print(f"addsup score: {trouble} Waiting {PATIENCE:.0f} s for one.", file=sys.stderr)
        try:
            client.wait_for_workers(1, timeout=seconds)
            return
        except WorkerStartTimeoutError:
            workers = len(client.scheduler_info(n_workers=-1)["workers"])
            trouble = (
                f"All {workers} workers of the cluster are paused, as they have no memory left: "
                "give them more, or fewer threads each."
                if workers
                else "The cluster has no workers: start some, with the address of the scheduler."
            )
    raise AddsupError(trouble)


def _check_versions(client: Any) -> None:
    """Refuse a machine with another version of Python or of this package, or without that."""
    found = client.get_versions(packages=[PACKAGE])
    here = _versions(found["client"])
    machines = {"The scheduler": found["scheduler"]}
    machines |= {f"The worker {address}": each for address, each in found["workers"].items()}
    for name, machine in machines.items():
        if (there := _versions(machine)) != here:
            raise AddsupError(
                f"{name} has {there}, this machine {here}: install the same there "
                "(requirements-score.txt and this package)."
            )


def _versions(machine: Any) -> str:
    """Python's version up to the minor, and the package's, in words."""
    python = ".".join(machine["packages"]["python"].split(".")[:2])
    package = machine["packages"].get(PACKAGE)
    return f"Python {python} and {f'{PACKAGE} {package}' if package else f'no {PACKAGE}'}"
