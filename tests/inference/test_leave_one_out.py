"""Leave-one-out effects: what the verdict would be without each word."""

from __future__ import annotations

from math import log

import pytest

from addsup.inference.model import Model
from tests.places import ROOT

MODEL = Model.load(ROOT / "models" / "sentiment.onnx")


def log_odds(text: str) -> float:
    found = MODEL.predict([text])[0].probabilities
    assert found
    return log(found["positive"]) - log(found["negative"])


def test_an_effect_is_what_a_prediction_without_the_word_differs_by() -> None:
    ((_, why),) = MODEL.explain(["Excellent product, for the price"], leave_out=True)

    assert why
    effects = {word.lemma: word.effect for word in why.words if word.known}
    full = log_odds("Excellent product, for the price")
    assert why.label == "positive"
    assert effects["excellent"] == pytest.approx(full - log_odds("product, for the price"))
    assert effects["product"] == pytest.approx(full - log_odds("Excellent , for the price"))


def test_contributions_still_add_up_and_stop_words_have_no_effect() -> None:
    (plain,) = MODEL.explain(["The film was not good."])
    (with_effects,) = MODEL.explain(["The film was not good."], leave_out=True)

    assert plain[1] and with_effects[1]
    parts = [word.contribution for word in with_effects[1].words]
    assert parts == [word.contribution for word in plain[1].words]
    assert with_effects[1].intercept + sum(parts) == pytest.approx(with_effects[1].log_odds)
    assert [w.effect is None for w in with_effects[1].words] == [True, False, True, False, False]


def test_the_only_known_word_leaves_the_constant() -> None:
    ((_, why),) = MODEL.explain(["Awful!"], leave_out=True)

    assert why
    (word,) = why.words
    assert word.effect == pytest.approx(why.log_odds - why.intercept)
