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

from gunicorn.workers import base
from gunicorn.workers.workertmp import WorkerTmp

from addsup.server.worker.acceptor import Acceptor, Balance
from addsup.server.worker.connection import Connection
from addsup.server.worker.dispatcher import Dispatcher
from addsup.server.worker.refusals import Renderer, plain_text
from addsup.server.worker.request_handler import Environ, RequestHandler
from addsup.server.worker.request_parser import Request
from addsup.server.worker.shutdown import ServerStop, ignore_new_connections, take_held_signals

#: Seconds between two ticks, and between two of a worker that stops.
TICK: Final = 0.5
TICK_AT_STOP: Final = 0.05
#: Seconds for which a thread of the pool may keep the interpreter when the event loop wants it:
#: with Python's 0.005 each of the loop's system calls waited so long beside a busy pool.
SWITCH_SECONDS: Final = 0.0005
#: Seconds that a stopping worker goes on accepting, and then waits for who is about to connect.
LAST_CALL_SECONDS: Final = 0.4
ON_THE_WAY_SECONDS: Final = 0.1
#: Seconds before a worker that could not start is replaced by another, which may fare no better.
RETRY_SECONDS: Final = 1.0
#: Milliseconds for which a client may take none of what waits for it in the kernel (Linux).
UNREAD_MILLISECONDS: Final = 20_000
#: Seconds between two looks that count at the most; the master looks once a second.
MOST_BETWEEN_LOOKS: Final = 1.0
#: Seconds that a worker has to start, beyond the time-out.
START_SECONDS: Final = 25.0


class Heartbeat(WorkerTmp):
    """What the arbiter asks for a worker's last sign of life (`Arbiter.murder_workers`).

    Gunicorn compares a file with the clock, so a machine that stood still for longer than the
    time-out would cost every worker. Here the master adds up the time between its own looks.
    """

    def __init__(self, cfg: Any) -> None:
        super().__init__(cfg)
        self._looked, self._beat = time.monotonic(), super().last_update()
        self._silent = -START_SECONDS

    def last_update(self) -> float:
        """When the worker was last heard of, in monotonic seconds of running time."""
        now, beat = time.monotonic(), super().last_update()
        passed = min(now - self._looked, MOST_BETWEEN_LOOKS)
        self._silent = self._silent + passed if beat == self._beat else 0.0
        self._looked, self._beat = now, beat
        return now - self._silent


