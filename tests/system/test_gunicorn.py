"""The real Gunicorn with the shipped model, asked over HTTP."""

from __future__ import annotations

import json
import socket
import sys
import time
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from addsup.inference.analyzer import LETTERS_ONLY
from addsup.inference.model import Model
from addsup.server.settings import Settings
from tests.live import LiveServer, command, exchange, running_server, stop, workers_of

GOOD = "A wonderful film with great acting."
BAD = "An awful waste of time, the worst plot."
MIB = 2**20
JSON = {"Content_Type": "application/json"}
FORM = {"Content_Type": "application/x-www-form-urlencoded"}


def document(**members: Any) -> bytes:
    return json.dumps(members).encode()


def form(review: str) -> str:
    return urllib.parse.urlencode({"review": review})


def in_chunks(body: bytes, size: int = 65_536) -> Iterator[bytes]:
    return (body[start : start + size] for start in range(0, len(body), size))


def test_golden_reviews_are_answered_as_when_exported(live_server: LiveServer) -> None:
    manifest = Model.load(Settings().model_path).manifest
    golden = [each for each in manifest.golden if LETTERS_ONLY.reads(each.text)]

    answer = live_server.predict({"reviews": [each.text for each in golden]})

    answered = [each["probabilities"] for each in answer.json["predictions"]]
    expected = [dict(zip(manifest.labels, each.probabilities, strict=True)) for each in golden]
    compared = [pair for pair in zip(answered, expected, strict=True) if pair[0] is not None]
    assert len(compared) > 1
    assert all(got == pytest.approx(want, abs=1e-6) for got, want in compared)


def test_form_shows_the_verdict_and_what_was_typed(live_server: LiveServer) -> None:
    empty = live_server.ask("/", Accept="text/html")
    filled = live_server.ask("/", "POST", form(GOOD), Accept="text/html", **FORM)

    assert (empty.status, filled.status) == (200, 200)
    assert "<title>positive" in filled.text
    assert GOOD in filled.text


# What is wrong, the body as sent to /predict, and the answer.
BAD_JSON: list[tuple[str, bytes | None, int, str]] = [
    ("no body", None, 400, "empty_body"),
    ("wrong JSON", b"{", 400, "malformed_json"),
    ("depth", b"[" * 30_000, 400, "wrong_type"),
    ("missing", b"{}", 400, "missing_text"),
    ("too long", document(review="a" * 50_001), 413, "text_too_long"),
    ("too many", document(reviews=["a"] * 1001), 413, "too_many_texts"),
    ("1 MiB review", document(review="a" * MIB), 413, "body_too_large"),
    ("8 MiB review", document(review="a" * 8 * MIB), 413, "body_too_large"),
]

# What is wrong, the fields of the form as sent to /, and the answer.
BAD_FORM: list[tuple[str, bytes | None, int, str]] = [
    ("empty form", b"", 400, "missing_text"),
    ("field of bad UTF-8", b"review=\xff", 400, "missing_text"),
    ("1 MiB form", b"review=" + b"a" * MIB, 413, "body_too_large"),
]

