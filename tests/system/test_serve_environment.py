"""The server with nothing but its own requirements, in a virtual environment made for it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live import environment, running_server
from tests.places import ROOT

pytestmark = pytest.mark.slow

#: What training and export need, and the server must not.
FOREIGN = {"joblib", "matplotlib", "nltk", "onnx", "pandas", "scikit-learn", "scipy", "skops"}


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """The programs of a fresh environment with the hashed serve requirements and the wheel."""
    folder = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [folder / "bin" / "pip", "install", "--quiet", "--only-binary", ":all:"]
    hashed = ["--require-hashes", "-r", ROOT / "requirements-serve.txt"]
    subprocess.run([*pip, *hashed], env=environment(), check=True)
    subprocess.run([*pip, "--no-deps", wheel], env=environment(), check=True)
    return folder / "bin"


def test_server_answers_from_an_empty_folder(programs: Path, tmp_path: Path) -> None:
    start = [str(programs / "addsup"), "serve"]
    with running_server(start, cwd=tmp_path, LC_ALL="C") as server:
        good = server.predict({"review": "A wonderful film with great acting."})
        bad = server.predict({"review": "An awful waste of time, the worst plot."})
        page = server.ask("/")

    assert (good.json["label"], bad.json["label"]) == ("positive", "negative")
    assert page.status == 200


def test_nothing_for_training_is_installed(programs: Path) -> None:
    command = [programs / "pip", "list", "--format", "json"]
    listed = json.loads(subprocess.check_output(command, text=True))

    names = {each["name"].lower() for each in listed}
    assert {"addsup", "onnxruntime"} <= names
    assert FOREIGN.isdisjoint(names)
