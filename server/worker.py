"""Gunicorn's gthread worker, made to hold under load, slow clients and shutdown.

What differs from Gunicorn's own:

- A thread gets a request only when it is whole (`server.connection`), so clients that send nothing,
  or half a request, hold no thread.
- Requests stand in line for a few threads: many would hinder each other. Beyond `most_at_work` of
  them the event loop answers 503 by itself, at once.
- Health checks that nothing can hold up are answered by a thread of their own.
- A request that has been at work for `HUNG_SECONDS` is answered 504 by the event loop; a worker
  that has lost many threads in this way is replaced.
- A stopping worker accepts what is in the backlog: nobody who was let in is reset.
- Workers share connections evenly (`server.balance`).
- Running out of file descriptors pauses accepting instead of ending the worker.
- What Gunicorn's parser refuses is answered with a problem document and logged without its words.
"""

from __future__ import annotations

import errno
import os
import selectors
import socket
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, Final

from gunicorn.http.errors import InvalidHeader
from gunicorn.workers.gthread import ThreadWorker

from server import wire
from server.balance import NO_ENTRY, Balance
from server.connection import LARGE, Connection, Received
from server.signals import take_held_signals

HUNG_SECONDS: Final = 18.0
#: Requests that may hang before the worker is replaced.
MOST_HUNG: Final = 8
#: Requests of more than `LARGE` bytes that may be collected at a time.
MOST_LARGE: Final = 64

#: Seconds without accepting after the file descriptors have run out.
PAUSE_SECONDS: Final = 0.1
OUT_OF_RESOURCES: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

#: Seconds that a stopping worker goes on accepting, and that idle connections stay open.
LAST_CALL_SECONDS: Final = 0.5
IDLE_AT_STOP_SECONDS: Final = 2.0

#: Times a worker with more connections than another lets that one go first, and for how long.
MOST_COURTESY: Final = 3
COURTESY_SECONDS: Final = 0.0002


def started_threads(count: int) -> ThreadPoolExecutor:
    """*count* threads, started now, so that none has to be while requests are waiting."""
    pool, all_there = ThreadPoolExecutor(count), threading.Barrier(count + 1)
    for _ in range(count):
        pool.submit(all_there.wait)
    all_there.wait()
    return pool


