"""Runs a container of the image in a network of its own, and talks to it from outside."""

from __future__ import annotations

import ctypes
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryFile

from tests.image.sandbox import ANY_UID, Running, Unpacked, bubblewrap, started
from tests.live import PATIENCE, LiveServer, wait_until_ready

NAME = "localhost/addsup-test"
PORT = 34567
PACKAGES = "/venv/lib/python3.14/site-packages"
MODEL = f"{PACKAGES}/addsup/models/sentiment.onnx"
CLONE_NEWNET = 0x40000000


@dataclass(frozen=True)
class Container(LiveServer):
    """A running container. Its process 1 is `running.pid` out here."""

    running: Running

    @contextmanager
    def connection(self) -> Iterator[HTTPConnection]:
        """A connection to it over its own loopback device, which is all the network it has."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.auto_open = 0  # it would connect again, from out here
        with network_of(self.running.pid):
            connection.connect()
        try:
            yield connection
        finally:
            connection.close()

    @property
    def tree(self) -> list[int]:
        """The process ids of its process 1 and of the workers."""
        first = self.running.pid
        children = Path(f"/proc/{first}/task/{first}/children").read_text()
        return [first, *map(int, children.split())]

    def proc(self, name: str) -> str:
        """The file *name* that /proc has on its process 1."""
        return Path(f"/proc/{self.running.pid}/{name}").read_text()

    def stop(self) -> int:
        """Send SIGTERM to its process 1, as every platform does; its exit status."""
        self.running.send(signal.SIGTERM)
        return self.process.wait(10)

    def kill(self) -> None:
        """End it at once, if it still runs."""
        self.running.send(signal.SIGKILL)
        self.process.wait()

    def execute(self, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command in it, as `docker exec` does."""
        enter = ["nsenter", f"--target={self.running.pid}", "--mount", "--net", "--pid", "--wd"]
        environ = settings | {"PYTHONPYCACHEPREFIX": "/pycache"}
        return subprocess.run(
            [*enter, *command], env=environ, capture_output=True, text=True, check=False
        )


@contextmanager
def starting_container(
    image: Unpacked, uid: int = ANY_UID, under: Sequence[str] = (), **settings: str
) -> Iterator[Container]:
    """A container that was started this moment; it is killed when the context ends.

    Args:
        image: what to run.
        uid: as whom.
        under: a command to start it with, such as strace.
        settings: for the server, beside PORT.
    """
    alone = bubblewrap(image, {"PORT": str(PORT), **settings}, (), ["--unshare-net"], uid)
    with TemporaryFile() as output:
        running = started(alone, under, output)
        container = Container(PORT, running.process, output, running)
        try:
            yield container
        finally:
            container.kill()


@contextmanager
def running_container(
    image: Unpacked, uid: int = ANY_UID, under: Sequence[str] = (), **settings: str
) -> Iterator[Container]:
    """The same as soon as it is ready."""
    with starting_container(image, uid, under, **settings) as container:
        wait_until_ready(container)
        yield container


def run_once(
    image: Unpacked, *command: str, options: Sequence[str] = (), stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a container to its end."""
    start = bubblewrap(image, {}, command, ["--unshare-net", *options])
    return subprocess.run(
        start, input=stdin, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


@contextmanager
def network_of(pid: int) -> Iterator[None]:
    """What this thread opens in this context, it opens in the network of process *pid*."""
    with (
        Path("/proc/thread-self/ns/net").open() as home,
        Path(f"/proc/{pid}/ns/net").open() as away,
    ):
        _enter(away.fileno())
        try:
            yield
        finally:
            _enter(home.fileno())


def _enter(network: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(network, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