class Worker(base.Worker):
    """A Gunicorn worker. What it is to know of the application are its class attributes.

    Attributes:
        balance, server_stop: what all workers share; made once, before the fork.
        max_requests_at_work: requests at work or in line; more are answered 503.
        max_body_bytes: bytes of a request body; of a larger one the application sees the length.
        max_inline_bytes: bytes of a body beyond which a request is long.
        is_long: whether a request is long by its kind, from its WSGI environment.
        health_paths: paths (`PATH_INFO`) that are answered at once, whatever the load.
        render_error: gives headers and body of what the worker answers by itself.
    """

    balance = Balance()
    server_stop = ServerStop()
    max_requests_at_work = 64
    max_body_bytes = 2**20
    max_inline_bytes = 4 * 2**10
    is_long = staticmethod(lambda _environ: False)
    health_paths: frozenset[str] = frozenset()
    render_error: Renderer = staticmethod(plain_text)

    tmp: Heartbeat
    loop: asyncio.AbstractEventLoop
    stopping: asyncio.Event | None = None
    takes_part = True

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)  # in the master
        self.tmp.close()
        self.tmp = Heartbeat(self.cfg)

    def load_wsgi(self) -> None:
        """Load the application. Once the server has started, a failure is no reason to end it."""
        try:
            super().load_wsgi()
        except Exception as error:
            if self.age <= self.cfg.workers:  # the server is starting, and ends with this sentence
                raise
            self.log.error("A worker could not start: %s", error)
            time.sleep(RETRY_SECONDS)
            sys.exit(1)

    def init_signals(self) -> None:
        """Understand signals but those of the master alone, and take what has been held back."""
        super().init_signals()
        for of_the_master in (signal.SIGHUP, signal.SIGUSR2):
            signal.signal(of_the_master, signal.SIG_IGN)
        take_held_signals()

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Stop gracefully."""
        super().handle_exit(sig, frame)
        if self.stopping:
            with suppress(RuntimeError):  # the loop has ended
                self.loop.call_soon_threadsafe(self.stopping.set)

    # What the dispatcher asks

    def is_health_check(self, environ: Environ) -> bool:
        """Whether a request is to be answered whatever the load."""
        is_get = environ["REQUEST_METHOD"] in ("GET", "HEAD")
        return is_get and environ["PATH_INFO"] in self.health_paths

    def is_for_pool(self, request: Request, environ: Environ) -> bool:
        """Whether a request may take too long for the event loop."""
        return len(request.body) > self.max_inline_bytes or self.is_long(environ)

    def count_request(self) -> bool:
        """Count a request; whether its connection is to end with it."""
        self.nr += 1
        if self.nr >= self.max_requests:
            self.stop()
        return not self.alive

    def show(self, connections: int) -> None:
        """Show the other workers how many connections this one has."""
        if self.takes_part:
            self.balance.show(self.age, connections)

    # Run

    def run(self) -> None:
        """Serve until told to stop, then finish what has begun."""
        sys.setswitchinterval(SWITCH_SECONDS)
        asyncio.run(self._serve())
        if self.dispatcher.calls or self.dispatcher.hung:
            os._exit(0)  # the interpreter would wait for a thread that hangs, or crash with it

    def stop(self) -> None:
        """Serve no longer than it takes to finish."""
        self.alive = False
        if self.stopping:
            self.stopping.set()

    async def _serve(self) -> None:
        self.loop, self.stopping = asyncio.get_running_loop(), asyncio.Event()
        self.loop.set_exception_handler(self._log_defect)
        several = self.cfg.workers > 1
        handler = RequestHandler(self.wsgi, self.render_error, sys.stderr, multiprocess=several)
        self.dispatcher = Dispatcher(self, handler)
        self.show(0)
        self.acceptor = Acceptor(self.sockets, lambda: self.balance.is_ahead(self.age), self._admit)
        ticking = self.loop.create_task(self._tick())
        if self.alive:
            await self.stopping.wait()
        await self._drain()
        ticking.cancel()

    def _log_defect(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Name what went wrong in one connection; its words may be a client's."""
        self.log.error("%s in a connection", type(context.get("exception")).__name__)

    def _admit(self, accepted: socket.socket) -> bool:
        has_room, connection = self.dispatcher.make_room(), Connection(self.dispatcher)
        connection.opening = self.loop.create_task(self._open(connection, accepted))
        return has_room

    async def _open(self, connection: Connection, accepted: socket.socket) -> None:
        try:
            if accepted.family != socket.AF_UNIX and hasattr(socket, "TCP_USER_TIMEOUT"):
                option = socket.TCP_USER_TIMEOUT
                accepted.setsockopt(socket.IPPROTO_TCP, option, UNREAD_MILLISECONDS)
            await self.loop.connect_accepted_socket(lambda: connection, accepted)
        except OSError as gone:
            accepted.close()
            connection.connection_lost(gone)

    async def _tick(self) -> None:
        """Tell the master that this worker lives, and have time pass for its connections."""
        before = self.loop.time()
        while True:
            self.notify()
            await asyncio.sleep(TICK if self.alive else TICK_AT_STOP)
            now = self.loop.time()
            self.dispatcher.tick(now - before)
            before = now
            if self.ppid != os.getppid():
                self.stop()

    async def _drain(self) -> None:
        """Accept who is connecting, then nobody, and see the last requests out."""
        dispatcher = self.dispatcher
        deadline = dispatcher.now + self.cfg.graceful_timeout
        self.takes_part = False
        self.balance.leave(self.age)
        await asyncio.sleep(LAST_CALL_SECONDS)
        if self.server_stop or self.ppid != os.getppid():
            for listener in self.sockets:
                ignore_new_connections(listener)
        await asyncio.sleep(ON_THE_WAY_SECONDS)
        self.acceptor.stop()
        dispatcher.hasten()
        while dispatcher.connections and dispatcher.now < deadline:
            await asyncio.sleep(TICK_AT_STOP)
