"""Security headers on every answer."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize(
    ("path", "policy"),
    [("/", "default-src 'none'; script-src 'self'"), ("/livez", "default-src 'none'; frame-")],
)
def test_pages_may_load_what_is_ours_and_documents_nothing(
    client: FlaskClient, path: str, policy: str
) -> None:
    headers = client.get(path).headers

    assert headers["Content-Security-Policy"].startswith(policy)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_only_answers_over_https_ask_for_https(client: FlaskClient) -> None:
    plain, secure = client.get("/"), client.get("/", base_url="https://localhost")

    assert "Strict-Transport-Security" not in plain.headers
    assert "Strict-Transport-Security" in secure.headers


def test_static_files_may_be_kept(client: FlaskClient) -> None:
    with client.get("/static/style.css") as response:
        assert response.headers["Cache-Control"] != "no-store"
