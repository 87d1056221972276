"""The form in a browser: what protects who types into it."""

from __future__ import annotations

import pytest

from tests.live import LiveServer

FORM = {"Content_Type": "application/x-www-form-urlencoded", "Accept": "text/html"}


def test_every_answer_has_the_headers_that_protect(live_server: LiveServer) -> None:
    answers = [
        live_server.ask("/", Accept="text/html"),
        live_server.ask("/", "POST", "text=Good", **FORM),
        live_server.predict({"text": "Good."}),
        live_server.predict({"text": 5}),
        live_server.ask("/nowhere"),
    ]

    for answer in answers:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "Permissions-Policy" in answer.headers
        assert "Set-Cookie" not in answer.headers
        assert "Strict-Transport-Security" not in answer.headers  # this is not https
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec_Fetch_Site": "same-origin"}, 200),
        ({"Sec_Fetch_Site": "none"}, 200),
        ({"Origin": "http://127.0.0.1:{port}"}, 200),
        ({}, 200),
    ],
)
def test_a_form_from_another_site_is_refused(
    headers: dict[str, str], status: int, live_server: LiveServer
) -> None:
    sent = {name: value.format(port=live_server.port) for name, value in headers.items()}

    assert live_server.ask("/", "POST", "text=Good", **FORM, **sent).status == status
