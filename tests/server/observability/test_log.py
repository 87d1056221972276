"""Log: a line for each request, whole, and without what clients wrote."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import threading
from typing import Any

import pytest
from flask.testing import FlaskClient

from addsup.server.app import create_app
from addsup.server.observability.log_format import Formatter, RequestLine, announce, timestamp
from addsup.server.observability.log_writer import WAITING_LINES, LogWriter
from addsup.server.settings import Settings
from tests.live import until
from tests.server.conftest import LIMITS

LINE = RequestLine(
    "2026-01-01T00:00:00.000Z", "info", "abc", "POST", "/predict", 200, 1.5, 9, 1, "v"
)


def test_line_for_people_has_the_same_facts() -> None:
    assert LINE.as_text() == (
        b"2026-01-01T00:00:00.000Z info    POST /predict 200 1.5 ms 9 bytes 1 texts abc\n"
    )
    assert json.loads(LINE.as_json())["bytes"] == 9


def test_time_is_in_utc_with_milliseconds() -> None:
    assert timestamp(0.0625) == "1970-01-01T00:00:00.062Z"


def record(level: int, message: str, *args: Any, error: Any = None) -> logging.LogRecord:
    found = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("gunicorn.error", level, "", 0, message, args, found)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (record(20, "Booting worker with pid: %s", 7), "Booting worker with pid: 7"),
        (record(30, "Invalid request from ip=1.2.3.4: canary"), "Invalid request"),
        (record(40, "Error handling request %s %s", "GET", "/canary"), "Error handling request"),
        (record(10, "Ignored %s", "canary"), "Ignored %s"),
        (record(40, "Socket error %s", "canary", error=OSError("canary")), "Socket error %s"),
    ],
)
@pytest.mark.parametrize("log_format", ["json", "text"])
def test_gunicorn_s_messages_do_not_quote_clients(
    given: logging.LogRecord, shown: str, log_format: str
) -> None:
    line = Formatter(log_format).format(given)

    assert shown in line
    assert "canary" not in line and "1.2.3.4" not in line
    assert "\n" not in line


def test_exception_is_told_by_class_and_place() -> None:
    try:
        raise ValueError("canary")
    except ValueError as error:
        line = json.loads(Formatter("json").format(record(40, "Failed", error=error)))

    assert (line["message"], line["error"]) == ("Failed", "ValueError")
    assert line["places"] == [
        f"{__file__}:{line['places'][0].split(':')[1].split()[0]} {sys._getframe().f_code.co_name}"
    ]


def test_announcement_is_a_line_too(capfd: pytest.CaptureFixture[str]) -> None:
    announce("json", "Listening")
    announce("text", "Listening")

    as_json, as_text = capfd.readouterr().out.splitlines()
    assert json.loads(as_json)["message"] == "Listening"
    assert as_text.endswith("info    Listening")


WRITTEN = RequestLine(
    "2026-01-01T00:00:00.000Z", "info", "abc", "POST", "/predict", 200, 1.5, 9, 1, "v"
)


def test_lines_of_many_threads_arrive_whole_and_all() -> None:
    reader, writer = os.pipe()
    lines = LogWriter(writer)
    threads = [
        threading.Thread(target=lambda: [lines.put(b"x" * 99 + b"\n") for _ in range(50)])
        for _ in range(8)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines.close()
    os.close(writer)

    with os.fdopen(reader, "rb") as pipe:
        assert pipe.read() == (b"x" * 99 + b"\n") * 400
    assert lines.lost == 0


def test_closed_pipe_and_missing_reader_harm_no_request() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    closed = LogWriter(writer)

    closed.put(b"lost\n")
    closed.close()
    os.close(writer)

    assert closed.lost == 1


def test_lines_that_no_one_reads_do_not_pile_up() -> None:
    reader, writer = os.pipe()
    lines = LogWriter(writer)

    for _ in range(WAITING_LINES + 2_000):
        lines.put(b"x" * 99 + b"\n")

    assert lines.lost > 1_000
    os.close(reader)
    lines.close()
    os.close(writer)


PARTS = RequestLine(
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


def test_lines_that_are_lost_are_counted(listener: Listener) -> None:
    os.close(listener.reader)  # whoever read has gone
    listener.client.get("/livez")
    until(lambda: listener.lines.lost)

    counts = listener.client.get("/livez") and listener.client.get("/metrics").text

    assert re.search(r"^log_lines_lost_total [1-9]", counts, re.MULTILINE)
    listener.lines.close()
    os.close(listener.writer)


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
