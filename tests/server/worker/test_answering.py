"""What becomes of a request that has come, and of one that is none."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger

from server.worker.answering import AnsweringWorker
from server.worker.connection import Connection

Answer = Callable[[bytes], tuple[bool, bytes]]


class Worker(AnsweringWorker):
    """One whose application answers what the test says."""

    pieces: Any = (b"ab", b"c")
    headers = (("Content-Length", "3"),)

    def wsgi(self, environ: dict[str, Any], start_response: Any) -> Any:
        """The application."""
        self.environ = environ
        start_response("200 OK", [*self.headers])
        return self.pieces


@pytest.fixture
def worker() -> Iterator[Worker]:
    config = Config()
    worker = Worker(1, 1, [], None, 30, config, Logger(config))
    yield worker
    worker.tmp.close()


@pytest.fixture
def answer(worker: Worker) -> Iterator[Answer]:
    """Let the worker answer a request: whether it keeps the connection, and what it sends."""
    ours, client = socket.socketpair()
    connection = Connection(worker.cfg, ours, ("127.0.0.1", 1), ("127.0.0.1", 2))

    def answer(request: bytes) -> tuple[bool, bytes]:
        connection.collected += request
        connection.hand_over()
        kept = worker.handle(connection)
        connection.sock.flush()
        return kept, client.recv(10_000)

    with client:
        yield answer
    connection.close()


GET = b"GET /a?b HTTP/1.1\r\nHost: a\r\n\r\n"


def test_a_reply_has_its_length_the_time_and_no_name_of_software(answer: Answer) -> None:
    kept, reply = answer(GET)
    head, _, body = reply.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")

    assert kept
    assert body == b"abc"
    assert lines[0] == b"HTTP/1.1 200 OK"
    assert lines[1].startswith(b"Date: ") and lines[1].endswith(b" GMT")
    assert lines[2:] == [b"Connection: keep-alive", b"Content-Length: 3"]


def test_a_reply_of_unknown_length_goes_in_chunks(worker: Worker, answer: Answer) -> None:
    worker.headers = ()

    kept, reply = answer(GET)

    assert kept
    assert b"\r\nTransfer-Encoding: chunked\r\n" in reply
    assert reply.endswith(b"\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")


@pytest.mark.parametrize(
    "request_", [GET.replace(b"1.1", b"1.0"), GET[:-2] + b"Connection: close\r\n\r\n"]
)
def test_a_client_that_wants_it_is_let_go(answer: Answer, request_: bytes) -> None:
    kept, reply = answer(request_)

    assert not kept
    assert b"\r\nConnection: close\r\n" in reply


def test_a_worker_that_is_leaving_says_so(worker: Worker, answer: Answer) -> None:
    worker.max_requests = 1

    kept, reply = answer(GET)

    assert not kept
    assert b"\r\nConnection: close\r\n" in reply
    assert not worker.alive


def test_nothing_that_a_proxy_might_say_is_believed(worker: Worker, answer: Answer) -> None:
    answer(GET[:-2] + b"X-Forwarded-Proto: https\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n")

    assert worker.environ["wsgi.url_scheme"] == "http"
    assert worker.environ["REMOTE_ADDR"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", b"400"),
        (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", b"414"),
        (GET[:-2] + b"A: a\r\n" * 101 + b"\r\n", b"431"),
    ],
)
def test_what_is_no_request_is_refused_with_a_problem(
    answer: Answer, request_: bytes, status: bytes
) -> None:
    kept, reply = answer(request_)

    assert not kept
    assert reply.startswith(b"HTTP/1.1 " + status)
    assert b"application/problem+json" in reply


def test_a_defect_is_answered_500_and_named_without_its_words(
    worker: Worker, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("the review")

    worker.wsgi = fail  # type: ignore[method-assign]

    kept, reply = answer(GET)

    assert not kept
    assert reply.startswith(b"HTTP/1.1 500")
    assert "the review" not in caplog.text
