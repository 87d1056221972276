"""Connections: what a client can do to a worker, over real sockets."""

from __future__ import annotations

import socket
import struct
import threading
import time

import pytest

from addsup.server.worker import connection, dispatcher
from tests.live import until
from tests.server.worker.conftest import Served, all_of, status_of

GET = b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST /p HTTP/1.1\r\nHost: a\r\n"
LAST = POST + b"Connection: close\r\n"
WAIT = b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n"


def test_a_request_in_pieces_is_answered_when_it_is_whole(served: Served) -> None:
    client = served.connect()
    for piece in (LAST, b"Content-Length: 2\r\n\r\n", b"a", b"b"):
        assert served.asked == []
        client.sendall(piece)
        time.sleep(0.05)

    assert all_of(client).endswith(b"\r\n\r\nab")


@pytest.mark.parametrize(
    "bytes_",
    [
        b"GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n\n0\r\n\r\n",
        POST + b"Content-Length: 0000000010\r\n\r\n",
        POST + b"Content-Length: 999999\r\n\r\n",
    ],
)
def test_the_application_is_not_asked_before_a_request_is_whole(
    served: Served, bytes_: bytes
) -> None:
    served.ask(bytes_)
    time.sleep(0.05)

    assert served.asked == []
    assert status_of(served.ask(GET)) == 200


def test_a_client_that_resets_after_asking_for_leave_ends_its_connection_alone(
    served: Served,
) -> None:
    other = served.connect()
    client = served.ask(POST + b"Content-Length: 9\r\nExpect: 100-continue\r\n\r\n")
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    until(lambda: len(served.worker.dispatcher.connections) == 1)

    other.sendall(GET)

    assert status_of(other) == 200


def test_100_continue_is_sent_once_and_only_for_what_will_be_read(served: Served) -> None:
    client = served.ask(LAST + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n")
    assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.sendall(b"a")
    time.sleep(0.05)
    client.sendall(b"b")
    assert all_of(client).startswith(b"HTTP/1.1 200 OK\r\n")

    client = served.ask(POST + b"Content-Length: 2000\r\nExpect: 100-continue\r\n\r\n")
    assert all_of(client).startswith(b"HTTP/1.1 200 OK\r\n")  # the application sees the length


def test_ten_thousand_pipelined_requests_are_answered_in_order(served: Served) -> None:
    client = served.connect()
    requests = b"".join(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % n for n in range(10_000))
    sending = threading.Thread(target=client.sendall, args=(requests,))
    sending.start()
    replies = b""
    while replies.count(b"\r\n\r\n") < 10_000:
        replies += client.recv(2**20)
    sending.join()

    assert served.asked == [f"/{n}" for n in range(10_000)]


def test_what_is_no_request_is_refused_and_the_client_reads_why(served: Served) -> None:
    client = served.ask(
        POST + b"X-Request-ID: mine\r\nTransfer-Encoding : chunked\r\n\r\n" + b"x" * 10_000
    )

    reply = all_of(client)

    assert reply.startswith(b"HTTP/1.1 400 ")
    assert b"X-Request-ID: mine\r\n" in reply


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (POST, b"bad_request"),
        (POST + b"Content-Length: 5\r\n\r\nab", b"incomplete_body"),
        (LAST + b"Content-Length: 2\r\n\r\nab", b"ab"),
        (b"", b""),
    ],
)
def test_a_client_that_ends_its_side_reads_what_becomes_of_its_request(
    served: Served, sent: bytes, code: bytes
) -> None:
    client = served.ask(sent)
    client.shutdown(socket.SHUT_WR)

    assert all_of(client).endswith(code)


def test_an_upgrade_to_websocket_is_just_a_request(served: Served) -> None:
    offer = b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n"
    client = served.ask(GET[:-2] + offer + LAST + b"\r\n")

    replies = all_of(client)

    assert replies.count(b"HTTP/1.1 200 OK") == 2
    assert replies.count(b"Upgrade-Seen: no") == 2


