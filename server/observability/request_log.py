"""Request log: the id, the log line and the counts of each request."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

import flask

from addsup.server.http.request import KEY, Request
from addsup.server.observability.log_format import RequestLine, timestamp
from addsup.server.observability.log_writer import LogWriter
from addsup.server.observability.metrics import ONE_LESS, Metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from addsup.server.extensions import Extensions
    from addsup.server.http.routing import Table

Application = Callable[..., Iterable[bytes]]

ID_HEADER: Final = "X-Request-ID"


class RequestLog:
    """Counts and logs every request.

    Attributes:
        model_version: of the model that answers; None while there is none.
    """

    def __init__(self, metrics: Metrics, log_format: str, writer: LogWriter) -> None:
        self.metrics = metrics
        self.as_json = log_format == "json"
        self.writer = writer
        self.model_version: str | None = None

    def wrap(self, application: Application, server: Extensions, table: Table) -> Application:
        """*application* with everything that it answers counted and logged.

        The environment gets the `Request`, with its route in *table*.
        """

        def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            request = environ[KEY] = Request(environ, server)
            table.find(request)
            self.metrics.begin_request()

            def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
                request.status = int(status[:3])
                if request.route is None:
                    _learn_rule(request)
                for name, value in headers:
                    if name == "Content-Length":
                        request.size = int(value)
                headers.append((ID_HEADER, request.id))
                if request.trace:
                    headers.append(("traceparent", request.trace))
                return start_response(status, headers, error)

            try:
                return application(environ, start)
            finally:
                request.amounts += (ONE_LESS,)
                self._record(request)

        return answer

    def record_refusal(self, status: int, proposed: str | None = None) -> str:
        """Count and log a request that was answered without the application; its id."""
        request = Request({"HTTP_X_REQUEST_ID": proposed}, None)
        request.status = status
        self._record(request)
        return request.id

    def _record(self, request: Request) -> None:
        seconds = time.perf_counter() - request.started
        self.metrics.count_request(
            request.template, request.method, request.status, seconds, *request.amounts
        )
        line = RequestLine(
            timestamp(time.time()),
            "error" if request.status >= 500 else "info",
            request.id,
            request.method,
            request.template,
            request.status,
            round(seconds * 1000, 3),
            request.size,
            request.texts,
            self.model_version,
            request.trace[3:35] if request.trace else None,
        )
        self.writer.put(line.as_json() if self.as_json else line.as_text())


def _learn_rule(request: Request) -> None:
    """Take the template of the path from Flask, which removes its request at the end."""
    received = request.environ.get("werkzeug.request")
    if isinstance(received, flask.Request) and received.url_rule:
        request.template = received.url_rule.rule
