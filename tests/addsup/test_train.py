"""`addsup train`, as it is typed."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import onnx
import pandas as pd
import pytest
from onnx import numpy_helper

from addsup.__main__ import main
from addsup.commands.train import default_path
from addsup.inference.model import Model
from addsup.train.classifiers import KINDS
from addsup.train.data.resources import SENTENCES_FILE
from addsup.train.evaluation.comparison import Comparison
from addsup.train.options import TrainOptions
from tests.live import running_server
from tests.places import ROOT


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "addsup", *arguments],
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
    done = run("train", "--repeats", "0", "--quiet", "--export", tmp_path / "m.onnx",
               DATA_CACHE=str(data_cache))  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "1,000 texts (500 negative, 500 positive)" in done.stdout
    assert "17 texts are copies of earlier ones" in done.stdout
    assert done.stdout.count("Confusion matrix") == 2
    assert "Accuracy: 0.7" in done.stdout
    assert Model.load(tmp_path / "m.onnx").labels == ("negative", "positive")


def numbers(path: Path) -> dict[str, np.ndarray]:
    """Every number in the graph: idf, the classifier's parameters, the calibration."""
    tensors = onnx.load(path).graph.initializer
    arrays = {each.name: numpy_helper.to_array(each) for each in tensors}
    return {name: each for name, each in arrays.items() if each.dtype.kind in "if"}


def described(folder: Path) -> dict[str, str]:
    """Name -> content of all that describes the model in *folder*, wherever that is."""
    files = [folder / "sentiment.md", folder / "sentiment.json", *folder.glob("sentiment/*.svg")]
    return {
        file.name: file.read_text().replace(str(folder), "models").replace("--quiet ", "")
        for file in files
    }


@pytest.mark.slow
def test_committed_model_is_what_training_makes(tmp_path: Path, data_cache: Path) -> None:
    """Vocabulary, parameters and figures; the bytes, too, on a processor of the same kind."""
    for kept in (ROOT / "models").glob("sentiment.*.json"):  # what the card shows beside the model
        shutil.copy(kept, tmp_path)
    done = run(
        "train", "--quiet", "--export", tmp_path / "sentiment.onnx", DATA_CACHE=str(data_cache)
    )
    assert done.returncode == 0, done.stderr

    made = Model.load(tmp_path / "sentiment.onnx")
    committed = Model.load(ROOT / "models" / "sentiment.onnx")

    assert made.manifest.vocabulary == committed.manifest.vocabulary
    assert made.manifest.lemmas == committed.manifest.lemmas
    assert made.manifest.parameters == committed.manifest.parameters
    assert made.manifest.intercept == pytest.approx(committed.manifest.intercept, rel=1e-9)
    ours, theirs = numbers(tmp_path / "sentiment.onnx"), numbers(ROOT / "models/sentiment.onnx")
    assert ours.keys() == theirs.keys()
    for name, expected in theirs.items():
        np.testing.assert_allclose(ours[name], expected, rtol=1e-9)
    assert made.manifest.figures.accuracy and committed.manifest.figures.accuracy
    stated = committed.manifest.figures.accuracy
    assert stated.low <= made.manifest.figures.accuracy.mean <= stated.high
    assert stated.mean >= 0.81
    assert committed.manifest.figures.calibration_error
    assert committed.manifest.figures.calibration_error.mean <= 0.05
    if made.sha256 == committed.sha256:
        assert described(tmp_path) == described(ROOT / "models")


FIVE = {
    "home & garden": "dinner children kitchen garden sofa weekend",
    "<b>spam</b>": "prize winner lottery cash urgent offer",
    "work": "meeting project minutes deadline report budget",
    "Reise": "flight hotel ticket airport luggage booking",
    "5": "match goal team coach league score",
}


def write_five(path: Path) -> None:
    """Texts of five labels with unusual names, one of them rare, a text and its label a row."""
    chance = random.Random(0)
    rows = []
    for label, words in FIVE.items():
        for number in range(10 if label == "5" else 40):
            chosen = " ".join(chance.sample(words.split(), 4))
            rows.append({"kind": label, "body": f"About the {chosen}, day {number}!"})
    pd.DataFrame(rows).to_parquet(path)


def test_five_labels_of_ones_own_go_through_train_export_and_serve(
    tmp_path: Path, data_cache: Path
) -> None:
    write_five(tmp_path / "mail.parquet")
    options = ["--data", tmp_path / "mail.parquet", "--text-column", "body"]
    options += ["--label-column", "kind", "--repeats", "1", "--no-tune", "--licence", "ours"]

    done = run(
        "train", *options, "--quiet", "--export", tmp_path / "mail.onnx", DATA_CACHE=str(data_cache)
    )

    assert done.returncode == 0, done.stderr
    assert '40 texts are "home & garden", 10 are "5"' in done.stdout
    figures = Model.load(tmp_path / "mail.onnx").manifest.figures
    assert figures.f1 and set(figures.f1) == set(FIVE)
    with running_server(MODEL_PATH=str(tmp_path / "mail.onnx")) as server:
        answer = server.predict({"reviews": ["A cash prize!", "The team won the league.", "Zxqv."]})
    labels = [each["label"] for each in answer.json["predictions"]]
    assert labels == ["<b>spam</b>", "5", None]
    assert sum(answer.json["predictions"][0]["probabilities"].values()) == pytest.approx(1)


