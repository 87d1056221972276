"""One client's connection, with bounds on how long the client may keep the server waiting.

Gunicorn's gthread gives a connection to a thread as soon as it is accepted and then reads without a
time limit, so a few dozen clients that send half a request hold every thread. Here the event loop
collects a request, which is answered only when it is whole, or when the rest is too long to be
collected; what is then read is bounded in time. The reply gathers in memory and is sent in one go;
what the client does not take at once is sent by the event loop.
"""

from __future__ import annotations

import re
import socket
import time
from enum import Enum, auto
from typing import Any, Final

from gunicorn.http import RequestParser, message
from gunicorn.workers.gthread import TConn

#: Seconds a new connection may say nothing.
SILENT_SECONDS: Final = 15.0
#: Seconds from the first byte of a request to its last, as far as the event loop collects it.
COLLECT_SECONDS: Final = 10.0
#: Seconds for the rest of a longer one.
BODY_SECONDS: Final = 15.0
#: Seconds a client may take to accept the reply.
SEND_SECONDS: Final = 15.0
#: Seconds for which a client may take none of what waits for it in the kernel.
UNREAD_SECONDS: Final = 20
#: Seconds a client that was told so may take to close its side.
LINGER_SECONDS: Final = 2.0

#: Bytes of a request that are collected: a head, and the longest body that is read by default.
COLLECTED: Final = 64 * 2**10 + 2**20
#: Bytes of a reply from which on it is sent while it is being made.
GATHERED: Final = 256 * 2**10
#: Bytes of a head, which the parser refuses before it is so long.
LONGEST_HEAD: Final = 64 * 2**10
#: Bytes from which a request counts as large: not many may be collected at a time.
LARGE: Final = 64 * 2**10
PIECE: Final = 64 * 2**10

#: The empty line after the head; with bare line feeds it is for the parser to refuse.
END_OF_HEAD: Final = re.compile(rb"\r?\n\r?\n")
CONTENT_LENGTH: Final = re.compile(rb"\ncontent-length:[ \t]*(\d{1,9})[ \t]*\r?\n", re.IGNORECASE)
TRANSFER_ENCODING: Final = re.compile(
    rb"\ntransfer-encoding[ \t]*:[ \t]*(chunked[ \t]*\r?\n)?", re.IGNORECASE
)
EXPECT: Final = re.compile(rb"\nexpect:[ \t]*100-continue", re.IGNORECASE)
CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"

#: The last chunk, with trailers if there are any. Where data look like it, the rest is read later.
LAST_CHUNK: Final = re.compile(rb"\n0+[^\n]*\r\n(?:[^\r\n]+\r\n)*\r\n\Z")
TAIL: Final = 1024


class Received(Enum):
    """What the bytes that have arrived amount to."""

    PART = auto()  # the client owes the rest
    REQUEST = auto()  # it can be answered
    NOTHING = auto()  # the client has gone


class BoundedSocket(socket.socket):
    """A client's socket on which reading takes so long and no longer, and sending no time at all.

    Attributes:
        deadline: until when `recv` waits for the client, in monotonic seconds.
        exhausted: whether the client took too long, so that where its next request would begin is
            not known.
        unsent: what of the reply `flush` has not sent yet.
    """

    deadline = 0.0
    exhausted = False

    def __init__(self, accepted: socket.socket) -> None:
        super().__init__(fileno=accepted.detach())
        self.unsent = bytearray()
        super().settimeout(0.0)

    def setblocking(self, flag: bool) -> None:
        """Do nothing: it never blocks for long."""

    def settimeout(self, value: float | None) -> None:
        """Do nothing: the time limits are those of this module."""

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """Receive; a client that takes too long is treated as one that has gone."""
        super().settimeout(max(self.deadline - time.monotonic(), 0.001))
        try:
            return super().recv(size, flags)
        except TimeoutError:
            self.exhausted = True
            return b""
        finally:
            super().settimeout(0.0)

    def take(self, size: int) -> bytes:
        """Receive what has arrived, at once.

        Raises:
            BlockingIOError: nothing has.
        """
        return super().recv(size)

    def sendall(self, data: Any, _flags: int = 0, /) -> None:
        """Gather *data* for `flush`: a head and a body then travel together."""
        self.unsent += data
        if len(self.unsent) >= GATHERED:
            self.flush()

    def flush(self) -> None:
        """Send as much of what has gathered as the client takes at once."""
        try:
            while self.unsent:
                del self.unsent[: self.send(self.unsent)]
        except BlockingIOError:
            return

    def flush_patiently(self) -> None:
        """Send what has gathered; a client may take its time for it, but not for ever.

        Raises:
            OSError: it took too long, or has gone.
        """
        super().settimeout(SEND_SECONDS)
        try:
            super().sendall(self.unsent)
        finally:
            self.unsent.clear()
            super().settimeout(0.0)