class Worker(ThreadWorker):
    """See the module. All methods but `handle` run in the event loop."""

    # Set by the configuration; these would do for a worker that is alone.
    balance = Balance(1)
    most_at_work = 64

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.entry = self.balance.join()
        self.courtesy = 0
        self.waiting: dict[Connection, None] = {}
        self.at_work: dict[Connection, None] = {}  # in the order in which they began
        self.hung = 0
        self.refused = 0
        self.resume_accepting = 0.0
        self.next_tick = 0.0

    def init_process(self) -> None:
        """Make what a worker needs after the fork, and run."""
        self.for_health = started_threads(1)
        super().init_process()

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """The threads that requests stand in line for."""
        return started_threads(self.cfg.threads)

    def init_signals(self) -> None:
        """Understand signals, and take those that have been held back."""
        super().init_signals()
        take_held_signals()

    def run(self) -> None:
        """Serve until told to stop, then finish what has begun."""
        queue = self.method_queue
        self.poller.register(queue.fileno(), selectors.EVENT_READ, queue.run_callbacks)
        while self.alive and self.is_parent_alive():
            self.set_accept_enabled(self._may_accept())
            self._turn()
        self._finish()
        if self.hung:
            os._exit(0)  # the interpreter would wait for the threads that hang

    def _turn(self) -> None:
        """One turn of the event loop."""
        self.notify()
        pause = self.resume_accepting - time.monotonic()
        self.wait_for_and_dispatch_events(min(1.0, pause) if pause > 0 else 1.0)
        if (now := time.monotonic()) >= self.next_tick:
            self.next_tick = now + 0.5
            self._lose_patience(now)

    def _finish(self) -> None:
        """Accept who is at the door, close it, and see the last requests out."""
        self.balance.leave(self.entry)
        self.entry = NO_ENTRY
        started = time.monotonic()
        while time.monotonic() < started + LAST_CALL_SECONDS:
            self.set_accept_enabled(True)
            self.wait_for_and_dispatch_events(0.05)
        for listener in self.sockets:
            while self.accept(listener):
                pass
        self.set_accept_enabled(False)
        for listener in self.sockets:
            listener.close()
        self._see_out(started)

    def _see_out(self, started: float) -> None:
        for connection in self.waiting:
            connection.timeout = min(connection.timeout, started + IDLE_AT_STOP_SECONDS)
        while self.nr_conns and time.monotonic() < started + self.cfg.graceful_timeout:
            self.next_tick = 0.0
            self.notify()
            self.wait_for_and_dispatch_events(0.1)
            self._lose_patience(time.monotonic())
        self.tpool.shutdown(wait=False)
        self.for_health.shutdown(wait=False)

    # Connections

    def _may_accept(self) -> bool:
        crowded = self.nr_conns >= self.worker_connections
        return not crowded and time.monotonic() >= self.resume_accepting

    def accept(self, listener: socket.socket) -> bool:
        """Accept one connection, if there is one, and wait for it to say something."""
        if self.courtesy < MOST_COURTESY and self.balance.is_ahead(self.entry):
            self.courtesy += 1
            time.sleep(COURTESY_SECONDS)
            return False
        self.courtesy = 0
        try:
            accepted, client = listener.accept()
        except OSError as error:
            self._not_accepted(error)
            return False
        connection = Connection(self.cfg, accepted, client, listener.getsockname())
        self.nr_conns += 1
        self.balance.show(self.entry, self.nr_conns)
        self._wait_for(connection)
        return True

    def _not_accepted(self, error: OSError) -> None:
        if error.errno in OUT_OF_RESOURCES:
            self.log.warning("Not accepting connections for a moment: %s.", error.strerror)
            self.resume_accepting = time.monotonic() + PAUSE_SECONDS
        elif error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EINTR):
            raise error

    def _wait_for(self, connection: Connection) -> None:
        """Let the event loop watch *connection*."""
        connection.sock.setblocking(False)
        self.waiting[connection] = None
        readable = partial(self._readable, connection)
        self.poller.register(connection.sock, selectors.EVENT_READ, readable)

    def _stop_waiting(self, connection: Connection) -> None:
        del self.waiting[connection]
        self.poller.unregister(connection.sock)

    def _readable(self, connection: Connection, _socket: socket.socket) -> None:
        """A watched client has sent something, or has gone."""
        received = connection.collect()
        if connection.lingering:
            connection.collected.clear()
        if received is Received.NOTHING:
            self._stop_waiting(connection)
            self._drop(connection)
        elif received is Received.REQUEST and not connection.lingering:
            self._stop_waiting(connection)
            self._begin(connection)
        elif len(connection.collected) > LARGE and self._has_too_many_large():
            self._stop_waiting(connection)
            self._refuse(connection)

    def _has_too_many_large(self) -> bool:
        return sum(len(each.collected) > LARGE for each in self.waiting) > MOST_LARGE

    def _begin(self, connection: Connection) -> None:
        """Let the request that *connection* has collected stand in line, or refuse it."""
        if wire.is_health(connection.collected):
            self._hand_over(connection, self.for_health)
        elif len(self.at_work) < self.most_at_work:
            self._hand_over(connection, self.tpool)
        else:
            self._refuse(connection)

    def _hand_over(self, connection: Connection, pool: ThreadPoolExecutor) -> None:
        connection.hand_over()
        self.at_work[connection] = None
        future = pool.submit(self.handle, connection)
        done = partial(self.method_queue.defer, self.finish_request, connection)
        future.add_done_callback(done)

    def _refuse(self, connection: Connection) -> None:
        self.refused += 1
        self._reply(connection, wire.busy())

    def finish_request(self, connection: Connection, future: Future[bool]) -> None:
        """A thread is done with the request of *connection*."""
        if connection.given_up:
            self.hung -= 1
            return
        del self.at_work[connection]
        if self._succeeded(future) and not connection.sock.exhausted:
            self._keep(connection)
        else:
            self._see_off(connection)

    def _succeeded(self, future: Future[bool]) -> bool:
        return not future.cancelled() and future.exception() is None and future.result() is True

    def _keep(self, connection: Connection) -> None:
        """Wait for the next request, some of which may have been read with the last one."""
        seconds = self.cfg.keepalive if self.alive else IDLE_AT_STOP_SECONDS
        connection.timeout = time.monotonic() + seconds
        connection.take_back()
        self._wait_for(connection)
        if connection.collected:
            self._readable(connection, connection.sock)

    def _reply(self, connection: Connection, reply: bytes) -> None:
        """Answer without a thread, and end the connection."""
        try:
            connection.sock.settimeout(0.0)
            connection.sock.send(reply)
        except OSError:
            self._drop(connection)
        else:
            self._see_off(connection)

    def _see_off(self, connection: Connection) -> None:
        """Close *connection* in such a way that the client gets the last reply."""
        if connection.linger():
            self._wait_for(connection)
        else:
            self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        connection.close()
        self.nr_conns -= 1
        self.balance.show(self.entry, self.nr_conns)

    # Patience

    def _lose_patience(self, now: float) -> None:
        """Close what is overdue, give up on what hangs, and say what was refused."""
        if self.refused:
            self.log.warning("Refused %d requests: as many are at work as may.", self.refused)
            self.refused = 0
        for connection in [each for each in self.waiting if each.timeout <= now]:
            self._stop_waiting(connection)
            self._drop(connection)
        while self.at_work:
            oldest = next(iter(self.at_work))
            if now - oldest.started < HUNG_SECONDS:
                break
            self._give_up(oldest)

    def _give_up(self, connection: Connection) -> None:
        self.log.error("A request has hung for %d seconds and was given up.", HUNG_SECONDS)
        del self.at_work[connection]
        connection.given_up = True
        self.hung += 1
        self._reply(connection, wire.hung())
        if self.hung >= MOST_HUNG:
            self.log.error("%d requests hang; the worker is being replaced.", self.hung)
            self.alive = False

    # In a thread: what Gunicorn's parser refuses, or should

    def handle_request(self, req: Any, conn: Connection) -> Any:
        """Answer a request, which must say whom it is for (RFC 9112, section 3.2)."""
        if req.version > (1, 0) and not any(name == "HOST" for name, _ in req.headers):
            raise InvalidHeader("Host", req=req)
        return super().handle_request(req, conn)

    def handle_error(  # the names are Gunicorn's
        self,
        req: Any,  # noqa: ARG002
        client: socket.socket,
        addr: Any,  # noqa: ARG002
        exc: Exception,
    ) -> None:
        """Answer what could not be parsed. Its bytes may hold a review, so they are not logged."""
        problem = wire.refusal(exc)
        say = self.log.error if problem.status >= 500 else self.log.info
        say("Gunicorn gave up on a request: %s.", type(exc).__name__)
        try:
            client.sendall(wire.response(problem))
        except OSError:
            self.log.debug("The client had gone before it was refused.")
