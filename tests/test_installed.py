"""The wheel as a user has it: pip install in a fresh environment, in a folder with a space."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live import environment, running_server
from tests.places import ROOT

pytestmark = pytest.mark.slow

GOOD = "A wonderful film with great acting."

NOTEBOOK = """
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from addsup import export_pipeline

kinds = {"invoice": "pay the amount due by bank transfer", "holiday": "a week at the beach hotel"}
texts = [f"{text} number {n}" for n in range(20) for text in kinds.values()]
labels = [kind for n in range(20) for kind in kinds]
pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, labels)
export_pipeline(pipeline, "mine.onnx", texts, labels)
"""

#: What only training needs, as modules: none of it is loaded by a process that serves.
PROBE = """
import json, sys
from importlib.metadata import distributions
from addsup.server.app import create_app

client = create_app().test_client()
assert client.post("/", data={"text": "Good."}).status_code == 200
print(json.dumps([
    sorted({each.metadata["Name"].lower().replace("_", "-") for each in distributions()}),
    sorted({name.partition(".")[0] for name in sys.modules}),
]), file=sys.stderr)
"""


class Place:
    """A folder with a virtual environment and nothing else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)

    def run(self, program: str, *arguments: str | Path) -> str:
        """Run *program* of the environment in the folder; what it writes to stderr."""
        ended = subprocess.run(
            [self.command(program), *arguments],
            cwd=self.folder,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stderr

    def command(self, program: str) -> str:
        return str(self.folder / "venv" / "bin" / program)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Place:
    place = Place(tmp_path_factory.mktemp("a folder"))
    place.run("python", "-m", "pip", "install", "--quiet", f"{wheel}[serve]")
    return place


def test_installed_for_serving_it_serves_the_default_model(place: Place) -> None:
    with running_server([place.command("addsup"), "serve"], cwd=place.folder) as server:
        label = server.predict({"text": GOOD}).json["label"]
        page = server.ask("/")

    assert label == "positive"
    assert page.status == 200


def test_installed_for_serving_it_brings_what_the_image_has_and_loads_no_more(place: Place) -> None:
    locked = (ROOT / "requirements-serve.txt").read_text()
    pinned = set(re.findall(r"^([\w.-]+)==(?!.*sys_platform == 'win32')", locked, re.MULTILINE))

    installed, loaded = map(set, json.loads(place.run("python", "-c", PROBE)))

    assert installed - {"pip", "setuptools"} == pinned | {"addsup"}
    assert loaded.isdisjoint({"joblib", "matplotlib", "nltk", "onnx", "pandas", "sklearn"})


def test_installed_for_training_a_notebook_exports_and_the_command_serves_it(
    place: Place, wheel: Path
) -> None:
    place.run("python", "-m", "pip", "install", "--quiet", f"{wheel}[train]")

    place.run("python", "-c", NOTEBOOK)

    start = [place.command("addsup"), "serve", "mine.onnx"]
    with running_server(start, cwd=place.folder) as server:
        label = server.predict({"text": "Pay the amount by transfer."}).json["label"]
    assert label == "invoice"
