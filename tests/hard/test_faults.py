"""Things that break while the server works."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hard.clients import clients
from tests.hard.conftest import Judge
from tests.hard.processes import descriptors, resident, threads, workers
from tests.live import (
    ROOT,
    LiveServer,
    command,
    environment,
    exchange,
    free_port,
    running_server,
    stop,
)

pytestmark = pytest.mark.hard

MODEL = ROOT / "models" / "sentiment.onnx"
GOOD = {"review": "A wonderful film."}

#: For how long a machine stands still: longer than any time-out here, less than clients wait for.
STILL_SECONDS = 25


@pytest.fixture
def own_model(tmp_path: Path) -> Path:
    """A copy of the shipped model that a test may replace."""
    for file in (MODEL, MODEL.with_name(MODEL.name + ".sha256")):
        shutil.copy(file, tmp_path)
    return tmp_path / MODEL.name


def until(condition: object, seconds: float) -> float:
    """Seconds until *condition* holds, at most *seconds*."""
    began = time.monotonic()
    while not condition() and time.monotonic() < began + seconds:  # type: ignore[operator]
        time.sleep(0.01)
    return time.monotonic() - began


def answers(server: LiveServer) -> bool:
    try:
        return server.predict(GOOD).status == 200
    except OSError:
        return False


@pytest.mark.parametrize("run", [1, 2, 3])
def test_sigterm_loses_no_request(run: int, judge: Judge) -> None:
    with running_server() as server, clients(server, 16, keep_alive=lambda i: i % 2 == 0) as tally:
        time.sleep(1)
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        status = server.process.wait(30)
        seconds = time.monotonic() - began
        time.sleep(0.2)

    failed = len(tally.broken) + sum(n for status, n in tally.answers.items() if status != 200)
    judge(
        f"SIGTERM under 16 clients, run {run}: failed of {sum(tally.answers.values())}",
        str(failed),
        "0",
        failed == 0,
    )
    judge(
        f"SIGTERM, run {run}: exit status and time",
        f"{status}, {seconds:.1f} s",
        "0, at most 25 s",
        status == 0 and seconds <= 25,
    )


def test_a_killed_worker_is_replaced_at_once(server: LiveServer, judge: Judge) -> None:
    old = workers(server.process.pid)
    with clients(server, 16) as tally:
        time.sleep(0.5)
        os.kill(old[0], signal.SIGKILL)
        seconds = until(lambda: len(set(workers(server.process.pid)) - set(old)) == 1, 5)
        time.sleep(0.5)

    judge.time("kill -9 of a worker: replaced after", seconds, "s", at_most=1)
    judge(
        "the same: broken connections of 16",
        str(len(tally.broken)),
        "at most those it had",
        len(tally.broken) <= 16,
    )


def test_after_all_workers_were_killed_the_server_serves_again(
    server: LiveServer, judge: Judge
) -> None:
    for pid in workers(server.process.pid):
        os.kill(pid, signal.SIGKILL)

    seconds = until(lambda: answers(server), 10)

    judge.time("kill -9 of all workers: serving again after", seconds, "s", at_most=2)


def test_periodic_recycling_loses_nothing(judge: Judge) -> None:
    options = ["--max-requests", "200", "--max-requests-jitter", "50"]
    with (
        running_server(start=[*command(), *options]) as server,
        clients(server, 16) as tally,
    ):
        before = set(workers(server.process.pid))
        time.sleep(8)
        after = set(workers(server.process.pid))

    failed = len(tally.broken) + sum(n for status, n in tally.answers.items() if status != 200)
    judge(
        "recycling workers every 200 requests: failed",
        f"{failed} of {sum(tally.answers.values())}",
        "0",
        failed == 0 and not before & after,
    )


HANGING = """
import threading
from addsup.inference.model import Model
from addsup.server.wsgi import application as make
from tests.places import ROOT

predict = Model.predict

def hang(self, reviews):
    if any("hang" in review for review in reviews):
        threading.Event().wait()
    return predict(self, reviews)

