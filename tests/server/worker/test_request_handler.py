"""Request handler: a request as a WSGI environment, and the application's reply as bytes."""

from __future__ import annotations

import io
from typing import Any

import pytest

from addsup.server.worker.refusals import plain_text
from addsup.server.worker.request_handler import Reply, RequestHandler, environ_of
from addsup.server.worker.request_parser import Request

PEER, SERVER = ("127.0.0.1", 1), ("127.0.0.1", 8000)


class Application:
    """One that answers what the test says, and remembers what it was asked."""

    def __init__(self) -> None:
        self.status = "200 OK"
        self.headers = [("Content-Type", "text/plain")]
        self.pieces: Any = [b"ab", b"c"]
        self.environ: dict[str, Any] = {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.environ = environ
        start_response(self.status, list(self.headers))
        return self.pieces


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
def handler(application: Application) -> RequestHandler:
    return RequestHandler(application, plain_text, io.StringIO(), multiprocess=False)


def request(method: str = "GET", target: bytes = b"/a?b=c", **changes: Any) -> Request:
    return Request(method, target, **{"keep_alive": True, "fields": {"HTTP_HOST": "h"}, **changes})


def answer(handler: RequestHandler, asked: Request, *, last: bool = False) -> Reply:
    environ = environ_of(asked, handler.environ_between(PEER, SERVER))
    return handler.answer(asked, environ, last=last)


def test_a_reply_has_its_length_the_time_and_no_name_of_software(handler: RequestHandler) -> None:
    reply = answer(handler, request())
    head, _, body = reply.content.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")

    assert reply.keep_alive
    assert body == b"abc"
    assert lines[0] == b"HTTP/1.1 200 OK"
    assert lines[1].startswith(b"Date: ") and lines[1].endswith(b" GMT")
    assert lines[2:] == [
        b"Connection: keep-alive",
        b"Content-Type: text/plain",
        b"Content-Length: 3",
    ]


@pytest.mark.parametrize(("asked", "last"), [(request(keep_alive=False), False), (request(), True)])
def test_who_is_let_go_is_told_so(handler: RequestHandler, asked: Request, last: bool) -> None:
    reply = answer(handler, asked, last=last)

    assert not reply.keep_alive
    assert b"\r\nConnection: close\r\n" in reply.content


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", "200 OK"), ("GET", "304 Not Modified"), ("GET", "204 No")]
)
def test_a_reply_that_must_have_no_body_has_none(
    handler: RequestHandler, application: Application, method: str, status: str
) -> None:
    application.status = status

    reply = answer(handler, request(method))

    assert reply.content.endswith(b"\r\n\r\n")
    assert b"Content-Length" not in reply.content


def test_the_environment_says_what_was_asked(
    handler: RequestHandler, application: Application
) -> None:
    fields = {"HTTP_HOST": "h", "HTTP_TRANSFER_ENCODING": "chunked", "HTTP_X_FORWARDED_FOR": "9"}

    answer(handler, request("POST", b"/%c3%a4?%20", body=b"xyz", fields=fields))

    environ = application.environ
    assert environ["REQUEST_METHOD"] == "POST"
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/ä"
    assert environ["QUERY_STRING"] == "%20"
    assert environ["CONTENT_LENGTH"] == "3"
    assert "HTTP_TRANSFER_ENCODING" not in environ
    assert environ["wsgi.input"].read() == b"xyz"
    assert (environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]) == ("127.0.0.1", "http")


@pytest.mark.parametrize(
    ("target", "seen"),
    [
        (b"http://x:1/p?q", ("/p", "q", "x:1")),
        (b"http://x", ("/", "", "x")),
        (b"http://x?q", ("/", "q", "x")),
        (b"/p?q#f", ("/p", "q", "h")),
        (b"//x/p", ("//x/p", "", "h")),
        (b"*", ("*", "", "h")),
    ],
)
def test_of_a_whole_uri_the_host_counts_and_the_fragment_does_not(
    handler: RequestHandler, application: Application, target: bytes, seen: tuple[str, str, str]
) -> None:
    answer(handler, request(target=target))

    environ = application.environ
    assert (environ["PATH_INFO"], environ["QUERY_STRING"], environ["HTTP_HOST"]) == seen


@pytest.mark.parametrize(
    "headers",
    [
        [("X", "a\r\nSet-Cookie: b")],
        [("X\n", "a")],
    ],
)
def test_headers_that_would_break_the_framing_are_not_sent(
    handler: RequestHandler, application: Application, headers: list[tuple[str, str]]
) -> None:
    application.headers = headers

    reply = answer(handler, request())

    assert reply.content.startswith(b"HTTP/1.1 500 ")
    assert not reply.keep_alive


def test_the_length_is_that_of_the_body_whatever_the_application_says(
    handler: RequestHandler, application: Application
) -> None:
    application.headers = [("Content-Length", "7")]

    assert answer(handler, request()).content.endswith(b"Content-Length: 3\r\n\r\nabc")


def test_a_defect_is_answered_500_and_named_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> Any:
        raise ValueError("the review")

    handler = RequestHandler(fail, plain_text, io.StringIO(), multiprocess=False)

    reply = answer(handler, request())

    assert reply.content.startswith(b"HTTP/1.1 500 ")
    assert "the review" not in caplog.text


def test_pieces_are_closed_when_they_have_been_read(
    handler: RequestHandler, application: Application
) -> None:
    class Pieces:
        closed = False

        def __iter__(self) -> Any:
            return iter([b"abc"])

        def close(self) -> None:
            self.closed = True

    application.pieces = Pieces()

    answer(handler, request())

    assert application.pieces.closed
