"""Alternatives: another classifier is named if it is better by more than chance."""

from __future__ import annotations

import numpy as np
from addsup.train.data.corpus import Corpus
from addsup.train.hyperparameters import Setting
from addsup.train.tuning.alternatives import alternatives, better
from addsup.train.tuning.bounds import Bounds
from addsup.train.tuning.search import search, settled

RANDOM = np.random.default_rng(0)
BOUNDS = Bounds(50_000, 10**9, 10)
#: Whether a word is there decides, however long the text: the article's settings see little of it.
TEXTS = [
    " ".join(
        [*RANDOM.permutation([f"noise{n}" for n in range(40)])[: RANDOM.integers(1, 30)], word]
    )
    for word in ["yes", "no"] * 150
]
CORPUS = Corpus.of({"all": TEXTS}, ["a", "b"] * 150)
ROWS = np.arange(len(CORPUS))


def test_one_that_is_clearly_better_is_named_with_its_loss() -> None:
    chosen = settled(CORPUS, ROWS, Setting("complement", max_features=1), 0)

    others, left = alternatives(CORPUS, ROWS, chosen, [Setting(max_features=None)], BOUNDS)
    found = list(better(CORPUS, ROWS, chosen, others, "log-loss", 0))

    assert left == []
    assert [name for name, _ in others] == [
        "gaussian",
        "multinomial",
        "bernoulli",
        "logistic",
        "svm",
    ]
    assert "logistic" in {each.classifier for each in found}
    for each in found:
        assert each.difference > 3 * each.error > 0
        assert each.loss < chosen.loss


def test_none_is_better_than_the_best() -> None:
    settings = [Setting("logistic", max_features=None)]
    chosen = search(CORPUS, ROWS, settings, 0)

    others, _ = alternatives(CORPUS, ROWS, chosen, settings, BOUNDS)

    assert list(better(CORPUS, ROWS, chosen, others, "log-loss", 0)) == []
