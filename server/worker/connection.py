"""Connection of one client: an asyncio protocol that reads requests and sends replies in order."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from addsup.server.worker.dispatcher import Dispatcher
from addsup.server.worker.refusals import (
    BAD_REQUEST,
    INCOMPLETE_BODY,
    OVERLOADED,
    REQUEST_TIMEOUT,
    Refusal,
    response,
)
from addsup.server.worker.request_handler import Reply
from addsup.server.worker.request_parser import Request, RequestParser

#: Seconds a new connection may say nothing.
SILENT_SECONDS: Final = 15.0
#: Seconds for a request to come whole, and bytes that add another second to that.
REQUEST_SECONDS: Final = 10.0
BYTES_A_SECOND: Final = 32 * 2**10
#: Seconds in which a client must take some more of a reply.
SEND_SECONDS: Final = 15.0
#: Seconds a client that was told so may take to close its side; longer if it is still sending.
LINGER_SECONDS: Final = 2.0
LINGER_SENDING_SECONDS: Final = 15.0
CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class Connection(asyncio.BufferedProtocol):
    """A connection: reads, has the dispatcher answer, sends, reads on.

    It is `busy` while a request is in line or being answered, has something `unsent` while the
    client takes no more of a reply, and is `lingering` while it only waits for the client to close.
    `deadline` is when patience with the client ends, by the dispatcher's clock.
    """

    transport: Any = None
    opening: asyncio.Task[None] | None = None

    def __init__(self, dispatcher: Dispatcher) -> None:
        self.dispatcher = dispatcher
        self.parser = RequestParser(dispatcher.max_body)
        self.request = Request()
        self.common: dict[str, Any] = {}
        self.deadline = dispatcher.now + SILENT_SECONDS
        self.busy = self.unsent = self.keep_alive = self.ended = self.lingering = False
        self._waiting_bytes = 0
        dispatcher.note(self)

    # What asyncio calls

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.set_write_buffer_limits(high=0)  # `pause_writing` whenever something waits
        ends = (transport.get_extra_info(each) for each in ("peername", "sockname"))
        self.common = self.dispatcher.handler.environ_between(*ends)

    def get_buffer(self, _sizehint: int) -> memoryview:
        return self.dispatcher.buffer  # one for all: it is parsed before anyone else reads

    def buffer_updated(self, size: int) -> None:
        if self.lingering:
            return
        if not self.parser.started:
            self.deadline = self.dispatcher.now + REQUEST_SECONDS
        self.deadline += size / BYTES_A_SECOND
        self.parser.feed(self.dispatcher.buffer[:size])
        if self.busy or self.unsent:
            self.transport.pause_reading()  # what else it sends may wait in the kernel
        else:
            self._advance()

    def eof_received(self) -> bool:
        self.ended = True
        if self.lingering:
            self.transport.close()
        elif not (self.busy or self.unsent):
            self._advance()
        return True  # it may be waiting for a reply

    def pause_writing(self) -> None:
        self.unsent = True

    def resume_writing(self) -> None:
        self.unsent = False
        self._sent()

    def connection_lost(self, _error: Exception | None) -> None:
        self.dispatcher.forget(self)

    # Requests

    def _advance(self) -> None:
        """Do what the bytes that have arrived ask for."""
        parser = self.parser
        if parser.requests:
            self.request, self.busy = parser.requests.popleft(), True
            self.dispatcher.dispatch(self)
        elif parser.refusal:
            self.refuse(parser.refusal)
        elif not self.ended:
            self._await_more()
        elif parser.started:
            self.refuse(INCOMPLETE_BODY if parser.in_body else BAD_REQUEST)
        else:
            self.transport.close()

    def _await_more(self) -> None:
        if self.parser.awaits_continue:
            self.parser.awaits_continue = False
            self.transport.write(CONTINUE)
            if self.unsent:
                self.transport.abort()
        if self.dispatcher.is_too_large(self.parser.size):
            self.refuse(OVERLOADED)
        else:
            self.transport.resume_reading()

    @property
    def is_waiting(self) -> bool:
        """Whether no answer is owed to the client."""
        return self.transport is not None and not (self.busy or self.unsent)

    @property
    def is_idle(self) -> bool:
        """Whether nothing of a request has come, either."""
        return self.is_waiting and not (self.parser.started or self.lingering)

    # Replies

    def send(self, reply: Reply) -> None:
        """Send *reply*, at once as far as the client takes it."""
        self.busy, self.keep_alive = False, reply.keep_alive
        if self.transport.is_closing():
            return
        self.transport.write(reply.content)
        if self.unsent:
            self.deadline = self.dispatcher.now + SEND_SECONDS
            self.dispatcher.bound_unsent()
        else:
            self._sent()

    def refuse(self, refusal: Refusal) -> None:
        """Answer without asking the application, and end the connection."""
        self.dispatcher.overloads += refusal is OVERLOADED
        fields = self.request.fields if self.busy else self.parser.fields
        self.parser.requests.clear()
        render = self.dispatcher.handler.render
        self.send(Reply(response(refusal, fields, render), keep_alive=False))

    def _sent(self) -> None:
        """A whole reply has been sent: go on with the next request, or see the client off."""
        if not self.keep_alive:
            self._linger()
            return
        has_more = self.parser.started
        self.deadline = self.dispatcher.now + (
            REQUEST_SECONDS if has_more else self.dispatcher.idle_seconds
        )
        self.dispatcher.note(self)
        self._advance()

    def _linger(self) -> None:
        """Say that nothing more will come, and wait for the client to say so too.

        Closing at once would reset the connection if the client is still sending, and the reset
        would overtake the reply (RFC 9112, section 9.6).
        """
        if self.ended:
            self.transport.close()
            return
        self.lingering = True
        sending = self.request.oversized or self.parser.in_body
        self.deadline = self.dispatcher.now + (
            LINGER_SENDING_SECONDS if sending else LINGER_SECONDS
        )
        try:
            self.transport.write_eof()
        except OSError:  # the client has gone
            self.transport.abort()
        self.transport.resume_reading()

    def close_if_overdue(self) -> None:
        """End the connection if its client owes something for too long."""
        if self.busy or self.transport is None or self.transport.is_closing():
            return  # in line or at work is not the client's fault
        waiting, before = self.transport.get_write_buffer_size(), self._waiting_bytes
        self._waiting_bytes = waiting
        if 0 < waiting != before:
            self.deadline = self.dispatcher.now + SEND_SECONDS
        elif self.deadline <= self.dispatcher.now:
            if self.parser.started and not (self.unsent or self.lingering):
                self.refuse(REQUEST_TIMEOUT)
            else:
                self.transport.abort()
