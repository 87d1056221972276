"""Replies: the form that the client would rather have, and their bytes within the limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from addsup.server.errors import ProblemError, ProblemType
from addsup.server.http.request import Reply, Request
from addsup.server.schemas.responses import encode


def wants_html(environ: Mapping[str, Any]) -> bool:
    """Whether the client likes HTML better than JSON, as browsers do when a person navigates."""
    accepted = environ.get("HTTP_ACCEPT", "")
    if "html" not in accepted:
        return False
    accepts = parse_accept_header(accepted, MIMEAccept)
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


def respond(request: Request, document: Any) -> Reply:
    """*document* as the reply to *request*.

    Raises:
        ProblemError: it is too large. HTTP 413.
    """
    return Reply(encode_reply(document, request.server.settings.max_reply_bytes))
