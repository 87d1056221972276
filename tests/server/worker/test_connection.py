"""When a thread may begin with a request, and how long a client may keep it waiting."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
from gunicorn.config import Config

from server.worker import connection as module
from server.worker.connection import COLLECTED, BoundedSocket, Connection, Received, is_enough

HEAD = b"POST /predict HTTP/1.1\r\nHost: a\r\n"


@pytest.fixture
def ends() -> Iterator[tuple[Connection, socket.socket]]:
    """The server's end of a connection, and the client's."""
    ours, client = socket.socketpair()
    connection = Connection(Config(), ours, ("127.0.0.1", 1), ("127.0.0.1", 2))
    connection.sock.setblocking(False)
    with client:
        yield connection, client
    connection.close()


@pytest.mark.parametrize(
    ("collected", "enough"),
    [
        (b"", False),
        (HEAD, False),
        (HEAD + b"\r\n", True),
        (HEAD + b"Content-Length: 3\r\n\r\n", False),
        (HEAD + b"content-length:3\r\n\r\nab", False),
        (HEAD + b"Content-Length: 3\r\n\r\nabc", True),
        (HEAD + b"Content-Length: 3\r\n\r\nabcGET", True),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", False),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", True),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\nTrailer: a\r\n\r\n", True),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", False),
        (HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", True),
        (b"GET / HTTP/1.1\nHost: a\n\n", True),
        (HEAD + b"Content-Length: 900000\r\n\r\n", False),
        (HEAD + b"Content-Length: 900000\r\n\r\n" + b"a" * COLLECTED, True),
        (HEAD + b"\r\nContent-Length: 3\r\n\r\n", True),
        (b"a" * COLLECTED, True),
    ],
)
def test_a_thread_begins_when_the_rest_is_there_or_too_long_to_collect(
    collected: bytes, enough: bool
) -> None:
    assert is_enough(collected) is enough


def test_a_request_in_pieces_is_collected(ends: tuple[Connection, socket.socket]) -> None:
    connection, client = ends
    received = []

    for piece in (HEAD, b"Content-Length: 2\r\n", b"\r\n", b"ab"):
        client.sendall(piece)
        received.append(connection.collect())

    assert received == [Received.PART] * 3 + [Received.REQUEST]


def test_a_client_that_waits_for_leave_gets_it_once(
    ends: tuple[Connection, socket.socket],
) -> None:
    connection, client = ends

    for piece in (HEAD + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n", b"a"):
        client.sendall(piece)
        assert connection.collect() is Received.PART
    client.sendall(b"b")

    assert connection.collect() is Received.REQUEST
    assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"


def test_a_client_that_has_gone_is_noticed(ends: tuple[Connection, socket.socket]) -> None:
    connection, client = ends

    client.close()

    assert connection.collect() is Received.NOTHING


def test_nothing_new_is_not_the_end(ends: tuple[Connection, socket.socket]) -> None:
    connection, _ = ends

    assert connection.collect() is Received.PART


def test_a_body_that_does_not_come_ends_in_time() -> None:
    ours, client = socket.socketpair()
    bounded = BoundedSocket(ours)
    bounded.deadline = time.monotonic() + 0.2
    client.sendall(b"a")

    began = time.monotonic()
    read = [bounded.recv(10), bounded.recv(10)]

    assert read == [b"a", b""]
    assert bounded.exhausted
    assert time.monotonic() - began < 2
    bounded.close()
    client.close()


def test_a_reply_goes_out_in_one_piece_and_what_the_client_does_not_take_waits() -> None:
    ours, client = socket.socketpair()
    bounded = BoundedSocket(ours)

    bounded.sendall(b"head")
    bounded.sendall(b"body")
    before = len(bounded.unsent)
    bounded.flush()
    first = client.recv(100)
    bounded.sendall(bytes(10_000_000))
    waiting = len(bounded.unsent)

    assert (before, first) == (8, b"headbody")
    assert 0 < waiting < 10_000_000
    taken = 0
    while taken < 10_000_000:
        taken += len(client.recv(2**20))
        bounded.flush()
    assert not bounded.unsent
    bounded.close()
    client.close()


def test_a_client_that_takes_nothing_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "SEND_SECONDS", 0.2)
    ours, client = socket.socketpair()
    bounded = BoundedSocket(ours)
    bounded.sendall(bytes(10_000_000))

    with pytest.raises(TimeoutError):
        bounded.flush_patiently()

    assert not bounded.unsent
    bounded.close()
    client.close()
