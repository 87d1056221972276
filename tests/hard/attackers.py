"""`python -m tests.hard.attackers PORT COUNT`: clients that do what once stopped a worker."""

from __future__ import annotations

import json
import random
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

LIVEZ = b"GET /livez HTTP/1.1\r\nHost: a\r\n"
PREDICT = b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
#: Seconds that an attacker waits for what it can do no more about.
HOLD = 2.0

#: Twenty reviews of 25,000 words, to be explained: 1 MB.
EXPLAIN = json.dumps({"reviews": ["a " * 25_000] * 20}).encode()


def endless_length(plug: socket.socket) -> None:
    """A health check with a body that never comes."""
    plug.sendall(LIVEZ + b"Content-Length: 9999999999\r\n\r\n")
    plug.settimeout(HOLD)
    plug.recv(4096)


def reset_after_expect(plug: socket.socket) -> None:
    """Asked to go on, it is gone."""
    plug.sendall(LIVEZ + b"Content-Length: 10\r\nExpect: 100-continue\r\n\r\n")
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def pipelined(plug: socket.socket) -> None:
    """More health checks in one packet than a stack is deep."""
    plug.sendall((LIVEZ + b"\r\n") * 300)
    plug.settimeout(HOLD)
    plug.recv(65536)


def explanations(plug: socket.socket) -> None:
    """As large a legal request as there is."""
    head = PREDICT.replace(b"/predict", b"/predict?explain=1")
    plug.sendall(head + b"Content-Length: %d\r\n\r\n" % len(EXPLAIN) + EXPLAIN)
    plug.settimeout(HOLD)
    plug.recv(4096)


def false_last_chunk(plug: socket.socket) -> None:
    """A body that only looks as if it had ended."""
    plug.sendall(PREDICT + b"Transfer-Encoding: chunked\r\n\r\nff\r\n\n0\r\n\r\n")
    plug.settimeout(HOLD)
    plug.recv(4096)


def idle(plug: socket.socket) -> None:
    """A hundred connections that say nothing, or begin to."""
    others = [socket.create_connection(plug.getpeername(), 5) for _ in range(100)]
    for each in others[::2]:
        each.sendall(b"GET / HTTP/1.1\r\n")
    time.sleep(HOLD)
    for each in others:
        each.close()


def long_trailers(plug: socket.socket) -> None:
    """A chunked request with trailers, and another behind it, in many packets."""
    plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    plug.sendall(PREDICT + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n")
    for number in range(50):
        plug.sendall(b"T%d: %s\r\n" % (number, b"t" * 100))
    plug.sendall(b"\r\n" + LIVEZ + b"\r\n")
    plug.settimeout(HOLD)
    plug.recv(4096)


ATTACKS: list[Callable[[socket.socket], None]] = [
    endless_length,
    reset_after_expect,
    pipelined,
    explanations,
    false_last_chunk,
    idle,
    long_trailers,
]


def attack_for_ever(port: int, number: int) -> None:
    """One of the attacks, again and again, with short breaks."""
    attack, chance = ATTACKS[number % len(ATTACKS)], random.Random(number)
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as plug:
            attack(plug)
        time.sleep(chance.uniform(0.1, 1.0))


def main(port: int, count: int) -> None:
    """Attack with *count* clients."""
    for number in range(count):
        threading.Thread(target=attack_for_ever, args=(port, number), daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
