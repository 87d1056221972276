"""Classifiers side by side."""

from __future__ import annotations

import numpy as np
import pytest

from train.evaluation.comparison import Compared, mcnemar
from train.evaluation.metrics import Fold


def compared(classifier: str, right: str) -> Compared:
    """One repeat of two folds; a 1 in *right* for each review that is right."""
    truth = np.arange(len(right)) % 2
    said = np.where(np.array(list(right)) == "1", truth, 1 - truth)
    sure = np.eye(2)[said] * 0.8 + 0.1
    half = len(right) // 2
    parts = (np.arange(half), np.arange(half, len(right)))
    folds = tuple(Fold(rows, truth[rows], sure[rows], half) for rows in parts)
    return Compared(classifier, folds, 1.5)


@pytest.mark.parametrize(
    ("ours", "theirs", "p"),
    [
        ("1111111111", "1111111111", 1.0),
        ("1111111100", "0000001111", 0.2890625),  # 6 against 2: twice the tail of a fair coin
        ("1111110000", "0000000000", 0.03125),
    ],
)
def test_mcnemar_is_the_exact_binomial_test(ours: str, theirs: str, p: float) -> None:
    first, second = compared("gaussian", ours), compared("svm", theirs)

    assert mcnemar(first, second) == pytest.approx(p)
    assert mcnemar(second, first) == pytest.approx(p)


def test_a_review_counts_once_however_often_it_was_asked() -> None:
    first, second = compared("gaussian", "1111110000"), compared("svm", "0000000000")
    twice = [Compared(each.classifier, each.folds * 2, 1.0) for each in (first, second)]

    assert mcnemar(*twice) == mcnemar(first, second)
