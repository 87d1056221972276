"""Replies: the form that the client would rather have, and their bytes within the limit."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from addsup.server.errors import ProblemError, ProblemType
from addsup.server.extensions import current
from addsup.server.schemas.responses import encode


def wants_html() -> bool:
    """Whether the client likes HTML better than JSON, as browsers do when a person navigates."""
    if "html" not in request.environ.get("HTTP_ACCEPT", ""):
        return False
    accepts = request.accept_mimetypes
    return accepts["text/html"] > accepts["application/json"]


def encode_reply(document: Any, most: int) -> bytes:
    """*document* as the body of a response of *most* bytes at the most.

    Raises:
        ProblemError: it has more. HTTP 413.
    """
    body = encode(document)
    if len(body) > most:
        raise ProblemError(
            ProblemType.REPLY_TOO_LARGE,
            f"The reply would have {len(body):,} bytes, and at most {most:,} are sent; ask for "
            "less at a time.",
        )
    return body


def respond(document: Any) -> Response:
    """*document* as an HTTP response.

    Raises:
        ProblemError: it is too large. HTTP 413.
    """
    body = encode_reply(document, current().settings.max_reply_bytes)
    return Response(body, content_type="application/json")
