"""Event loop over the connections of one worker: read, queue, send, time out, close.

Every attribute belongs to the thread that has the loop at the moment (see `leader`); other threads
hand results back through `call_soon`, the only method that any thread may call (see `poller`).
"""

from __future__ import annotations

import logging
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

from addsup.server.worker.acceptor import PAUSE_SECONDS, Acceptor
from addsup.server.worker.balance import Balance
from addsup.server.worker.connection import Connection
from addsup.server.worker.limits import (
    BYTES_A_SECOND,
    IDLE_AT_STOP_SECONDS,
    LARGE,
    LINGER_SECONDS,
    LINGER_SENDING_SECONDS,
    MOST_LARGE,
    MOST_UNSENT,
    REQUEST_SECONDS,
    RESERVE,
    SEND_SECONDS,
    Limits,
)
from addsup.server.worker.poller import READ, WRITE, Poller
from addsup.server.worker.refusals import (
    BAD_REQUEST,
    INCOMPLETE_BODY,
    OVERLOADED,
    REQUEST_TIMEOUT,
    Refusal,
    Renderer,
    response,
)

PIECE: Final = 64 * 2**10
CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class EventLoop:
    """The connections of a worker, and the requests that have come over them.

    Attributes:
        connections: all that are open.
        idle: those of them that have sent nothing of a request, longest idle first.
        line: those whose request is complete and waits for a thread.
        urgent: the same for health checks, which do not stand in line.
        at_work: those whose request is being answered, in the order in which that began.
        refused: requests that were refused because of overload since this was last reported.
        call_soon: lets the thread that has the loop call a function with arguments.
    """

    def __init__(
        self,
        listeners: Sequence[socket.socket],
        limits: Limits,
        render: Renderer,
        is_urgent: Callable[[Connection], bool],
        balance: Balance,
        entry: int,
    ) -> None:
        self.limits = limits
        self.render = render
        self.is_urgent = is_urgent
        self.acceptor = Acceptor(listeners, balance, entry, self._take)
        self.connections: dict[Connection, None] = {}
        self.idle: dict[Connection, None] = {}
        self.line: deque[Connection] = deque()
        self.urgent: deque[Connection] = deque()
        self.at_work: dict[Connection, None] = {}
        self.refused = 0
        self._accepting = False
        self._poller = Poller()
        self.call_soon = self._poller.call_soon

    # One turn

    def poll(self, seconds: float) -> None:
        """Wait for events, for *seconds* at most, and deal with them."""
        is_open = self.acceptor.is_open
        if is_open != self._accepting:
            self._look_for_connections(is_open)
        if not is_open:
            seconds = min(seconds, PAUSE_SECONDS)
        self._poller.poll(seconds, self._act)

    def _act(self, connection: Connection, writable: bool) -> None:
        self._guarded(self._flush if writable else self._read, connection)

    def _guarded(self, act: Callable[[Connection], None], connection: Connection) -> None:
        """Call *act*; whatever goes wrong with one connection ends that one alone."""
        if connection.closed:
            return
        try:
            act(connection)
        except OSError:
            self.close(connection)
        except Exception as error:
            logging.getLogger("gunicorn.error").error("%s in a connection", type(error).__name__)
            self.close(connection)

    def _look_for_connections(self, accepting: bool) -> None:
        self._accepting = accepting
        for listener in self.acceptor.listeners:
            if accepting:
                self._poller.listen(listener, self.acceptor.accept)
            else:
                self._poller.ignore(listener)

    # Opening and closing

    def _take(self, accepted: socket.socket, peer: Any, server: Any) -> bool:
        """Wait for what a new client says; whether there is room for another one."""
        full = len(self.connections) >= self.limits.connections
        room = not full or self._make_room()
        try:
            connection = Connection(accepted, peer, server, self.limits.body)
        except OSError:  # the client has gone
            accepted.close()
            return True
        self.connections[connection] = self.idle[connection] = None
        self.acceptor.show(len(self.connections))
        self._guarded(partial(self._poller.watch, events=READ), connection)
        return room or len(self.connections) < self.limits.connections + RESERVE

    def _make_room(self) -> bool:
        """Close the connection idle for longest, else one that has sent half a request."""
        waiting = (each for each in self.connections if not each.started and not each.outgoing)
        found = next(iter(self.idle), None) or next(waiting, None)
        if found:
            self.close(found)
        return found is not None

    def close(self, connection: Connection) -> None:
        """Close *connection* and forget it."""
        if connection.closed:
            return
        connection.closed = True
        with suppress(OSError):
            self._poller.watch(connection, 0)
        connection.socket.close()
        del self.connections[connection]
        self.idle.pop(connection, None)
        self.acceptor.show(len(self.connections))

    def stop(self) -> None:
        """Accept all who have connected, then nobody; idle connections get a little time."""
        if self._accepting:
            self._look_for_connections(accepting=False)
        self.acceptor.stop()
        soon = time.monotonic() + IDLE_AT_STOP_SECONDS
        for connection in self.idle:
            connection.deadline = min(connection.deadline, soon)

    def close_overdue(self, now: float) -> None:
        """Close the connections whose clients owe something for too long."""
        for connection in [each for each in self.connections if each.deadline <= now]:
            if connection.started:  # it is in line or at work: that is not the client's fault
                continue
            if connection.parser.started and not connection.outgoing and not connection.lingering:
                self.refuse(connection, REQUEST_TIMEOUT)
            else:
                self.close(connection)

    # Reading

    def _read(self, connection: Connection) -> None:
        """A client has sent something, or has gone."""
        if connection.started or connection.outgoing:
            self._poller.watch(connection, 0)  # what it sends meanwhile may wait in the kernel
            return
        try:
            data = connection.socket.recv(PIECE)
        except (BlockingIOError, InterruptedError):
            return
        if connection.lingering:
            if not data:
                self.close(connection)
            return
        connection.ended = not data
        parser = connection.parser
        if not parser.started:
            connection.deadline = time.monotonic() + REQUEST_SECONDS
        connection.deadline += len(data) / BYTES_A_SECOND
        parser.feed(data)
        self._advance(connection)

    def _advance(self, connection: Connection) -> None:
        """Do what the bytes that have arrived ask for."""
        parser = connection.parser
        if parser.requests:
            self._enqueue(connection)
        elif parser.refusal:
            self.refuse(connection, parser.refusal)
        elif not connection.ended:
            self._await_more(connection)
        elif parser.started:
            self.refuse(connection, INCOMPLETE_BODY if parser.in_body else BAD_REQUEST)
        else:
            self.close(connection)

    def _enqueue(self, connection: Connection) -> None:
        """Let the next request of *connection* stand in line, or refuse it."""
        self.idle.pop(connection, None)
        connection.request = connection.parser.requests.popleft()
        connection.started = time.monotonic()
        if self.is_urgent(connection):
            self.urgent.append(connection)
        elif len(self.line) + len(self.at_work) < self.limits.requests:
            self.line.append(connection)
        else:
            self._refuse_overload(connection)

    def _await_more(self, connection: Connection) -> None:
        parser = connection.parser
        if not parser.started:
            self.idle[connection] = None
        else:
            self.idle.pop(connection, None)
        if parser.awaits_continue:
            parser.awaits_continue = False
            connection.socket.send(CONTINUE)  # an error, or a full buffer, ends the connection
        if parser.size > LARGE and self._has_too_many_large():
            self._refuse_overload(connection)
        else:
            self._poller.watch(connection, READ)

    def _has_too_many_large(self) -> bool:
        return sum(each.parser.size > LARGE for each in self.connections) > MOST_LARGE

    # Sending

    def reply(self, connection: Connection, content: bytes, *, keep_alive: bool) -> None:
        """Send *content*, at once as far as the client takes it; nothing is raised."""
        connection.started = 0.0
        connection.keep_alive = keep_alive
        connection.outgoing = memoryview(content)
        connection.deadline = time.monotonic() + SEND_SECONDS
        self.idle.pop(connection, None)
        self._guarded(self._flush, connection)
        if connection.outgoing:
            self._bound_unsent()

    def refuse(self, connection: Connection, refusal: Refusal) -> None:
        """Answer without asking the application, and end the connection."""
        connection.parser.requests.clear()
        self.reply(connection, response(refusal, self.render), keep_alive=False)

    def _refuse_overload(self, connection: Connection) -> None:
        self.refused += 1
        self.refuse(connection, OVERLOADED)

    def _flush(self, connection: Connection) -> None:
        """Send as much of what is to be sent as the client takes."""
        try:
            sent = connection.socket.send(connection.outgoing)
        except (BlockingIOError, InterruptedError):
            sent = 0
        connection.outgoing = connection.outgoing[sent:]
        if not connection.outgoing:
            self._sent(connection)
            return
        if sent:
            connection.deadline = time.monotonic() + SEND_SECONDS
        self._poller.watch(connection, WRITE)

    def _bound_unsent(self) -> None:
        """Cut off the clients that have taken nothing for longest if too much waits for them."""
        waiting = sorted(
            (each for each in self.connections if each.outgoing), key=lambda each: each.deadline
        )
        unsent = sum(len(each.outgoing) for each in waiting)
        for connection in waiting[:-1]:  # one reply alone may be larger
            if unsent <= MOST_UNSENT:
                break
            unsent -= len(connection.outgoing)
            self.close(connection)

    def _sent(self, connection: Connection) -> None:
        """A whole reply has been sent: go on with the next request, or see the client off."""
        if not connection.keep_alive:
            self._linger(connection)
            return
        seconds = IDLE_AT_STOP_SECONDS if self.acceptor.stopped else self.limits.keepalive
        if connection.parser.started:  # it has sent part of another request already
            seconds = REQUEST_SECONDS
        connection.deadline = time.monotonic() + seconds
        self._advance(connection)

    def _linger(self, connection: Connection) -> None:
        """Say that nothing more will come, and wait for the client to say so too.

        Closing at once would reset the connection if the client is still sending, and the reset
        would overtake the reply (RFC 9112, section 9.6).
        """
        connection.socket.shutdown(socket.SHUT_WR)
        if connection.ended:
            self.close(connection)
            return
        connection.lingering = True
        sending = connection.request.oversized or connection.parser.in_body
        seconds = LINGER_SENDING_SECONDS if sending else LINGER_SECONDS
        connection.deadline = time.monotonic() + seconds
        self._poller.watch(connection, READ)