BAD_INPUT: list[tuple[Any, ...]] = [
    *((name, "POST", "/predict", body, JSON, *answer) for name, body, *answer in BAD_JSON),
    *((name, "POST", "/", body, FORM, *answer) for name, body, *answer in BAD_FORM),
    ("no body of no type", "POST", "/predict", None, {}, 400, "empty_body"),
    ("no type", "POST", "/predict", b"Good", {}, 415, "unsupported_media_type"),
    ("JSON to the form", "POST", "/", document(review="Good"), JSON, 400, "missing_text"),
    ("unknown route", "GET", "/nowhere", None, {}, 404, "route_not_found"),
    ("unknown route, 2 MiB", "POST", "/nowhere", bytes(2 * MIB), JSON, 413, "body_too_large"),
    ("way out", "GET", "/static/..%2f..%2fapp.py", None, {}, 404, "route_not_found"),
    ("wrong method", "GET", "/predict", None, {}, 405, "method_not_allowed"),
    ("method of the form", "DELETE", "/", None, {}, 405, "method_not_allowed"),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "code"),
    [case[1:] for case in BAD_INPUT],
    ids=[case[0] for case in BAD_INPUT],
)
def test_bad_input_is_a_problem_document_and_the_connection_lives_on(
    live_server: LiveServer,
    method: str,
    path: str,
    body: bytes | None,
    headers: dict[str, str],
    status: int,
    code: str,
) -> None:
    with live_server.connection() as connection:
        refused = exchange(connection, path, method, body, **headers)
        plug = connection.sock
        next_one = exchange(connection, "/predict", "POST", document(review=GOOD), **JSON)

        assert connection.sock is plug, "the server closed the connection"

    assert (refused.status, refused.json["code"]) == (status, code)
    assert refused.media_type == "application/problem+json"
    assert refused.json["status"] == status
    assert refused.json["detail"].endswith(".")
    assert (next_one.status, next_one.json["label"]) == (200, "positive")


@pytest.mark.parametrize("size", [MIB + 1, 5 * MIB])
@pytest.mark.parametrize(("path", "headers"), [("/predict", JSON), ("/", FORM)])
def test_chunked_body_over_the_limit_is_refused_not_cut(
    live_server: LiveServer, path: str, headers: dict[str, str], size: int
) -> None:
    body = b"review=great+film&rest=".ljust(size, b"a")

    with live_server.connection() as connection:
        refused = exchange(connection, path, "POST", in_chunks(body), **headers)
        next_one = exchange(connection, "/livez")

    assert (refused.status, refused.json["code"]) == (413, "body_too_large")
    assert next_one.status == 200


def test_chunked_body_within_the_limit_is_answered(live_server: LiveServer) -> None:
    answer = live_server.ask("/predict", "POST", in_chunks(document(review=GOOD), 7), **JSON)

    assert answer.json["label"] == "positive"


@pytest.mark.parametrize(
    "framing",
    [
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\n{}",
        b"Content-Length: 50\r\n\r\n{}",
    ],
    ids=["chunk size", "chunk cut off", "body cut off"],
)
def test_broken_framing_is_refused(live_server: LiveServer, framing: bytes) -> None:
    head = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"

    answer = live_server.exchange_raw(head + framing)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"code":"incomplete_body"' in answer
    assert live_server.ask("/livez").status == 200


def test_slow_clients_do_not_lock_out_the_rest(live_server: LiveServer) -> None:
    plugs = [socket.create_connection(("127.0.0.1", live_server.port)) for _ in range(64)]
    try:
        for plug in plugs:
            plug.sendall(b"GET / HTTP/1.1\r\nHost: ")
            plug.setblocking(False)

        answer = live_server.predict({"review": GOOD})

        assert answer.status == 200
        for plug in plugs:  # all of them are still being waited for
            with pytest.raises(BlockingIOError):
                plug.recv(1)
    finally:
        for plug in plugs:
            plug.close()


def test_many_clients_at_once_get_their_own_answers(live_server: LiveServer) -> None:
    reviews = [GOOD, BAD] * 100

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda review: live_server.predict({"review": review}), reviews))

    assert [answer.json["label"] for answer in answers] == ["positive", "negative"] * 100


def test_the_log_has_the_address_and_the_requests_and_sigterm_ends_every_process() -> None:
    with running_server() as server:
        server.predict({"review": ""})
        server.ask("/nowhere")
        running = workers_of(server, 2)
        status = stop(server.process)

        first, *requests = map(json.loads, server.printed().splitlines())

    assert status == 0
    assert not any(Path(f"/proc/{worker}").exists() for worker in running)
    assert first["message"] == f"Listening on http://localhost:{server.port}"
    assert [(each["route"], each["status"]) for each in requests[-2:]] == [
        ("/predict", 400),
        ("(other)", 404),
    ]
    assert {each["route"] for each in requests[:-2]} == {"/readyz"}


