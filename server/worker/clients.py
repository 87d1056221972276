"""The clients of a worker: accepted, waited for, sent to, seen off.

Everything here is for the thread that has the event loop. What becomes of a request that has come
is for the `Worker` to say.
"""

from __future__ import annotations

import errno
import selectors
import socket
import time
from abc import abstractmethod
from functools import partial
from typing import Any, Final

from server.worker.answering import AnsweringWorker
from server.worker.balance import Balance
from server.worker.connection import LARGE, SEND_SECONDS, Connection, Received

#: Requests of more than `LARGE` bytes that may be collected at a time.
MOST_LARGE: Final = 64

#: Seconds without accepting after the file descriptors have run out.
PAUSE_SECONDS: Final = 0.1
OUT_OF_RESOURCES: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

#: Seconds that idle connections of a stopping worker stay open.
IDLE_AT_STOP_SECONDS: Final = 2.0

#: Connections that are accepted in one turn of the event loop.
MOST_ACCEPTED: Final = 64
#: Times a worker with more connections than another lets that one go first, and for how long.
MOST_COURTESY: Final = 3
COURTESY_SECONDS: Final = 0.0002


class ClientsWorker(AnsweringWorker):
    """The part of a worker that deals with connections.

    Attributes:
        waiting: connections whose client owes something: a request, reading a reply, an end.
        sending: those of them with a reply to be read.
        door_closed: whether nobody is accepted any more.
    """

    # Set by the configuration; this would do for a worker that is alone.
    balance = Balance(1)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.entry = self.balance.join()
        self.courtesy = 0
        self.waiting: dict[Connection, None] = {}
        self.sending: dict[Connection, None] = {}
        self.door_closed = False
        self.resume_accepting = 0.0

    @abstractmethod
    def begin(self, connection: Connection) -> None:
        """*connection* has collected a request."""

    @abstractmethod
    def refuse(self, connection: Connection) -> None:
        """There is no room for the request of *connection*."""

    def may_accept(self) -> bool:
        """Whether there is room for another connection, and a door for it to come in by."""
        crowded = self.nr_conns >= self.worker_connections
        return not (crowded or self.door_closed) and time.monotonic() >= self.resume_accepting

    def accept(self, listener: socket.socket) -> None:
        """Accept those who have connected, as far as it is this worker's turn."""
        for _ in range(MOST_ACCEPTED):
            if not self.may_accept() or not self._accept_one(listener):
                break

    def _accept_one(self, listener: socket.socket) -> bool:
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

    def close_door(self) -> None:
        """Accept all who have connected, then nobody; idle connections get a little time."""
        for listener in self.sockets:
            while self._accept_one(listener):
                pass
        self.set_accept_enabled(False)
        self.door_closed = True
        for listener in self.sockets:
            listener.close()
        soon = time.monotonic() + IDLE_AT_STOP_SECONDS
        for connection in self.waiting:
            connection.timeout = min(connection.timeout, soon)

    def _wait_for(self, connection: Connection) -> None:
        """Let the event loop watch for what the client of *connection* says."""
        self.waiting[connection] = None
        self._watch(connection, selectors.EVENT_READ)

    def _watch(self, connection: Connection, event: int) -> None:
        if connection.watched == event:
            return
        self._unwatch(connection)
        act = self._readable if event == selectors.EVENT_READ else self._writable
        self.poller.register(connection.sock, event, partial(act, connection))
        connection.watched = event

    def _unwatch(self, connection: Connection) -> None:
        if connection.watched:
            self.poller.unregister(connection.sock)
            connection.watched = 0

    def _readable(self, connection: Connection, _socket: socket.socket) -> None:
        """A client has sent something, or has gone."""
        if connection not in self.waiting:
            self._unwatch(connection)  # it stays watched while its request is answered
            return
        received = connection.collect()
        if connection.lingering:
            connection.collected.clear()
        if received is Received.NOTHING:
            self.drop(connection)
        elif received is Received.REQUEST and not connection.lingering:
            self.begin(connection)
        elif len(connection.collected) > LARGE and self._has_too_many_large():
            self.refuse(connection)

    def _has_too_many_large(self) -> bool:
        return sum(len(each.collected) > LARGE for each in self.waiting) > MOST_LARGE

    def _keep(self, connection: Connection) -> None:
        """Wait for the next request, some of which may have been read with the last one."""
        seconds = self.cfg.keepalive if self.alive else IDLE_AT_STOP_SECONDS
        connection.timeout = time.monotonic() + seconds
        connection.take_back()
        self._wait_for(connection)
        if connection.collected:
            self._readable(connection, connection.sock)

    def send_later(self, connection: Connection) -> None:
        """Send the rest of the reply when the client takes it, if that is soon."""
        self.sending[connection] = self.waiting[connection] = None
        connection.timeout = time.monotonic() + SEND_SECONDS
        self._watch(connection, selectors.EVENT_WRITE)

    def _writable(self, connection: Connection, _socket: socket.socket) -> None:
        try:
            connection.sock.flush()
        except OSError:
            self.drop(connection)
            return
        if not connection.sock.unsent:
            del self.sending[connection], self.waiting[connection]
            self.sent(connection)

    def sent(self, connection: Connection) -> None:
        if connection.keep:
            self._keep(connection)
        else:
            self._see_off(connection)

    def reply(self, connection: Connection, reply: bytes) -> None:
        """Answer without asking the application, and end the connection."""
        try:
            connection.sock.send(reply)
        except OSError:
            self.drop(connection)
        else:
            self._see_off(connection)

    def _see_off(self, connection: Connection) -> None:
        """Close *connection* in such a way that the client gets the last reply."""
        if connection.linger():
            self._wait_for(connection)
        else:
            self.drop(connection)

    def drop(self, connection: Connection) -> None:
        self.waiting.pop(connection, None)
        self.sending.pop(connection, None)
        self._unwatch(connection)
        connection.close()
        self.nr_conns -= 1
        self.balance.show(self.entry, self.nr_conns)
