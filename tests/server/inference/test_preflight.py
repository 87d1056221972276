"""In processes of their own, because a process that holds a session must not fork."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from server.settings import ROOT, Settings

CHECK = """
import os, signal, sys
from pathlib import Path
from server.errors import ModelFileError
from server.inference.model import Model
from server.inference.preflight import approve

before = os.listdir("/proc/self/fd")
try:
    {arrange}
    approve(Path(sys.argv[1]))
except ModelFileError as refusal:
    print(refusal)
assert os.listdir("/proc/self/fd") == before
"""


def refusal(path: Path, arrange: str = "pass") -> str:
    """What the check of *path* says; empty if it passes. It leaves no file descriptor open."""
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
    assert refusal(Settings().model_path) == ""


def test_refusal_in_the_child_is_raised_in_the_parent(tmp_path: Path) -> None:
    missing = tmp_path / "missing.onnx"

    assert refusal(missing).startswith(f"Cannot serve {missing}: the file cannot be read")


def test_child_that_dies_is_a_refusal() -> None:
    dies = "Model.open = lambda *path: os.kill(os.getpid(), signal.SIGKILL)"

    said = refusal(Settings().model_path, dies)

    assert said.endswith("ONNX Runtime crashed while opening it.")