def test_our_command_serves_from_another_folder_without_locales_and_logs_for_people(
    tmp_path: Path,
) -> None:
    start = [sys.executable, "-m", "addsup", "serve"]
    settings = {"LC_ALL": "C", "HOME": "/nonexistent", "WEB_CONCURRENCY": ""}
    with running_server(start, tmp_path, LOG_FORMAT="text", LOG_LEVEL="info", **settings) as server:
        answer = server.predict({"review": GOOD})
        assert len(workers_of(server, 2)) == 2
        stop(server.process)
        printed = server.printed()

    assert list(tmp_path.iterdir()) == []
    assert f" info    Listening on http://localhost:{server.port}\n" in printed
    assert "Booting worker with pid" in printed
    assert "POST /predict 200 " in printed and answer.headers["X-Request-ID"] in printed
    assert "{" not in printed


def test_request_under_way_at_sigterm_is_answered() -> None:
    body = document(review=GOOD)
    with running_server() as server, server.connection() as connection:
        connection.putrequest("POST", "/predict")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body[:10])
        time.sleep(0.2)

        server.process.terminate()
        time.sleep(0.2)
        connection.send(body[10:])

        assert connection.getresponse().read().startswith(b'{"label":"positive"')
        assert server.process.wait(10) == 0


#: By path as the application knows it.
HEALTH = ["/livez?x", "/reviews/readyz", "/metrics", "/v2/health/live", "/reviews/v2/health/ready"]

SLOW = """
import time
from addsup.inference.model import Model
from addsup.server.wsgi import application as make

predict = Model.predict

def slow(self, reviews):
    time.sleep(1.5 if "slow" in reviews[0] else 0)
    return predict(self, reviews)

Model.predict = slow
application = make
"""


def test_beyond_the_limit_requests_are_refused_at_once_and_health_checks_are_not(
    tmp_path: Path,
) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    start = [*command(), "--pythonpath", str(tmp_path), "slow:application()"]
    settings = {"WEB_CONCURRENCY": "1", "MAX_CONCURRENCY": "1", "PYTHONPATH": str(tmp_path)}
    settings |= {"ROOT_PATH": "/reviews", "CORS_ORIGINS": "https://a.example"}
    with running_server(start=start, **settings) as server, ThreadPoolExecutor(1) as pool:
        first = pool.submit(server.predict, {"review": "A slow film. " * 400})  # for the pool
        time.sleep(0.5)

        refused = server.ask(
            "/predict", "POST", '{"review": "Good."}', X_Request_ID="mine",
            Origin="https://a.example", Content_Type="application/json",
        )  # fmt: skip
        health = [server.ask(path) for path in HEALTH]
        at_once = not first.done()
        after = first.result(), server.predict({"review": "Good."})
        time.sleep(0.6)
        said, counts = server.printed(), server.ask("/metrics").text

    assert (refused.status, refused.json["code"]) == (503, "overloaded")
    assert refused.media_type == "application/problem+json"
    assert refused.headers["Retry-After"] == "1"
    assert [answer.status for answer in health] == [200] * len(HEALTH)
    assert at_once, "answered while the slow one was still being worked on"
    assert [answer.status for answer in after] == [200, 200]
    assert refused.json["instance"] == refused.headers["X-Request-ID"] == "mine"
    assert refused.headers["Access-Control-Allow-Origin"] == "https://a.example"
    assert refused.headers["Cache-Control"] == "no-store"
    assert f'"request_id":"{refused.headers["X-Request-ID"]}"' in said
    assert "Refused 1 requests" in said
    assert 'http_requests_total{method="(other)",route="(other)",status="503"} 1.0' in counts
