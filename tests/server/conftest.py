"""The application on the real model, without a network."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from addsup.server.app import create_app
from addsup.server.observability.log_writer import LogWriter
from addsup.server.settings import Settings

# Small, so that a test can go beyond them quickly.
LIMITS = Settings(max_text_chars=500, max_texts=5, max_body_bytes=4_000)


@pytest.fixture(scope="session", autouse=True)
def quiet() -> Iterator[None]:
    """Request lines go nowhere; a test that wants them gives the application its `LogWriter`."""
    nowhere = LogWriter(os.open(os.devnull, os.O_WRONLY))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("addsup.server.app.LogWriter", lambda: nowhere)
        yield


@pytest.fixture(scope="session")
def app() -> Flask:
    """The application with the limits of `LIMITS`."""
    return create_app(LIMITS)


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    """A client of the application."""
    with app.test_client() as client:
        yield client
