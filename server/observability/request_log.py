"""Request log: the id, the log line and the share in the metrics of each request."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from addsup.server.observability.log_format import RequestLine, timestamp
from addsup.server.observability.log_writer import LogWriter
from flask import Request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from addsup.server.observability.metrics import Metrics

Application = Callable[..., Iterable[bytes]]

ID_HEADER: Final = "X-Request-ID"

#: A request id that is taken over: Heroku's, a UUID, a trace id; nothing that could forge a line.
WELL_FORMED = re.compile("[A-Za-z0-9._~+/=-]{1,128}")

METHODS: Final = frozenset("GET HEAD POST PUT DELETE OPTIONS PATCH TRACE CONNECT".split())

#: https://www.w3.org/TR/trace-context/: version, trace, parent, flags; neither id is all zeros.
TRACE_PARENT: Final = re.compile(
    "(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
)

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
        trace: `traceparent` of W3C's Trace Context, if the client sent one that is well-formed.
    """

    __slots__ = ("id", "method", "reviews", "route", "size", "started", "status", "trace")

    def __init__(self, proposed: str | None, trace: str | None = None) -> None:
        taken_over = proposed and WELL_FORMED.fullmatch(proposed)
        self.id: str = proposed if proposed and taken_over else os.urandom(16).hex()
        self.route = self.method = OTHER
        self.started = time.perf_counter()
        self.reviews = 0
        self.status = 500  # if the application fails to answer at all
        self.size = 0
        self.trace = trace if trace and TRACE_PARENT.fullmatch(trace) else None

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
            exchange = _here.exchange = Exchange(
                environ.get("HTTP_X_REQUEST_ID"), environ.get("HTTP_TRACEPARENT")
            )
            self.metrics.in_flight.inc()

            def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
                exchange.status = int(status[:3])
                received = environ.get("werkzeug.request")  # Flask removes it at the end
                if isinstance(received, Request):
                    exchange.learn(received)
                for name, value in headers:
                    if name == "Content-Length":
                        exchange.size = int(value)
                headers.append((ID_HEADER, exchange.id))
                if exchange.trace:
                    headers.append(("traceparent", exchange.trace))
                return start_response(status, headers, error)

            try:
                return application(environ, start)
            finally:
                self.metrics.in_flight.dec()
                self._record(exchange)

        return answer

    def record_refusal(self, status: int, proposed: str | None = None) -> str:
        """Count and log a request that was answered without the application; its id."""
        exchange = Exchange(proposed)
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
            exchange.trace[3:35] if exchange.trace else None,
        )
        self.writer.put(line.as_json() if self.as_json else line.as_text())
