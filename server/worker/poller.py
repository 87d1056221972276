"""Poller: waits until a socket is ready, or until another thread has something to be called."""

from __future__ import annotations

import os
import queue
import selectors
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final

from addsup.server.worker.connection import Connection

READ: Final = selectors.EVENT_READ
WRITE: Final = selectors.EVENT_WRITE


class Poller:
    """The sockets that one thread at a time waits for."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._woken, self._wake_up = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wake_up, False)
        self._selector.register(self._woken, READ, self._run_calls)

    def call_soon(self, function: Callable[..., None], *arguments: Any) -> None:
        """Let the waiting thread call *function*. Any thread may call this."""
        self._calls.put(partial(function, *arguments))
        with suppress(BlockingIOError):  # the pipe is full, so it will look
            os.write(self._wake_up, b"\0")

    def _run_calls(self, _descriptor: Any) -> None:
        with suppress(BlockingIOError):
            os.read(self._woken, 4096)
        while not self._calls.empty():
            self._calls.get()()

    def watch(self, connection: Connection, events: int) -> None:
        """Wait for *events* of *connection*, `READ` or `WRITE`; for none if 0."""
        if connection.watched == events:
            return
        if connection.watched and events:
            self._selector.modify(connection.socket, events, connection)
        elif events:
            self._selector.register(connection.socket, events, connection)
        else:
            self._selector.unregister(connection.socket)
        connection.watched = events

    def listen(self, listener: socket.socket, accept: Callable[[socket.socket], object]) -> None:
        """Call *accept* whenever somebody has connected to *listener*."""
        self._selector.register(listener, READ, accept)

    def ignore(self, listener: socket.socket) -> None:
        """Call nobody any more for *listener*."""
        self._selector.unregister(listener)

    def poll(self, seconds: float, act: Callable[[Connection, bool], None]) -> None:
        """Wait for *seconds* at most; *act* on each connection, which is writable or readable."""
        for key, events in self._selector.select(seconds):
            if isinstance(key.data, Connection):
                act(key.data, bool(events & WRITE))
            else:
                key.data(key.fileobj)
