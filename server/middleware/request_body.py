"""Reads each request body once, whole and bounded, before anything looks at it.

Werkzeug trusts Content-Length and silently cuts a chunked body at its limit, so the bytes are
counted here. A body that is refused is read on for a while and thrown away: the client has sent it,
and its next request stands behind it on the same connection.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final, Protocol, cast

from flask import Flask, request
from gunicorn.http.errors import ParseException

from server.errors import BodyTooLarge, IncompleteBody, Problem, UnsupportedMediaType
from server.extensions import current_settings

#: How much of a refused body is read and thrown away, in bytes.
DRAINED: Final = 16 * 2**20
STEP: Final = 64 * 2**10

#: Where the environment of a request has its body, or the problem that there is with it.
BODY: Final = "server.body"


def current_body() -> bytes:
    """The body of the current request; empty if it has none."""
    body: bytes = request.environ.get(BODY, b"")
    return body


class Readable(Protocol):
    """The part of a WSGI input stream that is used here."""

    def read(self, size: int, /) -> bytes:
        """At most *size* bytes; none at the end."""


def bound_bodies(app: Flask) -> None:
    """Let *app* refuse bodies of more than `max_body_bytes`, and see whole ones only."""
    app.before_request(_replace_input)


def _replace_input() -> None:
    take_body(request.environ, current_settings().max_body_bytes)


def take_body(environ: dict[str, Any], limit: int) -> bytes:
    """The whole body of a request, read once: asked again, it is the same, or the same problem.

    Args:
        environ: the WSGI environment; its input is replaced by what has been read.
        limit: bytes the body may have.

    Raises:
        UnsupportedMediaType: it is compressed. HTTP 415.
        Problem: as for `read_body`.
    """
    if BODY not in environ:
        try:
            environ[BODY] = _take(environ, limit)
        except Problem as problem:
            environ[BODY] = problem
    body = environ[BODY]
    if isinstance(body, Problem):
        raise body
    return cast("bytes", body)


def _take(environ: dict[str, Any], limit: int) -> bytes:
    if environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise UnsupportedMediaType("The body is compressed; send it without Content-Encoding.")
    length = environ.get("CONTENT_LENGTH")
    if not length and "HTTP_TRANSFER_ENCODING" not in environ:
        return b""
    body = read_body(environ["wsgi.input"], _number(length), limit)
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ["CONTENT_LENGTH"] = str(len(body))  # now it is true
    environ["wsgi.input"] = BytesIO(body)
    return body


def read_body(stream: Readable, length: int | None, limit: int) -> bytes:
    """The whole body that *stream* holds.

    Args:
        stream: the WSGI input.
        length: what Content-Length announces, None for a chunked body.
        limit: bytes it may have.

    Raises:
        BodyTooLarge: it has, or announces, more than *limit* bytes. HTTP 413.
        IncompleteBody: the connection ended early, or the chunks are malformed. HTTP 400.
    """
    if length is not None and length > limit:
        _drain(stream, length)
        raise _too_large(limit)
    body = _read(stream, limit + 1 if length is None else length)
    if len(body) > limit:
        _drain(stream, DRAINED)
        raise _too_large(limit)
    if length is not None and len(body) < length:
        raise IncompleteBody(f"{length:,} bytes were announced, but {len(body):,} arrived.")
    return body


def _read(stream: Readable, size: int) -> bytes:
    """Up to *size* bytes; fewer only at the end of the body."""
    pieces = []
    while size > 0 and (piece := _read_piece(stream, size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _read_piece(stream: Readable, size: int) -> bytes:
    try:
        return stream.read(size)
    except (OSError, ParseException):
        raise IncompleteBody("The body's framing is broken, so its end is not known.") from None


def _drain(stream: Readable, size: int) -> None:
    left = min(size, DRAINED)
    while left > 0 and (piece := _read_piece(stream, min(left, STEP))):
        left -= len(piece)


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"The request body has more than {limit:,} bytes; send it in parts.")


def _number(length: str | None) -> int | None:
    return int(length) if length and length.isdecimal() else None
