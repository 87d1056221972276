"""Balance: how 16 connections that come at once are spread over the worker processes."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import processes
from bench.errors import BenchmarkFailed
from bench.serving.contenders import Contender
from bench.serving.running import Running, running
from bench.workloads import Workload

CONNECTIONS: Final = 16
UNEVEN: Final = 12  # or more of them on one worker
TRIES: Final = 20
PATIENCE: Final = 10.0  # seconds
ESTABLISHED: Final = "01"


@dataclass(frozen=True, slots=True)
class Balance:
    """Of `TRIES` tries: the connections that the busiest worker had."""

    most: tuple[int, ...]

    @property
    def uneven(self) -> int:
        """In how many tries one worker had three quarters of the connections or more."""
        return sum(each >= UNEVEN for each in self.most)


def measure(contender: Contender, workload: Workload) -> Balance:
    """Connect and ask 16 times at once, look who has the connections, and hang up; 20 times."""
    with running(contender) as server:
        return Balance(tuple(_try(server, workload) for _ in range(TRIES)))


def _try(server: Running, workload: Workload) -> int:
    with connections(server.port, workload.body):
        most = max(held(server))
    _wait_until(lambda: not sum(held(server)))
    return most


def held(server: Running) -> list[int]:
    """How many connections each of the server's processes has open."""
    inodes = established(server.port)
    return [len(inodes & sockets(pid)) for pid in processes.members(server.process.pid)]


@contextmanager
def connections(port: int, body: bytes) -> Iterator[None]:
    """16 connections, begun before any is answered; each has had one answer."""
    head = f"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
    request = head.encode() + b"Content-Type: application/json\r\n\r\n" + body
    with ExitStack() as stack:
        plugs = [stack.enter_context(socket.socket()) for _ in range(CONNECTIONS)]
        for plug in plugs:
            plug.setblocking(False)
            plug.connect_ex(("127.0.0.1", port))
        for plug in plugs:
            plug.settimeout(PATIENCE)
            plug.sendall(request)
        for plug in plugs:
            if not plug.recv(65536).startswith(b"HTTP/1.1 200"):
                raise BenchmarkFailed("a connection was not answered")
        yield


def established(port: int) -> set[str]:
    """The inodes of the server's ends of connections to *port*."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    local = f":{port:04X}"
    return {row[9] for row in rows if row[1].endswith(local) and row[3] == ESTABLISHED} - {"0"}


def sockets(pid: int) -> set[str]:
    """The inodes of the sockets that a process has open."""
    found = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            name = str(entry.readlink())
        except FileNotFoundError:  # closed in between
            continue
        if name.startswith("socket:["):
            found.add(name[len("socket:[") : -1])
    return found


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
