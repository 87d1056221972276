"""Acceptor of connections: spread over the workers, with room for new ones, until the server stops.

Whichever worker wakes first takes a connection, and a client that opens several at once may find
all of them on one worker, which halves the throughput for as long as they live. So each worker
shows how many it has, and one that has more than another lets that one go first.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import mmap
import socket
from collections.abc import Callable, Sequence
from typing import Final

#: Seconds without accepting after file descriptors, or room, have run out.
PAUSE_SECONDS: Final = 0.1
OUT_OF_RESOURCES: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
NOBODY_THERE: Final = frozenset({errno.EAGAIN, errno.ECONNABORTED, errno.EINTR})
#: Connections that are accepted in one turn of the event loop.
MOST_ACCEPTED: Final = 64
#: Seconds for which a worker with more connections than another lets that one accept; then it
#: accepts all who still wait.
COURTESY_SECONDS: Final = 0.01
#: Workers that can be told apart, in the order in which they were started.
ENTRIES: Final = 256


class Balance:
    """How many connections each worker has, in shared memory. Made before the workers are forked.

    An entry is written by one worker alone; a stale one misjudges a single connection.
    """

    def __init__(self) -> None:
        self._counts = memoryview(mmap.mmap(-1, ENTRIES * 4)).cast("i")  # one more than there are

    def show(self, worker: int, connections: int) -> None:
        self._counts[worker % ENTRIES] = connections + 1

    def leave(self, worker: int) -> None:
        """Forget a *worker* that takes no more connections."""
        self._counts[worker % ENTRIES] = 0

    def is_ahead(self, worker: int) -> bool:
        """Whether another worker has fewer connections, by more than an eighth."""
        most = self._counts[worker % ENTRIES]
        return any(0 < count < most - most // 8 for count in self._counts)


class Acceptor:
    """The listening sockets of one worker."""

    def __init__(
        self,
        listeners: Sequence[socket.socket],
        is_ahead: Callable[[], bool],
        admit: Callable[[socket.socket], bool],
    ) -> None:
        """Hand what is accepted to *admit*, which is False where there is no room for more."""
        self._listeners, self._is_ahead, self._admit = listeners, is_ahead, admit
        self._has_waited = self._is_paused = False
        self._loop = asyncio.get_running_loop()
        for listener in listeners:
            listener.setblocking(False)
        self._resume()

    def _resume(self) -> None:
        self._is_paused = False
        for listener in self._listeners:
            self._loop.add_reader(listener, self._accept, listener)

    def _pause(self, seconds: float) -> None:
        self._is_paused = True
        for listener in self._listeners:
            self._loop.remove_reader(listener)
        self._loop.call_later(seconds, self._resume)

    def _accept(self, listener: socket.socket) -> None:
        """Accept those who have connected, as far as it is this worker's turn."""
        has_waited, self._has_waited = self._has_waited, False
        for _ in range(MOST_ACCEPTED):
            if not has_waited and self._is_ahead():
                self._has_waited = True
                self._pause(COURTESY_SECONDS)
                break
            if not self._accept_one(listener) or self._is_paused:
                break

    def _accept_one(self, listener: socket.socket) -> bool:
        """Accept the next one; whether there was one."""
        try:
            accepted, _ = listener.accept()
        except OSError as error:
            if error.errno in OUT_OF_RESOURCES:
                self._pause_and_say(error.strerror or "")
            elif error.errno not in NOBODY_THERE:
                raise
            return False
        if not self._admit(accepted):
            self._pause_and_say("as many are open as may be")
        return True

    def _pause_and_say(self, reason: str) -> None:
        log = logging.getLogger("gunicorn.error")
        log.warning("Not accepting connections for a moment: %s.", reason)
        self._pause(PAUSE_SECONDS)

    def stop(self) -> None:
        """Accept all who have connected, then nobody."""
        listeners, self._listeners = self._listeners, ()
        for listener in listeners:
            self._loop.remove_reader(listener)
            while self._accept_one(listener):
                pass
            listener.close()
