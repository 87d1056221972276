"""Input that no honest client sends: never 5xx, a problem document, and the server alive after."""

from __future__ import annotations

import json
import random
import re
import socket
import time
import urllib.parse
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hard.conftest import Judge
from tests.hard.processes import resident, workers
from tests.live import LiveServer, exchange

pytestmark = pytest.mark.hard

MIB = 2**20
JSON = {"Content_Type": "application/json"}
FORM = {"Content_Type": "application/x-www-form-urlencoded"}


def chunks(body: bytes) -> Iterator[bytes]:
    return (body[start : start + 65_536] for start in range(0, len(body), 65_536))


@pytest.mark.parametrize(
    ("how", "body", "headers", "chunked"),
    [
        ("JSON with Content-Length", b'{"review": "' + b"a" * MIB + b'"}', JSON, False),
        ("chunked JSON", b'{"review": "' + b"a" * MIB + b'"}', JSON, True),
        ("chunked form", b"review=" + b"a" * MIB, FORM, True),
    ],
)
def test_one_byte_too_many_is_413_and_the_connection_goes_on(
    how: str,
    body: bytes,
    headers: dict[str, str],
    chunked: bool,
    live_server: LiveServer,
    judge: Judge,
) -> None:
    body = body[: MIB + 1]
    statuses, after = [], []
    for _ in range(20):
        next_one = judge.answers(f"1 byte over the limit, {how}: both requests")
        with next_one, live_server.connection() as connection:
            sent = chunks(body) if chunked else body
            statuses.append(exchange(connection, "/predict", "POST", sent, **headers).status)
            plug, good = connection.sock, json.dumps({"review": "Good."})
            status = exchange(connection, "/predict", "POST", good, **JSON).status
            after.append(status if connection.sock is plug else 0)

    judge(
        f"1 byte over the limit, {how}: answers, next on the connection",
        f"{set(statuses)}, {after.count(200)} of 20",
        "413, 20 of 20",
        set(statuses) == {413} and after.count(200) == 20,
    )


def packed_gigabyte() -> bytes:
    """A gigabyte of zeros as gzip makes of it."""
    packer = zlib.compressobj(wbits=31)
    return b"".join([*(packer.compress(bytes(MIB)) for _ in range(1000)), packer.flush()])


def test_wrong_encodings_types_and_methods_are_refused(
    live_server: LiveServer, judge: Judge
) -> None:
    good = b'{"review": "Good."}'
    seen = [
        live_server.ask("/predict", "POST", good, Content_Encoding="gzip", **JSON).status,
        live_server.ask(
            "/predict", "POST", packed_gigabyte(), Content_Encoding="gzip", **JSON
        ).status,
        live_server.ask("/predict", "POST", good, Content_Encoding="br", **JSON).status,
        live_server.ask("/predict", "POST", good, Content_Type="text/xml").status,
    ]
    wrong_method = live_server.ask("/predict", "DELETE")

    judge(
        "no gzip though it says so, 1 GB in 1 MB of gzip, brotli, XML",
        str(seen),
        "400, 413, 415, 415",
        seen == [400, 413, 415, 415],
    )
    judge(
        "wrong method",
        f"{wrong_method.status}, Allow: {wrong_method.headers['Allow']}",
        "405 with Allow",
        wrong_method.status == 405 and "POST" in wrong_method.headers["Allow"],
    )


REST = "Content-Type: application/json\r\n"
BODY = '{"review": "Good."}'
LENGTH = f"Content-Length: {len(BODY)}\r\n"
LINE = "POST /predict HTTP/1.1\r\n"
HOST = "Host: a\r\n"

