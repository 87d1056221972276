"""Request handler: calls the WSGI application and gathers its reply (PEP 3333).

May run in any thread: it touches nothing but the request, which is complete, and its own reply.
"""

from __future__ import annotations

import logging
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
        self.constant: Environ = {
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
        name, port = _name_and_port(server)
        address, remote_port = _name_and_port(peer)
        return self.constant | {
            "SERVER_NAME": name,
            "SERVER_PORT": port,
            "REMOTE_ADDR": address,
            "REMOTE_PORT": remote_port,
        }

    def answer(self, request: Request, environ: Environ, *, last: bool) -> Reply:
        """Call the application. It never raises; the reply to what the application raised is 500.

        Args:
            request: complete.
            environ: made from it by `environ_of`.
            last: whether the connection is to be closed whatever the client wants.
        """
        try:
            return self._answer(request, environ, last)
        except Exception as error:
            # Neither message nor traceback: both may quote a text.
            logging.getLogger("gunicorn.error").error(
                "%s while answering a request", type(error).__name__
            )
            refused = response(INTERNAL_ERROR, request.fields, self.render)
            return Reply(refused, keep_alive=False)

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
    target = request.target.decode("ascii")
    environ = {**common, **request.fields}
    if not target.startswith("/"):
        target, environ["HTTP_HOST"] = _from_absolute(target, request.fields.get("HTTP_HOST", ""))
    path, _, query = target.partition("#")[0].partition("?")
    environ["REQUEST_METHOD"] = request.method
    environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1") if "%" in path else path
    environ["QUERY_STRING"] = query
    environ["RAW_URI"] = target
    environ["SERVER_PROTOCOL"] = f"HTTP/{request.version}"
    # The body is whole: it has a length now, however it was framed. One that is too large
    # is not there; its length alone says so.
    if request.oversized:
        environ.setdefault("CONTENT_LENGTH", str(2**62))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
    elif environ.pop("HTTP_TRANSFER_ENCODING", None):
        environ["CONTENT_LENGTH"] = str(len(request.body))
    environ["wsgi.input"] = BytesIO(request.body)
    return environ


def _reply(
    request: Request, status: str, headers: list[tuple[str, str]], body: bytes, *, last: bool
) -> Reply:
    """The bytes of a reply whose body is whole."""
    bodiless = status[:3] in WITHOUT_BODY or request.method == "HEAD"
    sized = bodiless
    keep_alive = request.keep_alive and not last
    lines = [
        f"HTTP/{request.version} {status}",
        f"Date: {http_date()}",
        "Connection: keep-alive" if keep_alive else "Connection: close",
    ]
    for name, value in headers:
        if name.lower() == "content-length":
            if status[:3] == "204":
                continue
            sized = True
            if int(value) != len(body) and not bodiless:
                raise MalformedReplyError
        lines.append(f"{name}: {value}")
    if not sized:
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1:
        raise MalformedReplyError
    content = f"{head}\r\n\r\n".encode("latin-1")
    return Reply(content if bodiless else content + body, keep_alive)


def _from_absolute(target: str, host: str) -> tuple[str, str]:
    """Path and host of a target that is no path (RFC 9112, section 3.2.2: its host counts)."""
    _, separator, rest = target.partition("://")
    if not separator:  # `*`, or the authority of CONNECT
        return (target if target == "*" else "/"), host
    end = next((i for i, character in enumerate(rest) if character in "/?#"), len(rest))
    return rest[end:] if rest[end : end + 1] == "/" else f"/{rest[end:]}", rest[:end]


def _name_and_port(address: Address) -> tuple[str, str]:
    """Of a socket's address; a Unix socket has no port."""
    if isinstance(address, tuple):
        return str(address[0]), str(address[1])
    return address or "localhost", ""
