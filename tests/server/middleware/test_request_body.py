"""Request bodies: whole, bounded, and read once."""

from __future__ import annotations

import gzip
import zlib
from io import BytesIO
from typing import Any

import pytest

from addsup.server.app import unready_app
from addsup.server.errors import ProblemError, ProblemType
from addsup.server.extensions import extensions_of
from addsup.server.middleware.request_body import read_body
from addsup.server.request import Request
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
