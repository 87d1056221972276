"""Clients that go on until they are told to stop, and count what they get."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.live import LiveServer

JSON = {"Content-Type": "application/json"}
REVIEW = json.dumps({"review": "A wonderful film with great acting, though slow."})


@dataclass
class Tally:
    """What a group of clients saw."""

    answers: Counter[int] = field(default_factory=Counter)
    refused: int = 0
    broken: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    by_status: dict[int, list[float]] = field(default_factory=dict)
    bodies: set[bytes] = field(default_factory=set)

    def note(self, status: int, seconds: float) -> None:
        """Count one answer."""
        self.answers[status] += 1
        self.seconds.append(seconds)
        self.by_status.setdefault(status, []).append(seconds)


def percentile(values: list[float], share: float) -> float:
    """The value that *share* of *values* do not exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


@contextmanager
def clients(
    server: LiveServer, count: int, *, keep_alive: Callable[[int], bool] = lambda _: True
) -> Iterator[Tally]:
    """*count* clients that ask /predict again and again while the context lasts."""
    tally, ended = Tally(), threading.Event()
    threads = [
        threading.Thread(target=_ask_until, args=(server.port, tally, ended, keep_alive(i)))
        for i in range(count)
    ]
    for thread in threads:
        thread.start()
    try:
        yield tally
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def _ask_until(port: int, tally: Tally, ended: threading.Event, keep_alive: bool) -> None:
    connection: http.client.HTTPConnection | None = None
    while not ended.is_set():
        started = time.monotonic()
        try:
            if connection is None:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                connection.connect()
            connection.request("POST", "/predict", REVIEW, JSON)
            answer = connection.getresponse()
            body = answer.read()
        except ConnectionRefusedError:
            tally.refused += 1
            if connection:
                connection.close()
            connection = None
            time.sleep(0.01)
        except (OSError, http.client.HTTPException) as error:
            tally.broken.append(type(error).__name__)
            if connection:
                connection.close()
            connection = None
        else:
            tally.note(answer.status, time.monotonic() - started)
            if answer.status == 200:
                tally.bodies.add(body)
            if answer.will_close or not keep_alive:
                connection.close()
                connection = None
    if connection:
        connection.close()


@contextmanager
def attackers(
    port: int, count: int, first_words: bytes, receive: int = 0
) -> Iterator[list[socket.socket]]:
    """*count* connections that say *first_words* and then nothing."""
    plugs = []
    for _ in range(count):
        plug = socket.socket()
        if receive:
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        plug.connect(("127.0.0.1", port))
        plug.sendall(first_words)
        plugs.append(plug)
    try:
        yield plugs
    finally:
        for plug in plugs:
            plug.close()


def is_closed(plug: socket.socket) -> bool:
    """Whether the server has ended the connection; what it said before is read and dropped."""
    plug.setblocking(False)
    try:
        while plug.recv(65536):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
