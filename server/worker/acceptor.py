"""Acceptor of connections: fairly among workers, with room for new ones, until the server stops."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Callable, Sequence
from typing import Final

#: Seconds without accepting after file descriptors, or room, have run out.
PAUSE_SECONDS: Final = 0.1
OUT_OF_RESOURCES: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
NOBODY_THERE: Final = frozenset({errno.EAGAIN, errno.ECONNABORTED, errno.EINTR})
#: Connections that are accepted in one turn of the event loop.
MOST_ACCEPTED: Final = 64
#: Seconds for which a worker with more connections than another lets that one accept.
COURTESY_SECONDS: Final = 0.003


class Acceptor:
    """The listening sockets of one worker."""

    def __init__(
        self,
        listeners: Sequence[socket.socket],
        is_ahead: Callable[[], bool],
        admit: Callable[[socket.socket], bool],
    ) -> None:
        """Hand what is accepted to *admit*, which is False where there is no room for more.

        *is_ahead*: whether another worker has fewer connections.
        """
        self._listeners = listeners
        self._is_ahead = is_ahead
        self._admit = admit
        self._has_waited = False
        self._loop = asyncio.get_running_loop()
        for listener in listeners:
            listener.setblocking(False)
        self._resume()

    def _resume(self) -> None:
        for listener in self._listeners:
            self._loop.add_reader(listener, self._accept, listener)

    def _pause(self, seconds: float) -> None:
        for listener in self._listeners:
            self._loop.remove_reader(listener)
        self._loop.call_later(seconds, self._resume)

    def _accept(self, listener: socket.socket) -> None:
        """Accept those who have connected, as far as it is this worker's turn."""
        for _ in range(MOST_ACCEPTED):
            if not self._has_waited and self._is_ahead():
                self._has_waited = True
                self._pause(COURTESY_SECONDS)
                break
            self._has_waited = False
            if not self._accept_one(listener):
                break

    def _accept_one(self, listener: socket.socket) -> bool:
        try:
            accepted, _ = listener.accept()
        except OSError as error:
            if error.errno in OUT_OF_RESOURCES:
                self._pause_and_say(error.strerror or "")
            elif error.errno not in NOBODY_THERE:
                raise
            return False
        has_room = self._admit(accepted)
        if not has_room:
            self._pause_and_say("as many are open as may be")
        return has_room

    def _pause_and_say(self, reason: str) -> None:
        log = logging.getLogger("gunicorn.error")
        log.warning("Not accepting connections for a moment: %s.", reason)
        self._pause(PAUSE_SECONDS)

    def stop(self) -> None:
        """Accept all who have connected, then nobody."""
        for listener in self._listeners:
            self._loop.remove_reader(listener)
            while self._accept_one(listener):
                pass
            listener.close()
        self._listeners = ()
