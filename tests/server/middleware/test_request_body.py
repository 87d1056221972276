"""Request bodies: whole, bounded, and read once."""

from __future__ import annotations

import gzip
import zlib
from io import BytesIO
from typing import Any

import pytest

from addsup.server.errors import ProblemError, ProblemType
from addsup.server.middleware.request_body import take_body


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
def test_a_body_up_to_the_limit_is_read_once_and_can_be_asked_for_again(
    received: dict[str, Any], body: bytes
) -> None:
    assert [take_body(received, 5), take_body(received, 5)] == [body, body]


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
def test_any_other_is_refused_as_often_as_it_is_asked_for(
    received: dict[str, Any], problem: ProblemType
) -> None:
    for _ in range(2):
        with pytest.raises(ProblemError) as refusal:
            take_body(received, 5)
        assert refusal.value.type is problem


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "deflate", "identity"])
def test_a_compressed_body_is_read_within_the_limit(coding: str) -> None:
    def received(body: bytes) -> dict[str, Any]:
        packed = {"gzip": gzip.compress, "deflate": zlib.compress}.get(coding.lower(), bytes)(body)
        return environ(packed, CONTENT_LENGTH=str(len(packed)), HTTP_CONTENT_ENCODING=coding)

    assert take_body(received(b"a" * 100), 100) == b"a" * 100
    with pytest.raises(ProblemError) as refusal:
        take_body(received(b"a" * 101), 100)
    assert refusal.value.type is ProblemType.BODY_TOO_LARGE


def test_half_of_a_compressed_body_is_refused() -> None:
    half = gzip.compress(b"12345")[:-1]

    with pytest.raises(ProblemError, match="has not arrived whole"):
        take_body(environ(half, CONTENT_LENGTH=str(len(half)), HTTP_CONTENT_ENCODING="gzip"), 100)
