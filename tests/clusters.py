"""A Dask cluster as people have one: a scheduler and workers, each a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from tests.live import free_port, stop, wait_for_port
from tests.places import ROOT

ENVIRON = {
    "PYTHONPATH": str(ROOT),
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE": "False",
}


@dataclass
class Cluster:
    """A scheduler and its workers."""

    address: str
    scheduler: subprocess.Popen[bytes]
    opened: ExitStack
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_worker(self) -> None:
        """Start one more worker."""
        here = ("--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard")
        self.workers.append(self.opened.enter_context(dask("worker", self.address, *here)))


@contextmanager
def dask(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments],
        env=os.environ | ENVIRON,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        stop(process)


@contextmanager
def running_cluster(workers: int = 2) -> Iterator[Cluster]:
    """A scheduler and so many *workers* of one thread each."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    here = ("--host", "127.0.0.1")
    with ExitStack() as opened:
        scheduler = opened.enter_context(
            dask("scheduler", *here, "--port", str(port), "--no-dashboard")
        )
        wait_for_port(scheduler, port)
        running = Cluster(address, scheduler, opened)
        for _ in range(workers):
            running.add_worker()
        yield running
