"""Security headers that every answer carries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

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


def security_headers(
    environ: Mapping[str, Any], headers: Iterable[tuple[str, str]], media_type: str
) -> list[tuple[str, str]]:
    """What is added to the *headers* of an answer of *media_type*."""
    added = [*(OF_PAGES if media_type.startswith("text/html") else OF_DOCUMENTS)]
    if not any(name == "Cache-Control" for name, _ in headers):  # only files are kept
        added.append(NOT_KEPT)
    if environ["wsgi.url_scheme"] == "https":
        added.append(ONLY_HTTPS)
    return added
