"""Incremental HTTP/1.1 request parser: the one authority on where a request ends.

llhttp (through httptools) finds heads, bodies and chunks; this module adds what it leaves open:
limits, the Host header, the form of the target. What is refused ends the connection.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import httptools

from addsup.server.worker.refusals import (
    BAD_REQUEST,
    EXPECTATION_FAILED,
    HEADERS_TOO_LARGE,
    HTTP_2,
    INCOMPLETE_BODY,
    URI_TOO_LONG,
    Refusal,
)

#: Gunicorn's default limits: bytes of a target, number of header fields, bytes of one of them.
TARGET_BYTES: Final = 4094
FIELDS: Final = 100
FIELD_BYTES: Final = 8190
#: Bytes of a whole head.
HEAD_BYTES: Final = 64 * 2**10
#: Bytes of a body that is too large but is read and thrown away: the next request is behind it.
DISCARDED_BYTES: Final = 16 * 2**20
#: RFC 9112, section 3.2: printable ASCII; a path, an absolute URI, or `*`.
TARGET: Final = re.compile(rb"/[!-~]*|[A-Za-z][A-Za-z0-9+.-]*://[!-~]+|\*")
#: Fields of which a request may have one (RFC 9110, section 5.3).
SINGLE: Final = frozenset({"HTTP_HOST", "CONTENT_TYPE", "CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING"})


@dataclass(slots=True)
class Request:
    """One request as it was received.

    Attributes:
        version: "1.0" or "1.1".
        fields: header fields by their WSGI key; those that come several times joined by commas.
        body: the whole body; empty if it is `oversized`: has, or announces, too many bytes.
        keep_alive: whether another request may follow on the connection.
    """

    method: str = ""
    target: bytes = b""
    version: str = "1.1"
    fields: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    keep_alive: bool = False
    oversized: bool = False


class _Refused(Exception):
    """Stops llhttp in the middle of the bytes."""


class RequestParser:
    """Parses what one client sends.

    `requests` are complete and not taken yet, in order; `refusal` says why nothing behind them can
    be read. Of the one that is arriving: whether it `started`, whether it is `in_body` (its head is
    complete), its `size` and `fields` so far, and whether the client `awaits_continue`.
    """

    def __init__(self, max_body: int) -> None:
        self.max_body = max_body
        self.requests: deque[Request] = deque()
        self.refusal: Refusal | None = None
        self._llhttp: Any = httptools.HttpRequestParser(self)
        self._resumed = self._last = False
        self._begin()

    def _begin(self) -> None:
        self.started = self.in_body = self.awaits_continue = False
        self.size = self._body_size = self._count = 0
        self._request = Request()
        self.fields = self._request.fields
        self._body: list[bytes] = []

    def feed(self, data: bytes | memoryview) -> None:
        """Parse *data*, the next bytes of the client; the attributes say what they amount to."""
        if self.refusal or self._last:
            return
        self.size += len(data)
        while data:
            try:
                self._llhttp.feed_data(data)
                break
            except httptools.HttpParserUpgrade as upgrade:
                data = self._ignore_upgrade(data[upgrade.args[0] :])
            except httptools.HttpParserError:
                if not (self.refusal or self._last):
                    malformed = HTTP_2 if self._llhttp.get_method() == b"PRI" else BAD_REQUEST
                    self.refusal = INCOMPLETE_BODY if self.in_body else malformed
                return
        if not self.started:
            self.size = 0
        elif not self.in_body and self.size > HEAD_BYTES:
            self.refusal = HEADERS_TOO_LARGE if self.fields else URI_TOO_LONG
        elif self.size > HEAD_BYTES + DISCARDED_BYTES + self.max_body:  # framing of chunks
            self._give_up_body()

    def _ignore_upgrade(self, rest: bytes | memoryview) -> bytes:
        """What to parse next when the client offers another protocol (RFC 9110, section 7.8).

        llhttp stops after the head then. A new parser is given a head with the same framing. The
        application does not see the offer: Werkzeug would route by it.
        """
        self._llhttp = httptools.HttpRequestParser(self)
        if self._request.method == "CONNECT":
            self._finish(keep_alive=False)
            return b""
        self._resumed = True
        self.fields.pop("HTTP_UPGRADE", None)
        framing = self.fields.get("HTTP_TRANSFER_ENCODING")
        name = "Transfer-Encoding" if framing else "Content-Length"
        value = framing or self.fields.get("CONTENT_LENGTH", "0")
        return f"POST / HTTP/1.1\r\n{name}: {value}\r\n\r\n".encode() + rest

    # What llhttp calls

    def on_message_begin(self) -> None:
        if self._last:
            raise _Refused
        self.started = True

    def on_url(self, part: bytes) -> None:
        if not self._resumed:
            self._request.target += part
            if len(self._request.target) > TARGET_BYTES:
                self._refuse(URI_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._resumed:
            return
        self._count += 1
        if self._count > FIELDS or len(name) + len(value) + 4 > FIELD_BYTES:
            self._refuse(HEADERS_TOO_LARGE)
        if self.in_body or b"_" in name:  # a trailer; X_A would pass for X-A
            return
        key, text = _key(name), value.decode("latin-1")
        if key not in self.fields:
            self.fields[key] = text
        elif key in SINGLE:
            self._refuse(BAD_REQUEST)
        else:
            self.fields[key] += f",{text}"

    def on_headers_complete(self) -> None:
        self.in_body = True
        if self._resumed:
            return
        request, llhttp = self._request, self._llhttp
        request.method, request.version = llhttp.get_method().decode(), llhttp.get_http_version()
        if refusal := _refusal_of(request):
            self._refuse(refusal)
        length = int(self.fields.get("CONTENT_LENGTH", 0))
        request.oversized = length > self.max_body
        self.awaits_continue = "HTTP_EXPECT" in self.fields and request.version == "1.1"
        if request.oversized and (self.awaits_continue or length > DISCARDED_BYTES):
            self._give_up_body()
            raise _Refused

    def on_body(self, part: bytes) -> None:
        self._body_size += len(part)
        if self._body_size <= self.max_body and not self._request.oversized:
            self._body.append(part)
        else:
            self._request.oversized = True
            self._body.clear()

    def on_message_complete(self) -> None:
        if not self._llhttp.should_upgrade():  # else see `_ignore_upgrade`
            self._finish(keep_alive=_keeps_alive(self._request))

    def _finish(self, *, keep_alive: bool) -> None:
        request, self._resumed = self._request, False
        request.body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        request.keep_alive, self._last = keep_alive, not keep_alive
        self.requests.append(request)
        self._begin()

    def _give_up_body(self) -> None:
        """Let the application refuse a request whose body will not be read; the last one here."""
        self._request.oversized = True
        self._body.clear()
        self._finish(keep_alive=False)
        self.refusal = BAD_REQUEST

    def _refuse(self, refusal: Refusal) -> None:
        self.refusal = refusal
        raise _Refused


@lru_cache(maxsize=1000)
def _key(name: bytes) -> str:
    """The WSGI key of a header field."""
    key = name.decode("ascii").upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"


def _keeps_alive(request: Request) -> bool:
    """Whether the client will send another request (RFC 9112, section 9.3)."""
    options = request.fields.get("HTTP_CONNECTION", "").lower()
    return "close" not in options and (request.version == "1.1" or "keep-alive" in options)


def _refusal_of(request: Request) -> Refusal | None:
    """What is wrong with a head that llhttp accepts."""
    fields = request.fields
    coding, length = fields.get("HTTP_TRANSFER_ENCODING"), fields.get("CONTENT_LENGTH", "0")
    if (
        request.version not in ("1.0", "1.1")
        or ("HTTP_HOST" not in fields and request.version == "1.1")
        or (coding is not None and (coding.lower() != "chunked" or request.version == "1.0"))
        or not (length.isascii() and length.isdecimal() and len(length) <= 18)
        or (request.method != "CONNECT" and not TARGET.fullmatch(request.target))
        or (request.target == b"*" and request.method != "OPTIONS")
    ):
        return BAD_REQUEST
    expected = fields.get("HTTP_EXPECT", "")
    return None if expected.lower() in ("", "100-continue") else EXPECTATION_FAILED
