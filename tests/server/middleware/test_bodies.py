"""Bodies: requests whole and bounded, replies compressed where asked."""

from __future__ import annotations

import gzip
import zlib
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from addsup.server.app import unready_app
from addsup.server.errors import ProblemError, ProblemType
from addsup.server.extensions import extensions_of
from addsup.server.http.request import Request
from addsup.server.middleware.request_body import read_body
from addsup.server.settings import Settings


def body_of(environ: dict[str, Any], limit: int) -> bytes:
    """The body of a request with *environ*, to a server that reads *limit* bytes."""
    request = Request(environ, extensions_of(unready_app(Settings(max_body_bytes=limit))))
    read_body(request)
    return request.body


def environ(body: bytes, **fields: str) -> dict[str, Any]:
    return {"wsgi.input": BytesIO(body), **fields}


@pytest.mark.parametrize(
    ("received", "body"),
    [
        (environ(b"12345", CONTENT_LENGTH="5"), b"12345"),
        (environ(b"12345", HTTP_TRANSFER_ENCODING="chunked"), b"12345"),
        (environ(b"12345 and the next", CONTENT_LENGTH="5"), b"12345"),
        (environ(b""), b""),
    ],
)
def test_a_body_up_to_the_limit_is_read_and_left_for_flask(
    received: dict[str, Any], body: bytes
) -> None:
    assert body_of(received, 5) == body
    assert received["wsgi.input"].read() == body


@pytest.mark.parametrize(
    ("received", "problem"),
    [
        (environ(b"123456", CONTENT_LENGTH="6"), ProblemType.BODY_TOO_LARGE),
        (environ(b"", CONTENT_LENGTH=str(2**62)), ProblemType.BODY_TOO_LARGE),
        (environ(b"123456", HTTP_TRANSFER_ENCODING="chunked"), ProblemType.BODY_TOO_LARGE),
        (environ(b"123", CONTENT_LENGTH="5"), ProblemType.INCOMPLETE_BODY),
        (
            environ(b"123", CONTENT_LENGTH="3", HTTP_CONTENT_ENCODING="gzip"),
            ProblemType.INCOMPLETE_BODY,
        ),
        (
            environ(b"123", CONTENT_LENGTH="3", HTTP_CONTENT_ENCODING="br"),
            ProblemType.UNSUPPORTED_MEDIA_TYPE,
        ),
    ],
)
def test_any_other_is_refused(received: dict[str, Any], problem: ProblemType) -> None:
    with pytest.raises(ProblemError) as refusal:
        body_of(received, 5)

    assert refusal.value.type is problem


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "deflate", "identity"])
def test_a_compressed_body_is_read_within_the_limit(coding: str) -> None:
    def received(body: bytes) -> dict[str, Any]:
        packed = {"gzip": gzip.compress, "deflate": zlib.compress}.get(coding.lower(), bytes)(body)
        return environ(packed, CONTENT_LENGTH=str(len(packed)), HTTP_CONTENT_ENCODING=coding)

    assert body_of(received(b"a" * 100), 100) == b"a" * 100
    with pytest.raises(ProblemError) as refusal:
        body_of(received(b"a" * 101), 100)
    assert refusal.value.type is ProblemType.BODY_TOO_LARGE


def test_half_of_a_compressed_body_is_refused() -> None:
    half = gzip.compress(b"12345")[:-1]

    with pytest.raises(ProblemError, match="has not arrived whole"):
        body_of(environ(half, CONTENT_LENGTH=str(len(half)), HTTP_CONTENT_ENCODING="gzip"), 100)


GOOD = ["A wonderful film."] * 5


def test_a_long_reply_is_packed_where_that_is_asked_for(client: FlaskClient) -> None:
    plain = client.get("/", buffered=True)
    packed = client.get("/", headers={"Accept-Encoding": "br, gzip;q=0.8"}, buffered=True)

    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    assert gzip.decompress(packed.data) == plain.data
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accepted", ["*", "gzip", "deflate, gzip;q=0.5"])
def test_gzip_is_given_to_who_takes_it(client: FlaskClient, accepted: str) -> None:
    packed = client.get("/", headers={"Accept-Encoding": accepted}, buffered=True)

    assert packed.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "gzip; q=0.0", "identity, gzip;q=0"])
def test_it_is_not_done_unasked(client: FlaskClient, accepted: str) -> None:
    reply = client.get("/", headers={"Accept-Encoding": accepted}, buffered=True)

    assert "Content-Encoding" not in reply.headers


@pytest.mark.parametrize("path", ["/livez", "/static/icon.svg"])
def test_short_replies_stay_as_they_are(client: FlaskClient, path: str) -> None:
    reply = client.get(path, headers={"Accept-Encoding": "gzip"}, buffered=True)

    assert "Content-Encoding" not in reply.headers
    assert "Vary" not in reply.headers


def test_head_gets_what_get_would_say_of_the_plain_reply(client: FlaskClient) -> None:
    reply = client.head("/", headers={"Accept-Encoding": "gzip"}, buffered=True)

    assert (reply.status_code, reply.data) == (200, b"")
    assert "Content-Encoding" not in reply.headers


def test_a_file_that_has_not_changed_is_not_sent_again(client: FlaskClient) -> None:
    asked = {"Accept-Encoding": "gzip"}
    first = client.get("/static/page.js", headers=asked, buffered=True)
    again = client.get(
        "/static/page.js", headers={**asked, "If-None-Match": first.headers["ETag"]}, buffered=True
    )

    assert first.headers["ETag"].startswith("W/")
    assert (again.status_code, again.data) == (304, b"")
