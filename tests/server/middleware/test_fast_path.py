"""The short way of an ordinary question is the same answer sooner, and only that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from addsup.server.app import create_app
from addsup.server.middleware.fast_path import is_ordinary
from flask import Flask, Response, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.server.conftest import LIMITS

Ask = Callable[..., TestResponse]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the requests that Flask has seen."""
    seen: list[str] = []
    dispatch = Flask.full_dispatch_request

    def noted(app: Flask) -> Response:
        seen.append(request.path)
        return dispatch(app)

    monkeypatch.setattr(Flask, "full_dispatch_request", noted)
    return seen


@pytest.fixture
def ask(client: FlaskClient) -> Iterator[Ask]:
    """Ask /predict; what is not given is ordinary."""

    def ask(document: object, query: str = "", **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.post(
            "/predict", json=document, query_string=query, headers={"X-Request-ID": "a", **named}
        )

    return ask


@pytest.mark.parametrize(
    "document",
    [
        {"text": "A wonderful film, “great” acting."},
        {"text": "Zxqv."},
        {"texts": ["Awful.", "A wonderful film."]},
        {"texts": []},
    ],
)
def test_both_ways_give_the_same_answer(ask: Ask, seen: list[str], document: object) -> None:
    short = ask(document)
    assert seen == []
    whole = ask(document, query="explain=0")
    assert seen == ["/predict"]

    assert short.status == whole.status == "200 OK"
    assert short.data == whole.data
    assert sorted(short.headers) == sorted(whole.headers)


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ({"text": ""}, 400),
        ({"text": "a" * 501}, 413),
        ({"texts": ["Fine.", "10/10"]}, 400),
        ({"texts": ["a"] * 6}, 413),
        ({"text": "Fine.", "lang": "en"}, 400),
        ({"text": "a" * 5_000}, 413),
    ],
)
def test_what_is_not_right_goes_the_whole_way(
    ask: Ask, seen: list[str], document: object, status: int
) -> None:
    answer = ask(document)

    assert seen == ["/predict"]
    assert answer.status_code == status
    assert answer.json["instance"] == "a"


def test_a_chunked_body_that_is_too_long_is_still_that_on_the_whole_way(
    client: FlaskClient, seen: list[str]
) -> None:
    body = BytesIO(b'{"text": "' + b"a" * 5_000 + b'"}')

    answer = client.post(
        "/predict",
        input_stream=body,
        content_type="application/json",
        environ_overrides={"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True},
    )

    assert seen == ["/predict"]
    assert answer.status_code == 413


ORDINARY = {
    "PATH_INFO": "/predict",
    "REQUEST_METHOD": "POST",
    "CONTENT_TYPE": "application/json",
    "HTTP_HOST": "example.org:8000",
    "QUERY_STRING": "",
}


@pytest.mark.parametrize(
    "other",
    [
        {"PATH_INFO": "/predict/"},
        {"REQUEST_METHOD": "PUT"},
        {"CONTENT_TYPE": "application/x-www-form-urlencoded"},
        {"CONTENT_TYPE": "application/json; charset=utf-8"},
        {"HTTP_HOST": "exam ple.org"},
        {"HTTP_HOST": ""},
        {"QUERY_STRING": "explain=1"},
        {"HTTP_ACCEPT": "text/html"},
    ],
)
def test_anything_else_is_not_ordinary(other: dict[str, str]) -> None:
    assert is_ordinary(ORDINARY)
    assert not is_ordinary({**ORDINARY, **other})


@pytest.mark.parametrize(
    ("setting", "headers"),
    [
        ({"api_key": "secret-secret-secret"}, {"Authorization": "Bearer secret-secret-secret"}),
        ({"cors_origins": frozenset({"https://a.example"})}, {"Origin": "https://a.example"}),
        ({"trusted_hosts": frozenset({"a.example"})}, {"Host": "a.example"}),
    ],
)
def test_there_is_no_short_way_past_a_guard(
    setting: dict[str, Any], headers: dict[str, str], seen: list[str]
) -> None:
    app = create_app(replace(LIMITS, **setting))

    with app.test_client() as client:
        answer = client.post("/predict", json={"text": "Fine."}, headers=headers)

    assert answer.status_code == 200
    assert seen == ["/predict"]
