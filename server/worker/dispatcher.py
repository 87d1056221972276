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
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, NamedTuple

from addsup.server.worker.refusals import OVERLOADED, TOOK_TOO_LONG
from addsup.server.worker.request_handler import Environ, Reply, RequestHandler, environ_of
from addsup.server.worker.request_parser import Request

if TYPE_CHECKING:
    from addsup.server.worker.connection import Connection

#: Seconds for which requests are answered before the loop looks for new ones.
TURN_SECONDS: Final = 0.01
#: Seconds that a call in the pool may take, and how many may take longer before the worker ends.
HUNG_SECONDS: Final = 18.0
MOST_HUNG: Final = 8
#: Seconds between two ticks that count as such at the most: for longer the machine stood still.
MOST_TICK: Final = 1.0
#: Large requests that may arrive at a time.
MOST_LARGE: Final = 64
#: Bytes of replies that may wait to be taken; beyond them, the slowest clients are cut off.
MOST_UNSENT: Final = 16 * 2**20
#: Connections beyond the limit while none can be closed to make room.
RESERVE: Final = 64
#: Seconds that idle connections of a stopping worker stay open.
IDLE_AT_STOP_SECONDS: Final = 2.0
PIECE: Final = 64 * 2**10

log: Final = logging.getLogger("gunicorn.error")


class Limits(NamedTuple):
    """What a worker accepts.

    Attributes:
        connections: open at a time; the longest idle one makes room for a new one.
        requests: at work or in line at a time.
        body: bytes of a request body.
        keepalive: seconds that an idle connection stays open.
        threads: of the pool.
    """

    connections: int
    requests: int
    body: int
    keepalive: float
    threads: int


class Dispatcher:
    """The connections of a worker, and the requests that have come over them.

    Attributes:
        connections: all that are open; the one that was answered last stands last.
        buffer: where what arrives is read into.
        now: seconds for which the worker has run; a machine that stands still does not count.
        overloads: requests refused because of overload since this was last logged.
        hung: threads that are lost in a call that was given up.
        calls: in the pool, each with its connection and when it began.
    """

    def __init__(
        self,
        handler: RequestHandler,
        limits: Limits,
        is_health_check: Callable[[Environ], bool],
        is_long: Callable[[Request, Environ], bool],
        is_last: Callable[[], bool],
        show: Callable[[int], None],
    ) -> None:
        """Answer by *handler*; *is_last* counts a request: whether its connection is to end.

        *show* is called with the number of connections whenever that changes.
        """
        self.handler = handler
        self.limits = limits
        self.connections: dict[Connection, None] = {}
        self.buffer = memoryview(bytearray(PIECE))
        self.now = 0.0
        self.overloads = self.hung = 0
        self.calls: dict[Connection, tuple[Future[Reply], float]] = {}
        self._is_health_check, self._is_long, self._is_last = is_health_check, is_long, is_last
        self._show = show
        self._urgent: deque[tuple[Connection, Environ]] = deque()
        self._line: deque[tuple[Connection, Environ]] = deque()
        self._has_turn = False
        self._loop = asyncio.get_running_loop()
        self._pool = ThreadPoolExecutor(limits.threads, "pool")

    def add(self, connection: Connection) -> None:
        """Note *connection* as the last that was heard of."""
        self.connections.pop(connection, None)
        self.connections[connection] = None
        self._show(len(self.connections))

    def forget(self, connection: Connection) -> None:
        """Forget *connection*, which is closed."""
        self.connections.pop(connection, None)
        self._show(len(self.connections))

    def dispatch(self, connection: Connection) -> None:
        """Have the request of *connection* answered in its turn, or refuse it."""
        environ = environ_of(connection.request, connection.common)
        if self._is_health_check(environ):
            self._urgent.append((connection, environ))
        elif len(self._line) + len(self.calls) >= self.limits.requests:
            connection.refuse(OVERLOADED)
            return
        elif self._is_long(connection.request, environ):
            self._submit(connection, environ)
            return
        else:
            self._line.append((connection, environ))
        if not self._has_turn:
            self._has_turn = True
            self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        """Answer those in line, health checks first, for a while."""
        until = time.monotonic() + TURN_SECONDS
        try:
            while line := self._urgent or self._line:
                connection, environ = line.popleft()
                if not connection.transport.is_closing():
                    reply = self.handler.answer(connection.request, environ, last=self._is_last())
                    connection.send(reply.content, keep_alive=reply.keep_alive)
                if time.monotonic() >= until:
                    break
        finally:
            self._has_turn = bool(self._urgent or self._line)
            if self._has_turn:
                self._loop.call_soon(self._turn)

    # The pool

    def _submit(self, connection: Connection, environ: Environ) -> None:
        try:
            call = self._pool.submit(
                self.handler.answer, connection.request, environ, last=self._is_last()
            )
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
            reply = call.result()
            connection.send(reply.content, keep_alive=reply.keep_alive)
        elif not call.cancelled():
            self.hung -= 1

    def _give_up_hung(self) -> None:
        for connection, (call, began) in list(self.calls.items()):
            if self.now - began >= HUNG_SECONDS:
                log.error("A request has hung for %d seconds and was given up.", HUNG_SECONDS)
                del self.calls[connection]
                self.hung += not call.cancel()
                connection.refuse(TOOK_TOO_LONG)

    @property
    def has_lost_its_threads(self) -> bool:
        """Whether so many calls hang that the worker had better be replaced."""
        return self.hung >= min(MOST_HUNG, self.limits.threads)

    # Limits

    def tick(self, elapsed: float) -> None:
        """Count *elapsed* seconds; close what is overdue, give up what hangs."""
        self.now += min(elapsed, MOST_TICK)
        for connection in list(self.connections):
            connection.close_if_overdue()
        self._give_up_hung()
        if self.overloads:
            log.warning("Refused %d requests: as many are at work as may.", self.overloads)
            self.overloads = 0

    def make_room(self) -> bool:
        """Whether another connection may be accepted; the longest idle one may have to go for it.

        Where none is idle, one that has sent half a request goes.
        """
        if len(self.connections) < self.limits.connections:
            return True
        idle = (each for each in self.connections if each.is_idle)
        half = (each for each in self.connections if each.is_waiting)
        if found := next(idle, None) or next(half, None):
            found.transport.abort()
            self.forget(found)
            return True
        return len(self.connections) < self.limits.connections + RESERVE

    def has_too_many_large(self, size: int) -> bool:
        """Whether more requests of over *size* bytes are arriving than may."""
        return sum(each.parser.size > size for each in self.connections) > MOST_LARGE

    def bound_unsent(self) -> None:
        """Cut off the clients that have taken nothing for longest if too much waits for them."""
        waiting = [each for each in self.connections if each.unsent]
        waiting.sort(key=lambda each: each.deadline)
        unsent = sum(each.transport.get_write_buffer_size() for each in waiting)
        for connection in waiting[:-1]:  # one reply alone may be larger
            if unsent <= MOST_UNSENT:
                break
            unsent -= connection.transport.get_write_buffer_size()
            connection.transport.abort()

    def hasten(self) -> None:
        """Leave idle connections little time, because the worker stops."""
        soon = self.now + IDLE_AT_STOP_SECONDS
        for connection in self.connections:
            if connection.is_idle:
                connection.deadline = min(connection.deadline, soon)
