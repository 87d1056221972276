"""`python -m train`, as it is typed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from server.model import Model
from train.__main__ import main, parse

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "train", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_train_prints_what_the_article_prints_and_exports_a_model(
    tmp_path: Path, data_cache: Path
) -> None:
    done = run("--repeats", "0", "--quiet", "--export", tmp_path / "m.onnx",
               DATA_CACHE=str(data_cache))  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "1,000 texts, 200 of them held out" in done.stdout
    assert done.stdout.count("Confusion matrix") == 2
    assert "Accuracy: 0.6" in done.stdout
    assert Model.load(tmp_path / "m.onnx").labels == ("negative", "positive")


@pytest.mark.slow
def test_committed_model_is_what_training_makes(tmp_path: Path, data_cache: Path) -> None:
    """Vocabulary, parameters and figures; the bytes too where the processor rounds alike."""
    done = run("--quiet", "--export", tmp_path / "sentiment.onnx", DATA_CACHE=str(data_cache))
    assert done.returncode == 0, done.stderr

    made = Model.load(tmp_path / "sentiment.onnx")
    committed = Model.load(ROOT / "models" / "sentiment.onnx")

    assert made.manifest.vocabulary == committed.manifest.vocabulary
    assert made.manifest.lemmas == committed.manifest.lemmas
    assert made.manifest.parameters == committed.manifest.parameters
    assert made.manifest.constant == pytest.approx(committed.manifest.constant, rel=1e-9)
    assert made.manifest.figures.accuracy and committed.manifest.figures.accuracy
    stated = committed.manifest.figures.accuracy
    assert stated.low <= made.manifest.figures.accuracy.mean <= stated.high


def test_a_users_own_labels_reach_the_model_file(tmp_path: Path, data_cache: Path) -> None:
    rows = [
        *(f"spam,win a free prize number {n} today" for n in range(40)),
        *(f"work,minutes of the {n}th project meeting" for n in range(40)),
        *(f"home,dinner with the children at {n}" for n in range(40)),
    ]
    data = tmp_path / "mail.csv"
    data.write_text("\n".join(["kind,body", *rows]) + "\n")
    options = ["--data", data, "--text-column", "body", "--label-column", "kind"]

    done = run(*options, "--repeats", "0", "--quiet", "--export", tmp_path / "mail.onnx",
               DATA_CACHE=str(data_cache))  # fmt: skip

    assert done.returncode == 0, done.stderr
    model = Model.load(tmp_path / "mail.onnx")
    assert model.labels == ("home", "spam", "work")
    assert model.predict(["a free prize"])[0].label == "spam"
    assert "120 texts: 40 home, 40 spam, 40 work" in (tmp_path / "mail.md").read_text()


def test_bad_data_is_one_sentence_and_a_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "reviews.tsv"
    data.write_text("text\tlabel\nfine\tgood\n")

    status = main(["--data", str(data), "--quiet"])

    assert status == 1
    error = capsys.readouterr().err
    assert 'no column "Review"' in error
    assert "Traceback" not in error


def test_wrong_option_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        parse(["--repeats", "many"])

    assert stop.value.code == 2
    assert "--repeats" in capsys.readouterr().err
