"""Starts the real server under Gunicorn for a test, and asks it."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from addsup.server.settings import Settings
from tests.places import ROOT

CONFIGURATION = Path("server") / "gunicorn.conf.py"
PATIENCE = 20.0

#: Names another configuration; see tests/hard/test_without_protection.py.
CONTROL = "HARD_CONTROL"

#: What would change how a server behaves; CI quietens the telemetry of some libraries.
FOREIGN = {"CI", "GUNICORN_CMD_ARGS", "PROMETHEUS_MULTIPROC_DIR", "PYTHONPATH"} | {
    each.name for each in Settings.documented()
}


@dataclass(frozen=True)
class Answer:
    """One HTTP response, read whole."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def media_type(self) -> str:
        """The Content-Type without parameters."""
        return self.headers.get_content_type()


@dataclass(frozen=True)
class LiveServer:
    """A running server: its port, and the process of Gunicorn's master."""

    port: int
    process: subprocess.Popen[bytes]
    output: Any

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes | str | Iterable[bytes] | None = None,
        **headers: str,
    ) -> Answer:
        """One request on a connection of its own. Header names are given with underscores."""
        with self.connection() as connection:
            return exchange(connection, path, method, body, **headers)

    def predict(self, document: Any) -> Answer:
        """POST *document* as JSON to /predict."""
        return self.ask("/predict", "POST", json.dumps(document), Content_Type="application/json")

    @contextmanager
    def connection(self) -> Iterator[http.client.HTTPConnection]:
        """A connection that stays open for several requests."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            yield connection
        finally:
            connection.close()

    def exchange_raw(self, request: bytes) -> bytes:
        """Send bytes that no HTTP client would, end the sending side, read until the end."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as plug:
            plug.sendall(request)
            plug.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: plug.recv(65536), b""))

    def printed(self) -> str:
        """What the server has written to stdout and stderr so far."""
        # Not by seek and read: the server shares the file's position, and would write at its start.
        size = os.fstat(self.output.fileno()).st_size
        return os.pread(self.output.fileno(), size, 0).decode()


def exchange(
    connection: http.client.HTTPConnection,
    path: str,
    method: str = "GET",
    body: bytes | str | Iterable[bytes] | None = None,
    **headers: str,
) -> Answer:
    """One request and its answer on *connection*. An iterable body is sent in chunks."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, named)
    response = connection.getresponse()
    return Answer(response.status, response.headers, response.read())


def environment(**settings: str) -> dict[str, str]:
    """This process's environment with only *settings* of those that the server knows."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return kept | settings


def command(python: str | Path = sys.executable, root: Path = ROOT) -> list[str]:
    """The command that starts the server of the tree at *root*."""
    configuration = os.environ.get(CONTROL) or str(root / CONFIGURATION)
    return [str(python), "-m", "gunicorn", "--config", configuration]


def free_port() -> int:
    """A TCP port that no one listens on."""
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        port: int = plug.getsockname()[1]
        return port


@contextmanager
def running_server(
    start: list[str] | None = None,
    cwd: Path = ROOT,
    stdout: int | None = None,
    **settings: str,
) -> Iterator[LiveServer]:
    """A server that is ready; it is stopped, if it still runs, when the context ends.

    Args:
        start: the command; Gunicorn with our configuration if None.
        cwd: where to start it.
        stdout: a file descriptor for its log lines, if they are not to be `printed`.
        settings: environment variables.
    """
    port = free_port()
    environ = environment(**{"PORT": str(port), **settings})
    with TemporaryFile() as output:
        process = subprocess.Popen(
            start or command(),
            cwd=cwd,
            env=environ,
            stdout=output if stdout is None else stdout,
            stderr=output,
        )
        server = LiveServer(port, process, output)
        try:
            wait_until_ready(server)
            yield server
        finally:
            stop(process)


def wait_until_ready(server: LiveServer) -> None:
    """Return as soon as /readyz answers 200.

    Raises:
        AssertionError: the server ended, or is not ready within `PATIENCE` seconds.
    """

    def ready() -> bool:
        assert server.process.poll() is None, f"the server ended:\n{server.printed()}"
        return _is_ready(server)

    until(ready, lambda: f"the server is not ready:\n{server.printed()}")


def wait_for_port(process: subprocess.Popen[bytes], port: int) -> None:
    """Return as soon as *process* accepts connections on *port*.

    Raises:
        AssertionError: it ended, or does not within `PATIENCE` seconds.
    """

    def listens() -> bool:
        assert process.poll() is None, f"{process.args!r} has ended"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            return False
        return True

    until(listens, lambda: f"{process.args!r} does not listen on {port}")


def until(holds: Callable[[], object], otherwise: Callable[[], str] = lambda: "") -> None:
    """Return as soon as *holds*.

    Raises:
        AssertionError: it does not within `PATIENCE` seconds; the message is *otherwise*.
    """
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.01)


def _is_ready(server: LiveServer) -> bool:
    try:
        return server.ask("/readyz").status == 200
    except OSError:
        return False


def stop(process: subprocess.Popen[bytes]) -> int:
    """Ask *process* to end as Heroku does, insist after `PATIENCE` seconds; its exit status."""
    process.terminate()
    try:
        return process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def workers_of(server: LiveServer, count: int | None = None) -> list[int]:
    """The process ids of the workers; as soon as there are *count* of them, if given."""
    master = server.process.pid
    children = Path(f"/proc/{master}/task/{master}/children")
    deadline = time.monotonic() + 5
    while len(pids := children.read_text().split()) != count and count is not None:
        assert time.monotonic() < deadline, f"the workers are {pids}"
        time.sleep(0.01)
    return [int(pid) for pid in pids]
