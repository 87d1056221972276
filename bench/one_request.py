"""CPU time of one request to /predict: this server, logs and metrics on, against plain Flask.

Both run under Gunicorn with the same settings, and are asked in turn, in rounds, by the same client
in this process. What counts is the CPU time that the kernel books on the server's processes.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.one_prediction import REVIEW
from server.settings import ROOT, Settings

ROUNDS: Final = 8
CLIENTS: Final = 8
REQUESTS_A_CLIENT: Final = 400
PATIENCE: Final = 20.0

BODY: Final = json.dumps({"review": REVIEW})
HEADERS: Final = {"Content-Type": "application/json"}

LIMIT_RATIO: Final = 1.6


@dataclass(frozen=True, slots=True)
class OneRequest:
    """CPU milliseconds a request, in the round of each that others disturbed the least."""

    ceiling: float
    server: float

    @property
    def ratio(self) -> float:
        """The server's CPU time as a multiple of plain Flask's."""
        return self.server / self.ceiling


def measure() -> OneRequest:
    """Ask both in interleaved rounds. Other work on the machine only ever adds to CPU time."""
    with serving() as server, serving("bench.ceiling:app") as ceiling:
        found: dict[str, list[float]] = {"server": [], "ceiling": []}
        for _ in range(1 + ROUNDS):
            found["server"].append(server.milliseconds_a_request())
            found["ceiling"].append(ceiling.milliseconds_a_request())
    # The first round warms up.
    return OneRequest(**{name: min(each[1:]) for name, each in found.items()})


@dataclass(frozen=True, slots=True)
class Server:
    """A running Gunicorn."""

    port: int
    master: int

    def milliseconds_a_request(self) -> float:
        """Ask for a while on several connections: CPU time of all its processes a request."""
        before = self._cpu_seconds()
        with ThreadPoolExecutor(CLIENTS) as pool:
            asked = sum(pool.map(lambda _: self._ask(), range(CLIENTS)))
        return 1000 * (self._cpu_seconds() - before) / asked

    def _ask(self) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        for _ in range(REQUESTS_A_CLIENT):
            connection.request("POST", "/predict", BODY, HEADERS)
            response = connection.getresponse()
            response.read()
            if response.status != 200:
                sys.exit(f"/predict answered {response.status} during the benchmark.")
        connection.close()
        return REQUESTS_A_CLIENT

    def _cpu_seconds(self) -> float:
        children = Path(f"/proc/{self.master}/task/{self.master}/children").read_text()
        return sum(map(cpu_seconds, [self.master, *map(int, children.split())]))

    def is_ready(self) -> bool:
        """Whether /readyz answers 200."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


def cpu_seconds(pid: int) -> float:
    """CPU time of a process so far, its own and the kernel's for it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(application: str | None = None) -> Iterator[Server]:
    """Gunicorn with our configuration, with *application* in place of ours if given."""
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        port = plug.getsockname()[1]
    configuration = ["--config", str(ROOT / "server" / "gunicorn.conf.py")]
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "gunicorn", *configuration, *filter(None, [application])],
        cwd=ROOT,
        env=environment(port),
        stdout=subprocess.DEVNULL,
    )
    server = Server(port, process.pid)
    try:
        deadline = time.monotonic() + PATIENCE
        while not server.is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit("The server to be measured does not start.")
            time.sleep(0.05)
        yield server
    finally:
        process.terminate()
        process.wait()


def environment(port: int) -> dict[str, str]:
    """This process's environment, with the settings of the server at their defaults."""
    settings = {variable.name for variable in Settings.documented()}
    kept = {name: value for name, value in os.environ.items() if name not in settings}
    return kept | {"PORT": str(port)}
