"""What wrk says, and what becomes of it."""

from __future__ import annotations

import shutil

import pytest

from bench.errors import BenchmarkFailed, WrkMissing
from bench.serving import wrk
from bench.serving.contenders import SERVER, Contender
from bench.serving.rounds import load
from bench.serving.running import Running
from bench.workloads import SINGLE, Workload
from tests.live import LiveServer

OUTPUT = """\
Running 1s test @ http://127.0.0.1:8000/predict
  1 threads and 16 connections
Requests/sec:   2941.00
seen 3000 1020000 4670 17400 0
"""


def single(connections: int = 4, **document: str) -> Workload:
    return Workload("single", "one review", document or {"review": SINGLE}, connections)


def test_line_of_the_script_is_read_in_seconds_and_milliseconds() -> None:
    seen = wrk.parse(OUTPUT)

    assert seen == wrk.Seen(requests=3000, seconds=1.02, p50=4.67, p99=17.4, failures=0)


def test_wrk_that_ends_without_a_result_fails_with_what_it_said() -> None:
    with pytest.raises(BenchmarkFailed, match="unable to connect"):
        wrk.parse("unable to connect to 127.0.0.1:1 Connection refused")


def test_missing_wrk_is_a_sentence_with_the_command_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)

    with pytest.raises(WrkMissing, match="apt-get install wrk"):
        wrk.wrk()


def test_review_has_the_length_that_the_tables_say() -> None:
    assert len(SINGLE) == 100


@pytest.mark.hard
def test_server_is_asked_by_wrk_and_its_cpu_time_is_booked(live_server: LiveServer) -> None:
    server = Running(SERVER, live_server.port, live_server.process, 0.0)

    measured = load(server, single(), seconds=1)

    assert measured.requests_a_second > 100
    assert 0 < measured.p50 <= measured.p99 < 1000
    assert 0 < measured.cpu < 20


@pytest.mark.hard
def test_answers_other_than_success_make_the_run_fail(live_server: LiveServer) -> None:
    with pytest.raises(BenchmarkFailed, match="requests failed"):
        wrk.ask(live_server.port, single(nothing="to classify"), 1)


def test_command_has_the_port_in_it() -> None:
    from pathlib import Path

    contender = Contender("x", "x", Path("x.txt"), ("-m", "x", "--port={port}"))

    assert contender.command(Path("python"), 81) == ["python", "-m", "x", "--port=81"]
