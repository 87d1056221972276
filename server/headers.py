"""Headers that every answer carries."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, request

# Nothing from elsewhere, nothing inline, no framing: the page needs its own style sheet, its own
# script, and what that asks of this server.
PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

#: JSON, style sheets and pictures need nothing at all.
DOCUMENT_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
# Other sites learn nothing; to us, a browser still says that a form is one of ours (Origin).
REFERRER_POLICY: Final = "same-origin"
PERMISSIONS_POLICY: Final = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
STRICT_TRANSPORT_SECURITY: Final = "max-age=31536000"


def add_headers(app: Flask) -> None:
    """Let *app* put the headers on every response, errors included."""
    app.after_request(_add)


def _add(response: Response) -> Response:
    headers = response.headers
    is_page = (response.content_type or "").startswith("text/html")
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = REFERRER_POLICY
    headers["Permissions-Policy"] = PERMISSIONS_POLICY
    headers["Content-Security-Policy"] = PAGE_POLICY if is_page else DOCUMENT_POLICY
    if request.endpoint != "static":
        headers["Cache-Control"] = "no-store"
    if request.environ["wsgi.url_scheme"] == "https":
        headers["Strict-Transport-Security"] = STRICT_TRANSPORT_SECURITY
    return response
