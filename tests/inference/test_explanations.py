"""Explanations: contributions that add up, and effects of leaving words out."""

from __future__ import annotations

import math
from math import log

import numpy as np
import pytest

from addsup.inference.blocks import open_blocks
from addsup.inference.explain import Explainer, Explanation
from addsup.inference.manifest import Block
from addsup.inference.model import Model
from tests.places import ROOT

TEXTS = [
    "A wonderful film with great acting, though the plots were slow.",
    "Awful! Awful, AWFUL waste of time... I'd rather watch paint dry.",
    "caf\u00e9 na\u00efve films \U0001f600 good",
    "good",
]


MODEL = Model.load(ROOT / "models" / "sentiment.onnx")


def explain(text: str) -> Explanation:
    ((_, explanation),) = MODEL.explain([text])
    assert explanation is not None
    return explanation


@pytest.mark.parametrize("text", TEXTS)
def test_constant_and_parts_add_up_to_the_log_odds_of_the_probabilities(text: str) -> None:
    ((prediction, explanation),) = MODEL.explain([text])

    assert [prediction] == MODEL.predict([text])
    assert explanation is not None and prediction.probabilities is not None
    total = explanation.intercept + sum(word.contribution for word in explanation.words)
    p = prediction.probabilities
    assert total == pytest.approx(explanation.log_odds, abs=1e-12)
    assert total == pytest.approx(math.log(p[explanation.label] / p[explanation.against]), rel=1e-9)


def test_each_word_keeps_its_place_in_the_text_as_typed() -> None:
    text = TEXTS[0]

    words = explain(text).words

    typed = [text[word.start : word.end] for word in words]
    assert typed == "A wonderful film with great acting though the plots were slow".split()
    by_word = dict(zip(typed, words, strict=True))
    assert by_word["plots"].lemma == "plot"
    assert by_word["with"].lemma is None
    assert by_word["with"].contribution == 0


def test_a_word_that_comes_again_has_the_same_part_each_time() -> None:
    words = explain(TEXTS[1]).words

    awful = [word.contribution for word in words if word.lemma == "awful"]
    assert len(awful) == 3
    assert awful[0] > 0
    assert len(set(awful)) == 1


def test_nothing_known_has_no_explanation() -> None:
    assert [explanation for _, explanation in MODEL.explain(["Zxqv.", "of the"])] == [None, None]


def test_terms_of_two_words_are_shared_between_their_words_and_repetitions() -> None:
    reading = open_blocks([Block(("good", "good film", "zz"), ("the",))])
    explainer = Explainer(["a", "b", "c"], [0.5, 0.25], 3, reading)
    ids = np.array([0, 0, 0, 1, 1, 3])
    shares = np.array([*[[4 / 3, 1 / 3]] * 3, *[[4.0, 1.0]] * 2, [0.0, 0.0]])  # b and c against a

    explanation = explainer.explain(
        "Good the x film, good film. Film good", [0.1, 0.7, 0.2], ids, shares
    )

    parts = [word.contribution for word in explanation.words]
    one, pair = (4 - 1) / 3, (8 - 2) / 2 / 2
    assert (explanation.label, explanation.against) == ("b", "c")
    assert parts == pytest.approx([one + pair, 0, 0, pair, one + pair, pair, 0, one])
    assert explanation.log_odds == pytest.approx(0.25 + 3 + 6)


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
