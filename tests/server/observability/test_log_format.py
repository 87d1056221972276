"""Log format: what a line holds, and how it is written."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest

from addsup.server.observability.log_format import Formatter, RequestLine, announce, timestamp

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
