from __future__ import annotations

from io import BytesIO

import pytest
from gunicorn.http.errors import InvalidChunkSize, NoMoreData

from server.errors import BodyTooLarge, IncompleteBody
from server.middleware.request_body import DRAINED, read_body


class Trickle:
    """A stream that gives one byte at a time, as a network may."""

    def __init__(self, content: bytes) -> None:
        self.rest = BytesIO(content)

    def read(self, size: int, /) -> bytes:
        return self.rest.read(min(size, 1))


class Broken:
    """A stream whose framing turns out to be wrong."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def read(self, _size: int, /) -> bytes:
        raise self.error


@pytest.mark.parametrize("length", [5, None], ids=["announced", "chunked"])
def test_body_up_to_the_limit_is_read_whole(length: int | None) -> None:
    assert read_body(BytesIO(b"12345"), length, 5) == b"12345"
    assert read_body(Trickle(b"12345"), length, 5) == b"12345"


@pytest.mark.parametrize("length", [6, None], ids=["announced", "chunked"])
def test_body_one_byte_over_the_limit_is_refused_and_read_to_its_end(length: int | None) -> None:
    stream = BytesIO(b"123456")

    with pytest.raises(BodyTooLarge, match="more than 5 bytes"):
        read_body(stream, length, 5)

    assert stream.read() == b""


def test_refused_body_is_not_read_for_ever() -> None:
    stream = BytesIO(bytes(DRAINED + 1_000))

    with pytest.raises(BodyTooLarge):
        read_body(stream, DRAINED * 2, 5)

    assert stream.tell() == DRAINED


def test_announced_bytes_are_all_that_is_read() -> None:
    stream = BytesIO(b'{}POST / HTTP/1.1"')

    assert read_body(stream, 2, 100) == b"{}"
    assert stream.tell() == 2


def test_body_that_ends_early_is_refused() -> None:
    with pytest.raises(IncompleteBody, match="10 bytes were announced, but 2 arrived"):
        read_body(BytesIO(b"{}"), 10, 100)


@pytest.mark.parametrize("error", [InvalidChunkSize(b"zz"), NoMoreData(), ConnectionResetError()])
def test_broken_framing_is_the_clients_fault(error: Exception) -> None:
    with pytest.raises(IncompleteBody):
        read_body(Broken(error), None, 100)