def test_questions_whose_first_word_decides_are_learned_with_the_default_command(
    tmp_path: Path, data_cache: Path
) -> None:
    chance = random.Random(0)
    nouns = "river mountain king book war city engine song treaty bridge comet novel".split()
    asks = {"Who": "person", "Where": "place", "When": "date", "Why": "reason"}
    rows = [
        {"Review": f"{ask} was the {' of the '.join(chance.sample(nouns, 3))}?", "Status": kind}
        for ask, kind in asks.items()
        for _ in range(60)
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "questions.csv", index=False)

    done = run("train", tmp_path / "questions.csv", "--quiet", "--repeats", "0", "--export",
               tmp_path / "questions.onnx", DATA_CACHE=str(data_cache))  # fmt: skip

    assert done.returncode == 0, done.stderr
    made = Model.load(tmp_path / "questions.onnx")
    assert made.manifest.parameters["stop_words"] == "none"
    assert made.manifest.figures.held_out and made.manifest.figures.held_out.accuracy > 0.98
    assert [each.label for each in made.predict(["Where is it?", "Who wrote the song?"])] == [
        "place",
        "person",
    ]


@pytest.mark.slow
def test_a_fixed_test_set_is_tested_on_without_the_texts_trained_on(
    tmp_path: Path, data_cache: Path
) -> None:
    rows = (data_cache / SENTENCES_FILE.format("imdb")).read_text().split("\n")
    (tmp_path / "train.tsv").write_text("\n".join(rows[:801]) + "\n")
    (tmp_path / "test.tsv").write_text("\n".join([rows[0], *rows[701:]]) + "\n")

    options = ["--test-data", tmp_path / "test.tsv", "--repeats", "0", "--no-tune", "--no-export"]
    done = run("train", tmp_path / "train.tsv", *options, "--quiet", DATA_CACHE=str(data_cache))

    assert done.returncode == 0, done.stderr
    assert "of the 300 texts in test.tsv are copies of texts that are trained on" in done.stdout
    assert "that the fit on 800 has not seen" in done.stdout


@pytest.mark.slow
def test_compare_prints_a_row_for_each_classifier(tmp_path: Path, data_cache: Path) -> None:
    write_five(tmp_path / "mail.parquet")
    options = ["--data", tmp_path / "mail.parquet", "--text-column", "body"]
    options += ["--label-column", "kind", "--repeats", "1", "--no-tune", "--quiet"]
    options += ["--output", tmp_path / "mail.compare.json"]

    done = run("compare", *options, DATA_CACHE=str(data_cache))

    assert done.returncode == 0, done.stderr
    kept = msgspec.json.decode((tmp_path / "mail.compare.json").read_bytes(), type=Comparison)
    assert kept.table() in done.stdout
    rows = [line.split(" | ")[0] for line in done.stdout.splitlines() if line.startswith("| ")]
    named = [f"| {kind.title}" for kind in KINDS.values()]
    assert rows == ["| classifier", *named, "| against the first", *named[1:]]


DEFAULTS = {
    None: "sentiment.onnx",
    "mail.csv": "mail.onnx",
    "data/mail.jsonl.gz": "mail.onnx",
    "mail/": "mail.onnx",
    "mail/*.csv": "mail.onnx",
    "s3://bucket/2026/mail/part-*.parquet": "mail.onnx",
    "-": "model.onnx",
}


@pytest.mark.parametrize("data", DEFAULTS)
def test_the_model_file_is_named_after_the_data(data: str | None) -> None:
    assert default_path(data) == Path(DEFAULTS[data])


QUICK = ["--text-column", "body", "--label-column", "kind"]
QUICK += ["--no-tune", "--repeats", "0", "--quiet"]


@pytest.fixture
def mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a folder that has labelled text in mail.parquet."""
    monkeypatch.chdir(tmp_path)
    write_five(tmp_path / "mail.parquet")
    return tmp_path / "mail.parquet"


@pytest.mark.usefixtures("data_cache")
def test_the_model_is_written_here_and_the_last_line_says_how_to_serve_it(
    mail: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "mail.parquet", *QUICK]) == 0

    assert capsys.readouterr().out.splitlines()[-1] == "Serve it: addsup serve mail.onnx"
    assert Model.load(mail.with_suffix(".onnx")).labels == tuple(sorted(FIVE))


@pytest.mark.usefixtures("data_cache")
def test_no_export_writes_nothing(mail: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--data", "mail.parquet", *QUICK, "--no-export"]) == 0

    assert "Accuracy: " in capsys.readouterr().out
    assert list(mail.parent.iterdir()) == [mail]


@pytest.mark.usefixtures("data_cache")
def test_bounds_are_heeded_with_their_units(mail: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["train", "mail.parquet", *QUICK, "--tune", "--max-memory", "1.5kB", "--no-export"])
        == 1
    )

    assert "Nothing is left to try: allow more." in capsys.readouterr().err
    assert list(mail.parent.iterdir()) == [mail]


@pytest.mark.parametrize(
    ("data", "scheduler", "expected"),
    [
        (None, None, False),
        ("mail.csv", None, False),
        ("-", None, False),
        ("https://example.org/mail.csv", None, False),
        ("mail/*.csv", None, True),
        ("s3://bucket/mail/", None, True),
        ("mail.csv", "tcp://10.0.0.1:8786", True),
    ],
)
def test_many_files_addresses_and_clusters_are_out_of_core(
    data: str | None, scheduler: str | None, expected: bool
) -> None:
    options = TrainOptions(data=data, scheduler=scheduler, max_memory=2**30)

    assert options.is_out_of_core is expected


def test_folders_are_out_of_core_and_files_with_a_wild_name_are_not(tmp_path: Path) -> None:
    (tmp_path / "mail[1].csv").touch()

    assert TrainOptions(data=str(tmp_path), max_memory=2**30).is_out_of_core
    wild = str(tmp_path / "mail[1].csv")
    assert not TrainOptions(data=wild, max_memory=2**30).is_out_of_core
