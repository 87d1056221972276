"""Evaluation of a model file on labelled text of any kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from addsup.export.errors import NotReadable
from addsup.export.tools.evaluation import beside, evaluate
from addsup.inference.manifest import Interval
from addsup.inference.model import Model
from addsup.train.data.labelled import LabelledText
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score

from addsup.__main__ import main
from tests.places import ROOT

PATH = ROOT / "models" / "sentiment.onnx"
MODEL = Model.load(PATH)
ROWS = [
    ("Great value, works well.", "positive"),
    ("Awful. It broke in a week.", "negative"),
    ("The worst phone ever, terrible sound!", "negative"),
    ("I love it, excellent case.", "positive"),
    ("Not good.", "positive"),
    ("Zxqv.", "negative"),
    ("Größe passt.", "positive"),
    ("Boring and bad.", "negative"),
] * 5


def labelled(rows: list[tuple[str, str]]) -> LabelledText:
    frame = pd.DataFrame(rows, columns=["text", "label"], index=range(2, len(rows) + 2))
    return LabelledText("goods.csv", "1" * 64, frame)


def test_figures_are_scikit_learns_of_the_model_s_probabilities() -> None:
    data = labelled(ROWS)
    read = [MODEL.reader.read(text)[0] for text in data.texts]
    probabilities = np.array(MODEL.probabilities(read))
    truth = np.array([label == "positive" for label in data.labels])
    said = [each.label or "" for each in MODEL.predict(data.texts)]

    found = evaluate(MODEL, data)

    assert found.accuracy.mean == pytest.approx(accuracy_score(data.labels, said))
    assert found.log_loss.mean == pytest.approx(log_loss(truth, probabilities))
    assert isinstance(found.roc_auc, Interval)
    assert found.roc_auc.mean == pytest.approx(roc_auc_score(truth, probabilities[:, 1]))
    for each in (found.accuracy, found.log_loss, found.roc_auc):
        assert each.low < each.mean < each.high


def test_coverage_evidence_and_drift_are_told() -> None:
    found = evaluate(MODEL, labelled(ROWS))

    assert found.coverage == 0.75, "two of eight have no word that is known"
    assert sum(each.count for each in found.by_evidence) == 30
    assert 0 < found.unread_letters < 0.02
    assert found.labels["positive"].here == found.labels["positive"].trained_on == 0.5
    assert found.unknown_words.trained_on and found.unknown_words.trained_on < 0.3
    assert found.words.trained_on and 5 < found.words.trained_on < 10
    assert not found.seen


def test_a_label_that_the_model_has_not_is_named_with_its_line() -> None:
    with pytest.raises(NotReadable, match=r'"5" \(first on line 42\), and the model knows "nega'):
        evaluate(MODEL, labelled([*ROWS, ("Fine.", "5")]))


def test_the_command_prints_keeps_draws_and_adds_to_the_card(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for suffix in (".onnx", ".onnx.sha256", ".md"):
        (tmp_path / f"m{suffix}").write_bytes(PATH.with_suffix(suffix).read_bytes())
    (tmp_path / "m.onnx.sha256").write_text(f"{MODEL.sha256}  m.onnx\n")
    pd.DataFrame(ROWS, columns=["Review", "Status"]).to_csv(tmp_path / "goods.csv", index=False)
    kept = tmp_path / "m.evaluation.goods.json"
    typed = ["evaluate", str(tmp_path / "m.onnx"), str(tmp_path / "goods.csv")]

    assert main([*typed, "--output", str(kept)]) == 0
    assert main([*typed, "--output", str(kept)]) == 0

    printed = capsys.readouterr().out
    assert "By how many distinct terms of a text are known" in printed
    assert "unknown words" in printed and "given a label" in printed
    found = beside(tmp_path / "m.onnx", MODEL.sha256)
    assert found["m.evaluation.goods"].name == "goods.csv"
    assert kept.with_suffix(".svg").read_bytes().startswith(b"<?xml")
    card = (tmp_path / "m.md").read_text()
    assert card.count("## On other data\n") == 1
    assert card.count("| goods.csv | 40 | ") == 1
    assert "![Reliability on goods.csv](m.evaluation.goods.svg)\n" in card
    assert beside(tmp_path / "m.onnx", "0" * 64) == {}, "of another model"


def test_a_file_that_is_no_evaluation_is_named(tmp_path: Path) -> None:
    (tmp_path / "m.evaluation.x.json").write_text("{}")

    with pytest.raises(NotReadable, match=r"m\.evaluation\.x\.json is no evaluation"):
        beside(tmp_path / "m.onnx", MODEL.sha256)
