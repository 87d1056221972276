"""Poller: real sockets, and calls from other threads."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from threading import Thread

import pytest

from addsup.server.worker.connection import Connection
from addsup.server.worker.poller import READ, WRITE, Poller


@pytest.fixture
def pair() -> Iterator[tuple[Connection, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Connection(ours, None, None, 100), theirs


def acted_on(poller: Poller) -> list[tuple[Connection, bool]]:
    """What one wait comes to."""
    found: list[tuple[Connection, bool]] = []
    poller.poll(0.02, lambda connection, writable: found.append((connection, writable)))
    return found


def test_connection_is_acted_on_when_it_is_ready(pair: tuple[Connection, socket.socket]) -> None:
    (connection, theirs), poller = pair, Poller()
    poller.watch(connection, READ)
    assert acted_on(poller) == []

    theirs.sendall(b"x")

    assert acted_on(poller) == [(connection, False)]


def test_events_that_are_watched_for_can_change(pair: tuple[Connection, socket.socket]) -> None:
    (connection, theirs), poller = pair, Poller()
    theirs.sendall(b"x")

    poller.watch(connection, READ)
    poller.watch(connection, WRITE)
    assert acted_on(poller) == [(connection, True)]

    poller.watch(connection, 0)
    poller.watch(connection, 0)
    assert acted_on(poller) == []


def test_listener_is_listened_to_until_it_is_ignored() -> None:
    poller, called = Poller(), list[socket.socket]()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        poller.listen(listener, called.append)
        with socket.create_connection(listener.getsockname(), 5):
            acted_on(poller)
            poller.ignore(listener)
            acted_on(poller)

    assert called == [listener]


def test_other_threads_hand_calls_over_without_waiting() -> None:
    poller, called = Poller(), list[int]()

    def hand_over() -> None:
        for number in range(10_000):
            poller.call_soon(called.append, number)

    thread = Thread(target=hand_over)
    thread.start()
    thread.join()
    acted_on(poller)

    assert called == list(range(10_000))
