"""Graceful shutdown: what happens to those who connect while the server stops."""

from __future__ import annotations

import queue
import signal
import socket
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from addsup.server.worker.shutdown import ServerStop, ignore_new_connections


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def connect_late(listener: socket.socket, said: list[str]) -> threading.Thread:
    """Connect and wait for a reply, in a thread."""

    def connect() -> None:
        try:
            with socket.create_connection(listener.getsockname(), 5) as client:
                client.recv(1)
                said.append("closed")
        except OSError as error:
            said.append(type(error).__name__)

    thread = threading.Thread(target=connect)
    thread.start()
    return thread


def test_who_has_connected_can_be_accepted_and_who_has_not_is_refused(
    listener: socket.socket,
) -> None:
    said: list[str] = []
    with socket.create_connection(listener.getsockname()) as early:
        if not ignore_new_connections(listener):
            pytest.skip("this system has no socket filters, or keeps them from this user")
        late = connect_late(listener, said)
        accepted, _ = listener.accept()
        late.join(0.2)
        with pytest.raises(BlockingIOError):
            listener.accept()
        listener.close()
        late.join()
        accepted.sendall(b"a")

        assert early.recv(1) == b"a"
        accepted.close()
    assert said == ["ConnectionRefusedError"]


def arbiter(**state: object) -> Any:
    """What `ServerStop` sees of Gunicorn's master."""
    stopped: list[bool] = []
    state = {"reexec_pid": 0, "master_pid": 0, "systemd": False, **state}
    return SimpleNamespace(stopped=stopped, stop=stopped.append, **state)


@pytest.mark.parametrize("state", [{"reexec_pid": 7}, {"master_pid": 7}, {"systemd": True}])
def test_the_server_goes_on_where_someone_else_listens(state: dict[str, object]) -> None:
    stop, master = ServerStop(), arbiter(**state)

    stop.watch(master)
    master.stop()

    assert not stop
    assert master.stopped == [True]


def test_a_master_that_has_been_told_to_stop_says_so_and_still_gets_to_it() -> None:
    stop, master = ServerStop(), arbiter(SIG_QUEUE=queue.SimpleQueue())
    assert not stop.is_due(), "nobody is watched yet"

    stop.watch(master)
    master.SIG_QUEUE.put(signal.SIGHUP)
    assert not stop.is_due()
    master.SIG_QUEUE.put(signal.SIGTERM)

    assert stop.is_due()
    assert [master.SIG_QUEUE.get() for _ in range(2)] == [signal.SIGHUP, signal.SIGTERM]
