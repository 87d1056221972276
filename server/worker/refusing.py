"""Answers what Gunicorn's parser refuses, or should, with a problem document."""

from __future__ import annotations

import socket
from typing import Any

from gunicorn.http.errors import InvalidHeader
from gunicorn.workers.gthread import TConn, ThreadWorker

from server.worker import wire


class RefusingWorker(ThreadWorker):
    """Gunicorn's worker, but for its answers to what is not HTTP, and what it says of it."""

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """Answer a request, which must say whom it is for (RFC 9112, section 3.2)."""
        if req.version > (1, 0) and not any(name == "HOST" for name, _ in req.headers):
            raise InvalidHeader("Host", req=req)
        return super().handle_request(req, conn)

    def handle_error(  # the names are Gunicorn's
        self,
        req: Any,  # noqa: ARG002
        client: socket.socket,
        addr: Any,  # noqa: ARG002
        exc: Exception,
    ) -> None:
        """Answer what could not be parsed. Its bytes may hold a review, so they are not logged."""
        problem = wire.refusal(exc)
        say = self.log.error if problem.status >= 500 else self.log.info
        say("Gunicorn gave up on a request: %s.", type(exc).__name__)
        try:
            client.sendall(wire.response(problem))
        except OSError:
            self.log.debug("The client had gone before it was refused.")
