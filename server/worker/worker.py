"""Gunicorn worker class: threads that share one event loop, and an orderly end."""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import Any, Final

from gunicorn.errors import AppImportError
from gunicorn.workers import base

from addsup.server.worker.balance import Balance
from addsup.server.worker.connection import Connection
from addsup.server.worker.event_loop import EventLoop
from addsup.server.worker.leader import Leadership
from addsup.server.worker.limits import Limits
from addsup.server.worker.refusals import TOOK_TOO_LONG, Renderer, plain_text
from addsup.server.worker.request_handler import Reply, RequestHandler
from addsup.server.worker.shutdown import ServerStop, ignore_new_connections, take_held_signals

#: Seconds between two looks of the main thread at who has the event loop.
TICK: Final = 0.02
#: Seconds between two looks of it at the whole, while there is nothing to do.
REST: Final = 0.5
#: Seconds that requests are answered for before the event loop looks for new ones.
TURN_SECONDS: Final = 0.01

#: Seconds that a request may take, and how many may take longer before the worker is replaced.
HUNG_SECONDS: Final = 18.0
MOST_HUNG: Final = 8

#: Seconds that a stopping worker goes on accepting, and then waits for who is about to connect.
LAST_CALL_SECONDS: Final = 0.4
ON_THE_WAY_SECONDS: Final = 0.1
#: Seconds that its threads may take to end.
END_SECONDS: Final = 0.5

#: Seconds before a worker that could not start is replaced by another, which may fare no better.
RETRY_SECONDS: Final = 1.0


