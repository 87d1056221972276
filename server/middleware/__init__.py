"""Middleware: what each request passes before and after a view."""

from __future__ import annotations

from addsup.server.extensions import Extensions
from addsup.server.observability.request_log import Application


def log_requests(application: Application, carried: Extensions) -> Application:
    """Log and count whatever *application* answers."""
    return carried.request_log.wrap(application)
