"""What Gunicorn's workers call."""

from __future__ import annotations

from flask import Flask
from gunicorn.errors import AppImportError

from server.app import create_app
from server.errors import StartRefused

#: The model file that the master found good, before it forked the workers; None without a master.
approved: bytes | None = None


def application() -> Flask:
    """The application, made in the worker because its session must not cross a fork.

    Raises:
        AppImportError: it refuses to start. Gunicorn prints the message and stops, instead of
            starting one worker after the other.
    """
    try:
        return create_app(content=approved)
    except StartRefused as refusal:
        raise AppImportError(str(refusal)) from None