class Worker(base.Worker):
    """A Gunicorn worker. What it is to know of the application are its class attributes.

    Attributes:
        balance: connections of all workers; one object, made before the fork.
        server_stop: whether the whole server stops; made before the fork.
        max_requests_at_work: requests at work or in line; more are answered 503.
        max_body_bytes: bytes of a request body; of a larger one the application sees the length.
        health_paths: paths that are answered whatever the load.
        render_error: gives headers and body of what the worker answers by itself.
        entry: of this worker in `balance`.
        hung: threads that are lost in a request which was given up; the event loop's.
    """

    balance = Balance(1)
    server_stop = ServerStop()
    max_requests_at_work = 64
    max_body_bytes = 2**20
    health_paths: frozenset[bytes] = frozenset()
    render_error: Renderer = staticmethod(plain_text)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)  # in the master, which frees the entry when the worker ends
        self.entry = self.balance.join()
        self.hung = 0
        self.next_tick = 0.0

    def run(self) -> None:
        """Serve until told to stop, then finish what has begun. The main thread only watches."""
        self._prepare()
        threads = [
            threading.Thread(target=self._serve, name=f"loop {number}", daemon=True)
            for number in range(self.cfg.threads + 1)
        ]
        self._start(threads)
        self.leadership.promote_first()
        while self.alive and self.ppid == os.getppid():
            self._watch_for(TICK)
            self.leadership.rest_if_quiet(time.monotonic(), REST)
        self._finish()
        for thread in threads:
            thread.join(END_SECONDS)
            if thread.is_alive():
                os._exit(0)  # the interpreter would wait for a thread that hangs, or crash with it

    def _prepare(self) -> None:
        cfg = self.cfg
        limits = Limits(
            cfg.worker_connections, self.max_requests_at_work, self.max_body_bytes, cfg.keepalive
        )
        render = type(self).render_error
        self.loop = EventLoop(
            self.sockets, limits, render, self._is_health_check, self.balance, self.entry
        )
        self.handler = RequestHandler(self.wsgi, render, sys.stderr, multiprocess=cfg.workers > 1)
        self.leadership = Leadership(cfg.threads + 1)

    def _start(self, threads: list[threading.Thread]) -> None:
        try:
            for thread in threads:
                thread.start()
        except RuntimeError:
            reason = f"A worker cannot start {len(threads)} threads: a limit is too low."
            if self.age <= self.cfg.workers:  # the server is starting, and ends with this sentence
                raise AppImportError(reason) from None
            self.log.error(reason)
            time.sleep(RETRY_SECONDS)
            os._exit(1)

    def _is_health_check(self, connection: Connection) -> bool:
        request = connection.request
        return request.target in self.health_paths and request.method in ("GET", "HEAD")

    # Signals

    def init_signals(self) -> None:
        """Understand signals, and take those that have been held back."""
        super().init_signals()
        take_held_signals()

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Stop gracefully; see `run`."""
        super().handle_exit(sig, frame)
        if hasattr(self, "leadership"):
            self.leadership.wake_watcher()

    def handle_quit(self, sig: int, frame: Any) -> None:  # noqa: ARG002
        """Stop at once."""
        self.cfg.worker_int(self)
        os._exit(0)

    # The main thread

    def _watch_for(self, seconds: float) -> None:
        """Let *seconds* pass, and see to it that the event loop goes on."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(TICK, left))
            self.leadership.demote_if_late(time.monotonic())

    def _finish(self) -> None:
        """Accept who is connecting, then nobody, and see the last requests out."""
        deadline = time.monotonic() + self.cfg.graceful_timeout
        loop = self.loop
        loop.call_soon(loop.acceptor.leave)
        self._watch_for(LAST_CALL_SECONDS)
        if self.server_stop or self.ppid != os.getppid():
            for listener in self.sockets:
                ignore_new_connections(listener)
        self._watch_for(ON_THE_WAY_SECONDS)
        loop.call_soon(loop.stop)
        while time.monotonic() < deadline and not (loop.acceptor.stopped and not loop.connections):
            self._watch_for(TICK)
        self.leadership.retire()
        loop.call_soon(self.notify)  # wakes the leader

    # The threads that lead

    def _serve(self) -> None:
        """What each thread does."""
        try:
            while self.leadership.wait_for_promotion():
                while self._turn() and not self.leadership.is_over:
                    pass
        except BaseException:
            self.log.exception("The event loop has failed; the worker is being replaced.")
            os._exit(1)

    def _turn(self) -> bool:
        """One turn of the event loop; whether this thread still leads."""
        loop = self.loop
        ready = loop.urgent or (loop.line and self.leadership.has_follower)
        loop.poll(0.0 if ready else 1.0 if self.alive else 0.1)
        now = time.monotonic()
        if now >= self.next_tick:
            self.next_tick = now + (0.5 if self.alive else 0.1)
            self._tick(now)
        return self._work_off(now + TURN_SECONDS)

    def _work_off(self, until: float) -> bool:
        """Answer those in line for a while; whether this thread still leads."""
        loop = self.loop
        while True:
            if loop.urgent:
                connection = loop.urgent.popleft()
            elif loop.line and self.leadership.has_follower:
                connection = loop.line.popleft()
            else:
                return True
            if not connection.closed and not self._answer(connection):
                return False
            if time.monotonic() >= until:
                return True

    def _answer(self, connection: Connection) -> bool:
        """Answer the request of *connection*; whether this thread still leads."""
        self.loop.at_work[connection] = None
        connection.started = time.monotonic()
        self.nr += 1
        if self.nr >= self.max_requests:
            self.alive = False
        term = self.leadership.begin(connection.started)
        reply = self.handler.answer(
            connection.request, connection.peer, connection.server, last=not self.alive
        )
        if self.leadership.end(term):
            self._finish_request(connection, reply)
            return True
        self.loop.call_soon(self._finish_request, connection, reply)
        return False

    def _finish_request(self, connection: Connection, reply: Reply) -> None:
        """Send *reply*, unless it came so late that another was sent."""
        if connection.given_up:
            self.hung -= 1
            return
        del self.loop.at_work[connection]
        self.loop.reply(connection, reply.content, keep_alive=reply.keep_alive)

    def _tick(self, now: float) -> None:
        """Tell the master that this worker lives, close what is overdue, give up what hangs."""
        self.notify()
        loop = self.loop
        if loop.refused:
            self.log.warning("Refused %d requests: as many are at work as may.", loop.refused)
            loop.refused = 0
        loop.close_overdue(now)
        while loop.at_work:
            oldest = next(iter(loop.at_work))
            if now - oldest.started < HUNG_SECONDS:
                break
            self._give_up(oldest)

    def _give_up(self, connection: Connection) -> None:
        self.log.error("A request has hung for %d seconds and was given up.", HUNG_SECONDS)
        del self.loop.at_work[connection]
        connection.given_up = True
        self.hung += 1
        self.loop.refuse(connection, TOOK_TOO_LONG)
        if self.hung >= min(MOST_HUNG, self.cfg.threads):
            self.log.error("%d requests hang; the worker is being replaced.", self.hung)
            self.alive = False
            self.leadership.wake_watcher()
