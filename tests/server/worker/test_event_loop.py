"""Event loop: what a client can do to it, with real sockets and without a thread."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from addsup.server.worker.balance import Balance
from addsup.server.worker.connection import Connection
from addsup.server.worker.event_loop import EventLoop
from addsup.server.worker.limits import MOST_UNSENT, Limits
from addsup.server.worker.refusals import plain_text

GET = b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\n"
LIMITS = Limits(connections=3, requests=2, body=1000, keepalive=60)
FOREVER = 10.0**9


class Setup:
    """A loop over a real listener, driven by the test."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        balance = Balance(1)
        self.loop = EventLoop(
            [self.listener],
            LIMITS,
            plain_text,
            lambda connection: connection.request.target == b"/livez",
            balance,
            balance.join(),
        )
        self.clients: list[socket.socket] = []

    def connect(self) -> socket.socket:
        """A client that the loop has accepted."""
        client = socket.create_connection(self.listener.getsockname(), 5)
        self.clients.append(client)
        self.turn()
        return client

    def turn(self, times: int = 3) -> None:
        """Let the loop deal with all that has happened."""
        for _ in range(times):
            self.loop.poll(0.02)

    def until(self, condition: Callable[[], object]) -> None:
        """Let the loop turn until *condition* holds."""
        for _ in range(500):
            if condition():
                return
            self.loop.poll(0.02)
        raise AssertionError("it never came to that")

    def answer(self, content: bytes = b"HTTP/1.1 200 OK\r\n\r\n") -> Connection:
        """Answer the next request in line, as a thread would."""
        queue = self.loop.urgent or self.loop.line
        connection = queue.popleft()
        self.loop.reply(connection, content, keep_alive=connection.request.keep_alive)
        return connection


@pytest.fixture
def setup() -> Iterator[Setup]:
    made = Setup()
    yield made
    for client in made.clients:
        client.close()
    for connection in list(made.loop.connections):
        made.loop.close(connection)
    made.listener.close()


def test_a_request_in_pieces_stands_in_line_when_it_is_whole(setup: Setup) -> None:
    client = setup.connect()
    lengths = []
    for piece in (POST, b"Content-Length: 2\r\n\r\n", b"a", b"b"):
        client.sendall(piece)
        setup.turn()
        lengths.append(len(setup.loop.line))

    assert lengths == [0, 0, 0, 1]
    assert setup.loop.line[0].request.body == b"ab"


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n\n0\r\n\r\n",
        POST + b"Content-Length: 0000000010\r\n\r\n",
        POST + b"Content-Length: 999999\r\n\r\n",
    ],
)
def test_a_request_that_is_not_whole_is_for_no_thread(setup: Setup, request_: bytes) -> None:
    setup.connect().sendall(request_)

    setup.turn()

    assert not setup.loop.urgent
    assert not setup.loop.line


def test_a_client_that_resets_after_asking_for_leave_ends_its_connection_alone(
    setup: Setup,
) -> None:
    other = setup.connect()
    client = setup.connect()
    client.sendall(POST + b"Content-Length: 9\r\nExpect: 100-continue\r\n\r\n")
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()

    setup.until(lambda: len(setup.loop.connections) == 1)
    other.sendall(GET)
    setup.turn()

    assert len(setup.loop.urgent) == 1


