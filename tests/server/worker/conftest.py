"""A worker without Gunicorn around it, serving a small application from a thread."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest

from addsup.server.worker import connection, worker
from addsup.server.worker.refusals import Headers, Refusal
from addsup.server.worker.worker import Worker
from tests.live import until


class Served:
    """A worker that serves, and what its application does.

    Attributes:
        asked: paths in the order in which the application was asked for them.
        go_on: what /wait waits for, in a thread of the pool.
    """

    def __init__(self, **changes: Any) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.asked: list[str] = []
        self.go_on = threading.Event()
        made = self.worker = Worker.__new__(Worker)
        made.cfg = SimpleNamespace(
            workers=1, threads=2, worker_connections=3, keepalive=60, graceful_timeout=5
        )
        made.sockets, made.wsgi, made.log = [self.listener], self.answer, logging.getLogger("w")
        made.tmp = SimpleNamespace(notify=lambda: None)
        made.alive, made.age, made.nr, made.ppid = True, 1, 0, os.getppid()
        made.max_requests, made.max_requests_at_work, made.max_body_bytes = sys.maxsize, 2, 1000
        made.health_paths = frozenset({"/livez"})
        made.is_long = lambda environ: environ["PATH_INFO"] == "/wait"
        made.render_error = self.render
        for name, value in changes.items():
            setattr(made.cfg if hasattr(made.cfg, name) else made, name, value)
        self.thread = threading.Thread(target=lambda: asyncio.run(made._serve()))
        self.thread.start()
        self.clients: list[socket.socket] = []
        until(lambda: hasattr(made, "acceptor"))

    def render(self, refusal: Refusal, fields: Any) -> tuple[Headers, bytes]:
        """The code of *refusal*, and the client's id for its request."""
        return [("X-Request-ID", fields.get("HTTP_X_REQUEST_ID", ""))], refusal.code.encode()

    def answer(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        """The body, or as many bytes as the query says, after what the path asks for."""
        path = environ["PATH_INFO"]
        self.asked.append(path)
        if path == "/wait":
            self.go_on.wait(20)
        start_response("200 OK", [("Upgrade-Seen", environ.get("HTTP_UPGRADE", "no"))])
        if environ["QUERY_STRING"].isdigit():
            return [bytes(int(environ["QUERY_STRING"]))]
        return [environ["wsgi.input"].read()]

    def connect(self) -> socket.socket:
        """A client of the worker."""
        client = socket.create_connection(self.listener.getsockname(), 5)
        self.clients.append(client)
        return client

    def ask(self, request: bytes) -> socket.socket:
        """A client that has sent *request*."""
        client = self.connect()
        client.sendall(request)
        return client

    def stop(self) -> None:
        """Stop the worker as SIGTERM does."""
        with suppress(RuntimeError):  # it has ended
            self.worker.loop.call_soon_threadsafe(self.worker.stop)


def status_of(client: socket.socket) -> int:
    """The status of the next reply, and nothing more of it."""
    return int(client.recv(12)[9:])


def all_of(client: socket.socket) -> bytes:
    """What comes until the other end closes."""
    return b"".join(iter(lambda: client.recv(65536), b""))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the worker look at its connections 50 times a second, and stop at once."""
    for name in ("TICK", "TICK_AT_STOP", "LAST_CALL_SECONDS", "ON_THE_WAY_SECONDS"):
        monkeypatch.setattr(worker, name, 0.02)
    monkeypatch.setattr(connection, "LINGER_SECONDS", 0.1)


@pytest.fixture
def served(request: pytest.FixtureRequest, quick: None) -> Iterator[Served]:  # noqa: ARG001
    """A worker with three connections, two requests and two threads."""
    made = Served(**getattr(request, "param", {}))
    yield made
    made.go_on.set()
    for client in made.clients:
        client.close()
    made.stop()
    made.thread.join(10)
    assert not made.thread.is_alive()
    made.listener.close()
