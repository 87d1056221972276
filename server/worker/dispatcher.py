"""Dispatcher: what is answered by the event loop itself, what by the pool, and what is refused.

An ordinary request takes less time than to hand it to a thread and back, so the loop calls the
application itself; requests that are long by their size or kind go to a pool. Health checks are
answered before both. Everything but the application belongs to the thread of the loop.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from addsup.server.worker.refusals import OVERLOADED, TOOK_TOO_LONG
from addsup.server.worker.request_handler import Environ, Reply, RequestHandler, environ_of

if TYPE_CHECKING:
    from addsup.server.worker.connection import Connection
    from addsup.server.worker.worker import Worker

#: Seconds for which requests are answered before the loop looks for new ones.
TURN_SECONDS: Final = 0.01
#: Seconds that a call in the pool may take, and how many may take longer before the worker ends.
HUNG_SECONDS: Final = 18.0
MOST_HUNG: Final = 8
#: Seconds between two ticks that count at the most: for the rest the machine stood still.
MOST_TICK: Final = 1.0
#: Bytes from which a request counts as large, and how many such may arrive at a time.
LARGE: Final = 64 * 2**10
MOST_LARGE: Final = 64
#: Bytes of replies that may wait to be taken; beyond them, the slowest clients are cut off.
MOST_UNSENT: Final = 16 * 2**20
#: Seconds that idle connections of a stopping worker stay open.
IDLE_AT_STOP_SECONDS: Final = 2.0

log: Final = logging.getLogger("gunicorn.error")


class Dispatcher:
    """The connections of a worker, and the requests that have come over them.

    `connections` has the one that was answered last as its last; `calls` are those in the pool,
    each with when it began; `hung` counts threads that are lost in a call that was given up. `now`
    is for how many seconds the worker has run: a machine that stands still does not count.
    """

    def __init__(self, worker: Worker, handler: RequestHandler) -> None:
        self.worker, self.handler = worker, handler
        self.max_body, self.idle_seconds = worker.max_body_bytes, worker.cfg.keepalive
        self.connections: dict[Connection, None] = {}
        self.buffer = memoryview(bytearray(LARGE))
        self.now = 0.0
        self.overloads = self.hung = 0
        self.calls: dict[Connection, tuple[Future[Reply], float]] = {}
        self._urgent: deque[tuple[Connection, Environ]] = deque()
        self._line: deque[tuple[Connection, Environ]] = deque()
        self._has_turn = False
        self._loop = asyncio.get_running_loop()
        self._pool = ThreadPoolExecutor(worker.cfg.threads, "pool")

    def dispatch(self, connection: Connection) -> None:
        """Have the request of *connection* answered in its turn, or refuse it."""
        environ = environ_of(connection.request, connection.common)
        if self.worker.is_health_check(environ):
            self._urgent.append((connection, environ))
        elif len(self._line) + len(self.calls) >= self.worker.max_requests_at_work:
            connection.refuse(OVERLOADED)
        elif self.worker.is_for_pool(connection.request, environ):
            self._submit(connection, environ)
        else:
            self._line.append((connection, environ))
        if not self._has_turn and (self._urgent or self._line):
            self._has_turn = True
            self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        """Answer those in line, health checks first, for a while."""
        until = time.monotonic() + TURN_SECONDS
        try:
            while line := self._urgent or self._line:
                connection, environ = line.popleft()
                if not connection.transport.is_closing():
                    self._answer(connection, environ)
                if time.monotonic() >= until:
                    break
        finally:
            self._has_turn = bool(self._urgent or self._line)
            if self._has_turn:
                self._loop.call_soon(self._turn)

    def _answer(self, connection: Connection, environ: Environ) -> None:
        last = self.worker.count_request()
        try:
            connection.send(self.handler.answer(connection.request, environ, last=last))
        except Exception:
            connection.transport.abort()
            raise

    # The pool

    def _submit(self, connection: Connection, environ: Environ) -> None:
        answer, last = self.handler.answer, self.worker.count_request()
        try:
            call = self._pool.submit(answer, connection.request, environ, last=last)
        except RuntimeError:  # no thread can be started
            connection.refuse(OVERLOADED)
            return
        self.calls[connection] = call, self.now
        call.add_done_callback(
            lambda _: self._loop.call_soon_threadsafe(self._finish, connection, call)
        )

    def _finish(self, connection: Connection, call: Future[Reply]) -> None:
        """Send the reply of *call*, unless it came so late that another was sent."""
        if self.calls.pop(connection, None):
            connection.send(call.result())
        elif not call.cancelled():
            self.hung -= 1

    def _give_up_hung(self) -> None:
        for connection, (call, began) in list(self.calls.items()):
            if self.now - began >= HUNG_SECONDS:
                log.error("A request has hung for %d seconds and was given up.", HUNG_SECONDS)
                del self.calls[connection]
                self.hung += not call.cancel()
                connection.refuse(TOOK_TOO_LONG)
        if self.hung >= min(MOST_HUNG, self.worker.cfg.threads) and self.worker.alive:
            log.error("%d requests hang; the worker is being replaced.", self.hung)
            self.worker.stop()

    # Connections

    def tick(self, elapsed: float) -> None:
        """Count *elapsed* seconds; close what is overdue, give up what hangs."""
        self.now += min(elapsed, MOST_TICK)
        for connection in list(self.connections):
            connection.close_if_overdue()
        self._give_up_hung()
        if self.overloads:
            log.warning("Refused %d requests: as many are at work as may.", self.overloads)
            self.overloads = 0

    def note(self, connection: Connection) -> None:
        """Note *connection*, new or not, as the last that was heard of."""
        self.connections.pop(connection, None)
        self.connections[connection] = None
        self.worker.show(len(self.connections))

    def forget(self, connection: Connection) -> None:
        """Forget *connection*, which is closed."""
        self.connections.pop(connection, None)
        self.worker.show(len(self.connections))

    def make_room(self) -> bool:
        """Whether there is room for another connection; one may have to go for it.

        That is the one idle for longest, or else one that has sent half a request.
        """
        if len(self.connections) < self.worker.cfg.worker_connections:
            return True
        idle = (each for each in self.connections if each.is_idle)
        half = (each for each in self.connections if each.is_waiting)
        found = next(idle, None) or next(half, None)
        if found:
            found.transport.abort()
            self.forget(found)
        return found is not None

    def is_too_large(self, size: int) -> bool:
        """Whether a request of *size* bytes so far is one of more large ones than may arrive."""
        return size > LARGE and (
            sum(each.parser.size > LARGE for each in self.connections) > MOST_LARGE
        )

    def bound_unsent(self) -> None:
        """Cut off the clients that have taken nothing for longest if too much waits for them."""
        waiting = [each for each in self.connections if each.unsent]
        waiting.sort(key=lambda each: each.deadline)
        unsent = sum(each.transport.get_write_buffer_size() for each in waiting)
        for connection in waiting[:-1]:  # one reply alone may be larger
            if unsent > MOST_UNSENT:
                unsent -= connection.transport.get_write_buffer_size()
                connection.transport.abort()

    def hasten(self) -> None:
        """Leave idle connections little time, because the worker stops."""
        soon = self.now + IDLE_AT_STOP_SECONDS
        for connection in self.connections:
            if connection.is_idle:
                connection.deadline = min(connection.deadline, soon)
