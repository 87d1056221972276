"""Follows each request: its id, its log line, its share in the metrics."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Request

from server.extensions import MODEL
from server.observability.log_format import RequestLine, timestamp
from server.observability.log_writer import Lines
from server.observability.metrics import Metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ID_HEADER: Final = "X-Request-ID"

#: Where an application has its `Follower`.
FOLLOWER: Final = "follower"

#: A request id that is taken over: Heroku's, a UUID, a trace id; nothing that could forge a line.
WELL_FORMED = re.compile("[A-Za-z0-9._~+/=-]{1,128}")

METHODS: Final = frozenset("GET HEAD POST PUT DELETE OPTIONS PATCH TRACE CONNECT".split())

#: What stands for a path that is no route, and for a method that HTTP does not have.
OTHER: Final = "(other)"


class Exchange:
    """The request that is being answered.

    Attributes:
        id: the client's name for it, or ours.
        route: the template of its path.
        method: that of HTTP, if it is one.
        started: on `time.perf_counter`'s clock.
        reviews: how many have been classified for it.
        status: that of the answer.
        size: bytes of the answer's body, if they are known beforehand.
    """

    __slots__ = ("id", "method", "reviews", "route", "size", "started", "status")

    def __init__(self, proposed: str | None) -> None:
        taken_over = proposed and WELL_FORMED.fullmatch(proposed)
        self.id: str = proposed if proposed and taken_over else os.urandom(16).hex()
        self.route = self.method = OTHER
        self.started = time.perf_counter()
        self.reviews = 0
        self.status = 500  # if the application fails to answer at all
        self.size = 0

    def learn(self, asked: Request) -> None:
        """Take over what Flask found out about the request."""
        self.route = asked.url_rule.rule if asked.url_rule else OTHER
        self.method = asked.method if asked.method in METHODS else OTHER


class _Here(threading.local):
    exchange: Exchange


_here: Final = _Here()


def current_exchange() -> Exchange:
    """The request that is being answered by this thread."""
    return _here.exchange


class Follower:
    """The application as Gunicorn calls it: whatever it answers is counted and logged.

    It stands before Flask, where it costs half of what hooks do, and sees what no hook would.
    """

    def __init__(self, app: Flask, metrics: Metrics, log_format: str, lines: Lines) -> None:
        self.app = app
        self.answer = app.wsgi_app
        self.metrics = metrics
        self.as_json = log_format == "json"
        self.lines = lines

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        exchange = _here.exchange = Exchange(environ.get("HTTP_X_REQUEST_ID"))

        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            exchange.status = int(status[:3])
            asked = environ.get("werkzeug.request")  # Flask removes it at the end
            if isinstance(asked, Request):
                exchange.learn(asked)
            for name, value in headers:
                if name == "Content-Length":
                    exchange.size = int(value)
            headers.append((ID_HEADER, exchange.id))
            return start_response(status, headers, error)

        try:
            return self.answer(environ, start)
        finally:
            self._note(exchange)

    def note_refusal(self, status: int) -> str:
        """Count and log a request that was answered without the application. Returns its id."""
        exchange = Exchange(None)
        exchange.status = status
        self._note(exchange)
        return exchange.id

    def _note(self, exchange: Exchange) -> None:
        seconds = time.perf_counter() - exchange.started
        self.metrics.count_request(exchange.route, exchange.method, exchange.status, seconds)
        model = self.app.extensions.get(MODEL)
        line = RequestLine(
            timestamp(time.time()),
            "error" if exchange.status >= 500 else "info",
            exchange.id,
            exchange.method,
            exchange.route,
            exchange.status,
            round(seconds * 1000, 3),
            exchange.size,
            exchange.reviews,
            model.version if model else None,
        )
        self.lines.put(line.as_json() if self.as_json else line.as_text())


def follow_requests(app: Flask, metrics: Metrics, log_format: str, lines: Lines) -> None:
    """Let *app* count and log every request."""
    follower = app.extensions[FOLLOWER] = Follower(app, metrics, log_format, lines)
    app.wsgi_app = follower  # type: ignore[method-assign]
