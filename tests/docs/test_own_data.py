"""The README's ways to a model of one's own and to labels of a file, word for word."""

from __future__ import annotations

import csv
import random
import re
import subprocess
from pathlib import Path

import pytest

from tests.live import ROOT, environment, running_server

README = (ROOT / "README.md").read_text()
WORDS = {
    "invoice": "pay invoice amount bank transfer due account number".split(),
    "holiday": "beach hotel flight sun week travel suitcase island".split(),
}


def write_mails(path: Path) -> None:
    """A thousand mails of two kinds."""
    chance = random.Random(0)
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "body", "kind"])
        for number in range(1000):
            kind = chance.choice(sorted(WORDS))
            other = chance.choice(sorted(WORDS))
            words = chance.choices(WORDS[kind], k=8) + chance.choices(WORDS[other], k=3)
            rows.writerow([number, " ".join(words) + ".", kind])


@pytest.mark.slow
@pytest.mark.data
def test_the_commands_make_a_model_and_serve_it(tmp_path: Path) -> None:
    found = re.search(r"^\$ (make train DATA=.*?) *#", README, re.MULTILINE)
    assert found
    assert "\n$ MODEL_PATH=models/mail.onnx make serve\n" in README
    write_mails(tmp_path / "mail.csv")
    command = found[1].replace("mail.csv", f"{tmp_path}/mail.csv")
    command = command.replace("models/mail.onnx", f"{tmp_path}/mail.onnx")

    done = subprocess.run(
        [*command.split(), "OPTIONS=--quiet"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-2_000:]
    with running_server(MODEL_PATH=str(tmp_path / "mail.onnx")) as server:
        labels = [
            server.predict({"review": text}).json["label"]
            for text in ("Please pay the invoice.", "A week on an island.")
        ]
        page = server.ask("/").text
    assert labels == ["invoice", "holiday"]
    assert "film" not in page.lower()


@pytest.mark.slow
def test_make_score_does_what_the_readme_says(tmp_path: Path) -> None:
    (line,) = re.findall(r"^\$ (make score [^#\n]*)", README, re.MULTILINE)
    (tmp_path / "reviews.csv").write_text("id,review\n1,A great film.\n2,Awful.\n")
    here = line.replace("=", f"={tmp_path}/").strip()

    ended = subprocess.run(here, shell=True, cwd=ROOT, capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stderr
    with (tmp_path / "labels.csv").open() as file:
        found = [(row["id"], row["label"]) for row in csv.DictReader(file)]
    assert found == [("1", "positive"), ("2", "negative")]
