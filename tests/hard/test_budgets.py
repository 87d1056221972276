"""Budgets: what a worker spends on clients, whatever they send, at the most."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from contextlib import ExitStack

import pytest

from tests.hard.conftest import Judge
from tests.hard.processes import cpu_seconds, proportional, resident, workers
from tests.live import LiveServer, exchange, running_server, workers_of

pytestmark = pytest.mark.hard

MIB = 2**20
HEAD = b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
CONNECTIONS = 1000

#: Where a connection may stand: what it has said so far.
STAGES = {
    "nothing": b"",
    "half a head": b"GET / HTTP/1.1\r\nHost: a\r\nCookie: " + b"a" * 8_000,
    "half a body": HEAD + b"Content-Length: 1000000\r\n\r\n" + b"a" * 60_000,
    "most of a body": HEAD + b"Content-Length: 1000000\r\n\r\n" + b"a" * 999_000,
}


def batch(text: str, count: int) -> bytes:
    return json.dumps({"reviews": [text] * count}).encode()


#: The dearest requests of 1 MB that we know of.
REQUESTS = {
    "words of one letter": ("/predict", batch("a " * 25_000, 20)),
    "a thousand reviews": ("/predict", batch("good bad " * 110, 1000)),
    "25,000 words explained": ("/predict?explain=1", batch("a " * 25_000, 1)),
    "good, explained": ("/predict?explain=1", batch("good " * 1000, 25)),
    "too much to explain": ("/predict?explain=1", batch("a " * 25_000, 20)),
    "empty objects": ("/predict", b'{"reviews": [' + b"{}," * 340_000 + b"{}]}"),
    "deep lists": ("/predict", b'{"reviews": ' + b"[" * 500_000 + b"]" * 500_000 + b"}"),
    "escapes": ("/predict", b'{"review": "' + rb"\u0041" * 8_000 + b'"}'),
}


@pytest.mark.parametrize("stage", STAGES)
def test_connections_take_little_memory_at_any_stage(stage: str, judge: Judge) -> None:
    with running_server(WEB_CONCURRENCY="1") as server, ExitStack() as open_ones:
        (worker,) = workers(server.process.pid)
        before, refused = resident(worker), Counter[str]()
        for _ in range(CONNECTIONS):
            plug = open_ones.enter_context(socket.create_connection(("127.0.0.1", server.port), 5))
            plug.settimeout(2)
            try:
                plug.sendall(STAGES[stage])
            except OSError:
                refused["refused"] += 1
        time.sleep(0.5)
        grown = (resident(worker) - before) / MIB
        alive = server.ask("/livez").status

    judge(f"{CONNECTIONS:,} connections, {stage} sent: /livez", str(alive), "200", alive == 200)
    judge("the same: the worker has grown by", f"{grown:.0f} MiB", "at most 192 MiB", grown <= 192)


@pytest.mark.parametrize("name", REQUESTS)
def test_a_byte_costs_little_time(live_server: LiveServer, name: str, judge: Judge) -> None:
    path, body = REQUESTS[name]
    times = 5
    with live_server.connection() as connection:
        before = cpu_seconds(live_server.process.pid)
        for _ in range(times):
            exchange(connection, path, "POST", body, Content_Type="application/json")
        spent = cpu_seconds(live_server.process.pid) - before

    judge.time(
        f"{name}, {len(body):,} bytes: processor time a byte",
        spent / times / len(body) * 1e6,
        "us",
        at_most=8 if "explained" in name else 1,
    )


def test_the_worst_legal_traffic_fits_into_a_small_container(judge: Judge) -> None:
    """Heroku's smallest has 512 MB; what is measured is the memory of all processes."""
    seconds = 20.0
    statuses, broken, most = Counter[int](), list[str](), 0
    with running_server() as server:
        before = workers_of(server, 2)
        ended = time.monotonic() + seconds
        threads = [
            threading.Thread(target=ask_until, args=(server, pair, ended, statuses, broken))
            for pair in list(REQUESTS.values()) * 3
        ]
        for thread in threads:
            thread.start()
        while time.monotonic() < ended:
            most = max(most, proportional(server.process.pid))
            time.sleep(0.2)
        for thread in threads:
            thread.join()
        after = workers(server.process.pid)

    judge(
        f"worst legal traffic from {len(threads)} clients, {seconds:g} s: answers",
        f"{dict(statuses)}, {len(broken)} broken",
        "200, 400, 413 and 503 only",
        set(statuses) <= {200, 400, 413, 503} and not broken,
    )
    judge("the same: workers that ended", str(len(set(before) - set(after))), "0", before == after)
    judge(
        "the same: memory of all processes, at the most",
        f"{most / MIB:.0f} MiB",
        "at most 400 MiB",
        most <= 400 * MIB,
    )


def ask_until(
    server: LiveServer,
    request: tuple[str, bytes],
    ended: float,
    statuses: Counter[int],
    broken: list[str],
) -> None:
    """Send *request* again and again."""
    while time.monotonic() < ended:
        try:
            answer = server.ask(request[0], "POST", request[1], Content_Type="application/json")
        except OSError as error:
            broken.append(type(error).__name__)
        else:
            statuses[answer.status] += 1
