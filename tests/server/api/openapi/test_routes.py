"""Routes of the OpenAPI document."""

from __future__ import annotations

from flask.testing import FlaskClient

from addsup.server.errors import ProblemType


def test_the_page_explains_every_error_at_its_anchor(client: FlaskClient) -> None:
    page = client.get("/docs").text

    for problem in ProblemType:
        assert f'id="{problem.code}"' in page


def test_the_document_is_json(client: FlaskClient) -> None:
    assert client.get("/openapi.json").get_json()["openapi"] == "3.1.0"
