"""Acceptor of connections: fairly among workers, with room for new ones, until the server stops."""

from __future__ import annotations

import errno
import logging
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from addsup.server.worker.balance import NO_ENTRY, Balance

#: Seconds without accepting after file descriptors, or room, have run out.
PAUSE_SECONDS: Final = 0.1
OUT_OF_RESOURCES: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
NOBODY_THERE: Final = frozenset({errno.EAGAIN, errno.ECONNABORTED, errno.EINTR})
#: Connections that are accepted in one turn of the event loop.
MOST_ACCEPTED: Final = 64
#: Times that a worker with more connections than another lets that one go first, and for how long.
MOST_COURTESY: Final = 6
COURTESY_SECONDS: Final = 0.0005


class Acceptor:
    """The listening sockets of one worker. Belongs to the thread that has the event loop."""

    def __init__(
        self,
        listeners: Sequence[socket.socket],
        balance: Balance,
        entry: int,
        take: Callable[[socket.socket, Any, Any], bool],
    ) -> None:
        """Hand what is accepted to *take*, with the addresses of both ends; False: no room left.

        The worker has the *entry* in *balance*.
        """
        self.listeners = listeners
        self.balance = balance
        self.take = take
        self.stopped = False
        self._entry = entry
        self._courtesy = 0
        self._resume = 0.0
        for listener in listeners:
            listener.setblocking(False)

    @property
    def is_open(self) -> bool:
        """Whether to look for new connections now."""
        return not self.stopped and time.monotonic() >= self._resume

    def show(self, connections: int) -> None:
        """Tell the other workers how many connections this one has."""
        self.balance.show(self._entry, connections)

    def accept(self, listener: socket.socket) -> None:
        """Accept those who have connected, as far as it is this worker's turn."""
        for _ in range(MOST_ACCEPTED):
            if not self.is_open or not self._accept_one(listener):
                break

    def _accept_one(self, listener: socket.socket) -> bool:
        if self._courtesy < MOST_COURTESY and self.balance.is_ahead(self._entry):
            self._courtesy += 1
            time.sleep(COURTESY_SECONDS)
            return False
        self._courtesy = 0
        try:
            accepted, peer = listener.accept()
        except OSError as error:
            if error.errno in OUT_OF_RESOURCES:
                self._pause(error.strerror or "")
            elif error.errno not in NOBODY_THERE:
                raise
            return False
        if not self.take(accepted, peer, listener.getsockname()):
            self._pause("as many are open as may be")
        return True

    def _pause(self, reason: str) -> None:
        logging.getLogger("gunicorn.error").warning(
            "Not accepting connections for a moment: %s.", reason
        )
        self._resume = time.monotonic() + PAUSE_SECONDS

    def leave(self) -> None:
        """Take no part in the balance any more."""
        self.balance.leave(self._entry)
        self._entry = NO_ENTRY

    def stop(self) -> None:
        """Accept all who have connected, then nobody."""
        for listener in self.listeners:
            while self._accept_one(listener):
                pass
            listener.close()
        self.stopped = True
