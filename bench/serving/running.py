"""Running contender: started, waited for until its first right prediction, and stopped."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any, Final

from addsup.server.settings import Settings

from bench import processes
from bench.environments import python_with
from bench.errors import BenchmarkFailed
from bench.places import ROOT
from bench.serving.contenders import Contender
from bench.serving.pickles import NLTK_DATA
from bench.workloads import BAD, GOOD

PATIENCE: Final = 60.0  # seconds
PAUSE: Final = 0.005
QUIET: Final = 0.1  # of a core


@dataclass(frozen=True, slots=True)
class Running:
    """A contender at work.

    Attributes:
        contender: which.
        port: where it listens.
        process: the one that was started; it leads a session of its own.
        cold_start: seconds from its start to its first correct prediction.
    """

    contender: Contender
    port: int
    process: subprocess.Popen[bytes]
    cold_start: float

    def cpu_seconds(self) -> float:
        """CPU time of all its processes so far."""
        return processes.cpu_seconds(self.process.pid)

    def settle(self) -> None:
        """Wait until all its workers have loaded what they need."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            before = self.cpu_seconds()
            time.sleep(0.3)
            if self.cpu_seconds() - before < 0.3 * QUIET:
                return


@contextmanager
def running(contender: Contender) -> Iterator[Running]:
    """*contender*, once it has told a good review from a bad one.

    Raises:
        BenchmarkFailed: it does not start, or does not get them right.
        PeerNotInstalled: its environment cannot be made.
    """
    port = free_port()
    command = contender.command(python_with(contender.requirements), port)
    with TemporaryFile() as log:
        start = time.monotonic()
        process = subprocess.Popen(  # noqa: S603
            command,
            cwd=ROOT,
            env=environment(port),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            wait_for_prediction(contender, port, process, log)
            server = Running(contender, port, process, time.monotonic() - start)
            check_labels(contender, port)
            server.settle()
            yield server
        finally:
            stop(process)


def wait_for_prediction(
    contender: Contender, port: int, process: subprocess.Popen[bytes], log: IO[bytes]
) -> None:
    """Ask until the good review is answered with its label.

    Raises:
        BenchmarkFailed: the server ended, or took too long.
    """
    deadline = time.monotonic() + PATIENCE
    while label_of(port, GOOD) != "positive":
        if process.poll() is not None or time.monotonic() > deadline:
            log.seek(0)
            said = log.read()[-2000:].decode(errors="replace")
            raise BenchmarkFailed(f"{contender.name} does not start:\n{said}")
        time.sleep(PAUSE)


def check_labels(contender: Contender, port: int) -> None:
    """Whether it gets a bad review right as well, and a batch of both.

    Raises:
        BenchmarkFailed: it does not.
    """
    if not contender.classifies:
        return
    labels = [label_of(port, BAD)]
    if contender.batches:
        answer = answer_to(port, {"reviews": [GOOD, BAD]})
        labels += [each["label"] for each in answer["predictions"]]
    if labels not in (["negative"], ["negative", "positive", "negative"]):
        raise BenchmarkFailed(f"{contender.name} takes a bad review, and both, for {labels}")


def label_of(port: int, review: str) -> str | None:
    """What the server calls *review*; None as long as it does not answer."""
    try:
        label: str = answer_to(port, {"review": review})["label"]
    except (OSError, http.client.HTTPException, LookupError, ValueError):
        return None
    return label


def answer_to(port: int, document: Any) -> Any:
    """The JSON that the server sends in return."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/predict", json.dumps(document), headers)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, insist after ten seconds, and leave nothing that it started behind."""
    family = [*_handles(processes.members(process.pid))]
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(10)
    for handle in family:  # of that process, whatever has its number now
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        os.close(handle)
    process.wait()


def _handles(pids: list[int]) -> Iterator[int]:
    for pid in pids:
        with suppress(ProcessLookupError):
            yield os.pidfd_open(pid)


def environment(port: int) -> dict[str, str]:
    """This process's environment, with the settings of this server at their defaults."""
    settings = {variable.name for variable in Settings.documented()}
    foreign = settings | {"GUNICORN_CMD_ARGS", "PYTHONPATH", "PROMETHEUS_MULTIPROC_DIR"}
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    return kept | {"PORT": str(port), "NLTK_DATA": str(NLTK_DATA)}


def free_port() -> int:
    """A TCP port that no one listens on."""
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        port: int = plug.getsockname()[1]
        return port