class Request(message.Request):
    """A request in which no header is believed: that is for TRUSTED_PROXIES to say."""

    def _peer_trusted_for_forwarded(self) -> tuple[dict[str, str], list[str]]:
        return {}, []  # Gunicorn would look the address up in its settings each time


class Parser(RequestParser):
    """Reads requests of that kind."""

    mesg_class = Request


class Connection(TConn):
    """A connection that collects its next request.

    Attributes:
        timeout: when the event loop loses patience with it, in monotonic seconds.
        started: when the answering of its request began.
        given_up: whether its request has hung and was answered without the thread.
        lingering: whether it only waits for the client to close.
        asked_on: whether a client that waits for leave to send its body got it.
        watched: for which events the event loop watches it.
        keep: whether it stays open when the reply is sent.
    """

    def __init__(self, cfg: Any, accepted: socket.socket, client: Any, server: Any) -> None:
        bounded = BoundedSocket(accepted)
        super().__init__(cfg, bounded, client, server)
        if bounded.family != socket.AF_UNIX:
            bounded.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_SECONDS * 1000)
        self.parser = Parser(cfg, bounded, client)
        self.collected = bytearray()
        self.timeout = time.monotonic() + SILENT_SECONDS
        self.started = 0.0
        self.given_up = False
        self.lingering = False
        self.asked_on = False
        self.watched = 0
        self.keep = False

    def collect(self) -> Received:
        """Take what has arrived, without waiting for more."""
        try:
            data = self.sock.take(PIECE)
        except (BlockingIOError, InterruptedError):
            data = None
        except OSError:
            return Received.NOTHING
        if data == b"":  # it has ended its side, and may still read why that was too early
            cut_off = END_OF_HEAD.search(self.collected)
            return Received.REQUEST if cut_off else Received.NOTHING
        if data:
            self._add(data)
        whole = self.collected and is_enough(self.collected)
        return Received.REQUEST if whole else Received.PART

    def _add(self, data: bytes) -> None:
        if not self.collected:
            self.timeout = time.monotonic() + COLLECT_SECONDS
        self.collected += data
        end = END_OF_HEAD.search(self.collected) if not self.asked_on else None
        if end and EXPECT.search(self.collected, 0, end.end()):
            self.asked_on = True
            self.sock.send(CONTINUE)

    def take_back(self) -> None:
        """Collect what the parser has read beyond the last request, when a client pipelines."""
        if read := self.parser.unreader.take_buffered():
            self._add(read)

    def hand_over(self) -> None:
        """Give the collected bytes to Gunicorn's parser."""
        self.started = time.monotonic()
        self.sock.deadline = self.started + BODY_SECONDS
        self.parser.unreader.unread(bytes(self.collected))
        self.collected.clear()
        self.asked_on = False

    def linger(self) -> bool:
        """Say that nothing more will come; False if the client has gone already.

        Closing at once would reset the connection if the client is still sending, and the reset
        would overtake the reply (RFC 9112, section 9.6).
        """
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        self.lingering = True
        self.timeout = time.monotonic() + LINGER_SECONDS
        return True


def is_enough(collected: bytes | bytearray) -> bool:
    """Whether what was *collected* can be answered.

    That is a whole request, a head that is too long, which the parser then refuses, and so much of
    a body that the rest has to be read while answering.
    """
    end = END_OF_HEAD.search(collected)
    if end is None:
        return len(collected) >= LONGEST_HEAD
    if len(collected) >= COLLECTED:
        return True
    if coding := TRANSFER_ENCODING.search(collected, 0, end.end()):
        start = max(end.end() - 1, len(collected) - TAIL)
        return not coding[1] or LAST_CHUNK.search(collected, start) is not None
    length = CONTENT_LENGTH.search(collected, 0, end.end())
    return length is None or len(collected) >= min(end.end() + int(length[1]), COLLECTED)
