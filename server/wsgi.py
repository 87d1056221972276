"""What Gunicorn's workers call: the application, and how to render what they refuse themselves."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from flask import Flask
from gunicorn.errors import AppImportError

from server.app import make_ready, unready_app
from server.error_handlers import PROBLEM_JSON
from server.errors import ProblemError, ProblemType, StartupError
from server.extensions import extensions_of
from server.middleware.security_headers import NOT_KEPT, OF_DOCUMENTS
from server.observability.request_log import ID_HEADER
from server.schemas.responses import encode, problem_document
from server.settings import Settings

if TYPE_CHECKING:
    from server.worker.refusals import Headers, Refusal

#: The model file that the master found good, before it forked the workers; None without a master.
approved: bytes | None = None

#: The application but for its model, made by the master so that workers share its memory.
prepared: Flask | None = None


def application() -> Flask:
    """The application, made ready in the worker because a session must not cross a fork.

    Raises:
        AppImportError: it refuses to start. Gunicorn prints the message and stops, instead of
            starting one worker after the other.
    """
    try:
        app = prepared or unready_app(Settings.from_environment(os.environ))
        return make_ready(app, approved)
    except StartupError as refusal:
        raise AppImportError(str(refusal)) from None


def render_refusal(refusal: Refusal) -> tuple[Headers, bytes]:
    """Headers and body of what a worker answers by itself; it is counted and logged here."""
    problem = ProblemError(ProblemType[refusal.code.upper()], refusal.detail)
    request_id = (
        extensions_of(prepared).request_log.record_refusal(refusal.status) if prepared else ""
    )
    headers = [
        ("Content-Type", PROBLEM_JSON),
        *OF_DOCUMENTS,
        NOT_KEPT,
        *problem.headers.items(),
        (ID_HEADER, request_id),
    ]
    return headers, encode(problem_document(problem, request_id))
