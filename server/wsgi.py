"""What Gunicorn's workers call."""

from __future__ import annotations

import os

from flask import Flask
from gunicorn.errors import AppImportError

from server.app import make_ready, unready_app
from server.errors import StartRefused
from server.settings import Settings

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