RAW: dict[str, tuple[str, int]] = {
    "Content-Length with Transfer-Encoding": (
        f"{LINE}{HOST}{REST}{LENGTH}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "duplicate lengths": (f"{LINE}{HOST}{REST}{LENGTH}Content-Length: 5\r\n\r\n{BODY}", 400),
    "duplicate Hosts": (f"{LINE}{HOST}Host: b\r\n{REST}{LENGTH}\r\n{BODY}", 400),
    "missing Host": (f"{LINE}{REST}{LENGTH}\r\n{BODY}", 400),
    "bare LF": (f"{LINE}{HOST}{REST}{LENGTH}\r\n{BODY}".replace("\r\n", "\n"), 400),
    "obs-fold": (f"{LINE}{HOST}X-A: b\r\n c\r\n{REST}{LENGTH}\r\n{BODY}", 400),
    "sign in length": (f"{LINE}{HOST}{REST}Content-Length: +{len(BODY)}\r\n\r\n{BODY}", 400),
    "minus in length": (f"{LINE}{HOST}{REST}Content-Length: -1\r\n\r\n{BODY}", 400),
    "space before colon": (f"{LINE}{HOST}{REST}Content-Length : {len(BODY)}\r\n\r\n{BODY}", 400),
    "bad chunk size": (
        f"{LINE}{HOST}{REST}Transfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n0\r\n\r\n",
        400,
    ),
    "unknown transfer coding": (f"{LINE}{HOST}{REST}Transfer-Encoding: rot13\r\n\r\n{BODY}", 400),
    "no version": ("GET /livez\r\nHost: a\r\n\r\n", 400),
    "long line": (f"GET /{'a' * 9000} HTTP/1.1\r\n{HOST}\r\n", 414),
    "large header": (f"GET / HTTP/1.1\r\n{HOST}X-A: {'a' * 9000}\r\n\r\n", 431),
    "many headers": (
        f"GET / HTTP/1.1\r\n{HOST}{'X-A: b' + chr(13) + chr(10)}" * 1 + "X-B: c\r\n" * 200 + "\r\n",
        431,
    ),
}


def raw(server: LiveServer, request: bytes) -> bytes:
    """Send bytes, leave the sending side open, read until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), 20) as plug:
        plug.sendall(request)
        received = b""
        try:
            while piece := plug.recv(65536):
                received += piece
        except ConnectionResetError:
            received += b"<reset>"
        return received


def test_raw_http_that_is_not_http_gets_one_refusal(live_server: LiveServer, judge: Judge) -> None:
    wrong = {}
    for name, (request, status) in RAW.items():
        with judge.answers(f"raw HTTP, {name}"):
            answer = raw(live_server, request.encode("latin-1"))
        statuses = re.findall(rb"HTTP/1\.1 (\d+)", answer)
        refused = statuses == [str(status).encode()] and b"<reset>" not in answer
        if not (refused and b"application/problem+json" in answer):
            wrong[name] = answer[:60].decode("latin-1")

    judge(
        f"raw HTTP of {len(RAW)} kinds: not refused once, with its status, then closed",
        str(wrong or "none"),
        "none",
        not wrong,
    )
    assert live_server.predict({"review": "Good."}).status == 200


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(review=st.text(max_size=300))
def test_all_of_unicode_gets_the_same_verdict_from_all_three(
    review: str, live_server: LiveServer
) -> None:
    by_json = live_server.predict({"review": review})
    by_form = live_server.ask(
        "/predict", "POST", urllib.parse.urlencode({"review": review}), **FORM
    )
    tensor = {"name": "text", "datatype": "BYTES", "shape": [1], "data": [review]}
    name = live_server.ask("/model").json["name"]
    by_v2 = live_server.ask(
        f"/v2/models/{name}/infer", "POST", json.dumps({"inputs": [tensor]}), **JSON
    )

    assert by_json.status == by_form.status < 500
    assert by_v2.status < 500
    if by_json.status == 200 and by_json.json["label"] is not None:
        assert by_form.json == by_json.json
        label = next(each for each in by_v2.json["outputs"] if each["name"] == "label")
        assert label["data"] == [by_json.json["label"]]


def test_10_000_random_byte_streams_change_nothing(live_server: LiveServer, judge: Judge) -> None:
    source = random.Random(0)
    pids = workers(live_server.process.pid)

    def throw(count: int) -> None:
        for _ in range(count):
            with socket.create_connection(("127.0.0.1", live_server.port), 20) as plug:
                start = source.choice(
                    [b"", b"GET / HTTP/1.1\r\n", b"POST /predict HTTP/1.1\r\nHost: a\r\n"]
                )
                try:
                    plug.sendall(start + source.randbytes(source.randrange(200)) + b"\r\n\r\n")
                    plug.shutdown(socket.SHUT_WR)
                    while plug.recv(65536):
                        pass
                except OSError:
                    continue

    throw(1_000)
    before = {pid: resident(pid) for pid in pids}
    throw(10_000)
    time.sleep(0.5)
    same = workers(live_server.process.pid) == pids
    grown = max(resident(pid) - before[pid] for pid in pids) / MIB if same else float("nan")

    judge(
        "10,000 random byte streams: crashes, memory",
        f"{'none' if same else 'some'}, {grown:.1f} MiB",
        "none, at most 8 MiB",
        same and grown <= 8,
    )
