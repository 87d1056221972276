"""WSGI entry: the application for Gunicorn's workers, and how to render what they refuse."""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from flask import Flask
from gunicorn.errors import AppImportError

from addsup.inference.errors import AddsupError
from addsup.inference.predictions import Classification
from addsup.server.api.info import model_document
from addsup.server.app import make_ready, unready_app
from addsup.server.error_handlers import PROBLEM_JSON
from addsup.server.errors import ProblemError, ProblemType, StartupError
from addsup.server.extensions import extensions_of
from addsup.server.middleware.security import cors_headers
from addsup.server.middleware.security_headers import NOT_KEPT, OF_DOCUMENTS
from addsup.server.observability.request_log import ID_HEADER
from addsup.server.preflight import approve
from addsup.server.schemas.responses import encode, predictions_document, problem_document
from addsup.server.settings import Settings
from addsup.server.settings.accepted import UNIX

if TYPE_CHECKING:
    from addsup.inference.model import Model
    from addsup.server.worker.refusals import Headers, Refusal

#: What the master found good before it forked the workers, which outlives a reload: its settings,
#: the model file, and the application but for its model, so that workers share its memory.
chosen: Settings | None = None
approved: bytes | None = None
prepared: Flask | None = None

#: What `explain` has to say for every text to be predicted once more for each of its words.
LEAVE_OUT: Final = ("explain=loo", "explain=2")


def application() -> Flask:
    """The application, made ready in the worker because a session must not cross a fork.

    Raises:
        AppImportError: it refuses to start. Gunicorn prints the message and stops, instead of
            starting one worker after the other.
    """
    try:
        app = prepared or unready_app(Settings.from_environment(os.environ))
        return make_ready(app, approved)
    except AddsupError as refusal:
        raise AppImportError(str(refusal)) from None


def choose(is_stopping: Callable[[], bool]) -> Settings:
    """Read and check settings and model, for a start or a reload; the settings to go on with.

    What cannot be served ends a start with a sentence. At a reload the sentence is logged, and the
    workers to come serve what was chosen before.
    """
    global chosen, prepared, approved
    try:
        settings = _known_settings()
        app = prepared if prepared and settings == chosen else unready_app(settings)
        approved = approve(
            settings.model_path,
            settings.model_public_key,
            lambda model: rehearse(model, app),
            settings.model_check_seconds,
            is_stopping,
        )
        chosen, prepared = settings, app
    except AddsupError as refusal:
        if chosen is None:
            sys.exit(str(refusal))
        logging.getLogger("gunicorn.error").error(
            "Nothing is taken over, the server goes on as it was: %s", refusal
        )
    return chosen


def _known_settings() -> Settings:
    settings = Settings.from_environment(os.environ)
    try:
        if not settings.host.startswith(UNIX):
            socket.getaddrinfo(settings.host, settings.port)
    except OSError as unknown:
        raise StartupError(
            f"HOST is {settings.host!r}, which is not known here: {unknown.strerror}."
        ) from None
    return settings


def rehearse(model: Model, app: Flask) -> None:
    """Ask *model* what its workers will be asked, in a process that ends afterwards.

    Raises:
        StartupError: a worker could not do what it has to.
    """
    carried = extensions_of(app)
    carried.use_model(model)
    golden = [each.text for each in model.manifest.golden]
    with app.test_request_context("/"):
        found = [
            Classification(text, *pair)
            for text, pair in zip(golden, model.explain(golden), strict=True)
        ]
        encode(predictions_document(found, is_batch=True, explained=True))
        encode(model_document(carried))
        carried.render_page(found[0])
    _start_threads(carried.settings.threads)


def _start_threads(count: int) -> None:
    """See that a process may have *count* threads.

    Raises:
        StartupError: it may not.
    """
    done = threading.Event()
    try:
        for _ in range(count + 1):
            threading.Thread(target=done.wait, daemon=True).start()
    except RuntimeError:
        raise StartupError(
            f"Cannot start {count} threads: memory or tasks are limited too tightly (ulimit -v, "
            "ulimit -u, or the container's limits); raise the limit, or set THREADS lower."
        ) from None
    finally:
        done.set()


def is_long(environ: Mapping[str, Any]) -> bool:
    """Whether a request may take long although its body is small."""
    return "HTTP_CONTENT_ENCODING" in environ or any(
        each in environ["QUERY_STRING"] for each in LEAVE_OUT
    )


def health_paths(settings: Settings) -> frozenset[str]:
    """The paths that are answered whatever the load."""
    paths = ("/livez", "/readyz", "/metrics", "/v2/health/live", "/v2/health/ready")
    return frozenset(root + path for root in {"", settings.root_path or ""} for path in paths)


def render_refusal(refusal: Refusal, fields: Mapping[str, str]) -> tuple[Headers, bytes]:
    """Headers and body of what a worker answers by itself; it is counted and logged here."""
    problem = ProblemError(ProblemType[refusal.code.upper()], refusal.detail)
    headers = [("Content-Type", PROBLEM_JSON), *OF_DOCUMENTS, NOT_KEPT, *problem.headers.items()]
    request_id = ""
    if prepared and chosen:
        log = extensions_of(prepared).request_log
        request_id = log.record_refusal(refusal.status, fields.get("HTTP_X_REQUEST_ID"))
        if chosen.cors_origins:
            headers += cors_headers(chosen.cors_origins, fields.get("HTTP_ORIGIN"))
    return [*headers, (ID_HEADER, request_id)], encode(problem_document(problem, request_id))
