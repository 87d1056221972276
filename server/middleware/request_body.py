"""Request bodies: whole, bounded, and read once.

The worker hands over complete bodies and announces the length of those that are too large; other
WSGI servers, such as Flask's test client, may not, so the bytes are counted here as well.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

from flask import request

from server.errors import ProblemError, ProblemType
from server.extensions import current

#: Where the WSGI environment of a request has its body, or the problem that there is with it.
BODY: Final = "server.body"


def read_request_body() -> None:
    """Refuse a body that is too large or compressed before a view sees it."""
    take_body(request.environ, current().settings.max_body_bytes)


def current_body() -> bytes:
    """The body of the current request; empty if it has none."""
    body: bytes = request.environ.get(BODY, b"")
    return body


def take_body(environ: dict[str, Any], limit: int) -> bytes:
    """The whole body of a request, read once: asked again, it is the same, or the same problem.

    Args:
        environ: the WSGI environment; its input is replaced by what has been read.
        limit: bytes the body may have.

    Raises:
        ProblemError: it is compressed (HTTP 415), has or announces more than *limit* bytes (413),
            or ends before its announced length (400).
    """
    if BODY not in environ:
        try:
            environ[BODY] = _take(environ, limit)
        except ProblemError as problem:
            environ[BODY] = problem
    body: bytes | ProblemError = environ[BODY]
    if isinstance(body, ProblemError):
        raise body
    return body


def _take(environ: dict[str, Any], limit: int) -> bytes:
    if environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise ProblemError(
            ProblemType.UNSUPPORTED_MEDIA_TYPE,
            "The body is compressed; send it without Content-Encoding.",
        )
    length = _number(environ.get("CONTENT_LENGTH"))
    if length is None and "HTTP_TRANSFER_ENCODING" not in environ:
        return b""
    if length is not None and length > limit:
        raise _too_large(limit)
    body: bytes = environ["wsgi.input"].read(limit + 1 if length is None else length)
    if len(body) > limit:
        raise _too_large(limit)
    if length is not None and len(body) < length:
        raise ProblemError(
            ProblemType.INCOMPLETE_BODY,
            f"{length:,} bytes were announced, but {len(body):,} arrived.",
        )
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ["CONTENT_LENGTH"] = str(len(body))  # now it is true
    environ["wsgi.input"] = BytesIO(body)
    return body


def _too_large(limit: int) -> ProblemError:
    return ProblemError(
        ProblemType.BODY_TOO_LARGE,
        f"The request body has more than {limit:,} bytes; send it in parts.",
    )


def _number(length: str | None) -> int | None:
    return int(length) if length and length.isdecimal() else None
