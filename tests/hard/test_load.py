"""Many clients at once, for a while."""

from __future__ import annotations

import json
import math
import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from statistics import mean

import numpy as np
import pytest

from addsup.inference.model import Model
from addsup.server.settings import Settings
from tests.hard.clients import attackers, clients, is_closed, percentile
from tests.hard.conftest import Judge
from tests.hard.processes import cpu_seconds, sockets, workers
from tests.live import LiveServer, exchange, running_server

pytestmark = pytest.mark.hard

HEAD = b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
PROBE = """
import http.client, json, sys, time
seconds, end = [], time.monotonic() + 15
while time.monotonic() < end:
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=20)
    connection.request("GET", "/livez")
    assert connection.getresponse().status == 200
    connection.close()
    seconds.append(time.monotonic() - began)
    time.sleep(0.05)
print(json.dumps(seconds))
"""
BATCH = json.dumps({"reviews": ["good film " * 20] * 60}).encode()


def run_wrk(wrk: str, script: Path, server: LiveServer, connections: int, seconds: int) -> str:
    command = [
        wrk,
        "-t1",
        f"-c{connections}",
        f"-d{seconds}",
        "--timeout",
        "20s",
        "--latency",
        "-s",
        str(script),
    ]
    done = subprocess.run(
        [*command, f"{server.url}/predict"], capture_output=True, text=True, check=True
    )
    return done.stdout


def p99_milliseconds(report: str) -> float:
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", report).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def test_64_clients_for_a_minute(wrk: str, script: Path, server: LiveServer, judge: Judge) -> None:
    report = run_wrk(wrk, script, server, connections=64, seconds=60)

    clean = "Non-2xx" not in report and "Socket errors" not in report
    worst = p99_milliseconds(report)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", report)
    judge("64 keep-alive clients for 60 s: failures", "none" if clean else report, "none", clean)
    judge.time("the same: p99", worst, "ms", at_most=250)
    assert rate


def test_10_000_distinct_texts_get_the_answers_of_the_model(
    server: LiveServer, judge: Judge
) -> None:
    model = Model.load(Settings().model_path)
    random = np.random.default_rng(0)
    words = np.array([word for term in model.manifest.vocabulary for word in term.split()])
    texts = [f"{' '.join(random.choice(words, 12))} {number}" for number in range(10_000)]
    expected = [prediction.probabilities for prediction in model.predict(texts)]

    def ask(part: int) -> int:
        wrong = 0
        with server.connection() as connection:
            for text, want in zip(texts[part::64], expected[part::64], strict=True):
                body = json.dumps({"review": text})
                got = exchange(
                    connection, "/predict", "POST", body, Content_Type="application/json"
                )
                wrong += got.json["probabilities"] != pytest.approx(want, abs=1e-9)
        return wrong

    with ThreadPoolExecutor(64) as pool:
        wrong = sum(pool.map(ask, range(64)))

    judge("10,000 distinct texts by 64 clients: wrong answers", str(wrong), "0", wrong == 0)


def test_five_times_overload_is_refused_at_once(judge: Judge) -> None:
    """Five times as many clients as may be at work; each sends the next request at once."""
    with running_server(WEB_CONCURRENCY="2", MAX_CONCURRENCY="8") as server:
        # In a process of its own: 80 threads here would keep it from looking at the clock.
        probe = [sys.executable, "-c", PROBE, str(server.port)]
        answered = judge.answers("five times overload: health checks")
        with clients(server, count=80) as tally, answered:
            done = subprocess.run(probe, capture_output=True, text=True, check=True)
        health = json.loads(done.stdout)

        refused = tally.by_status.get(503, [])
        others = {status for status in tally.answers if status not in (200, 503)}
        slowest, healthy = max(refused, default=0.0), percentile(health, 0.99)
        judge(
            "five times overload: refused with 503",
            f"{len(refused)} of {sum(tally.answers.values())}",
            "the excess",
            bool(refused) and tally.answers[200] > 0,
        )
        judge.time("the same: slowest refusal", slowest, "s", at_most=1)
        judge(
            "the same: other answers, broken connections",
            f"{sorted(others)}, {len(tally.broken)}",
            "none",
            not others and not tally.broken,
        )
        judge.time("the same: /livez p99", healthy * 1000, "ms", at_most=250)


@pytest.mark.parametrize(
    ("what", "first_words"),
    [
        ("idle", b""),
        ("partial head", HEAD),
        ("partial body", HEAD + b'Content-Length: 100\r\n\r\n{"rev'),
        ("partial large body", HEAD + b"Content-Length: 900000\r\n\r\n" + b"a" * 70_000),
        ("slow read", (HEAD + b"Content-Length: %d\r\n\r\n" % len(BATCH) + BATCH) * 3),
    ],
)
def test_64_stalling_clients_lock_nobody_out(
    what: str, first_words: bytes, server: LiveServer, judge: Judge
) -> None:
    worst, began, closed = 0.0, time.monotonic(), math.inf
    with attackers(server.port, 64, first_words, receive=2048) as plugs:
        while closed == math.inf and time.monotonic() < began + 40:
            asked = time.monotonic()
            assert server.ask("/livez").status == 200
            worst = max(worst, time.monotonic() - asked)
            if what != "slow read" and all(map(is_closed, plugs)):
                closed = time.monotonic() - began
            elif what == "slow read" and time.monotonic() > began + 30:
                closed = 30.0 if all(map(is_closed, plugs)) else math.inf
                break
            time.sleep(0.1)

    judge.time(f"64 sockets, {what}: slowest /livez", worst, "s", at_most=1)
    judge.time(f"64 sockets, {what}: attackers closed after", closed, "s", at_most=30)


def test_an_idle_server_uses_next_to_no_processor(server: LiveServer, judge: Judge) -> None:
    with clients(server, count=8):
        time.sleep(1)
    time.sleep(2)

    before = cpu_seconds(server.process.pid)
    time.sleep(10)
    share = (cpu_seconds(server.process.pid) - before) / 10

    judge.time("idle: share of a core", share * 100, "%", at_most=1)


def test_connections_are_spread_over_the_workers(server: LiveServer, judge: Judge) -> None:
    most = mean(max(_connections_by_worker(server, 16)) for _ in range(20))

    # Where nobody waits for it, the worker that was held up gets 4 of the 16: 12 on the other.
    what = "16 connections on 2 workers, one held up at first, 20 times: on the other"
    judge(what, f"{most:.1f} connections", "at most 10", most <= 10)


def _connections_by_worker(server: LiveServer, count: int) -> list[int]:
    """Where *count* connections land, if the first half of them finds one worker stopped."""
    pids = workers(server.process.pid)
    before = [sockets(pid) for pid in pids]
    with ExitStack() as opened:
        os.kill(pids[0], signal.SIGSTOP)
        try:
            _connect(server, count // 2, opened)
        finally:
            os.kill(pids[0], signal.SIGCONT)
        _connect(server, count - count // 2, opened)
        counts = [sockets(pid) - old for pid, old in zip(pids, before, strict=True)]
    time.sleep(0.05)
    return counts


def _connect(server: LiveServer, count: int, opened: ExitStack) -> None:
    """Open *count* connections at once, each with an answer on it."""
    barrier = threading.Barrier(count)

    def connect(_: int) -> None:
        plug = opened.enter_context(server.connection())
        barrier.wait()
        exchange(plug, "/livez")

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(connect, range(count)))
