"""Gunicorn worker class: an asyncio loop that answers, and an orderly end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from typing import Any, Final

from addsup.server.worker.acceptor import Acceptor
from addsup.server.worker.balance import NO_ENTRY, Balance
from addsup.server.worker.connection import Connection, limit_unread
from addsup.server.worker.dispatcher import Dispatcher, Limits
from addsup.server.worker.heartbeat import Heartbeat
from addsup.server.worker.refusals import Renderer, plain_text
from addsup.server.worker.request_handler import Environ, RequestHandler
from addsup.server.worker.request_parser import Request
from addsup.server.worker.shutdown import ServerStop, ignore_new_connections, take_held_signals
from gunicorn.workers import base

#: Seconds between two ticks; while the worker stops, between two looks whether it is done.
TICK: Final = 0.5
LOOK: Final = 0.02
#: Seconds that a stopping worker goes on accepting, and then waits for who is about to connect.
LAST_CALL_SECONDS: Final = 0.4
ON_THE_WAY_SECONDS: Final = 0.1
#: Seconds before a worker that could not start is replaced by another, which may fare no better.
RETRY_SECONDS: Final = 1.0


class Worker(base.Worker):
    """A Gunicorn worker. What it is to know of the application are its class attributes.

    Attributes:
        balance: connections of all workers; made before the fork, once.
        server_stop: whether the whole server stops; made before the fork, once.
        max_requests_at_work: requests at work or in line; more are answered 503.
        max_body_bytes: bytes of a request body; of a larger one the application sees the length.
        max_inline_bytes: bytes of a body from which a request counts as long, and is for the pool.
        is_long: whether a request is long by its kind, from its WSGI environment.
        health_paths: paths (`PATH_INFO`) that are answered at once, whatever the load.
        render_error: gives headers and body of what the worker answers by itself.
        entry: of this worker in `balance`.
    """

    balance = Balance()
    server_stop = ServerStop()
    max_requests_at_work = 64
    max_body_bytes = 2**20
    max_inline_bytes = 4 * 2**10
    health_paths: frozenset[str] = frozenset()
    render_error: Renderer = staticmethod(plain_text)

    dispatcher: Dispatcher
    stopping: asyncio.Event | None = None

    @staticmethod
    def is_long(_environ: Environ) -> bool:
        return False

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)  # in the master, which frees the entry when the worker ends
        self.tmp.close()
        self.tmp = Heartbeat(self.cfg)
        self.entry = self.balance.join()

    # Start

    def load_wsgi(self) -> None:
        """Load the application. Once the server has started, a failure is no reason to end it."""
        try:
            super().load_wsgi()
        except Exception as error:
            if self.age <= self.cfg.workers:  # the server is starting, and ends with this sentence
                raise
            self.log.error("A worker could not start: %s", error)
            time.sleep(RETRY_SECONDS)
            os._exit(1)

    def init_signals(self) -> None:
        """Understand signals, and take those that have been held back."""
        super().init_signals()
        for of_the_master in (signal.SIGHUP, signal.SIGUSR2):
            signal.signal(of_the_master, signal.SIG_IGN)
        take_held_signals()

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Stop gracefully; see `_drain`."""
        super().handle_exit(sig, frame)
        if self.stopping:
            with suppress(RuntimeError):  # the loop has ended
                self.loop.call_soon_threadsafe(self.stopping.set)

    def handle_quit(self, sig: int, frame: Any) -> None:  # noqa: ARG002
        """Stop at once."""
        self.cfg.worker_int(self)
        os._exit(0)

    def handle_abort(self, sig: int, frame: Any) -> None:  # noqa: ARG002
        """Stop at once, because the event loop hangs."""
        self.cfg.worker_abort(self)
        os._exit(1)

    # Run

    def run(self) -> None:
        """Serve until told to stop, then finish what has begun."""
        asyncio.run(self._serve())
        if self.dispatcher.calls or self.dispatcher.hung:
            os._exit(0)  # the interpreter would wait for a thread that hangs, or crash with it

    async def _serve(self) -> None:
        self.loop, self.stopping = asyncio.get_running_loop(), asyncio.Event()
        self.loop.set_exception_handler(self._log_defect)
        if not self.alive:
            self.stopping.set()
        cfg, kind = self.cfg, type(self)
        self.dispatcher = Dispatcher(
            RequestHandler(self.wsgi, kind.render_error, sys.stderr, multiprocess=cfg.workers > 1),
            Limits(cfg.worker_connections, self.max_requests_at_work, self.max_body_bytes,
                   cfg.keepalive, cfg.threads),
            self._is_health_check,
            self._is_long,
            self._is_last,
            lambda connections: self.balance.show(self.entry, connections),
        )  # fmt: skip
        self.acceptor = Acceptor(self.sockets, self._is_ahead, self._admit)
        ticking = self.loop.create_task(self._tick())
        await self.stopping.wait()
        await self._drain()
        ticking.cancel()

    def _log_defect(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Name what went wrong in one connection; its words may be a client's."""
        self.log.error("%s in a connection", type(context.get("exception")).__name__)

    def _admit(self, accepted: socket.socket) -> bool:
        has_room = self.dispatcher.make_room()
        connection = Connection(self.dispatcher)
        connection.opening = self.loop.create_task(self._open(connection, accepted))
        return has_room

    async def _open(self, connection: Connection, accepted: socket.socket) -> None:
        try:
            limit_unread(accepted)
            await self.loop.connect_accepted_socket(lambda: connection, accepted)
        except OSError as gone:
            accepted.close()
            connection.connection_lost(gone)

    def _is_ahead(self) -> bool:
        return self.balance.is_ahead(self.entry)

    def _is_health_check(self, environ: Environ) -> bool:
        return environ["PATH_INFO"] in self.health_paths and (
            environ["REQUEST_METHOD"] in ("GET", "HEAD")
        )

    def _is_long(self, request: Request, environ: Environ) -> bool:
        return len(request.body) > self.max_inline_bytes or type(self).is_long(environ)

    def _is_last(self) -> bool:
        """Count a request; whether its connection is to end with it."""
        self.nr += 1
        if self.nr >= self.max_requests and self.alive:
            self._stop()
        return not self.alive

    def _stop(self) -> None:
        self.alive = False
        if self.stopping:
            self.stopping.set()

    async def _tick(self) -> None:
        """Tell the master that this worker lives, and have time pass for its connections."""
        before = self.loop.time()
        while True:
            await asyncio.sleep(TICK if self.alive else LOOK * 5)
            now = self.loop.time()
            self.notify()
            self.dispatcher.tick(now - before)
            before = now
            if self.dispatcher.has_lost_its_threads and self.alive:
                self.log.error(
                    "%d requests hang; the worker is being replaced.", self.dispatcher.hung
                )
                self._stop()
            if self.ppid != os.getppid():
                self._stop()

    async def _drain(self) -> None:
        """Accept who is connecting, then nobody, and see the last requests out."""
        dispatcher = self.dispatcher
        deadline = dispatcher.now + self.cfg.graceful_timeout
        self.balance.leave(self.entry)
        self.entry = NO_ENTRY
        await asyncio.sleep(LAST_CALL_SECONDS)
        if self.server_stop or self.ppid != os.getppid():
            for listener in self.sockets:
                ignore_new_connections(listener)
        await asyncio.sleep(ON_THE_WAY_SECONDS)
        self.acceptor.stop()
        dispatcher.hasten()
        while dispatcher.connections and dispatcher.now < deadline:
            await asyncio.sleep(LOOK)
