"""Characters within words, counted beside words: what is searched is what is fitted."""

from __future__ import annotations

import numpy as np

from addsup.train.data.corpus import Corpus
from addsup.train.data.splits import folds
from addsup.train.hyperparameters import Setting
from addsup.train.tuning.search import count_parts, search, unseen_scores

#: Words that no text has twice, told apart by how they end.
STEMS = [f"{a}{b}{c}" for a in "bdfgkl" for b in "aeio" for c in "mnpr"]
TEXTS = [f"{stem}ung {stem[::-1]}" if i % 2 else f"{stem}heit" for i, stem in enumerate(STEMS)]
CORPUS = Corpus.of(
    {"none": TEXTS, "as typed": TEXTS}, ["ung" if i % 2 else "heit" for i in range(96)]
)
ROWS = np.arange(len(TEXTS))
BOTH = Setting("logistic", 1.0, "as typed", "sublinear", None, (1, 2), (3, 5))


def test_scores_of_the_search_are_those_of_the_pipeline() -> None:
    counted = (("as typed", (1, 2), False), ("as typed", (3, 5), True))
    (found,) = unseen_scores(CORPUS, ROWS, BOTH, count_parts(CORPUS, ROWS, counted, 0)).scores

    parts = count_parts(CORPUS, ROWS, counted, 0)
    tested = parts[0][0].rows
    (fitted,) = [a for a, b in folds(CORPUS, ROWS, len(parts), 0) if set(b) == set(tested)]
    texts = CORPUS.texts["as typed"]
    pipeline = BOTH.pipeline().fit(texts[fitted], CORPUS.labels[fitted])
    expected = pipeline.decision_function(texts[tested])
    np.testing.assert_allclose(found[tested, 1] - found[tested, 0], expected, atol=1e-3)


def test_they_are_chosen_where_they_tell_labels_that_words_do_not() -> None:
    words = Setting("logistic", 1.0, "none", "sublinear", None, (1, 2))

    chosen, *_ = search(CORPUS, ROWS, [words, BOTH], 0)

    assert chosen.setting.characters == (3, 5)
    assert chosen.accuracy > 0.9
