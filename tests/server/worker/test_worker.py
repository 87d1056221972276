"""The worker of the real server: what strangers could once do to it with a few bytes."""

from __future__ import annotations

import ast
import os
import socket
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import gunicorn.arbiter
import pytest
from gunicorn.workers import base

from addsup.server.worker import worker
from addsup.server.worker.acceptor import Balance
from tests.live import LiveServer

FOLDER = Path(worker.__file__).parent
LIVEZ = b"GET /livez HTTP/1.1\r\nHost: a\r\n"


def connect(server: LiveServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), 10)


@pytest.mark.parametrize(
    "bytes_",
    [
        LIVEZ + b"Content-Length: 9999999999\r\n\r\n",
        LIVEZ + b"Content-Length: 0000000010\r\n\r\n",
        LIVEZ + b"Transfer-Encoding: chunked\r\n\r\nff\r\n\n0\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n\n0\r\n\r\n",
    ],
    ids=["endless length", "zeros", "false last chunk", "false last chunk to predict"],
)
def test_bodies_that_do_not_come_stop_nobody(live_server: LiveServer, bytes_: bytes) -> None:
    plugs = [connect(live_server) for _ in range(30)]
    for plug in plugs:
        plug.sendall(bytes_)

    with live_server.connection() as connection:
        connection.timeout = 5
        for _ in range(50):
            connection.request("POST", "/predict", b"review=good")
            assert connection.getresponse().read()

    for plug in plugs:
        plug.close()


def test_the_folder_imports_nothing_else_of_the_project() -> None:
    imported = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")
            elif isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}

    ours = {
        name for name in imported if name.split(".")[0] in {"server", "train", "export", "addsup"}
    }
    assert {name for name in ours if not name.startswith("addsup.server.worker.")} == set()


def test_gunicorn_still_has_what_the_worker_relies_on() -> None:
    release = f"Gunicorn {version('gunicorn')}"
    for name in ("init_signals", "handle_exit", "notify", "load_wsgi"):
        assert callable(getattr(base.Worker, name, None)), f"{release} has no Worker.{name}"
    made = set(base.Worker.__init__.__code__.co_names)
    for name in ("age", "alive", "ppid", "sockets", "cfg", "log", "nr", "max_requests", "tmp"):
        assert name in made, f"{release} does not set Worker.{name}; see server/worker/README.md"
    arbiter = gunicorn.arbiter.Arbiter
    for name in ("reexec_pid", "master_pid", "systemd", "SIG_QUEUE", "START_CTX"):
        assert name in arbiter.__init__.__code__.co_names, (
            f"{release} does not set Arbiter.{name}; see server/worker/shutdown.py"
        )
    assert "graceful" in arbiter.stop.__code__.co_varnames, f"{release} stops in another way"
    assert "last_update" in arbiter.murder_workers.__code__.co_names, (
        f"{release} asks for a worker's sign of life in another way; see worker.py"
    )


def test_a_worker_with_more_connections_than_another_lets_that_one_go_first() -> None:
    balance = Balance()
    balance.show(1, 2)
    balance.show(2, 1)
    assert (balance.is_ahead(1), balance.is_ahead(2)) == (True, False)

    balance.show(2, 2)
    assert not (balance.is_ahead(1) or balance.is_ahead(2))

    balance.show(2, 0)
    balance.leave(2)
    assert not balance.is_ahead(1), "one that has left does not count"


class Arbiter:
    """The master's looks at a worker's heartbeat, once a second of a clock that the test turns."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(worker, "time", SimpleNamespace(monotonic=lambda: self.now))
        self.heartbeat = worker.Heartbeat(
            SimpleNamespace(umask=0, worker_tmp_dir=None, uid=os.geteuid(), gid=os.getegid())
        )

    def silence_after(self, *seconds: float) -> float:
        """For how long the worker has been silent after some looks with *seconds* between."""
        for each in seconds:
            self.now += each
            silence = self.now - self.heartbeat.last_update()
        return silence


def test_a_silent_worker_is_silent_for_as_long_as_the_machine_ran(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arbiter = Arbiter(monkeypatch)
    assert arbiter.silence_after(*[1.0] * 20) <= 0, "it takes long to start"
    arbiter.heartbeat.notify()

    assert arbiter.silence_after(1.0) == 0
    assert arbiter.silence_after(*[1.0] * 6) == 6
    assert arbiter.silence_after(40.0) == 7, "the machine stood still"
    arbiter.heartbeat.close()
