"""Log lines: one for each request, whole, and without a word of what the client wrote."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from flask.testing import FlaskClient

from addsup.server.app import create_app
from addsup.server.observability.log_format import RequestLine
from addsup.server.observability.log_writer import LogWriter
from addsup.server.settings import Settings
from tests.server.conftest import LIMITS

LINE = RequestLine(
    "2026-01-01T00:00:00.000Z", "info", "abc", "POST", "/predict", 200, 1.5, 9, 1, "v"
)


class Listener:
    """A client of a server whose request lines can be read."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.reader, self.writer = os.pipe()
        self.lines = LogWriter(self.writer)
        patch.setattr("addsup.server.app.LogWriter", lambda: self.lines)
        self.client = create_app(LIMITS).test_client()

    def heard(self) -> list[Any]:
        """All lines so far."""
        self.lines.close()
        os.close(self.writer)
        with os.fdopen(self.reader) as pipe:
            return [json.loads(line) for line in pipe]


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Listener:
    return Listener(monkeypatch)


def test_each_request_has_a_line_with_all_that_an_operator_asks_for(listener: Listener) -> None:
    response = listener.client.post("/predict", json={"texts": ["Good.", "Bad."]})

    version = listener.client.get("/version").get_json()["model"]
    line, _ = listener.heard()
    assert line["request_id"] == response.headers["X-Request-ID"]
    assert line["model"] == version
    assert (line["method"], line["route"], line["status"]) == ("POST", "/predict", 200)
    assert (line["texts"], line["bytes"]) == (2, len(response.data))
    assert (line["level"], 0 < line["ms"] < 1000) == ("info", True)
    assert line["time"].endswith("Z")
    assert len(line) == 10


def test_no_line_holds_what_the_client_wrote(listener: Listener) -> None:
    client = listener.client

    client.post("/predict", json={"text": "canary"})
    client.post("/predict?canary=canary", json={"text": "canary"})
    client.get("/canary%0acanary")
    client.post("/predict", data=b"canary", headers={"User-Agent": "canary", "Referer": "canary"})
    client.open("/", method="CANARY")
    client.post("/", data={"text": "canary"}, environ_base={"REMOTE_ADDR": "203.0.113.77"})

    lines = json.dumps(listener.heard())
    assert lines.count("request_id") == 6
    assert "canary" not in lines.lower()
    assert "203.0.113" not in lines


@pytest.mark.parametrize(
    "proposed",
    ["01234567-89ab-cdef-0123-456789abcdef", "a", "a" * 128, "Root=1-67891233-abcdef", "x/y+z~_."],
)
def test_well_formed_request_id_is_taken_over(client: FlaskClient, proposed: str) -> None:
    response = client.post("/predict", json={}, headers={"X-Request-ID": proposed})

    assert response.headers["X-Request-ID"] == proposed
    assert response.get_json()["instance"] == proposed


@pytest.mark.parametrize("proposed", ["", " ", "a" * 129, "a b", 'a"b', "caf\u00e9", "{}", "a;b"])
def test_other_request_ids_are_replaced(client: FlaskClient, proposed: str) -> None:
    answers = [client.get("/livez", headers={"X-Request-ID": proposed}) for _ in range(2)]

    ids = [answer.headers["X-Request-ID"] for answer in answers]
    assert len(set(ids)) == 2
    assert all(len(each) == 32 and int(each, 16) >= 0 for each in ids)


def test_defaults_of_log_settings() -> None:
    assert (Settings().log_format, Settings().log_level) == ("json", "warning")


@pytest.mark.parametrize(
    ("sent", "trace"),
    [
        (
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "0af7651916cd43dd8448eb211c80319c",
        ),
        ("00-00000000000000000000000000000000-b7ad6b7169203331-01", None),
        ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", None),
        ("canary", None),
    ],
)
def test_a_trace_is_logged_and_repeated(listener: Listener, sent: str, trace: str | None) -> None:
    reply = listener.client.get("/livez", headers={"traceparent": sent})

    (line,) = listener.heard()
    assert line.get("trace_id") == trace
    assert reply.headers.get("traceparent") == (sent if trace else None)
