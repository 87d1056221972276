"""Scoring with nothing but its own requirements, by the commands that docs/scale.md shows."""

from __future__ import annotations

import csv
import re
import subprocess
from pathlib import Path

import pytest

from tests.places import ROOT

pytestmark = pytest.mark.slow


def test_make_score_does_what_the_readme_says(tmp_path: Path) -> None:
    (line,) = re.findall(
        r"^\$ (make score [^#\n]*)", (ROOT / "README.md").read_text(), re.MULTILINE
    )
    (tmp_path / "reviews.csv").write_text("id,review\n1,A great film.\n2,Awful.\n")
    here = line.replace("=", f"={tmp_path}/").strip()

    ended = subprocess.run(here, shell=True, cwd=ROOT, capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stderr
    with (tmp_path / "labels.csv").open() as file:
        found = [(row["id"], row["label"]) for row in csv.DictReader(file)]
    assert found == [("1", "positive"), ("2", "negative")]


def test_its_environment_has_no_web_server_and_no_training() -> None:
    listed = (ROOT / "requirements-score.txt").read_text()

    for other in ("flask", "gunicorn", "scikit-learn", "nltk"):
        assert not re.search(rf"^{other}==", listed, re.MULTILINE)
