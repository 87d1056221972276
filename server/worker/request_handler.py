"""Request handler: calls the WSGI application and gathers its reply (PEP 3333), in any thread."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import IO, Any, Final, NamedTuple
from urllib.parse import unquote_to_bytes

from addsup.server.worker.refusals import INTERNAL_ERROR, Renderer, http_date, response
from addsup.server.worker.request_parser import Request

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Address = tuple[Any, ...] | str
Environ = dict[str, Any]

#: Statuses whose replies have no body (RFC 9110, section 6.4.1).
WITHOUT_BODY: Final = frozenset({"204", "304"})
#: An absolute target (RFC 9112, section 3.2.2): its host counts, not that of the header.
ABSOLUTE: Final = re.compile("[^/]+://([^/?#]*)(.*)")


class Reply(NamedTuple):
    """What is sent for one request, and whether the connection stays open after it."""

    content: bytes
    keep_alive: bool


class MalformedReplyError(Exception):
    """The application gave headers that would break the framing, or none at all."""


class RequestHandler:
    """The application as a function from a request to a reply."""

    def __init__(
        self, application: Application, render: Renderer, errors: IO[str], *, multiprocess: bool
    ) -> None:
        self.application = application
        self.render = render
        self._constant: Environ = {
            "wsgi.version": (1, 0),
            "wsgi.errors": errors,
            "wsgi.multithread": True,
            "wsgi.multiprocess": multiprocess,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,
            "wsgi.url_scheme": "http",
            "SERVER_SOFTWARE": "gunicorn",
            "SCRIPT_NAME": "",
        }

    def environ_between(self, peer: Address, server: Address) -> Environ:
        """What the WSGI environments of all requests of one connection have in common."""
        environ = dict(self._constant)
        environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = _name_and_port(peer)
        environ["SERVER_NAME"], environ["SERVER_PORT"] = _name_and_port(server)
        return environ

    def answer(self, request: Request, environ: Environ, *, last: bool) -> Reply:
        """Call the application; the reply to what it raises is 500. *last*: close after it."""
        try:
            return self._answer(request, environ, last)
        except Exception as error:
            # Neither message nor traceback: both may quote a text.
            log = logging.getLogger("gunicorn.error")
            log.error("%s while answering a request", type(error).__name__)
            return Reply(response(INTERNAL_ERROR, request.fields, self.render), keep_alive=False)

    def _answer(self, request: Request, environ: Environ, last: bool) -> Reply:
        started: list[tuple[str, list[tuple[str, str]]]] = []
        written: list[bytes] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], _error: Any = None
        ) -> Callable[[bytes], None]:
            started[:] = [(status, headers)]
            return written.append

        pieces = self.application(environ, start_response)
        try:
            written.extend(pieces)
        finally:
            if hasattr(pieces, "close"):
                pieces.close()
        if not started:
            raise MalformedReplyError
        return _reply(request, *started[0], b"".join(written), last=last)


def environ_of(request: Request, common: Environ) -> Environ:
    """The WSGI environment of *request*, whose connection has *common*."""
    environ, target = {**common, **request.fields}, request.target.decode("ascii")
    if absolute := not target.startswith("/") and ABSOLUTE.match(target):
        environ["HTTP_HOST"], target = absolute.groups()
    if target[:1] not in ("/", "*"):  # an absolute one without a path, or CONNECT's authority
        target = f"/{target}" if absolute else "/"
    path, _, query = target.partition("#")[0].partition("?")
    environ["REQUEST_METHOD"] = request.method
    environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1") if "%" in path else path
    environ["QUERY_STRING"] = query
    environ["RAW_URI"] = target
    environ["SERVER_PROTOCOL"] = f"HTTP/{request.version}"
    # The body is whole: it has a length now, however it was framed. One that is too large
    # is not there; its length alone says so.
    chunked = environ.pop("HTTP_TRANSFER_ENCODING", None)
    if request.oversized:
        environ.setdefault("CONTENT_LENGTH", str(2**62))
    elif chunked:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    environ["wsgi.input"] = BytesIO(request.body)
    return environ


def _reply(
    request: Request, status: str, headers: list[tuple[str, str]], body: bytes, *, last: bool
) -> Reply:
    """The bytes of a reply whose body is whole."""
    bodiless = status[:3] in WITHOUT_BODY or request.method == "HEAD"
    keep_alive = request.keep_alive and not last
    lines = [
        f"HTTP/{request.version} {status}",
        f"Date: {http_date()}",
        "Connection: keep-alive" if keep_alive else "Connection: close",
    ]
    for name, value in headers:
        if name.lower() != "content-length" or (bodiless and status[:3] != "204"):
            lines.append(f"{name}: {value}")
    if not bodiless:
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1:
        raise MalformedReplyError
    content = f"{head}\r\n\r\n".encode("latin-1")
    return Reply(content if bodiless else content + body, keep_alive)


def _name_and_port(address: Address) -> tuple[str, str]:
    """Of a socket's address; a Unix socket has no port."""
    if isinstance(address, tuple):
        return str(address[0]), str(address[1])
    return address or "localhost", ""
