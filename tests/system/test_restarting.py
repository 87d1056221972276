"""Signals that start something anew: a model that takes too long, the whole server, a worker."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import onnx
import pytest

from addsup.export.publish import write_model
from tests.live import (
    PATIENCE,
    command,
    environment,
    free_port,
    running_server,
    until,
    workers_of,
)
from tests.places import ROOT

SHIPPED = ROOT / "models" / "sentiment.onnx"
MAKE_SERVE = [sys.executable, "-m", "addsup", "serve"]


def make_slow(path: Path) -> None:
    """Make the model at *path* one that takes a minute to try out."""
    model = onnx.load(SHIPPED)
    for entry in model.metadata_props:
        if entry.key == "golden":
            entry.value = json.dumps(json.loads(entry.value) * 50_000)
    write_model(path, model.SerializeToString())


@pytest.fixture
def own_model(tmp_path: Path) -> Path:
    """A copy of the shipped model that a test may replace."""
    path = tmp_path / "own.onnx"
    write_model(path, SHIPPED.read_bytes())
    return path


def test_a_slow_new_model_is_given_up_and_the_old_one_serves_on(own_model: Path) -> None:
    with running_server(MODEL_PATH=str(own_model), MODEL_CHECK_SECONDS="1") as server:
        make_slow(own_model)
        server.process.send_signal(signal.SIGHUP)
        until(lambda: "not tried out within 1 seconds" in server.printed())

        assert server.predict({"review": "A wonderful film."}).json["label"] == "positive"


def test_a_server_that_tries_out_a_new_model_can_be_stopped(own_model: Path) -> None:
    with running_server(MODEL_PATH=str(own_model), MODEL_CHECK_SECONDS="300") as server:
        make_slow(own_model)
        server.process.send_signal(signal.SIGHUP)
        until(lambda: len(workers_of(server)) == 3)  # the third is the child that tries it out
        server.process.terminate()

        assert server.process.wait(PATIENCE) == 0
        assert "The server is stopping" in server.printed()


def children_of(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.parametrize(
    "start",
    [pytest.param(MAKE_SERVE, id="our command"), pytest.param(command(), marks=pytest.mark.slow)],
)
def test_sigusr2_starts_the_server_anew_beside_itself(start: list[str]) -> None:
    with running_server(start) as server:
        old = server.process.pid
        server.process.send_signal(signal.SIGUSR2)
        until(lambda: any(map(children_of, children_of(old))))
        (new,) = (pid for pid in children_of(old) if children_of(pid))
        until(lambda: server.printed().count("Listening on") == 2)

        server.process.terminate()
        server.process.wait(PATIENCE)
        answer = server.predict({"review": "A wonderful film."})
        os.kill(new, signal.SIGTERM)
        until(lambda: not is_running(new))

        assert answer.json["label"] == "positive"


def is_running(pid: int) -> bool:
    """Whether the process *pid* is there and has not ended."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs RLIMIT_AS of Linux")
def test_a_limit_on_memory_that_is_too_low_is_one_sentence_and_the_end() -> None:
    said = []
    for mebibytes in range(250, 460, 15):
        try:
            ended = subprocess.run(
                command(),
                env=environment(PORT=str(free_port()), THREADS="64"),
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=4,
                check=False,
                preexec_fn=lambda limit=mebibytes * 2**20: resource.setrlimit(  # type: ignore[misc]
                    resource.RLIMIT_AS, (limit, limit)
                ),
            )
        except subprocess.TimeoutExpired as serving:
            assert (serving.stdout or b"").count(b"exited with code") == 0
            continue
        assert ended.returncode != 0
        said.append(ended.stderr)

    assert any("limited too tightly" in each for each in said), said
