"""Keys, origins, hosts, proxies, and the headers of every answer."""

from __future__ import annotations

from typing import Any

import pytest
from flask import request
from flask.testing import FlaskClient

from addsup.server.app import create_app, unready_app
from addsup.server.settings import Settings

KEY = "correct-horse-battery"
TEXT = {"text": "A wonderful film."}
ELSEWHERE = {"Origin": "https://elsewhere.example"}


def client(**settings: Any) -> FlaskClient:
    return create_app(Settings(**settings)).test_client()


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", f"Bearer {KEY}x", f"Basic {KEY}", KEY, "Bearer caf\u00e9", f"Bearer{KEY}"],
)
@pytest.mark.parametrize("path", ["/predict", "/v2/models/sentiment/infer"])
def test_prediction_without_the_key_is_refused(path: str, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}

    response = client(api_key=KEY).post(path, json=TEXT, headers=headers)

    assert (response.status_code, response.get_json()["code"]) == (401, "unauthorized")
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_prediction_with_the_key_is_answered(scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {KEY}"}

    assert client(api_key=KEY).post("/predict", json=TEXT, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/", "/livez", "/readyz", "/metrics", "/model", "/docs"])
def test_key_is_not_asked_for_elsewhere(path: str) -> None:
    assert client(api_key=KEY).get(path).status_code == 200


def test_metrics_ask_for_their_own_token() -> None:
    asked = client(metrics_token=KEY)

    with_token = asked.get("/metrics", headers={"Authorization": f"Bearer {KEY}"})
    assert asked.get("/metrics").status_code == 401
    assert with_token.status_code == 200
    assert asked.post("/predict", json=TEXT).status_code == 200


def test_without_the_setting_no_other_origin_is_let_in() -> None:
    response = client().post("/predict", json=TEXT, headers=ELSEWHERE)

    assert not [name for name in dict(response.headers) if name.startswith("Access-Control")]


def test_origin_that_is_allowed_may_read_the_answer_and_its_errors() -> None:
    asked = client(cors_origins=frozenset({"https://elsewhere.example"}))

    answered = asked.post("/predict", json=TEXT, headers=ELSEWHERE)
    refused = asked.post("/predict", json={}, headers=ELSEWHERE)

    for response in (answered, refused):
        assert response.headers["Access-Control-Allow-Origin"] == "https://elsewhere.example"
        assert "X-Request-ID" in response.headers["Access-Control-Expose-Headers"]
        assert response.headers["Vary"] == "Origin"


def test_origin_that_is_not_allowed_may_not() -> None:
    asked = client(cors_origins=frozenset({"https://a.example"}))

    response = asked.post("/predict", json=TEXT, headers=ELSEWHERE)

    assert "Access-Control-Allow-Origin" not in response.headers
    assert response.headers["Vary"] == "Origin"


def test_preflight_is_answered_without_the_key() -> None:
    asked = client(cors_origins=frozenset({"*"}), api_key=KEY)
    headers = {**ELSEWHERE, "Access-Control-Request-Method": "POST"}

    response = asked.options("/predict", headers=headers)

    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in response.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("path", ["/", "/metrics", "/livez"])
def test_other_origins_get_the_api_only(path: str) -> None:
    response = client(cors_origins=frozenset({"*"})).get(path, headers=ELSEWHERE)

    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize(
    ("proxies", "address", "scheme"),
    [(0, "127.0.0.1", "http"), (1, "192.0.2.7", "https"), (2, "198.51.100.9", "http")],
)
def test_forwarded_headers_are_believed_only_for_the_hops_that_are_configured(
    proxies: int, address: str, scheme: str
) -> None:
    app = unready_app(Settings(trusted_proxies=proxies))
    app.add_url_rule(
        "/seen", view_func=lambda: {"address": request.remote_addr, "scheme": request.scheme}
    )
    headers = {
        "X-Forwarded-For": "203.0.113.5, 198.51.100.9, 192.0.2.7",
        "X-Forwarded-Proto": "gopher, http, https",
        "X-Forwarded-Host": "forged.example",
    }

    seen = app.test_client().get("/seen", headers=headers).get_json()

    assert seen == {"address": address, "scheme": scheme}


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


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://[x"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({}, 200),
    ],
)
def test_a_form_from_another_site_is_refused(
    client: FlaskClient, headers: dict[str, str], status: int
) -> None:
    assert client.post("/", data={"text": "Good."}, headers=headers).status_code == status
