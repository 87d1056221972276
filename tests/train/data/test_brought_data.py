"""Data as people bring them go through `addsup train`, or are refused with the way out."""

from __future__ import annotations

from pathlib import Path

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from addsup import export_pipeline
from addsup.__main__ import main
from addsup.inference.errors import AddsupError
from addsup.inference.model import Model

ADJECTIVES = {"pos": "superb lovely brilliant moving", "neg": "dull awful broken boring"}
QUICK = ["--no-tune", "--repeats", "0", "--quiet"]


def rows(count: int = 40) -> list[tuple[str, str]]:
    """Different texts of two labels, and their labels."""
    found = []
    for number in range(count):
        label = ("pos", "neg")[number % 2]
        words = ADJECTIVES[label].split()
        found.append(
            (f"{words[number % 4]} {words[number // 4 % 4]} scene in this film {number}th", label)
        )
    return found


def csv_of(pairs: list[tuple[str, str]], header: str = "text,label") -> str:
    lines = [f'"{text}","{label}"' for text, label in pairs]
    return "\n".join([header, *lines] if header else lines) + "\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data_cache: Path) -> Path:
    """The current folder, empty."""
    monkeypatch.setenv("DATA_CACHE", str(data_cache))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def train(*arguments: str | Path) -> int:
    return main(["train", *map(str, arguments), *QUICK])


def test_a_model_is_replaced_only_if_that_is_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "sentiment.csv").write_text(csv_of(rows()))
    (folder / "sentiment.onnx").write_bytes(b"the model in use")

    assert train("sentiment.csv") == 2

    assert "--export sentiment.onnx" in capsys.readouterr().err
    assert (folder / "sentiment.onnx").read_bytes() == b"the model in use"
    assert train("sentiment.csv", "--export", "sentiment.onnx") == 0
    assert Model.load(folder / "sentiment.onnx").labels == ("neg", "pos")


def test_a_missing_header_is_told_without_the_text_and_the_way_out_works(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "mail.csv").write_text(csv_of(rows(), header=""))

    assert train("mail.csv") == 1

    said = capsys.readouterr().err
    assert "--no-header --text-column 1" in said
    assert "superb" not in said
    way_out = ["--no-header", "--text-column", "1", "--label-column", "2"]
    assert train("mail.csv", *way_out, "--no-export") == 0
    assert "mail.csv: 40 texts (20 neg, 20 pos)" in capsys.readouterr().out


def test_a_constant_model_is_refused_and_nothing_written(tmp_path: Path) -> None:
    texts, labels = zip(*rows(), strict=True)
    nothing = LogisticRegression(C=1e-6, l1_ratio=1, solver="liblinear")
    pipeline = make_pipeline(TfidfVectorizer(), nothing).fit(texts, labels)

    with pytest.raises(AddsupError, match="answers 40 different texts with the same"):
        export_pipeline(pipeline, tmp_path / "m.onnx", texts, quiet=True)

    assert list(tmp_path.iterdir()) == []
