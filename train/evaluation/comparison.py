"""Classifiers side by side: the same texts, the same folds, each tuned and calibrated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from train.evaluation.evaluation import Timed
from train.evaluation.metrics import Fold


@dataclass(frozen=True, slots=True)
class Compared:
    """How one classifier did.

    Attributes:
        classifier: a key of `KINDS`.
        folds: what it said of each part.
        seconds: mean time to choose, calibrate and fit.
    """

    classifier: str
    folds: tuple[Fold, ...]
    seconds: float

    @classmethod
    def of(cls, classifier: str, timed: Iterable[Timed]) -> Compared:
        """From what cross-validation yields."""
        results = list(timed)
        seconds = float(np.mean([each.seconds for each in results]))
        return cls(classifier, tuple(each.fold for each in results), seconds)


def mcnemar(first: Compared, second: Compared) -> float:
    """The p-value of McNemar's exact test: could the two be right equally often?

    It looks at the reviews that just one of them gets right. A review may count once only, so
    the repeats after the first are left out.
    """
    ours, theirs = (_right(result) for result in (first, second))
    only_ours, only_theirs = np.sum(ours & ~theirs), np.sum(theirs & ~ours)
    if only_ours + only_theirs == 0:
        return 1.0
    return float(stats.binomtest(int(only_ours), int(only_ours + only_theirs)).pvalue)


def _right(result: Compared) -> np.typing.NDArray[np.bool_]:
    """Whether each review is right in the first repeat, in the order of the reviews."""
    rows = np.concatenate([fold.rows for fold in result.folds])
    right = np.concatenate([fold.truth == fold.predicted for fold in result.folds])
    first = np.unique(rows, return_index=True)[1]
    chosen: np.typing.NDArray[np.bool_] = right[first]
    return chosen
