"""Request log: the id, the log line and the share in the metrics of each request."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from flask import Request

from server.observability.log_format import RequestLine, timestamp
from server.observability.log_writer import LogWriter

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from server.observability.metrics import Metrics

Application = Callable[..., Iterable[bytes]]

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

    def learn(self, received: Request) -> None:
        """Take over what Flask found out about the request."""
        self.route = received.url_rule.rule if received.url_rule else OTHER
        self.method = received.method if received.method in METHODS else OTHER


class _Here(threading.local):
    exchange: Exchange


_here: Final = _Here()


def current_exchange() -> Exchange:
    """The request that is being answered by this thread."""
    return _here.exchange


class RequestLog:
    """Counts and logs every request.

    It stands before Flask, where it costs half of what hooks do, and sees what no hook would.

    Attributes:
        model_version: of the model that answers; None while there is none.
    """

    def __init__(self, metrics: Metrics, log_format: str, writer: LogWriter) -> None:
        self.metrics = metrics
        self.as_json = log_format == "json"
        self.writer = writer
        self.model_version: str | None = None

    def wrap(self, application: Application) -> Application:
        """*application* with everything that it answers counted and logged."""

        def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            exchange = _here.exchange = Exchange(environ.get("HTTP_X_REQUEST_ID"))

            def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
                exchange.status = int(status[:3])
                received = environ.get("werkzeug.request")  # Flask removes it at the end
                if isinstance(received, Request):
                    exchange.learn(received)
                for name, value in headers:
                    if name == "Content-Length":
                        exchange.size = int(value)
                headers.append((ID_HEADER, exchange.id))
                return start_response(status, headers, error)

            try:
                return application(environ, start)
            finally:
                self._record(exchange)

        return answer

    def record_refusal(self, status: int) -> str:
        """Count and log a request that was answered without the application; its id."""
        exchange = Exchange(None)
        exchange.status = status
        self._record(exchange)
        return exchange.id

    def _record(self, exchange: Exchange) -> None:
        seconds = time.perf_counter() - exchange.started
        self.metrics.count_request(exchange.route, exchange.method, exchange.status, seconds)
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
            self.model_version,
        )
        self.writer.put(line.as_json() if self.as_json else line.as_text())
