"""Health checks and metrics."""

from __future__ import annotations

from flask.testing import FlaskClient

from addsup.server.app import unready_app
from tests.server.conftest import LIMITS


def test_a_server_without_a_model_lives_but_is_not_ready() -> None:
    client = unready_app(LIMITS).test_client()

    assert client.get("/livez").json == {"status": "live"}
    assert client.get("/readyz").status_code == 503


def test_a_server_with_a_model_is_ready(client: FlaskClient) -> None:
    assert client.get("/readyz").json == {"status": "ready"}


def test_metrics_are_text_of_prometheus(client: FlaskClient) -> None:
    response = client.get("/metrics")

    assert response.mimetype == "text/plain"
    assert "# TYPE http_requests_total counter" in response.text
