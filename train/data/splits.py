"""Splits: rows to fit on and rows to test with; equal texts are always in the same part.

A model that was fitted on a copy of a text has not to guess it: copies on both sides would flatter
the figures. So the distinct texts are dealt out, and copies follow.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from sklearn.model_selection import RepeatedStratifiedKFold, train_test_split

from addsup.train.data.corpus import Corpus
from addsup.train.term_counts import Rows

TEST_SHARE = 0.2
OUTER_FOLDS = 10
# A calibration found on scores of fits on nine tenths fits a fit on all of them; found on scores of
# fits on four fifths it is too timid, since these know fewer words.
INNER_FOLDS = 10
# Of so many rows, two thirds teach as much as nine tenths, in little more than a third of the time.
MANY_ROWS, INNER_FOLDS_OF_MANY = 10_000, 3


def folds(
    corpus: Corpus, rows: Rows, number: int, seed: int, repeats: int = 1
) -> Iterator[tuple[Rows, Rows]]:
    """Folds of stratified cross-validation among *rows*, dealt afresh for each repeat.

    Yields:
        *repeats* times *number* pairs of rows to fit on and rows to ask.
    """
    first = first_of_copies(corpus, rows)
    dealer = RepeatedStratifiedKFold(n_splits=number, n_repeats=repeats, random_state=seed)
    for _, tested in dealer.split(first, corpus.truth[first]):
        yield _parts(corpus, rows, first[tested])


def hold_out(corpus: Corpus, rows: Rows, seed: int) -> tuple[Rows, Rows]:
    """Rows to fit on and rows to ask: 80 % and 20 % of each label's distinct texts."""
    first = first_of_copies(corpus, rows)
    _, tested = train_test_split(
        first, test_size=TEST_SHARE, random_state=seed, stratify=corpus.truth[first]
    )
    return _parts(corpus, rows, tested)


def inner_folds(rows: int) -> int:
    """Number of folds that so many rows are dealt into for tuning and calibration."""
    return INNER_FOLDS if rows < MANY_ROWS else INNER_FOLDS_OF_MANY


def first_of_copies(corpus: Corpus, rows: Rows) -> Rows:
    """Distinct texts: those of *rows* that are no copy of an earlier one."""
    firsts = np.unique(corpus.copies[rows], return_index=True)[1]
    first: Rows = rows[np.sort(firsts)]
    return first


def fewest_of_a_label(corpus: Corpus, rows: Rows) -> int:
    """Number of distinct texts that the rarest label has among *rows*."""
    truth = corpus.truth[first_of_copies(corpus, rows)]
    return int(np.bincount(truth, minlength=len(corpus.classes)).min())


def _parts(corpus: Corpus, rows: Rows, tested: Rows) -> tuple[Rows, Rows]:
    is_tested = np.isin(corpus.copies[rows], corpus.copies[tested])
    return rows[~is_tested], rows[is_tested]