Model.predict = hang
application = make
"""


@pytest.fixture
def hanging_server(tmp_path: Path) -> Iterator[LiveServer]:
    """A server that hangs in a review with the word hang."""
    (tmp_path / "hanging.py").write_text(HANGING)
    options = ["--pythonpath", str(tmp_path), "hanging:application()"]
    start = [*command(), "--env", f"PYTHONPATH={tmp_path}", *options]
    with running_server(start=start, PYTHONPATH=str(tmp_path)) as server:
        yield server


def test_a_hung_inference_is_given_up(hanging_server: LiveServer, judge: Judge) -> None:
    """One that is long by its size, so that a thread of the pool has it."""
    server = hanging_server
    with judge.answers("a hung inference and its neighbours"):
        status: list[int] = []
        hung = threading.Thread(
            target=lambda: status.append(_slow(server, {"review": "Please hang. " * 400}))
        )
        began = time.monotonic()
        hung.start()
        with clients(server, 8) as tally:
            hung.join(30)
        seconds = time.monotonic() - began

    slowest = max(tally.seconds)
    judge("a hung inference: answer", str(status), "503 or 504", status in ([503], [504]))
    judge.time("the same: after", seconds, "s", at_most=20)
    judge(
        "the same: answers to others", str(set(tally.answers)), "200", {200} == set(tally.answers)
    )
    judge.time("the same: slowest of them", slowest, "s", at_most=2)


def test_a_call_that_hangs_the_event_loop_costs_its_worker_alone(
    hanging_server: LiveServer, judge: Judge
) -> None:
    server = hanging_server
    before = set(workers(server.process.pid))
    with socket.create_connection(("127.0.0.1", server.port)) as victim:
        body = b'{"review": "Please hang."}'
        head = b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        victim.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        time.sleep(0.2)
        with clients(server, 8) as tally:
            seconds = until(lambda: len(set(workers(server.process.pid)) - before) == 1, 20)
            time.sleep(1)
    kept = before & set(workers(server.process.pid))

    judge.time("a call that hangs the loop: its worker replaced after", seconds, "s", at_most=10)
    judge("the same: workers that stayed", str(len(kept)), "1 of 2", len(kept) == 1)
    judge(
        "the same: answers to others",
        f"{set(tally.answers)}, {len(tally.broken)} broken",
        "200, those of that worker broken",
        set(tally.answers) == {200} and len(tally.broken) <= 8,
    )


def test_a_machine_that_stands_still_costs_no_worker(server: LiveServer, judge: Judge) -> None:
    """As after `docker pause`, or a snapshot: what a client has half sent waits for its rest."""
    before = workers(server.process.pid)
    body = b'{"review": "A wonderful film."}'
    with socket.create_connection(("127.0.0.1", server.port)) as half:
        half.settimeout(10)
        head = b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        half.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body[:9])
        time.sleep(0.2)
        with clients(server, 16) as tally:
            time.sleep(1)
            for number, seconds in ((signal.SIGSTOP, STILL_SECONDS), (signal.SIGCONT, 2)):
                for pid in [server.process.pid, *before]:
                    os.kill(pid, number)
                time.sleep(seconds)
            half.sendall(body[9:])
        status = half.recv(12)

    judge(
        f"a machine that stands still for {STILL_SECONDS} s: failed of those who wait, half sent",
        f"{len(tally.broken)} of {sum(tally.answers.values())}, {status.decode()}",
        "0, HTTP/1.1 200",
        not tally.broken and set(tally.answers) == {200} and status == b"HTTP/1.1 200",
    )
    after = workers(server.process.pid)
    judge("the same: workers replaced", str(len(set(before) - set(after))), "0", before == after)


def _slow(server: LiveServer, document: object) -> int:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=40)
    body = json.dumps(document)
    return exchange(connection, "/predict", "POST", body, Content_Type="application/json").status


def test_a_full_disk_or_a_closed_pipe_behind_the_log_changes_nothing(judge: Judge) -> None:
    seen = {}
    for name, output in (("full disk", "/dev/full"), ("closed pipe", None)):
        reader, writer = os.pipe() if output is None else (-1, os.open(output, os.O_WRONLY))
        port = free_port()
        process = subprocess.Popen(
            command(), cwd=ROOT, env=environment(PORT=str(port)), stdout=writer, stderr=writer
        )
        server = LiveServer(port, process, None)
        os.close(writer)
        try:
            until(lambda server=server: answers(server), 10)
            if reader >= 0:
                os.close(reader)
            seen[name] = {server.predict(GOOD).status for _ in range(50)}
        finally:
            stop(process)

    judge(
        "log to a full disk, to a closed pipe",
        str(seen),
        "200",
        all(each == {200} for each in seen.values()),
    )


def test_running_out_of_file_descriptors_is_survived(judge: Judge) -> None:
    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

    port = free_port()
    process = subprocess.Popen(
        command(),
        cwd=ROOT,
        env=environment(PORT=str(port)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=few,
    )
    server = LiveServer(port, process, None)
    try:
        until(lambda: len(workers(process.pid)) == 2 and answers(server), 10)
        before = workers(process.pid)
        plugs = [socket.create_connection(("127.0.0.1", port)) for _ in range(150)]
        time.sleep(1)
        for plug in plugs:
            plug.close()
        seconds = until(lambda: answers(server), 10)
        survived = workers(process.pid) == before
    finally:
        stop(process)

    judge(
        "64 file descriptors, 150 connections: workers that crashed",
        "none" if survived else "some",
        "none",
        survived,
    )
    judge.time("the same: answers again after", seconds, "s", at_most=1)


def test_twenty_starts_and_stops_are_clean(judge: Judge) -> None:
    statuses, slowest, noise = [], 0.0, ""
    for _ in range(20):
        with running_server() as server:
            assert answers(server)
            began = time.monotonic()
            statuses.append(stop(server.process))
            slowest = max(slowest, time.monotonic() - began)
            noise += server.printed()

    crashed = [word for word in ("SIGSEGV", "SIGABRT", "SIGKILL", "Traceback") if word in noise]
    judge(
        "20 starts and stops: exit statuses, crashes",
        f"{set(statuses)}, {crashed or 'none'}",
        "0, none",
        set(statuses) == {0} and not crashed,
    )
    judge.time("the same: slowest stop", slowest, "s", at_most=5)


def test_a_new_model_is_taken_over_without_a_failed_request(own_model: Path, judge: Judge) -> None:
    with running_server(MODEL_PATH=str(own_model)) as server, clients(server, 16) as tally:
        old = server.ask("/model").json["sha256"]
        changed = _with_other_metadata(own_model)
        server.process.send_signal(signal.SIGHUP)
        seconds = until(lambda: server.ask("/model").json["sha256"] == changed, 10)
        time.sleep(2)
        now = {server.ask("/model").json["sha256"] for _ in range(20)}

    failed = len(tally.broken) + sum(n for status, n in tally.answers.items() if status != 200)
    judge(
        "SIGHUP with a new model: failed requests",
        f"{failed} of {sum(tally.answers.values())}",
        "0",
        failed == 0,
    )
    judge(
        "the same: /model shows the new sha256",
        f"after {seconds:.1f} s",
        "by all workers",
        now == {changed} and old != changed,
    )


def _with_other_metadata(path: Path) -> str:
    """Make the model file another one with the same answers; its sha256."""
    import onnx

    from addsup.export.publish import write_model

    model = onnx.load(path)
    model.doc_string = "another one"
    return write_model(path, model.SerializeToString(deterministic=True))


def test_a_damaged_new_model_leaves_the_old_one_serving(own_model: Path, judge: Judge) -> None:
    with running_server(MODEL_PATH=str(own_model)) as server, clients(server, 8) as tally:
        old = server.ask("/model").json["sha256"]
        content = bytearray(own_model.read_bytes())
        content[len(content) // 2] ^= 1
        own_model.write_bytes(content)
        server.process.send_signal(signal.SIGHUP)
        said = until(lambda: "sha256" in server.printed(), 10) < 10
        time.sleep(2)
        os.kill(
            workers(server.process.pid)[0], signal.SIGKILL
        )  # and a worker may still be replaced
        time.sleep(1)
        now = {server.ask("/model").json["sha256"] for _ in range(20)}
        running = server.process.poll() is None

    failed = sum(n for status, n in tally.answers.items() if status != 200)
    judge(
        "SIGHUP with a damaged model: old one serves, the log says so",
        f"{now == {old}}, {said}",
        "yes, yes",
        running and now == {old} and said and failed == 0,
    )


@pytest.fixture
def traffic() -> Iterator[list[tuple[str, bytes, str]]]:
    """Good and bad requests to mix: path, body, Content-Type."""
    yield [
        ("/predict", b'{"review": "A wonderful film."}', "application/json"),
        ("/predict", b'{"reviews": ["Good.", "Awful waste.", "Zxqv"]}', "application/json"),
        ("/predict?explain=1", b'{"review": "Great acting, awful plot."}', "application/json"),
        ("/predict", b'{"review": 5}', "application/json"),
        ("/predict", b"[" * 2000, "application/json"),
        ("/predict", b"\xff\xfe", "application/json"),
        ("/predict", b"<xml/>", "text/xml"),
        ("/nowhere", b"{}", "application/json"),
        ("/", b"review=A+wonderful+film", "application/x-www-form-urlencoded"),
    ]


@pytest.mark.parametrize("total", [70_000])
def test_a_soak_of_good_and_bad_requests_leaks_nothing(
    total: int, server: LiveServer, traffic: list[tuple[str, bytes, str]], judge: Judge
) -> None:
    def send(count: int) -> set[int]:
        statuses = set()
        with server.connection() as connection:
            for number in range(count):
                path, body, kind = traffic[number % len(traffic)]
                statuses.add(exchange(connection, path, "POST", body, Content_Type=kind).status)
        return statuses

    def measure() -> dict[int, tuple[int, int, int]]:
        return {
            pid: (resident(pid), descriptors(pid), threads(pid))
            for pid in workers(server.process.pid)
        }

    def in_parallel(count: int) -> set[int]:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(8) as pool:
            return set().union(*pool.map(send, [count // 8] * 8))

    in_parallel(10_000)
    time.sleep(1)
    before = measure()
    statuses = in_parallel(total)
    time.sleep(1)
    after = measure()

    assert before.keys() == after.keys()
    grown = max(after[pid][0] - before[pid][0] for pid in before) / 2**20
    opened = max(abs(after[pid][1] - before[pid][1]) for pid in before)
    started = max(after[pid][2] - before[pid][2] for pid in before)
    judge(
        f"{total:,} mixed requests: memory of a worker grew by",
        f"{grown:.1f} MiB",
        "at most 8 MiB",
        grown <= 8,
    )
    judge(
        "the same: descriptors, threads more",
        f"{opened}, {started}",
        "at most 2, none",
        opened <= 2 and started <= 0,
    )
    judge(
        "the same: answers of 500 and above",
        str({s for s in statuses if s >= 500} or "none"),
        "none",
        all(status < 500 for status in statuses),
    )
