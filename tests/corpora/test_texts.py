"""Every face, given strings and JSON that have broken other programs."""

from __future__ import annotations

import html
import http.client
import json
import re
import urllib.parse
from collections.abc import Callable

import pytest

from tests.live import Answer, LiveServer, exchange

pytestmark = pytest.mark.data

JSON = {"Content_Type": "application/json"}
FORM = {"Content_Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
V2 = "/v2/models/sentiment/infer"

Channel = Callable[[http.client.HTTPConnection, str], Answer]

CHANNELS: dict[str, Channel] = {
    "review": lambda to, text: exchange(
        to, "/predict", "POST", json.dumps({"review": text}), **JSON
    ),
    "explained": lambda to, text: exchange(
        to, "/predict?explain=1", "POST", json.dumps({"reviews": [text, "good"]}), **JSON
    ),
    "key": lambda to, text: exchange(to, "/predict", "POST", json.dumps({text: "good"}), **JSON),
    "form": lambda to, text: exchange(
        to, "/", "POST", urllib.parse.urlencode({"review": text}, errors="replace"), **FORM
    ),
    "tensor": lambda to, text: exchange(
        to,
        V2,
        "POST",
        json.dumps(
            {
                "id": text,
                "inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": [text]}],
            }
        ),
        **JSON,
    ),
    "path": lambda to, text: exchange(to, "/" + urllib.parse.quote(text, errors="replace")),
    "query": lambda to, text: exchange(
        to, "/predict?" + urllib.parse.quote(text, errors="replace"), "POST", "{}", **JSON
    ),
    "header": lambda to, text: exchange(
        to, "/livez", X_Request_ID=re.sub(r"[^ -~]", "?", text), User_Agent="a"
    ),
}


@pytest.mark.parametrize("channel", CHANNELS)
def test_naughty_strings_get_an_answer_that_is_no_defect(
    live_server: LiveServer, naughty_strings: list[str], channel: str
) -> None:
    assert len(naughty_strings) > 400
    with live_server.connection() as connection:
        for text in naughty_strings:
            answer = CHANNELS[channel](connection, text)
            assert answer.status in (200, 400, 404, 413, 414), (answer.status, text)
            if answer.media_type == "application/problem+json":
                assert answer.json["code"] != "internal_error"


def test_the_page_shows_naughty_strings_as_they_were_typed(
    live_server: LiveServer, naughty_strings: list[str]
) -> None:
    area = re.compile(r"<textarea[^>]*>\n?(.*?)</textarea>", re.DOTALL)
    with live_server.connection() as connection:
        for text in naughty_strings:
            answer = CHANNELS["form"](connection, text)
            shown = area.search(answer.text)
            assert shown, text
            typed = text.replace("\r\n", "\n")
            assert html.unescape(shown[1].replace("&#13;", "\r")) in (typed, typed[1:]), text


PLACES = {
    "body": "%s",
    "review": '{"review": %s}',
    "reviews": '{"reviews": %s}',
    "one of the reviews": '{"reviews": [%s, "good"]}',
    "data": '{"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": %s}]}',
    "parameters": '{"parameters": %s, "inputs": [{"name": "text", "shape": [1], "datatype": '
    '"BYTES", "data": ["good"]}]}',
}


@pytest.mark.parametrize("place", PLACES)
def test_json_is_read_or_refused_as_its_test_suite_says(
    live_server: LiveServer, json_cases: dict[str, str], place: str
) -> None:
    assert len(json_cases) > 300
    path = V2 if "inputs" in PLACES[place] else "/predict"
    for name, text in json_cases.items():
        body = (PLACES[place] % text).encode("utf-8", "surrogatepass")
        answer = live_server.ask(path, "POST", body, **JSON)
        assert answer.status in (200, 400), (name, answer.status)
        if name.startswith("n_") and place == "body":
            assert answer.status == 400, name
        if name.startswith("y_") and place == "body":
            assert answer.json["code"] != "malformed_json", (name, answer.json)
