"""What Gunicorn's workers call."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from flask import Flask
from gunicorn.errors import AppImportError

from server.api.openapi.operations import coded_problems
from server.app import make_ready, unready_app
from server.error_handlers import PROBLEM_JSON
from server.errors import Problem, StartRefused
from server.middleware.security_headers import NOT_KEPT, OF_DOCUMENTS
from server.observability.request_log import FOLLOWER, ID_HEADER
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
        settings = Settings.from_environment(os.environ)
        return make_ready(prepared or unready_app(settings), settings, approved)
    except StartRefused as refusal:
        raise AppImportError(str(refusal)) from None


def render_refusal(refusal: Refusal) -> tuple[Headers, bytes]:
    """Headers and body of what a worker answers by itself; it is counted and logged here."""
    kind = {each.code: each for each in coded_problems()}[refusal.code]
    problem = kind.__new__(kind)
    Problem.__init__(problem, refusal.detail)
    follower = prepared.extensions.get(FOLLOWER) if prepared else None
    request_id = follower.note_refusal(refusal.status) if follower else ""
    headers = [
        ("Content-Type", PROBLEM_JSON),
        *OF_DOCUMENTS,
        NOT_KEPT,
        *([("Retry-After", "1")] if refusal.status == 503 else []),
        (ID_HEADER, request_id),
    ]
    return headers, encode(problem_document(problem, request_id))
