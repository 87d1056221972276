"""The application on the real model, without a network."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.app import create_app
from server.settings import Settings

# Small, so that a test can go beyond them quickly.
LIMITS = Settings(max_review_chars=500, max_reviews=5, max_body_bytes=4_000)


@pytest.fixture(scope="session")
def app() -> Flask:
    """The application with the limits of `LIMITS`."""
    return create_app(LIMITS)


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    """A client of the application."""
    with app.test_client() as client:
        yield client
