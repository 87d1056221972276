"""Acceptor: fairly among workers, and not without end."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator

import pytest

from addsup.server.worker.acceptor import MOST_COURTESY, Acceptor
from addsup.server.worker.balance import Balance


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def connect(listener: socket.socket, count: int) -> list[socket.socket]:
    return [socket.create_connection(listener.getsockname(), 5) for _ in range(count)]


def acceptor(listener: socket.socket, balance: Balance, taken: list[socket.socket]) -> Acceptor:
    def take(accepted: socket.socket, *_: object) -> bool:
        taken.append(accepted)
        return len(taken) < 3

    return Acceptor([listener], balance, balance.join(), take)


def close(sockets: list[socket.socket]) -> None:
    for each in sockets:
        each.close()


def test_all_who_have_connected_are_accepted_while_there_is_room(listener: socket.socket) -> None:
    taken: list[socket.socket] = []
    clients = connect(listener, 5)

    made = acceptor(listener, Balance(1), taken)
    made.accept(listener)

    assert len(taken) == 3
    assert not made.is_open, "it should pause when there is no room"
    close(clients + taken)


def test_a_worker_with_more_connections_lets_another_go_first(listener: socket.socket) -> None:
    balance, taken = Balance(2), list[socket.socket]()
    clients = connect(listener, 1)
    balance.show(balance.join(), 1)
    made = acceptor(listener, balance, taken)
    made.show(20)

    turns = 0
    while not taken:
        made.accept(listener)
        turns += 1

    assert turns == MOST_COURTESY + 1, "it should wait, and then take it after all"
    close(clients + taken)


class Exhausted:
    """A listener of a process that has no file descriptor left."""

    def setblocking(self, blocking: bool) -> None:
        pass

    def accept(self) -> None:
        raise OSError(errno.EMFILE, "Too many open files")


def test_running_out_of_descriptors_pauses_accepting() -> None:
    made = acceptor(Exhausted(), Balance(1), [])  # type: ignore[arg-type]

    made.accept(Exhausted())  # type: ignore[arg-type]

    assert not made.is_open


def test_after_a_stop_nobody_is_accepted(listener: socket.socket) -> None:
    taken: list[socket.socket] = []
    clients = connect(listener, 2)
    made = acceptor(listener, Balance(1), taken)

    made.stop()

    assert len(taken) == 2
    assert not made.is_open
    close(clients + taken)
