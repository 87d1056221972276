"""Request log: the id, the log line and the counts of each request."""

from __future__ import annotations

import time
from typing import Final

from addsup.server.http.request import Request
from addsup.server.observability.log_format import RequestLine, timestamp
from addsup.server.observability.log_writer import LogWriter
from addsup.server.observability.metrics import LOST_LINES, Metrics

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
        self._lost = 0

    def record_refusal(self, status: int, proposed: str | None = None) -> str:
        """Count and log a request that was answered without the application; its id."""
        request = Request({"HTTP_X_REQUEST_ID": proposed}, None)
        request.status = status
        self.record(request)
        return request.id

    def record(self, request: Request) -> None:
        """Count *request*, which has been answered, and write its line."""
        seconds = time.perf_counter() - request.started
        if lost := LogWriter.lost_by_all - self._lost:
            self._lost += lost
            request.amounts += (((LOST_LINES.name,), lost),)
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