def test_100_continue_is_sent_once_and_only_for_what_will_be_read(setup: Setup) -> None:
    client = setup.connect()
    client.sendall(POST + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n")
    setup.turn()
    client.sendall(b"a")
    setup.turn()
    client.sendall(b"b")
    setup.turn()
    setup.answer(b"done")

    assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\ndone"
    client.sendall(POST + b"Content-Length: 2000\r\nExpect: 100-continue\r\n\r\n")
    setup.turn()
    assert setup.loop.line[0].request.oversized
    setup.answer(b"refused")
    assert client.recv(1000) == b"refused"


def test_ten_thousand_pipelined_health_checks_are_answered_one_by_one(setup: Setup) -> None:
    client = setup.connect()
    client.setblocking(False)
    stream, taken = memoryview(GET * 10_000), 0
    while taken < 10_000:
        with suppress(BlockingIOError):
            stream = stream[client.send(stream) :] if stream else stream
        setup.loop.poll(0)
        while setup.loop.urgent:
            setup.answer(b"1")
        with suppress(BlockingIOError):
            taken += len(client.recv(65536))

    assert taken == 10_000


def test_what_is_no_request_is_refused_and_the_client_reads_why(setup: Setup) -> None:
    client = setup.connect()

    client.sendall(POST + b"Transfer-Encoding : chunked\r\n\r\n" + b"x" * 10_000)
    setup.turn()

    assert client.recv(1000).startswith(b"HTTP/1.1 400 ")
    client.close()
    setup.until(lambda: not setup.loop.connections)


@pytest.mark.parametrize(
    ("sent", "code"),
    [(POST, b"bad_request"), (POST + b"Content-Length: 5\r\n\r\nab", b"incomplete_body")],
)
def test_a_client_that_ends_in_the_middle_reads_why(setup: Setup, sent: bytes, code: bytes) -> None:
    setup.loop.render = lambda refusal: ([], refusal.code.encode())
    client = setup.connect()
    client.sendall(sent)
    client.shutdown(socket.SHUT_WR)

    setup.until(lambda: not setup.loop.connections)

    assert client.recv(1000).endswith(code)


@pytest.mark.parametrize("sent", [POST, POST + b"Content-Length: 5\r\n\r\nab"])
def test_half_a_request_is_answered_408_when_its_time_is_over(setup: Setup, sent: bytes) -> None:
    client = setup.connect()
    client.sendall(sent)
    setup.turn()

    setup.loop.close_overdue(FOREVER)

    assert client.recv(1000).startswith(b"HTTP/1.1 408 ")


def test_a_client_that_says_nothing_is_closed_without_a_word(setup: Setup) -> None:
    client = setup.connect()

    setup.loop.close_overdue(FOREVER)

    assert client.recv(1000) == b""
    assert not setup.loop.connections


def test_a_request_at_work_is_never_overdue_for_its_client(setup: Setup) -> None:
    setup.connect().sendall(GET)
    setup.turn()

    setup.loop.close_overdue(FOREVER)

    assert len(setup.loop.connections) == 1


def test_the_longest_idle_connection_makes_room_for_a_new_one(setup: Setup) -> None:
    first, busy, third = setup.connect(), setup.connect(), setup.connect()
    busy.sendall(GET)
    setup.turn()

    new = setup.connect()
    new.sendall(GET)
    setup.turn()

    assert first.recv(10) == b""
    assert len(setup.loop.urgent) == 2
    third.sendall(GET)
    setup.turn()
    assert len(setup.loop.urgent) == 3


def test_half_a_request_makes_room_where_nobody_is_idle(setup: Setup) -> None:
    clients = [setup.connect() for _ in range(3)]
    for client in clients:
        client.sendall(POST)
    setup.turn()

    setup.connect().sendall(GET)
    setup.turn()

    assert len(setup.loop.urgent) == 1
    assert clients[0].recv(10) == b""


def test_beyond_the_line_requests_are_refused_and_health_checks_are_not(setup: Setup) -> None:
    clients = [setup.connect() for _ in range(3)]
    for client in clients:
        client.sendall(POST + b"\r\n")
        setup.turn()

    assert clients[2].recv(1000).startswith(b"HTTP/1.1 503 ")
    assert setup.loop.refused == 1
    health = setup.connect()
    health.sendall(GET)
    setup.turn()
    assert len(setup.loop.urgent) == 1


def test_a_large_reply_is_sent_as_the_client_takes_it(setup: Setup) -> None:
    client = setup.connect()
    client.sendall(GET)
    setup.turn()

    connection = setup.answer(bytes(10_000_000))
    assert 0 < len(connection.outgoing) < 10_000_000
    taken = 0
    while taken < 10_000_000:
        taken += len(client.recv(2**20))
        setup.loop.poll(0)

    assert not connection.outgoing


def test_the_slowest_are_cut_off_when_too_much_waits_to_be_taken(setup: Setup) -> None:
    connections = []
    for _ in range(3):
        setup.connect().sendall(GET)
        setup.turn()
        connections.append(setup.answer(bytes(12_000_000)))

    assert connections[0].closed
    assert not connections[2].closed
    assert sum(len(each.outgoing) for each in setup.loop.connections) <= MOST_UNSENT


def test_after_a_stop_whoever_has_connected_is_served_and_nobody_else(setup: Setup) -> None:
    address = setup.listener.getsockname()
    waiting = socket.create_connection(address, 5)
    setup.clients.append(waiting)

    setup.loop.stop()
    waiting.sendall(GET)
    setup.turn()

    assert len(setup.loop.urgent) == 1
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, 5)


def test_a_defect_in_one_connection_ends_that_one_alone(
    setup: Setup, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_connection: Connection) -> bool:
        raise ValueError("the review")

    other = setup.connect()
    setup.loop.is_urgent = fail
    setup.connect().sendall(GET)
    setup.turn()
    setup.loop.is_urgent = lambda _connection: True
    other.sendall(GET)
    setup.turn()

    assert len(setup.loop.connections) == 1
    assert len(setup.loop.urgent) == 1
    assert "the review" not in caplog.text
