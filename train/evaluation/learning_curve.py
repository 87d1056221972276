"""Learning curve: the same settings, fitted on ever more texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, clone
from sklearn.metrics import accuracy_score
from sklearn.model_selection import StratifiedKFold

from addsup.train.artifact import LearningPoint
from addsup.train.metrics.figures import Fold, interval_over_folds

FOLDS = 10
SHARES = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)

# With fewer of a label, whatever is cross-validated inside the recipe runs out of them.
FEWEST_OF_A_LABEL = 10

Numbers = npt.NDArray[np.int64]


def shares_to_fit(labels: Sequence[str]) -> list[float]:
    """Shares of the training folds that hold enough of every label; perhaps none."""
    rarest = np.unique(labels, return_counts=True)[1].min() * (FOLDS - 1) / FOLDS
    return [share for share in SHARES if rarest * share >= FEWEST_OF_A_LABEL]


def fit_growing_parts(
    recipe: BaseEstimator, texts: Sequence[str], labels: Sequence[str], seed: int
) -> Iterator[Fold]:
    """Fits of *recipe* on growing parts of nine folds, each asked for the tenth.

    The parts are nested, and hold the labels in the same proportions.

    Args:
        recipe: settings that are already chosen; nothing is tuned.
        texts: n normalised texts.
        labels: their n labels.
        seed: of the folds and of the order in which reviews are added.

    Yields:
        `FOLDS` results for each of `shares_to_fit(labels)`, in that order.
    """
    x, (known, y) = np.array(texts, dtype=object), np.unique(labels, return_inverse=True)
    folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(x, y))
    for share in shares_to_fit(labels):
        for train, test in folds:
            some = _first(train, y, share, seed)
            fitted = clone(recipe).fit(x[some], known[y[some]])
            yield Fold(test, y[test], fitted.predict_proba(x[test]), len(some))


def learning_points(results: Sequence[Fold]) -> tuple[LearningPoint, ...]:
    """Points of the curve, from what `fit_growing_parts` yields."""
    groups = [results[start : start + FOLDS] for start in range(0, len(results), FOLDS)]
    return tuple(
        LearningPoint(
            round(float(np.mean([fold.trained_on for fold in folds]))),
            interval_over_folds(folds, [accuracy_score(f.truth, f.predicted) for f in folds], 1),
        )
        for folds in groups
    )


def _first(rows: Numbers, y: Numbers, share: float, seed: int) -> Numbers:
    """A random *share* of *rows*, the same of each label; a larger share holds the smaller."""
    random = np.random.default_rng(seed)
    shuffled = random.permutation(rows)
    chosen = [of[: round(len(of) * share)] for of in (shuffled[y[shuffled] == k] for k in set(y))]
    return np.sort(np.concatenate(chosen))
