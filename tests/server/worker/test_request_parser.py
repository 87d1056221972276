"""Request parser: what bytes amount to, and that it does not matter how they arrive."""

from __future__ import annotations

import random
import tracemalloc
from itertools import pairwise

import pytest

from addsup.server.worker.request_parser import FIELDS, RequestParser

GET = b"GET / HTTP/1.1\r\nHost: a\r\n"
POST = b"POST /p HTTP/1.1\r\nHost: a\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
UPGRADE = b"Connection: Upgrade\r\nUpgrade: h2c\r\n"
LIMIT = 1000


def parse(*pieces: bytes, limit: int = LIMIT) -> RequestParser:
    parser = RequestParser(limit)
    for piece in pieces:
        parser.feed(piece)
    return parser


def outcome(parser: RequestParser) -> tuple[object, ...]:
    return (list(parser.requests), parser.refusal, parser.started, parser.in_body)


# ruff: noqa: E501 (a case a line reads best)
# Bytes -> the bodies of the requests in them, None for one whose body is too large.
WHOLE: dict[str, tuple[bytes, list[bytes | None]]] = {
    "get": (GET + b"\r\n", [b""]),
    "two": (GET + b"\r\n" + GET + b"\r\n", [b"", b""]),
    "empty lines before": (b"\r\n\r\n" + GET + b"\r\n", [b""]),
    "length": (POST + b"Content-Length: 3\r\n\r\nabc", [b"abc"]),
    "zeros before the length": (POST + b"Content-Length: 0000000003\r\n\r\nabc", [b"abc"]),
    "length zero": (POST + b"Content-Length: 0\r\n\r\n" + GET + b"\r\n", [b"", b""]),
    "chunks": (CHUNKED + b"3\r\nabc\r\n1;a=b\r\nd\r\n0\r\n\r\n", [b"abcd"]),
    "chunks and a request behind them": (CHUNKED + b"1\r\na\r\n0\r\n\r\n" + GET + b"\r\n", [b"a", b""]),
    "long trailers": (CHUNKED + b"1\r\na\r\n0\r\nT: " + b"t" * 1600 + b"\r\n\r\n", [b"a"]),
    "body that looks like a last chunk": (CHUNKED + b"8\r\n\r\n0\r\n\r\na\r\n0\r\n\r\n", [b"\r\n0\r\n\r\na"]),
    "upgrade": (GET + UPGRADE + b"\r\n" + GET + b"\r\n", [b"", b""]),
    "upgrade with a body": (POST + UPGRADE + b"Content-Length: 3\r\n\r\nabc" + GET + b"\r\n", [b"abc", b""]),
    "upgrade with chunks": (CHUNKED[:-2] + UPGRADE + b"\r\n1\r\na\r\n0\r\n\r\n", [b"a"]),
    "whole uri": (b"GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n", [b""]),
    "options *": (b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", [b""]),
    "1.0": (b"GET / HTTP/1.0\r\n\r\n", [b""]),
    "too large": (POST + b"Content-Length: 1001\r\n\r\n" + b"a" * 1001 + GET + b"\r\n", [None, b""]),
    "far too large": (POST + b"Content-Length: 9999999999\r\n\r\n", [None]),
    "too large and asks before": (
        POST + b"Expect: 100-continue\r\nContent-Length: 1001\r\n\r\n",
        [None],
    ),
    "too large in chunks": (CHUNKED + b"3e9\r\n" + b"a" * 1001 + b"\r\n0\r\n\r\n", [None]),
    "connect": (b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n" + b"tunnel", [b""]),
    "after close": (GET + b"Connection: close, x\r\n\r\n" + GET + b"\r\n", [b""]),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_whole_requests_are_found(name: str) -> None:
    data, bodies = WHOLE[name]

    requests = parse(data).requests

    assert [None if each.oversized else each.body for each in requests] == bodies


REFUSED = {
    "not HTTP": (b"\x16\x03\x01\x02\x00", "bad_request"),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "bad_request"),
    "HTTP/0.9": (b"GET /\r\n\r\n", "bad_request"),
    "HTTP/1.2": (b"GET / HTTP/1.2\r\nHost: a\r\n\r\n", "bad_request"),
    "unknown method": (b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", "bad_request"),
    "bare line feeds": (b"GET / HTTP/1.1\nHost: a\n\n", "bad_request"),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", "bad_request"),
    "two hosts": (GET + b"Host: b\r\n\r\n", "bad_request"),
    "two types": (GET + b"Content-Type: a\r\nContent-Type: a\r\n\r\n", "bad_request"),
    "space before colon": (POST + b"Transfer-Encoding : chunked\r\n\r\n", "bad_request"),
    "folded field": (GET + b"A: a\r\n b\r\n\r\n", "bad_request"),
    "two lengths": (POST + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na", "bad_request"),
    "length and chunks": (CHUNKED[:-2] + b"Content-Length: 1\r\n\r\n", "bad_request"),
    "signed length": (POST + b"Content-Length: +1\r\n\r\na", "bad_request"),
    "endless length": (POST + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n", "bad_request"),
    "other coding": (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", "bad_request"),
    "chunks in 1.0": (CHUNKED.replace(b"/1.1", b"/1.0"), "bad_request"),
    "control character": (GET + b"A: \x01\r\n\r\n", "bad_request"),
    "byte beyond ASCII in target": (b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n", "bad_request"),
    "*": (b"GET * HTTP/1.1\r\nHost: a\r\n\r\n", "bad_request"),
    "relative target": (b"GET a HTTP/1.1\r\nHost: a\r\n\r\n", "bad_request"),
    "chunk size": (CHUNKED + b"zz\r\n", "incomplete_body"),
    "chunk without end": (CHUNKED + b"1\r\nab\r\n0\r\n\r\n", "incomplete_body"),
    "long target": (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", "uri_too_long"),
    "endless target": (b"GET /" + b"a" * 70_000, "uri_too_long"),
    "long field": (GET + b"A: " + b"a" * 9000 + b"\r\n\r\n", "headers_too_large"),
    "endless field": (GET + b"A: " + b"a" * 70_000, "headers_too_large"),
    "many fields": (GET + b"A: a\r\n" * FIELDS + b"\r\n", "headers_too_large"),
    "other expectation": (GET + b"Expect: gold\r\n\r\n", "expectation_failed"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_request_is_refused(name: str) -> None:
    data, code = REFUSED[name]

    parser = parse(data)

    assert not parser.requests
    assert parser.refusal
    assert parser.refusal.code == code


EVERYTHING = [data for data, _ in (*WHOLE.values(), *REFUSED.values())]


@pytest.mark.parametrize("data", [each for each in EVERYTHING if len(each) < 5000])
def test_byte_by_byte_is_the_same_as_in_one_piece(data: bytes) -> None:
    pieces = [data[place : place + 1] for place in range(len(data))]

    assert outcome(parse(*pieces)) == outcome(parse(data))


@pytest.mark.parametrize("seed", range(60))
def test_random_pieces_of_several_requests_are_the_same_as_one(seed: int) -> None:
    chance = random.Random(seed)
    # Behind a line without end nothing else can be told apart.
    stream = b"".join(chance.choices([each for each in EVERYTHING if len(each) < 5000], k=3))
    cuts = sorted(chance.randrange(len(stream)) for _ in range(chance.randrange(8)))
    places = [0, *cuts, len(stream)]

    cut = parse(*(stream[start:end] for start, end in pairwise(places)))

    whole = parse(stream)
    assert list(cut.requests) == list(whole.requests)
    assert (cut.refusal and cut.refusal.status) == (whole.refusal and whole.refusal.status)


@pytest.mark.parametrize(
    ("version", "option", "keeps"),
    [
        (b"1.1", None, True),
        (b"1.1", b"close", False),
        (b"1.1", b"Close, x", False),
        (b"1.1", b"x, close", False),
        (b"1.0", None, False),
        (b"1.0", b"Keep-Alive", True),
    ],
)
def test_a_connection_stays_open_as_the_client_says(
    version: bytes, option: bytes | None, keeps: bool
) -> None:
    field = b"Connection: " + option + b"\r\n" if option else b""
    head = b"GET / HTTP/" + version + b"\r\nHost: a\r\n" + field + b"\r\n"

    assert parse(head).requests[0].keep_alive is keeps


def test_names_with_an_underscore_cannot_pass_for_others() -> None:
    request = parse(GET + b"X_Request_ID: a\r\nContent_Length: 5\r\n\r\n").requests[0]

    assert request.fields == {"HTTP_HOST": "a"}


def test_fields_that_come_twice_are_joined() -> None:
    request = parse(GET + b"Accept: a\r\naccept: b\r\n\r\n").requests[0]

    assert request.fields["HTTP_ACCEPT"] == "a,b"


def test_a_body_that_is_thrown_away_is_not_kept() -> None:
    tracemalloc.start()
    parser = parse(CHUNKED + b"a00000\r\n", *[b"a" * 2**20] * 10)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert kept < 2 * 2**20
    assert not parser.refusal


def test_the_framing_of_chunks_has_a_bound() -> None:
    parser = parse(CHUNKED)
    chunks = b"1\r\na\r\n" * 100_000
    fed = 0
    while not parser.requests:
        parser.feed(chunks)
        fed += len(chunks)
        assert fed < 20 * 2**20

    assert parser.requests[0].oversized
    assert not parser.requests[0].keep_alive


def test_a_thousand_upgrades_in_one_packet_are_parsed() -> None:
    assert len(parse((GET + UPGRADE + b"\r\n") * 1000).requests) == 1000
