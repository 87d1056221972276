"""Learning curve: the same settings, fitted on ever more texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.model_selection import StratifiedKFold, learning_curve

from addsup.train.artifact import LearningPoint
from addsup.train.metrics.figures import corrected_interval

FOLDS: Final = 10
SHARES: Final = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
#: With fewer of a label, a part may have none of it.
FEWEST_OF_A_LABEL: Final = 10


def shares_to_fit(labels: Sequence[str]) -> list[float]:
    """Shares of the training folds that hold enough of every label; perhaps none."""
    rarest = np.unique(labels, return_counts=True)[1].min() * (FOLDS - 1) / FOLDS
    return [share for share in SHARES if rarest * share >= FEWEST_OF_A_LABEL]


def learning_points(
    pipeline: BaseEstimator, texts: Sequence[str], labels: Sequence[str], seed: int
) -> tuple[LearningPoint, ...]:
    """Points of the curve: accuracy of fits on growing parts of nine folds, asked for the tenth.

    Args:
        pipeline: with settings that are already chosen; nothing is tuned.
        texts: n normalised texts.
        labels: their n labels.
        seed: of the folds and of the order in which texts are added.
    """
    shares = shares_to_fit(labels)
    if not shares:
        return ()
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    sizes, _, accuracies = learning_curve(
        pipeline, texts, labels, train_sizes=shares, cv=folds, shuffle=True, random_state=seed
    )
    tested = len(texts) / FOLDS
    return tuple(
        LearningPoint(int(size), corrected_interval(values, [tested / size], 1.0))
        for size, values in zip(sizes, accuracies, strict=True)
    )
