"""Evaluation of a model file on labelled text of any kind."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from msgspec import UNSET
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score

from addsup.export.tools.evaluation import Drift, Evaluation, evaluate, evaluation_lines
from addsup.inference.manifest import EvidenceGroup, Interval
from addsup.inference.model import Model
from addsup.train.data.dataset import LabelledText
from addsup.train.errors import BadData
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


def test_figures_are_scikit_learns_and_coverage_and_drift_are_told() -> None:
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
    assert found.coverage == 0.75, "two of eight have no word that is known"
    assert sum(each.count for each in found.by_evidence) == 30
    assert 0 < found.unread_letters < 0.02
    assert found.labels["positive"].here == found.labels["positive"].trained_on == 0.5
    assert found.unknown_words.trained_on and found.unknown_words.trained_on < 0.3
    assert found.words.trained_on and 5 < found.words.trained_on < 10
    assert not found.seen


def test_a_label_that_the_model_has_not_is_named_with_its_line() -> None:
    with pytest.raises(BadData, match=r'"5" \(first on line 42\), and the model knows "nega'):
        evaluate(MODEL, labelled([*ROWS, ("Fine.", "5")]))


FIGURE = Interval(0.5, 0.25, 0.75)
FOUND = Evaluation(
    model="0" * 64,
    name="mail.csv",
    data="1" * 64,
    texts=1234,
    seen=True,
    coverage=0.9,
    accuracy=FIGURE,
    log_loss=FIGURE,
    calibration_error=FIGURE,
    roc_auc=UNSET,
    reliability=(),
    by_evidence=(EvidenceGroup(3, 4, 7, 0.5, 0.6, 0.7),),
    unknown_words=Drift(0.25, None),
    words=Drift(5.0, 7.25),
    unread_letters=0.0,
    labels={"a": Drift(0.5, 0.75)},
)


def test_the_terminal_is_told_all_of_it() -> None:
    said = list(evaluation_lines(FOUND))

    assert said[1] == "The model was fitted on this very file, so these figures flatter it."
    assert "  accuracy                    0.500 (0.250 to 0.750)" in said
    assert not any("ROC" in line for line in said), "there is none"
    assert "  3 to 4  right 0.500, sure 0.600, log loss 0.700 (7 texts)" in said
    assert "  unknown words  25.0 % here, not known there" in said
    assert "  share of a     50.0 % here, 75.0 % there" in said
