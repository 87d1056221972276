"""Preflight, in processes of their own: one that holds a session must not fork."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from addsup.server.settings import Settings
from tests.places import ROOT

SHIPPED = Settings().model_path
CHECK = """
import os, signal, sys, time
from pathlib import Path
from addsup.inference.errors import AddsupError
from addsup.inference.model import Model
from addsup.server.preflight import approve

before = os.listdir("/proc/self/fd")
rehearse, seconds, is_stopping = lambda model: None, 10, lambda: False
try:
    {arrange}
    approve(Path(sys.argv[1]), None, rehearse, seconds, is_stopping)
except AddsupError as refusal:
    print(refusal)
assert os.listdir("/proc/self/fd") == before
try:
    os.waitpid(-1, 0)
    raise AssertionError("a child is left")
except ChildProcessError:
    pass
"""


def refusal(path: Path = SHIPPED, arrange: str = "pass") -> str:
    """What is said against *path*; empty if nothing. No descriptor and no child is left."""
    script = CHECK.format(arrange=arrange)
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", script, str(path)],
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


def test_shipped_model_passes() -> None:
    assert refusal() == ""


def test_refusal_in_the_child_is_raised_in_the_parent(tmp_path: Path) -> None:
    missing = tmp_path / "missing.onnx"

    assert refusal(missing).startswith(f"Cannot serve {missing}: the file cannot be read")


def test_child_that_dies_is_a_refusal() -> None:
    dies = "Model.open = lambda *path: os.kill(os.getpid(), signal.SIGSEGV)"

    assert refusal(arrange=dies).endswith("ONNX Runtime crashed while opening it (SIGSEGV).")


def test_an_error_of_python_is_told_as_what_it_is() -> None:
    fails = "rehearse = lambda model: model.labels[9]"

    assert refusal(arrange=fails).endswith("it fails with IndexError: tuple index out of range")


def test_a_model_that_does_not_answer_is_refused_in_time() -> None:
    said = refusal(arrange="rehearse, seconds = (lambda model: time.sleep(3600)), 0.5")

    assert "not tried out within 0.5 seconds" in said
    assert "MODEL_CHECK_SECONDS" in said


def test_a_server_that_is_to_stop_does_not_wait() -> None:
    waits = "rehearse, is_stopping = (lambda model: time.sleep(60)), lambda: True"

    assert "The server is stopping" in refusal(arrange=waits)


@pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes")
def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "model.onnx"
    os.mkfifo(pipe)

    assert "it is a pipe" in refusal(pipe)
