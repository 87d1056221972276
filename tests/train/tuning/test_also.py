"""Texts of other domains: they join every fit, and nothing is measured on them."""

from __future__ import annotations

import numpy as np
from addsup.train.data.corpus import Corpus
from addsup.train.evaluation.evaluation import cross_validate
from addsup.train.hyperparameters import Setting
from addsup.train.tuning.also import effect
from addsup.train.tuning.trainer import Recipe

RANDOM = np.random.default_rng(0)
OWN = [f"{word} film{n % 5}" for n in range(60) for word in ("fine", "dull")]
OTHER = [f"{word} phone{n % 5}" for n in range(60) for word in ("sturdy", "broken")]
LABELS = ["good", "bad"] * 120
RECIPE = Recipe("multinomial", settings=(Setting("multinomial", max_features=None),))


def corpus() -> Corpus:
    texts = [f"{text} word{n}" for n, text in enumerate([*OWN, *OTHER])]
    return Corpus.of({"all": texts}, LABELS).with_also(np.arange(120, 240), np.arange(120))


def test_they_are_fitted_on_and_never_asked() -> None:
    made = RECIPE.fit(corpus(), np.arange(120))
    folds = [each.fold for each in cross_validate(RECIPE, corpus(), np.arange(120), 1, 0)]

    assert "sturdy" in made.pipeline[0].vocabulary_
    assert sorted(np.concatenate([fold.rows for fold in folds]).tolist()) == list(range(120))


def test_copies_of_the_own_texts_are_left_out() -> None:
    texts = ["fine film", "dull film", "fine film", "odd film"]

    found = Corpus.of({"all": texts}, ["a", "b", "a", "b"]).with_also(np.arange(2, 4), np.arange(2))

    assert found.also.tolist() == [3]
    assert found.fitted(np.array([0])).tolist() == [0, 3]


def test_what_they_do_is_told_here_and_there() -> None:
    rows = np.arange(120)
    folds = [each.fold for each in cross_validate(RECIPE, corpus(), rows, 1, 0)]

    found = effect(RECIPE, corpus(), rows, folds, 0)

    assert abs(found.here.accuracy.mean) < 0.05, "they have no word in common"
    assert found.there.mean > 0.95
    assert found.there_without.mean < 0.7
