"""Which form of an answer the client would rather have."""

from __future__ import annotations

from flask import request


def wants_html() -> bool:
    """Whether the client likes HTML better than JSON, as browsers do when a person navigates."""
    if "html" not in request.environ.get("HTTP_ACCEPT", ""):
        return False
    accepts = request.accept_mimetypes
    return accepts["text/html"] > accepts["application/json"]
