"""Refusals: what a worker answers by itself, without asking the application."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

Headers = list[tuple[str, str]]


class Refusal(NamedTuple):
    """One kind of answer that ends a connection: status, code for programs, and a sentence."""

    status: int
    code: str
    detail: str


BAD_REQUEST = Refusal(400, "bad_request", "The request is not well-formed HTTP/1.1 (RFC 9112).")
HTTP_2 = Refusal(400, "bad_request", "HTTP/2 is not spoken here; send HTTP/1.1.")
INCOMPLETE_BODY = Refusal(
    400, "incomplete_body", "The connection ended before the request body was complete."
)
REQUEST_TIMEOUT = Refusal(
    408, "request_timeout", "The rest of the request did not come in time; send it again."
)
URI_TOO_LONG = Refusal(414, "uri_too_long", "The request line is longer than is read.")
EXPECTATION_FAILED = Refusal(
    417, "expectation_failed", 'Only "Expect: 100-continue" is understood.'
)
HEADERS_TOO_LARGE = Refusal(
    431, "headers_too_large", "There are more or longer headers than is read."
)
INTERNAL_ERROR = Refusal(
    500, "internal_error", "Something went wrong here, not in the request; the log has the place."
)
OVERLOADED = Refusal(
    503, "overloaded", "The server has as much to do as it can; try again in a second."
)
TOOK_TOO_LONG = Refusal(
    504, "took_too_long", "The answer took too long and was given up; try again."
)

#: Makes headers and body of the reply, from a refusal and the header fields that are known, by
#: their WSGI keys. It may count and log the refusal as well.
Renderer = Callable[[Refusal, Mapping[str, str]], tuple[Headers, bytes]]


def plain_text(refusal: Refusal, _fields: Mapping[str, str]) -> tuple[Headers, bytes]:
    """Render *refusal* as one line of text: what a worker does that was given no other renderer."""
    return [("Content-Type", "text/plain; charset=utf-8")], f"{refusal.detail}\n".encode()


def response(refusal: Refusal, fields: Mapping[str, str], render: Renderer) -> bytes:
    """The whole HTTP response to a refused request; the connection ends with it."""
    headers, body = render(refusal, fields)
    lines = [
        f"HTTP/1.1 {refusal.status} {HTTPStatus(refusal.status).phrase}",
        f"Date: {http_date()}",
        "Connection: close",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def http_date() -> str:
    """The time of now as the header Date has it (RFC 9110, section 5.6.7)."""
    return _http_date(int(time.time()))


@lru_cache(maxsize=2)
def _http_date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)
