"""WSGI entry: the application for Gunicorn's workers, and how to render what they refuse."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Flask
from gunicorn.errors import AppImportError

from addsup.inference.errors import AddsupError
from addsup.inference.predictions import Classification
from addsup.server.api.info import model_document
from addsup.server.app import make_ready, unready_app
from addsup.server.error_handlers import PROBLEM_JSON
from addsup.server.errors import ProblemError, ProblemType, StartupError
from addsup.server.extensions import extensions_of
from addsup.server.middleware.security_headers import NOT_KEPT, OF_DOCUMENTS
from addsup.server.observability.request_log import ID_HEADER
from addsup.server.preflight import approve
from addsup.server.schemas.responses import encode, predictions_document, problem_document
from addsup.server.settings import Settings

if TYPE_CHECKING:
    from addsup.inference.model import Model
    from addsup.server.worker.refusals import Headers, Refusal

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
    except AddsupError as refusal:
        raise AppImportError(str(refusal)) from None


def approve_model(settings: Settings, is_stopping: Callable[[], bool] = lambda: False) -> None:
    """Let the workers to come serve the model file of *settings*, if it can be served.

    Raises:
        ModelFileError: it cannot; what was approved before stays.
    """
    global approved
    approved = approve(
        settings.model_path,
        settings.public_key,
        rehearse,
        settings.model_check_seconds,
        is_stopping,
    )


def rehearse(model: Model) -> None:
    """Ask *model* what its workers will be asked, in a process that ends afterwards.

    Raises:
        StartupError: a worker could not do what it has to.
    """
    app = prepared or unready_app(Settings())
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
