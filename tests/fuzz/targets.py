"""Fuzz targets: functions of arbitrary bytes that fail when a promise is broken."""

from __future__ import annotations

import io
import json
import os
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from addsup.server.app import create_app
from addsup.server.observability.log_writer import LogWriter
from addsup.server.settings import Settings
from addsup.server.worker.refusals import plain_text
from addsup.server.worker.request_handler import RequestHandler, environ_of
from addsup.server.worker.request_parser import TARGET_BYTES, RequestParser

MOST_BODY = 2_000
SETTINGS = Settings(max_body_bytes=MOST_BODY, max_texts=5, max_text_chars=500)
PEER, SERVER = ("192.0.2.1", 40_000), ("127.0.0.1", 8000)


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
    """Requests get an answer that is no defect."""
    parser = RequestParser(MOST_BODY)
    parser.feed(data)
    for request in parser.requests:
        environ = environ_of(request, handler().environ_between(PEER, SERVER))
        reply = handler().answer(replace(request), environ, last=False)
        head, _, body = reply.content.partition(b"\r\n\r\n")
        status = int(head[9:12])
        assert 200 <= status < 500, reply
        if b"application/json" in head and body:
            json.loads(body)


@cache
def handler() -> RequestHandler:
    """The application, behind what a worker asks."""
    from addsup.server import app

    nowhere = LogWriter(os.open(os.devnull, os.O_WRONLY))
    app.LogWriter = lambda: nowhere  # type: ignore[assignment,misc]
    application = create_app(SETTINGS).wsgi_app
    return RequestHandler(application, plain_text, io.StringIO(), multiprocess=False)


TARGETS: dict[str, Callable[[bytes], None]] = {"framing": framing, "answers": answers}
