"""Security headers that every answer carries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from addsup.server.extensions import Extensions
from addsup.server.observability.request_log import Application

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_OF_ALL: Final = (
    ("X-Content-Type-Options", "nosniff"),
    # Other sites learn nothing; to us, a browser still says that a form is one of ours (Origin).
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
# Nothing from elsewhere, nothing inline, no framing: the page needs its own style sheet, its own
# script, and what that asks of this server. JSON, style sheets and pictures need nothing at all.
OF_PAGES: Final = (
    *_OF_ALL,
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
)
OF_DOCUMENTS: Final = (
    *_OF_ALL,
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
)
NOT_KEPT: Final = ("Cache-Control", "no-store")
ONLY_HTTPS: Final = ("Strict-Transport-Security", "max-age=31536000")


def add_security_headers(application: Application, _server: Extensions) -> Application:
    """Put the headers on every response of *application*, errors included.

    They are added behind Flask, as plain tuples: five of them set in a hook take longer than
    decoding and cleaning a text together.
    """

    def add(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            is_page = kept = False
            for name, value in headers:
                is_page = is_page or (name == "Content-Type" and value.startswith("text/html"))
                kept = kept or name == "Cache-Control"
            headers += OF_PAGES if is_page else OF_DOCUMENTS
            if not kept:  # only files are, and Flask has said so
                headers.append(NOT_KEPT)
            if environ["wsgi.url_scheme"] == "https":
                headers.append(ONLY_HTTPS)
            return start_response(status, headers, error)

        return application(environ, start)

    return add
