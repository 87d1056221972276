"""Answers written without Flask: to what Gunicorn cannot parse, or what there is no time for.

Each is a whole HTTP response with a problem document, after which the connection ends.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from gunicorn.http import errors as gunicorn

from server.documents import ENCODER, problem_document
from server.errors import (
    BadRequest,
    ExpectationFailed,
    HeadersTooLarge,
    InternalError,
    Overloaded,
    Problem,
    TookTooLong,
    UriTooLong,
)

#: Paths that are answered whatever the load: a platform that hears nothing restarts the server.
HEALTH: Final = (b"GET /livez ", b"GET /readyz ", b"HEAD /livez ", b"HEAD /readyz ")

#: Bytes that such a request has at the most, so that no one hides a long body behind it.
LONGEST_HEALTH: Final = 8 * 2**10

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
    return InternalError("Something went wrong here, not in the request; the log has the place.")


def response(problem: Problem) -> bytes:
    """*problem* as the bytes of an HTTP response."""
    body = ENCODER.encode(problem_document(problem)) + b"\n"
    head = [
        f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}",
        "Content-Type: application/problem+json",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
        *(f"{name}: {value}" for name, value in problem.headers.items()),
    ]
    return "\r\n".join([*head, "", ""]).encode("ascii") + body


def busy() -> bytes:
    """There is too much to do."""
    return response(Overloaded("The server has as much to do as it can; try again in a second."))


def hung() -> bytes:
    """The answer is not coming."""
    return response(TookTooLong("The answer took too long and was given up; try again."))
