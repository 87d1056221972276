"""Fuzz targets: functions of arbitrary bytes that fail when a promise is broken."""

from __future__ import annotations

import io
import json
import os
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from addsup.server.app import create_app
from addsup.server.middleware import fast_path
from addsup.server.observability.log_writer import LogWriter
from addsup.server.settings import Settings
from addsup.server.worker.refusals import plain_text
from addsup.server.worker.request_handler import RequestHandler, environ_of
from addsup.server.worker.request_parser import TARGET_BYTES, RequestParser

MOST_BODY = 2_000
SETTINGS = Settings(max_body_bytes=MOST_BODY, max_reviews=5, max_review_chars=500)
PEER, SERVER = ("192.0.2.1", 40_000), ("127.0.0.1", 8000)

#: What differs from answer to answer.
VARYING = re.compile(
    rb'^(Date|X-Request-ID): [^\r]*\r\n|(?<="instance":")[^"]*|<code>[0-9a-f-]{36}</code>',
    re.MULTILINE,
)


def framing(data: bytes) -> None:
    """The same bytes give the same requests, however they are cut, and keep to the limits."""
    whole = fed([data])
    for request in whole.requests:
        assert len(request.body) <= MOST_BODY
        assert len(request.target) <= TARGET_BYTES
        assert request.version in ("1.0", "1.1")
        assert "\r" not in "".join(request.fields.values())
    if any(not request.keep_alive for request in list(whole.requests)[:-1]):
        raise AssertionError("a request follows the last one")
    cuts = sorted({place % (len(data) + 1) for place in zlib.crc32(data).to_bytes(4, "big")})
    pieces = [data[i:j] for i, j in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    for other in (fed([bytes([byte]) for byte in data]), fed(pieces)):
        assert outcome(other) == outcome(whole)


def fed(pieces: list[bytes]) -> RequestParser:
    """A parser that has been fed *pieces*."""
    parser = RequestParser(MOST_BODY)
    for piece in pieces:
        parser.feed(piece)
    return parser


def outcome(parser: RequestParser) -> list[Any]:
    """What a parser has made of its bytes."""
    requests = [
        (r.method, r.target, r.version, r.fields, r.body, r.keep_alive, r.oversized)
        for r in parser.requests
    ]
    return [requests, parser.refusal, parser.started]


def answers(data: bytes) -> None:
    """Requests get an answer that is no defect, and the fast path gives the same as the whole."""
    parser = RequestParser(MOST_BODY)
    parser.feed(data)
    for request in parser.requests:
        replies = []
        for handler in handlers():
            environ = environ_of(request, handler.environ_between(PEER, SERVER))
            reply = handler.answer(replace(request), environ, last=False)
            replies.append((VARYING.sub(b"0", reply.content), reply.keep_alive))
        if b"/metrics" not in request.target:  # its numbers rise with each request
            assert replies[0] == replies[1], replies
        head, _, body = replies[0][0].partition(b"\r\n\r\n")
        status = int(head[9:12])
        assert 200 <= status < 500, replies[0]
        if b"application/json" in head and body:
            json.loads(body)


@cache
def handlers() -> tuple[RequestHandler, RequestHandler]:
    """The application with its fast path, and without."""
    from addsup.server import app

    nowhere = LogWriter(os.open(os.devnull, os.O_WRONLY))
    app.LogWriter = lambda: nowhere  # type: ignore[assignment,misc]
    app = create_app(SETTINGS)
    return _handler(app.wsgi_app), _handler(_without_fast_path(app.wsgi_app))


def _without_fast_path(application: Any) -> Any:
    """*application*, but for its fast path."""

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        ordinary, fast_path.is_ordinary = fast_path.is_ordinary, lambda _environ: False
        try:
            return application(environ, start_response)
        finally:
            fast_path.is_ordinary = ordinary

    return answer


def _handler(application: Any) -> RequestHandler:
    return RequestHandler(application, plain_text, io.StringIO(), multiprocess=False)


TARGETS: dict[str, Callable[[bytes], None]] = {"framing": framing, "answers": answers}
