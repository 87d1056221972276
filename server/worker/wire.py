"""Answers written without Flask: to what Gunicorn cannot parse, or what there is no time for.

Each is a whole HTTP response with a problem document, after which the connection ends.
"""

from __future__ import annotations

from email.utils import formatdate
from http import HTTPStatus
from typing import Final

from gunicorn.http import errors as gunicorn

from server.error_handlers import OUR_FAULT, PROBLEM_JSON
from server.errors import (
    BadRequest,
    ExpectationFailed,
    HeadersTooLarge,
    Overloaded,
    Problem,
    TookTooLong,
    UriTooLong,
)
from server.middleware.security_headers import NOT_KEPT, OF_DOCUMENTS
from server.observability.request_log import ID_HEADER
from server.schemas.responses import encode, problem_document

#: Paths that are answered whatever the load: a platform that hears nothing restarts the server.
HEALTH: Final = (b"GET /livez ", b"GET /readyz ", b"HEAD /livez ", b"HEAD /readyz ")

#: Bytes that such a request has at the most, so that no one hides a long body behind it.
LONGEST_HEALTH: Final = 8 * 2**10

BUSY: Final = Overloaded("The server has as much to do as it can; try again in a second.")
HUNG: Final = TookTooLong("The answer took too long and was given up; try again.")

REFUSALS: Final = (
    (gunicorn.LimitRequestLine, UriTooLong("The request line is longer than is read.")),
    (
        gunicorn.LimitRequestHeaders,
        HeadersTooLarge("There are more or longer headers than is read."),
    ),
    (gunicorn.ExpectationFailed, ExpectationFailed('Only "Expect: 100-continue" is understood.')),
    (gunicorn.ParseException, BadRequest("The request is not well-formed HTTP/1.1 (RFC 9112).")),
)


def is_health(collected: bytes | bytearray) -> bool:
    """Whether *collected*, a request, asks for a health check, and for nothing that takes time."""
    return collected.startswith(HEALTH) and len(collected) <= LONGEST_HEALTH


def refusal(error: Exception) -> Problem:
    """What to answer when Gunicorn gave up on a request with *error*."""
    for kind, problem in REFUSALS:
        if isinstance(error, kind):
            return problem
    return OUR_FAULT


def response(problem: Problem, request_id: str) -> bytes:
    """*problem* as the bytes of an HTTP response to the request *request_id*."""
    body = encode(problem_document(problem, request_id))
    headers = [
        ("Date", formatdate(usegmt=True)),
        ("Connection", "close"),
        ("Content-Type", PROBLEM_JSON),
        ("Content-Length", str(len(body))),
        *OF_DOCUMENTS,
        NOT_KEPT,
        *problem.headers.items(),
        (ID_HEADER, request_id),
    ]
    status = f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}"
    head = [status, *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(head).encode("ascii") + body
