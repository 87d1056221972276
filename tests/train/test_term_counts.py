"""Term counts: one matrix for all folds gives what a vectoriser fitted on each fold counts."""

from __future__ import annotations

import numpy as np
import pytest
from addsup.train.hyperparameters import counting
from addsup.train.term_counts import count_terms, cut
from sklearn.feature_extraction.text import CountVectorizer

RANDOM = np.random.default_rng(0)
WORDS = [f"word{n}" for n in range(60)]
TEXTS = np.array([" ".join(RANDOM.choice(WORDS, 6)) for _ in range(80)] + [""], dtype=object)
FITTED, TESTED = np.arange(0, 70, 2), np.arange(40, 81)


@pytest.mark.parametrize("most", [None, 7, 10_000])
@pytest.mark.parametrize("ngram_range", [(1, 1), (1, 2)])
def test_a_fold_is_counted_as_by_a_vectoriser_that_was_fitted_on_it(
    ngram_range: tuple[int, int], most: int | None
) -> None:
    theirs = CountVectorizer(max_features=most, **counting(ngram_range)).fit(TEXTS[FITTED])

    found = cut(count_terms(TEXTS.tolist(), ngram_range), FITTED, TESTED, np.arange(81)).commonest(
        most
    )

    assert (found.fitted != theirs.transform(TEXTS[FITTED])).nnz == 0
    assert (found.tested != theirs.transform(TEXTS[TESTED])).nnz == 0
    assert found.truth.tolist() == FITTED.tolist()


def test_texts_without_terms_have_no_columns() -> None:
    assert count_terms(["", "a"], (1, 1)).shape == (2, 0)
