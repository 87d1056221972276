"""Hold-outs: accuracy over many splits."""

from __future__ import annotations

import numpy as np
import pytest
from addsup.train.data.corpus import Corpus
from addsup.train.data.splits import hold_out
from addsup.train.evaluation.evaluation import held_out, predict_fold
from addsup.train.evaluation.hold_outs import accuracies, summary
from addsup.train.tuning.trainer import Recipe

RANDOM = np.random.default_rng(0)
LABELS = ["bad", "good"] * 60
TEXTS = [
    f"{'great' if (label == 'good') == (RANDOM.random() < 0.8) else 'awful'} film{n % 9} word{n}"
    for n, label in enumerate(LABELS)
]
CORPUS, ROWS = Corpus.of({"all": TEXTS}, LABELS), np.arange(120)


def test_the_first_split_is_the_one_that_is_shown() -> None:
    recipe = Recipe(tune=False, seed=3)
    parts = hold_out(CORPUS, ROWS, 3)
    shown = predict_fold(recipe.fit(CORPUS, parts[0]), CORPUS, *parts)

    found = list(accuracies(recipe, CORPUS, ROWS, 4, 3))

    assert found[0][0] == held_out(shown, CORPUS.classes).accuracy
    assert len(set(found)) > 1, "the splits differ"


def test_means_and_deviations() -> None:
    found = summary([(0.8, 0.6), (0.9, 0.7), (0.7, 0.5)])

    assert (found.splits, found.mean, found.article_mean) == (3, pytest.approx(0.8), 0.6)
    assert (found.deviation, found.article_deviation) == (pytest.approx(0.1), pytest.approx(0.1))