@pytest.mark.parametrize("sent", [POST, POST + b"Content-Length: 5\r\n\r\nab"])
def test_half_a_request_is_answered_408_when_its_time_is_over(
    served: Served, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(connection, "REQUEST_SECONDS", 0.2)

    assert all_of(served.ask(sent)).startswith(b"HTTP/1.1 408 ")


def test_a_client_that_says_nothing_is_closed_without_a_word(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SILENT_SECONDS", 0.2)

    assert all_of(served.connect()) == b""


def test_a_request_at_work_is_never_overdue_for_its_client(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "REQUEST_SECONDS", 0.05)
    client = served.ask(WAIT)
    time.sleep(0.3)
    served.go_on.set()

    assert status_of(client) == 200


def test_time_that_a_machine_stood_still_is_not_the_clients_fault(served: Served) -> None:
    client = served.ask(LAST + b"Content-Length: 2\r\n\r\na")
    time.sleep(0.05)
    served.worker.loop.call_soon_threadsafe(served.worker.dispatcher.tick, 40)
    time.sleep(0.05)
    client.sendall(b"b")

    assert all_of(client).endswith(b"\r\n\r\nab")


def test_the_longest_idle_connection_makes_room_for_a_new_one(served: Served) -> None:
    first = served.ask(GET)
    busy = served.ask(WAIT)
    status_of(first)
    third = served.ask(GET)
    status_of(third)

    assert status_of(served.ask(GET)) == 200
    first.recv(1000)
    assert first.recv(10) == b""
    served.go_on.set()
    assert status_of(busy) == 200
    third.sendall(GET)


def test_half_a_request_makes_room_where_nobody_is_idle(served: Served) -> None:
    clients = [served.ask(POST) for _ in range(3)]
    until(lambda: sum(e.parser.started for e in served.worker.dispatcher.connections) == 3)

    assert status_of(served.ask(GET)) == 200
    assert clients[0].recv(10) == b""


@pytest.mark.parametrize("served", [{"worker_connections": 9}], indirect=True)
def test_beyond_the_line_requests_are_refused_and_health_checks_are_not(served: Served) -> None:
    clients = [served.ask(WAIT) for _ in range(2)]
    until(lambda: len(served.worker.dispatcher.calls) == 2)

    refused = all_of(served.ask(POST + b"X-Request-ID: mine\r\n\r\n"))

    assert refused.startswith(b"HTTP/1.1 503 ")
    assert b"X-Request-ID: mine\r\n" in refused
    assert status_of(served.ask(GET.replace(b"/livez", b"/live%7a?x"))) == 200
    served.go_on.set()
    assert [status_of(client) for client in clients] == [200, 200]


@pytest.mark.parametrize("served", [{"max_requests_at_work": 50}], indirect=True)
def test_health_checks_are_answered_before_those_in_line(served: Served) -> None:
    pause = threading.Event()
    served.worker.loop.call_soon_threadsafe(pause.wait, 5)  # until all have come
    line = [served.ask(POST + b"\r\n"), served.ask(POST + b"\r\n"), served.ask(GET)]
    time.sleep(0.1)
    pause.set()

    assert [status_of(client) for client in line] == [200, 200, 200]
    assert served.asked == ["/livez", "/p", "/p"]


def test_a_call_that_hangs_is_answered_504_and_costs_a_worker_that_loses_its_threads(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "HUNG_SECONDS", 0.2)
    first = served.ask(WAIT)
    assert status_of(first) == 504
    assert served.worker.alive
    served.go_on.set()
    until(lambda: served.worker.dispatcher.hung == 0)

    served.go_on.clear()
    assert [status_of(served.ask(WAIT)) for _ in range(2)] == [504, 504]
    until(lambda: not served.worker.alive)


def test_a_large_reply_is_sent_as_the_client_takes_it(served: Served) -> None:
    client = served.ask(b"GET /p?10000000 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    time.sleep(0.1)

    assert status_of(served.ask(GET)) == 200
    assert len(all_of(client)) > 10_000_000


def test_a_client_that_takes_nothing_is_cut_off(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SEND_SECONDS", 0.2)
    served.ask(b"GET /p?10000000 HTTP/1.1\r\nHost: a\r\n\r\n")
    until(lambda: served.asked)

    until(lambda: not served.worker.dispatcher.connections)


def test_the_slowest_are_cut_off_when_too_much_waits_to_be_taken(served: Served) -> None:
    for count in range(1, 4):
        served.ask(b"GET /p?12000000 HTTP/1.1\r\nHost: a\r\n\r\n")
        until(lambda count=count: len(served.asked) == count)
        time.sleep(0.05)

    until(lambda: len(served.worker.dispatcher.connections) < 3)
    waiting = [e.transport.get_write_buffer_size() for e in served.worker.dispatcher.connections]
    assert sum(waiting) <= dispatcher.MOST_UNSENT


def test_after_a_stop_whoever_has_connected_is_served_and_nobody_else(served: Served) -> None:
    address = served.listener.getsockname()
    waiting = served.connect()
    served.stop()
    until(lambda: served.listener.fileno() == -1)
    waiting.sendall(GET)

    assert b"\r\nConnection: close\r\n" in all_of(waiting)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, 5)


def test_a_defect_in_one_connection_ends_that_one_alone(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    other = served.ask(GET)
    status_of(other)
    served.worker.health_paths = None  # type: ignore[assignment]
    assert all_of(served.ask(GET)) == b""
    served.worker.health_paths = frozenset()
    other.sendall(GET)

    until(lambda: served.asked == ["/livez", "/livez"])
    assert "TypeError in a connection" in caplog.text
