"""How well a pipeline does on text it has not seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import (
    BaseCrossValidator,
    BaseShuffleSplit,
    RepeatedStratifiedKFold,
    ShuffleSplit,
    train_test_split,
)

from train.metrics import Fold

TEST_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Split:
    """n normalised texts and labels, parted once into a training and a test part."""

    train_texts: list[str]
    test_texts: list[str]
    train_labels: list[str]
    test_labels: list[str]


@dataclass(frozen=True, slots=True)
class HoldOut:
    """Result on a test part.

    Attributes:
        labels: the K labels, in the order of the matrix.
        confusion: [K][K] counts; row: true label, column: predicted.
        accuracy: share of the test part that is right.
    """

    labels: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    accuracy: float


def split(texts: Sequence[str], labels: Sequence[str], seed: int) -> Split:
    """Part 80/20 at random, as the article does; the same *seed* gives the same parts."""
    return Split(
        *train_test_split(list(texts), list(labels), test_size=TEST_SHARE, random_state=seed)
    )


def hold_out(fitted: BaseEstimator, parts: Split) -> HoldOut:
    """Ask a *fitted* pipeline for the test part."""
    labels = fitted.classes_.tolist()
    predicted = fitted.predict(parts.test_texts)
    matrix = confusion_matrix(parts.test_labels, predicted, labels=labels)
    accuracy = float(np.trace(matrix) / matrix.sum())
    return HoldOut(tuple(labels), tuple(map(tuple, matrix.tolist())), accuracy)


def random_splits(repeats: int, seed: int) -> ShuffleSplit:
    """*repeats* random 80/20 splits."""
    return ShuffleSplit(repeats, test_size=TEST_SHARE, random_state=seed)


def ten_folds(repeats: int, seed: int) -> RepeatedStratifiedKFold:
    """Stratified 10-fold cross-validation, *repeats* times with other folds."""
    return RepeatedStratifiedKFold(n_splits=10, n_repeats=repeats, random_state=seed)


def cross_validate(
    recipe: BaseEstimator,
    texts: Sequence[str],
    labels: Sequence[str],
    parts: BaseCrossValidator | BaseShuffleSplit,
) -> Iterator[Fold]:
    """Fit *recipe* afresh on each training part and yield what it says of the test part.

    Whatever *recipe* tunes, it tunes on the training part alone, so the figures are not flattered.
    """
    x, y = np.array(texts, dtype=object), np.array(labels)
    numbers = np.unique(y, return_inverse=True)[1]
    for train, test in parts.split(x, y):
        fitted = clone(recipe).fit(x[train], y[train])
        yield Fold(test, numbers[test], fitted.predict_proba(x[test]), len(train))
