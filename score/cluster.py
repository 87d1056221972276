"""Cluster: the same tasks, scored by Dask workers, which reach files by the same addresses."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from distributed import CancelledError as TaskCancelled
from distributed import Client
from distributed.comm.core import CommClosedError
from distributed.exceptions import WorkerStartTimeoutError

from addsup.inference.errors import AddsupError

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


def wait_for_a_worker(client: Any, pulse: float) -> None:
    """Return when a worker takes tasks; refuse if none does for long."""
    trouble = ""
    for seconds in (pulse, PATIENCE):
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


def check_versions(client: Any) -> None:
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
