"""Running contender: started, awaited until its first prediction, measured and stopped."""

from __future__ import annotations

import http.client
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any, Final

import psutil

from bench import CACHE, BenchmarkError
from bench.contenders import Contender
from bench.pickles import NLTK_DATA

GOOD: Final = "A wonderful film with a great cast; I loved every minute of it."
PATIENCE: Final = 120.0  # seconds


@dataclass(frozen=True, slots=True)
class Running:
    """A contender at work.

    Attributes:
        port: where it listens.
        process: its first process.
        cold_start: seconds from its start to its first correct prediction.
    """

    port: int
    process: psutil.Process
    cold_start: float

    def cpu_seconds(self) -> float:
        """CPU time of all its processes."""
        times = [process.cpu_times() for process in family(self.process)]
        return sum(each.user + each.system for each in times)

    def megabytes(self) -> float:
        """Memory of all its processes."""
        return proportional_megabytes(self.process)

    def settle(self) -> None:
        """Wait until its processes are idle, so that all workers have loaded what they need."""
        before = -PATIENCE
        while (now := self.cpu_seconds()) - before > 0.03:
            before = now
            time.sleep(0.3)


def family(first: psutil.Process) -> list[psutil.Process]:
    """*first* and all processes below it."""
    return [first, *first.children(recursive=True)]


def proportional_megabytes(first: psutil.Process) -> float:
    """PSS of *first* and all processes below it: a shared page is divided among its users."""
    total = 0
    for process in family(first):
        try:
            total += process.memory_full_info().pss
        except psutil.Error:  # it has just ended
            continue
    return total / 1e6


@contextmanager
def running(contender: Contender) -> Iterator[Running]:
    """*contender*, from its first correct prediction on.

    Raises:
        BenchmarkError: it ends, or does not classify a good text as positive in time.
    """
    port = free_port()
    environ = {"PATH": os.environ["PATH"], "PORT": str(port), "NLTK_DATA": str(NLTK_DATA)}
    environ |= {"PYTHONPATH": str(contender.path)}
    with TemporaryFile() as log:
        start = time.monotonic()
        command = contender.command(port)
        process = psutil.Popen(command, cwd=CACHE, env=environ, stdout=log, stderr=log)
        try:
            while label(port) != "positive":
                if process.poll() is not None or time.monotonic() > start + PATIENCE:
                    log.seek(0)
                    printed = log.read()[-2000:].decode(errors="replace")
                    raise BenchmarkError(f"{contender.name} does not start:\n{printed}")
                time.sleep(0.005)
            server = Running(port, process, time.monotonic() - start)
            server.settle()
            yield server
        finally:
            stop(process)


def label(port: int) -> Any:
    """The label of a good text; None while nothing is answered."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    headers = {"Content-Type": "application/json"}
    try:
        connection.request("POST", "/predict", json.dumps({"text": GOOD}), headers)
        return json.loads(connection.getresponse().read()).get("label")
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()


def stop(process: psutil.Popen) -> None:
    """End *process* and all below it: politely, and after ten seconds by force."""
    members = family(process) if process.is_running() else []
    process.terminate()
    _, alive = psutil.wait_procs(members, timeout=10)
    for each in alive:
        each.kill()
    process.wait()


def free_port() -> int:
    """A TCP port on which nobody listens."""
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        port: int = plug.getsockname()[1]
        return port
