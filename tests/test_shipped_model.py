"""The shipped model: its confidence can be believed, on short texts and on long ones."""

from __future__ import annotations

import pytest

from addsup.inference.model import Model
from tests.places import ROOT

PATH = ROOT / "models" / "sentiment.onnx"
MODEL = Model.load(PATH)
FIGURES = MODEL.manifest.figures


def test_its_figures_on_unseen_sentences_are_at_least_these() -> None:
    assert FIGURES.accuracy and FIGURES.accuracy.mean >= 0.815
    assert FIGURES.roc_auc and FIGURES.roc_auc.mean >= 0.89
    assert FIGURES.log_loss and FIGURES.log_loss.mean <= 0.415
    assert PATH.stat().st_size <= 600_000


def test_it_is_as_sure_as_it_is_right_however_many_terms_it_knows() -> None:
    groups = [each for each in FIGURES.by_evidence or () if each.count >= 150]

    assert [each.terms for each in groups] == ["1", "2", "3 to 4", "5 to 9", "10 or more"]
    for each in groups:  # a straight line is timid where there is much evidence, never too sure
        assert -0.07 <= each.confidence - each.accuracy <= 0.03, each


@pytest.mark.parametrize("word", ["film", "story", "time", "see"])
def test_a_lone_common_word_is_not_certain(word: str) -> None:
    (found,) = MODEL.predict([word])

    assert found.probabilities
    assert 0.25 <= found.probabilities["positive"] <= 0.75
