"""Splits into rows to fit on and rows to test with; equal texts are always in the same part.

A model that was fitted on a copy of a text has not to guess it: copies on both sides would flatter
the figures. So the distinct texts are dealt out, and copies follow.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from addsup.train.data.corpus import Corpus, Rows
from sklearn.model_selection import RepeatedStratifiedKFold, train_test_split

TEST_SHARE = 0.2


def folds(
    corpus: Corpus, rows: Rows, number: int, seed: int, repeats: int = 1
) -> Iterator[tuple[Rows, Rows]]:
    """Stratified cross-validation among *rows*, each time with other folds.

    Yields:
        *repeats* times *number* pairs of rows to fit on and rows to ask.
    """
    first = first_of_copies(corpus, rows)
    dealer = RepeatedStratifiedKFold(n_splits=number, n_repeats=repeats, random_state=seed)
    for _, tested in dealer.split(first, corpus.truth[first]):
        yield _parts(corpus, rows, first[tested])


def hold_out(corpus: Corpus, rows: Rows, seed: int) -> tuple[Rows, Rows]:
    """Rows to fit on and rows to ask: 80 and 20 % of each label's distinct texts."""
    first = first_of_copies(corpus, rows)
    _, tested = train_test_split(
        first, test_size=TEST_SHARE, random_state=seed, stratify=corpus.truth[first]
    )
    return _parts(corpus, rows, tested)


def first_of_copies(corpus: Corpus, rows: Rows) -> Rows:
    """Those of *rows* that no earlier one of them is a copy of."""
    places = np.unique(corpus.copies[rows], return_index=True)[1]
    first: Rows = rows[np.sort(places)]
    return first


def fewest(corpus: Corpus, rows: Rows) -> int:
    """How many distinct texts the rarest label has among *rows*."""
    truth = corpus.truth[first_of_copies(corpus, rows)]
    return int(np.bincount(truth, minlength=len(corpus.classes)).min())


def _parts(corpus: Corpus, rows: Rows, tested: Rows) -> tuple[Rows, Rows]:
    is_tested = np.isin(corpus.copies[rows], corpus.copies[tested])
    return rows[~is_tested], rows[is_tested]
