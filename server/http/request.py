"""Request and reply: one HTTP exchange as middleware and the functions that answer JSON see it."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from addsup.server.extensions import Extensions
    from addsup.server.http.routing import Route
    from addsup.server.observability.counts import Amount

#: Where the WSGI environment has the `Request`.
KEY: Final = "addsup.request"

JSON: Final = "application/json"

#: A request id that is accepted: Heroku's, a UUID, a trace id; nothing that could forge a line.
WELL_FORMED: Final = re.compile("[A-Za-z0-9._~+/=-]{1,128}")

#: https://www.w3.org/TR/trace-context/: version, trace, parent, flags; neither id is all zeros.
TRACE_PARENT: Final = re.compile(
    "(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
)

METHODS: Final = frozenset("GET HEAD POST PUT DELETE OPTIONS PATCH TRACE CONNECT".split())

#: What stands for a path that is no route, and for a method that HTTP does not have.
OTHER: Final = "(other)"

STATUS_LINES: Final = {int(each): f"{each.value} {each.phrase}" for each in HTTPStatus}


class Request:
    """The request that is being answered.

    Attributes:
        environ, server: of WSGI; the settings, the model, the counts.
        route, names, template: what answers it, None for a page and for what is at no path; the
            variable parts of its path, by name; its path, for counts and log.
        body: decoded; empty until it has been read.
        id: the client's name for it, or ours.
        method: that of HTTP, if it is one.
        started: on `time.perf_counter`'s clock.
        amounts: what is counted for it at its end, besides itself.
        texts, status, size: texts classified for it; of the answer, and bytes of its body.
        trace: `traceparent` of W3C's Trace Context, if the client sent one that is well-formed.
    """

    __slots__ = tuple(
        "environ server route names template body id method started amounts texts status size "
        "trace".split()
    )

    def __init__(self, environ: WSGIEnvironment, server: Extensions | None) -> None:
        self.started = time.perf_counter()
        self.environ = environ
        self.server: Any = server  # None where the worker refuses, and no handler is called
        self.route: Route | None = None
        self.names: dict[str, str] = {}
        self.template = OTHER
        self.body = b""
        proposed = environ.get("HTTP_X_REQUEST_ID")
        well_formed = proposed and WELL_FORMED.fullmatch(proposed)
        self.id: str = proposed if proposed and well_formed else os.urandom(16).hex()
        method = environ.get("REQUEST_METHOD", OTHER)
        self.method: str = method if method in METHODS else OTHER
        self.amounts: tuple[Amount, ...] = ()
        self.texts = self.size = 0
        self.status = 500  # if the application fails to answer at all
        trace = environ.get("HTTP_TRACEPARENT")
        self.trace: str | None = trace if trace and TRACE_PARENT.fullmatch(trace) else None

    @property
    def media_type(self) -> str:
        """That of the body, without its parameters."""
        kind: str = self.environ.get("CONTENT_TYPE", "")
        return kind if kind == JSON else kind.partition(";")[0].strip().lower()


@dataclass(slots=True)
class Reply:
    """An answer that is known whole."""

    body: bytes
    content_type: str = JSON
    status: int = 200
    headers: Sequence[tuple[str, str]] = field(default=())

    def send(self, request: Request, start_response: StartResponse) -> Iterable[bytes]:
        """Start the response to *request*, and give its body."""
        length = str(len(self.body))
        headers = [("Content-Type", self.content_type), ("Content-Length", length), *self.headers]
        start_response(STATUS_LINES[self.status], headers)
        return [] if request.method == "HEAD" else [self.body]


def current_request(environ: Any) -> Request:
    """The request that a WSGI environment is of."""
    request: Request = environ[KEY]
    return request
