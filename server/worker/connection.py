"""Connection of one client: its socket, its parser, and what is still to be sent."""

from __future__ import annotations

import socket
import time
from typing import Any, Final

from addsup.server.worker.request_handler import Address
from addsup.server.worker.request_parser import Request, RequestParser

#: Seconds a new connection may say nothing.
SILENT_SECONDS: Final = 15.0
#: Milliseconds for which a client may take none of what waits for it in the kernel (Linux).
UNREAD_MILLISECONDS: Final = 20_000


class Connection:
    """A connection. Everything but `request` belongs to the thread that has the event loop.

    Attributes:
        peer: address of the client.
        server: address that it connected to.
        parser: what it has sent.
        request: the one being answered; the answering thread reads it.
        outgoing: bytes of replies that the client has not taken yet.
        deadline: when the event loop loses patience with it, in monotonic seconds.
        started: when the answering of its request began.
        keep_alive: whether it stays open when `outgoing` has been sent.
        ended: whether the client will send no more.
        lingering: whether it only waits for the client to close.
        given_up: whether its request has hung and was answered without the thread.
        closed: whether it is closed.
        watched: for which events the event loop watches it.
    """

    __slots__ = (
        "closed",
        "deadline",
        "ended",
        "given_up",
        "keep_alive",
        "lingering",
        "outgoing",
        "parser",
        "peer",
        "request",
        "server",
        "socket",
        "started",
        "watched",
    )

    def __init__(self, accepted: socket.socket, peer: Any, server: Any, max_body: int) -> None:
        accepted.setblocking(False)
        if accepted.family != socket.AF_UNIX:
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                accepted.setsockopt(
                    socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MILLISECONDS
                )
        self.socket = accepted
        self.peer: Address = peer
        self.server: Address = server
        self.parser = RequestParser(max_body)
        self.request = Request()
        self.outgoing = memoryview(b"")
        self.deadline = time.monotonic() + SILENT_SECONDS
        self.started = 0.0
        self.keep_alive = False
        self.ended = self.lingering = self.given_up = self.closed = False
        self.watched = 0
