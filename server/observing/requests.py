"""Follows each request: its id, its log line, its share in the metrics."""

from __future__ import annotations

import os
import re
import time
from typing import Final

from flask import Flask, Response, g, request
from flask.globals import request_ctx

from server.current import MODEL
from server.observing.lines import Lines
from server.observing.metrics import Metrics
from server.observing.records import RequestLine, timestamp

ID_HEADER: Final = "X-Request-ID"

#: A request id that is taken over: Heroku's, a UUID, a trace id; nothing that could forge a line.
WELL_FORMED = re.compile("[A-Za-z0-9._~+/=-]{1,128}")

METHODS: Final = frozenset("GET HEAD POST PUT DELETE OPTIONS PATCH TRACE CONNECT".split())

#: What stands for a path that is no route, and for a method that HTTP does not have.
OTHER: Final = "(other)"


class Exchange:
    """The request that is being answered.

    Attributes:
        id: the client's name for it, or ours.
        started: on `time.perf_counter`'s clock.
        reviews: how many have been classified for it.
    """

    __slots__ = ("id", "reviews", "started")

    def __init__(self, proposed: str | None) -> None:
        taken_over = proposed and WELL_FORMED.fullmatch(proposed)
        self.id: str = proposed if proposed and taken_over else os.urandom(16).hex()
        self.started = time.perf_counter()
        self.reviews = 0


def current_exchange() -> Exchange:
    """The request that is being answered here."""
    exchange: Exchange = g.exchange
    return exchange


def follow_requests(app: Flask, metrics: Metrics, log_format: str, lines: Lines) -> None:
    """Let *app* count and log every request. To be called before all else that sees requests."""
    as_json = log_format == "json"

    def begin() -> None:
        g.exchange = Exchange(request.environ.get("HTTP_X_REQUEST_ID"))

    def end(response: Response) -> Response:
        exchange = current_exchange()
        response.headers.add(ID_HEADER, exchange.id)
        seconds = time.perf_counter() - exchange.started
        asked = request_ctx.request  # each look at flask.request would be a search of its own
        route = asked.url_rule.rule if asked.url_rule else OTHER
        method = asked.method if asked.method in METHODS else OTHER
        status = response.status_code
        metrics.count_request(route, method, status, seconds)
        model = app.extensions.get(MODEL)
        line = RequestLine(
            timestamp(time.time()),
            "error" if status >= 500 else "info",
            exchange.id,
            method,
            route,
            status,
            round(seconds * 1000, 3),
            response.content_length or 0,
            exchange.reviews,
            model.version if model else None,
        )
        lines.put(line.as_json() if as_json else line.as_text())
        return response

    app.before_request(begin)
    app.after_request(end)
