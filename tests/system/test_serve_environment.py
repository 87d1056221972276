"""The server with nothing but its own requirements, in a virtual environment made for it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live import LiveServer, command, environment, running_server
from tests.places import ROOT

pytestmark = pytest.mark.slow

#: What training and export need, by distribution and by module, and the server must not.
FOREIGN_DISTRIBUTIONS = {
    "joblib",
    "matplotlib",
    "nltk",
    "onnx",
    "pandas",
    "scikit-learn",
    "scipy",
    "skl2onnx",
    "skops",
}
FOREIGN_MODULES = FOREIGN_DISTRIBUTIONS - {"scikit-learn"} | {"sklearn", "train", "export"}

INSTALL = ["-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:"]

PROBE = """
import json, sys
from importlib.metadata import distributions
from addsup.server.app import create_app

client = create_app().test_client()
answer = client.post("/predict", json={"review": "A wonderful film with great acting."})
page = client.post("/", data={"review": "A wonderful film with great acting."})
print(json.dumps({
    "label": answer.json["label"],
    "page": page.status_code,
    "modules": sorted({name.partition(".")[0] for name in sys.modules}),
    "distributions": sorted({each.metadata["Name"].lower() for each in distributions()}),
}), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the container gets: `server/`, `models/` and the requirements."""
    tree = tmp_path_factory.mktemp("container")
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in ("server", "models"):
        shutil.copytree(ROOT / folder, tree / folder, ignore=ignored)
    return tree


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh virtual environment with the hashed serve requirements."""
    folder = tmp_path_factory.mktemp("venv")
    python = folder / "bin" / "python"
    requirements = ["-r", str(ROOT / "requirements-serve.txt")]
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    subprocess.run([str(python), *INSTALL, *requirements], env=environment(), check=True)
    return python


@pytest.fixture(scope="module")
def slim_server(tree: Path, python: Path) -> Iterator[LiveServer]:
    """Gunicorn in that environment and folder."""
    with running_server(command(python, tree), cwd=tree, LC_ALL="C") as server:
        yield server


@pytest.fixture(scope="module")
def probed(tree: Path, python: Path) -> Any:
    """What a process that has answered a request has imported, and could have."""
    probe = [str(python), "-c", PROBE]
    ended = subprocess.run(
        probe, cwd=tree, env=environment(), capture_output=True, text=True, check=True
    )
    return json.loads(ended.stderr)


def test_server_answers_with_its_own_requirements_alone(slim_server: LiveServer) -> None:
    good = slim_server.predict({"review": "A wonderful film with great acting."})
    bad = slim_server.predict({"review": "An awful waste of time, the worst plot."})
    page = slim_server.ask("/")

    assert (good.json["label"], bad.json["label"]) == ("positive", "negative")
    assert page.status == 200


def test_nothing_for_training_is_installed(probed: Any) -> None:
    assert "onnxruntime" in probed["distributions"]
    assert FOREIGN_DISTRIBUTIONS.isdisjoint(probed["distributions"])


def test_nothing_for_training_is_imported(probed: Any) -> None:
    assert (probed["label"], probed["page"]) == ("positive", 200)
    assert FOREIGN_MODULES.isdisjoint(probed["modules"])


def test_server_has_no_word_of_pickles() -> None:
    """NumPy imports the module for itself, so what counts is that nothing here asks for it."""
    pickles = re.compile(r"\b(pickle|cloudpickle|joblib|skops|dill|marshal|shelve)\b")

    sources = list((ROOT / "server").rglob("*.py"))

    assert len(sources) > 10
    assert [path.name for path in sources if pickles.search(path.read_text())] == []
