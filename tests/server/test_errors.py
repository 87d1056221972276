"""Errors: each has a code; the client's are 4xx."""

from __future__ import annotations

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient

from addsup.server.app import unready_app
from addsup.server.observability.log_format import DEFECTS, Formatter
from tests.server.conftest import LIMITS

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def test_unknown_route_is_a_problem_document(client: FlaskClient) -> None:
    response = client.get("/nowhere")

    assert response.status_code == 404
    assert response.content_type == "application/problem+json"
    assert response.json == {
        "type": "/docs#route_not_found",
        "title": "There is nothing at this path",
        "status": 404,
        "detail": "Nothing is served at this path; the form is at /.",
        "instance": response.headers["X-Request-ID"],
        "code": "route_not_found",
    }


@pytest.mark.parametrize(
    "path", ["/static//style.css", "/predict/", "/static/../app.py", "/static/"]
)
def test_path_that_is_nearly_a_route_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/predict", "OPTIONS, POST"),
        ("PUT", "/predict", "OPTIONS, POST"),
        ("DELETE", "/", "GET, HEAD, OPTIONS, POST"),
        ("POST", "/livez", "GET, HEAD, OPTIONS"),
        ("BREW", "/readyz", "GET, HEAD, OPTIONS"),
    ],
)
def test_wrong_method_names_the_right_ones(
    client: FlaskClient, method: str, path: str, allowed: str
) -> None:
    response = client.open(path, method=method)

    assert (response.status_code, response.get_json()["code"]) == (405, "method_not_allowed")
    assert response.headers["Allow"] == allowed


def test_browser_reads_errors_as_a_page(client: FlaskClient) -> None:
    response = client.get("/nowhere", headers=BROWSER)

    assert response.status_code == 404
    assert response.mimetype == "text/html"
    assert "There is nothing at this path" in response.text


def test_other_routes_answer_a_browser_with_a_document_too(client: FlaskClient) -> None:
    response = client.get("/v2/models/other", headers=BROWSER)

    assert response.content_type == "application/problem+json"


def test_defect_is_a_500_that_tells_no_one_the_text(caplog: pytest.LogCaptureFixture) -> None:
    app = unready_app(LIMITS)
    app.add_url_rule("/defect", view_func=raise_with_the_text)

    with caplog.at_level(logging.ERROR):
        response = app.test_client().get("/defect")

    assert (response.status_code, response.get_json()["code"]) == (500, "internal_error")
    assert "canary" not in response.text + caplog.text
    (record,) = [each for each in caplog.records if each.name == DEFECTS]
    assert record.getMessage() == "ValueError while answering a request"
    assert "raise_with_the_text" in Formatter("text").format(record)
    assert response.headers["X-Request-ID"] in Formatter("json").format(record)


def raise_with_the_text() -> str:
    text = "can" + "ary"
    raise ValueError(text)


def test_server_without_a_model_is_alive_but_not_ready() -> None:
    client = unready_app(LIMITS).test_client()

    live, ready = client.get("/livez"), client.get("/readyz")
    predicted = client.post("/predict", json={"text": "Good."})

    assert live.status_code == 200
    assert (ready.status_code, ready.get_json()["code"]) == (503, "not_ready")
    assert (predicted.status_code, predicted.get_json()["code"]) == (503, "not_ready")


def test_ready_server_says_so(app: Flask) -> None:
    client = app.test_client()

    assert client.get("/livez").json == {"status": "live"}
    assert client.get("/readyz").json == {"status": "ready"}


@pytest.mark.parametrize("host", ["a" * 64, "..", "a..b"])
def test_a_browser_that_names_an_impossible_host_gets_a_problem(
    client: FlaskClient, host: str
) -> None:
    reply = client.get("/", headers={"Host": host, "Accept": "text/html"})

    assert (reply.status_code, reply.get_json()["code"]) == (400, "bad_request")
