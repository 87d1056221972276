"""The notebook and the lines of docs/api-python.md and the README, run as they stand."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.places import ROOT

NOTEBOOK = ROOT / "docs" / "own-pipeline.ipynb"
PAGE = (ROOT / "docs" / "api-python.md").read_text()
README = (ROOT / "README.md").read_text()
FITTED = """\
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

texts, labels = ["good film", "bad plot", "good cast", "bad film"] * 5, ["yes", "no"] * 10
pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, labels)
"""
LINES = """\
from addsup import export_pipeline

export_pipeline(pipeline, "models/mine.onnx", texts, labels)
"""


@pytest.mark.slow
def test_the_notebook_runs_from_the_first_cell_to_the_last(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    notebook = nbformat.read(NOTEBOOK, as_version=4)

    NotebookClient(notebook, resources={"metadata": {"path": str(tmp_path)}}).execute()

    printed = "".join(
        output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", ())
    )
    assert "Equal to scikit-learn on 7" in printed
    assert "u\u0308berweisen" in printed
    assert (tmp_path / "models" / "mine.md").is_file()


def test_the_notebook_is_kept_without_what_it_printed() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)

    assert not any(cell.get("outputs") for cell in notebook.cells)


def test_the_three_lines_export_a_pipeline(tmp_path: Path) -> None:
    assert LINES in README
    assert LINES in PAGE
    run(FITTED + LINES, tmp_path)

    assert (tmp_path / "models" / "mine.onnx.sha256").is_file()


def test_a_model_file_is_used_as_the_page_says(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(from addsup import Model.*?)```", PAGE, re.DOTALL)
    (tmp_path / "models").mkdir()
    for name in ("sentiment.onnx", "sentiment.onnx.sha256"):
        shutil.copy(ROOT / "models" / name, tmp_path / "models")
    code = code.replace("model.predict([", "print(model.predict([", 1).replace('!"])', '!"]))', 1)

    printed = run(code, tmp_path)

    assert printed.count("Prediction(label=") == 2


def run(code: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
