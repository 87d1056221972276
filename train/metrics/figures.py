"""Figures with intervals, from predictions on unseen text.

The 95 % intervals are those of the corrected resampled t test (Nadeau and Bengio, Inference for the
Generalization Error, Machine Learning 52, 2003): the folds of a cross-validation share most of
their training text, so the variance between them is too small and is multiplied by
1/J + n_test/n_train instead of 1/J.

The calibration error needs many predictions at once, so it is computed on all of them, in bins
of equal width (Guo et al., On Calibration of Modern Neural Networks, ICML 2017); its interval is
1.96 standard errors of a bootstrap over the texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from msgspec import UNSET, UnsetType
from scipy import stats
from sklearn.metrics import (
    accuracy_score,
    brier_score_loss,
    confusion_matrix,
    f1_score,
    log_loss,
    roc_auc_score,
)

from addsup.inference.manifest import Bin, Confused, Figures, HeldOut, Interval, most_confused
from addsup.train.metrics.evidence import evidence_groups

BINS = 10
#: A matrix of more labels would be most of the model file, and nobody reads it.
MOST_IN_A_MATRIX = 100
PAIRS = 50
RESAMPLES = 500
HOLD_OUT_ONLY = (
    "Tuned, calibrated and fitted on one part, tested on the other; no cross-validation."
)

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fold:
    """Predictions of a recipe fitted on one part for the texts of another.

    Attributes:
        rows: [n] row numbers in the data set of the texts asked.
        truth: [n] numbers of their labels, 0 to K - 1.
        probabilities: [n, K], of the labels in sorted order.
        trained_on: how many texts it was fitted on.
        known: [n], how many distinct terms of each it knew; None if nobody counted.
    """

    rows: Rows
    truth: Rows
    probabilities: Array
    trained_on: int
    known: Rows | None = None

    @property
    def predicted(self) -> Rows:
        """[n] numbers of the likeliest labels."""
        return self.probabilities.argmax(axis=1)


def pooled(folds: Sequence[Fold]) -> Fold:
    """Predictions of all *folds*, one after the other, as if of one."""
    known = [fold.known for fold in folds if fold.known is not None]
    return Fold(
        rows=np.concatenate([fold.rows for fold in folds]),
        truth=np.concatenate([fold.truth for fold in folds]),
        probabilities=np.concatenate([fold.probabilities for fold in folds]),
        trained_on=folds[0].trained_on,
        known=np.concatenate(known) if len(known) == len(folds) else None,
    )


@dataclass(frozen=True, slots=True)
class Timed:
    """A fold, and the seconds that choosing, calibrating and fitting took for it."""

    fold: Fold
    seconds: float


def figures_of(
    folds: Sequence[Fold],
    labels: Sequence[str],
    held_out: HeldOut,
    protocol: str,
    seed: int = 0,
) -> Figures:
    """Figures of a recipe for its model file; without *folds* only those of the hold-out."""
    if not folds:
        return Figures(protocol=protocol, held_out=held_out)
    every, means = pooled(folds), mean_intervals(folds, labels)
    return Figures(
        protocol=protocol,
        held_out=held_out,
        accuracy=means["accuracy"],
        roc_auc=means["roc_auc"],
        log_loss=means["log_loss"],
        brier=means["brier"],
        calibration_error=calibration_error(folds, seed),
        f1=f1_by_label(folds, labels),
        confusion=confusion_counts(folds, labels),
        reliability=reliability(folds),
        most_confused=confused_pairs(folds, labels),
        by_evidence=UNSET
        if every.known is None
        else evidence_groups(every.known, every.truth, every.probabilities),
    )


def held_out_result(fold: Fold, labels: Sequence[str]) -> HeldOut:
    """Result on a single part: accuracy and confusion."""
    right = fold.truth == fold.predicted
    return HeldOut(len(right), float(right.mean()), confusion_counts([fold], labels))


def mean_intervals(folds: Sequence[Fold], labels: Sequence[str]) -> dict[str, Interval]:
    """Accuracy, ROC AUC, log loss and Brier score over *folds*, by name."""
    most = {"accuracy": 1.0, "roc_auc": 1.0}
    return {
        name: interval_over_folds(folds, values, most.get(name, np.inf))
        for name, values in values_by_fold(folds, labels).items()
    }


def values_by_fold(folds: Sequence[Fold], labels: Sequence[str]) -> dict[str, list[float]]:
    """Accuracy, ROC AUC, log loss and Brier score of each of *folds*, by name."""
    numbers = range(len(labels))
    return {
        "accuracy": [accuracy_score(f.truth, f.predicted) for f in folds],
        "roc_auc": [roc_auc(fold) for fold in folds],
        "log_loss": [log_loss(f.truth, f.probabilities, labels=numbers) for f in folds],
        "brier": [brier_score(fold) for fold in folds],
    }


def f1_by_label(folds: Sequence[Fold], labels: Sequence[str]) -> dict[str, Interval]:
    """F1 of each label over *folds*."""
    numbers = range(len(labels))
    by_fold = [
        f1_score(f.truth, f.predicted, labels=numbers, average=None, zero_division=0) for f in folds
    ]
    return {
        label: interval_over_folds(folds, values, 1)
        for label, values in zip(labels, np.transpose(by_fold).tolist(), strict=True)
    }


def roc_auc(fold: Fold) -> float:
    """Area under the ROC curve; for K > 2 the unweighted mean of each label against the rest."""
    columns = range(fold.probabilities.shape[1])
    if len(columns) == 2:
        return float(roc_auc_score(fold.truth, fold.probabilities[:, 1]))
    areas = [roc_auc_score(fold.truth == k, fold.probabilities[:, k]) for k in columns]
    return float(np.mean(areas))


def brier_score(fold: Fold) -> float:
    """Mean squared error of the probabilities; halved for two labels, as is the custom."""
    numbers = range(fold.probabilities.shape[1])
    return float(brier_score_loss(fold.truth, fold.probabilities, labels=numbers))


def interval_over_folds(
    folds: Sequence[Fold], values: Sequence[float], most: float = np.inf, signed: bool = False
) -> Interval:
    """Mean of *values*, one a fold, and its corrected interval."""
    return corrected_interval(values, [len(f.rows) / f.trained_on for f in folds], most, signed)


def corrected_interval(
    values: Sequence[float], shares: Sequence[float], most: float = np.inf, signed: bool = False
) -> Interval:
    """Mean of *values* of J folds, and its corrected interval.

    Args:
        values: J.
        shares: texts tested with for each that was fitted on.
        most: the greatest value that there can be; the least is 0.
        signed: whether there is no least, as of differences.
    """
    mean, number = np.mean(values), len(values)
    variance = np.var(values, ddof=1) * (1 / number + np.mean(shares))
    half = stats.t.ppf(0.975, number - 1) * np.sqrt(variance)
    least = -np.inf if signed else 0.0
    return Interval(float(mean), float(max(least, mean - half)), float(min(most, mean + half)))


def confusion_counts(folds: Sequence[Fold], labels: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """[K][K] counts over all *folds*; row: true label, column: predicted. Empty for many labels."""
    if len(labels) > MOST_IN_A_MATRIX:
        return ()
    return tuple(map(tuple, _confusion(folds, len(labels)).tolist()))


def confused_pairs(
    folds: Sequence[Fold], labels: Sequence[str]
) -> tuple[Confused, ...] | UnsetType:
    """For many labels the pairs most often confused; a matrix says it for few."""
    if len(labels) <= MOST_IN_A_MATRIX:
        return UNSET
    return most_confused(_confusion(folds, len(labels)).tolist(), labels)[:PAIRS]


def _confusion(folds: Sequence[Fold], labels: int) -> Rows:
    every = pooled(folds)
    matrix: Rows = confusion_matrix(every.truth, every.predicted, labels=range(labels))
    return matrix


def reliability(folds: Sequence[Fold]) -> tuple[Bin, ...]:
    """Predictions in bins of equal width, from 1/K, the least a likeliest label can have, to 1."""
    confidence, right, classes = _confidence(folds)
    bins = _bin_sums(confidence, right, classes)
    return tuple(Bin(p / n, o / n, int(n)) for p, o, n in bins.T.tolist() if n)


def calibration_error(folds: Sequence[Fold], seed: int) -> Interval:
    """Expected calibration error over all *folds*, with the interval of a bootstrap."""
    confidence, right, classes = _confidence(folds)
    rows = np.unique(pooled(folds).rows, return_inverse=True)[1]
    texts, random = rows.max() + 1, np.random.default_rng(seed)

    def resampled() -> float:
        drawn = np.bincount(random.integers(texts, size=texts), minlength=texts)
        return _error(_bin_sums(confidence, right, classes, drawn[rows]))

    mean = _error(_bin_sums(confidence, right, classes))
    half = 1.96 * np.std([resampled() for _ in range(RESAMPLES)], ddof=1)
    return Interval(mean, max(0.0, float(mean - half)), min(1.0, float(mean + half)))


def _confidence(folds: Sequence[Fold]) -> tuple[Array, npt.NDArray[np.bool_], int]:
    """Probability of each likeliest label [n], whether it is right [n], and K."""
    every = pooled(folds)
    right = every.predicted == every.truth
    return every.probabilities.max(axis=1), right, every.probabilities.shape[1]


def _bin_sums(
    confidence: Array, right: npt.NDArray[np.bool_], classes: int, times: Rows | int = 1
) -> Array:
    """Sum of the probabilities, number that is right and number of all in each bin: [3, BINS].

    Prediction i counts `times[i]` times.
    """
    least = 1 / classes
    bins = np.clip(((confidence - least) / (1 - least) * BINS).astype(int), 0, BINS - 1)
    sums = [
        np.bincount(bins, times * w, BINS) for w in (confidence, right, np.ones_like(confidence))
    ]
    return np.array(sums)


def _error(bins: Array) -> float:
    """Mean distance of predicted and observed, weighted by how many predictions are in a bin."""
    predicted, observed, counts = bins
    return float(np.abs(predicted - observed).sum() / counts.sum())
