"""How a worker answers one request: parse it, call the application, write the reply.

Gunicorn's own code for this allows for HTTP/2, hooks, access logs and files that the kernel sends;
what is here is what is left of it without them.
"""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from email.utils import formatdate
from functools import lru_cache
from typing import Any

from gunicorn.http import wsgi
from gunicorn.http.errors import InvalidHeader, NoMoreData
from gunicorn.http.message import Request
from gunicorn.workers.gthread import ThreadWorker

from server.errors import Problem
from server.observability.request_log import FOLLOWER
from server.worker import wire
from server.worker.connection import Connection


class Reply(wsgi.Response):
    """A reply that does not say what software sends it, and knows the time by the second."""

    def default_headers(self) -> list[str]:
        """The status line, and what is said of every reply."""
        lines = [
            f"HTTP/{self.req.version[0]}.{self.req.version[1]} {self.status}\r\n",
            f"Date: {_http_date(int(time.time()))}\r\n",
            f"Connection: {'close' if self.should_close() else 'keep-alive'}\r\n",
        ]
        return [*lines, "Transfer-Encoding: chunked\r\n"] if self.chunked else lines


@lru_cache(maxsize=2)
def _http_date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)


class AnsweringWorker(ThreadWorker):
    """The part of a worker that answers requests; it may run in any of its threads."""

    def init_process(self) -> None:
        """Look Gunicorn's settings up once: a request does so twenty times, in three calls each."""
        settings = self.cfg.settings.items()
        self.cfg.__dict__.update({name: setting.get() for name, setting in settings})
        super().init_process()

    def handle(self, conn: Connection) -> bool:
        """Answer the request that *conn* has collected; whether another one may follow it."""
        req = None
        try:
            req = next(conn.parser)
            return bool(self._keepalive_after(conn, self.handle_request(req, conn)))
        except (NoMoreData, StopIteration, OSError) as reason:
            self.log.debug("The client has gone: %s.", type(reason).__name__)
        except Exception as error:
            self.handle_error(req, conn.sock, conn.client, error)
        return False

    def handle_request(self, req: Request, conn: Connection) -> bool:
        """Call the application; whether the connection stays open.

        Raises:
            InvalidHeader: the request does not say whom it is for (RFC 9112, section 3.2).
        """
        if req.version > (1, 0) and "HOST" not in [name for name, _ in req.headers]:
            raise InvalidHeader("Host", req=req)
        reply, environ = wsgi.create(
            req, conn.sock, conn.client, conn.server, self.cfg, response_class=Reply
        )
        environ["wsgi.multithread"] = True
        self.nr += 1
        if self.nr >= self.max_requests:
            self.alive = False
        if not self.alive:
            reply.force_close()
        pieces = self.wsgi(environ, reply.start_response)
        try:
            for piece in pieces:
                reply.write(piece)
            reply.close()
        finally:
            if hasattr(pieces, "close"):
                pieces.close()
        return not reply.should_close()

    def handle_error(  # the names are Gunicorn's
        self,
        req: Any,  # noqa: ARG002
        client: socket.socket,
        addr: Any,  # noqa: ARG002
        exc: Exception,
    ) -> None:
        """Answer what could not be parsed. Its bytes may hold a review, so they are not logged."""
        problem = wire.refusal(exc)
        if problem.status >= 500:
            self.log.error("%s while answering a request", type(exc).__name__)
        with suppress(OSError):  # the client may have gone
            client.sendall(self.refusal(problem))

    def refusal(self, problem: Problem) -> bytes:
        """The reply to a request that the application does not see, which is counted and logged."""
        follower = getattr(self.wsgi, "extensions", {}).get(FOLLOWER)
        return wire.response(problem, follower.note_refusal(problem.status) if follower else "")
