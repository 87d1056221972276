"""Curves: ROC, precision and recall, from scores on unseen text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import (
    average_precision_score,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

from addsup.train.artifact import UnseenPredictions

MOST_POINTS = 100

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curves:
    """The two curves of one label against the rest, each as x and y of at most 100 points.

    Attributes:
        label: the label that counts as found.
        roc: false positive rate, true positive rate.
        roc_auc: area under it.
        precision_recall: recall, precision.
        average_precision: area under it, in steps.
        share: of the label among all; the precision of a guess.
    """

    label: str
    roc: tuple[list[float], list[float]]
    roc_auc: float
    precision_recall: tuple[list[float], list[float]]
    average_precision: float
    share: float


def curves(found: UnseenPredictions, labels: Sequence[str]) -> Iterator[Curves]:
    """The curves of each label; of two labels only the second's, for the first's say the same."""
    for number, label in enumerate(labels):
        if number or len(labels) > 2:
            yield _curves(label, found.truth == number, found.probabilities[:, number])


def _curves(label: str, truth: npt.NDArray[np.bool_], score: Array) -> Curves:
    false_positives, true_positives, _ = roc_curve(truth, score)
    precision, recall, _ = precision_recall_curve(truth, score)
    return Curves(
        label=label,
        roc=_thinned(false_positives, true_positives),
        roc_auc=float(roc_auc_score(truth, score)),
        precision_recall=_thinned(recall[::-1], precision[::-1]),
        average_precision=float(average_precision_score(truth, score)),
        share=float(truth.mean()),
    )


def _thinned(x: Array, y: Array) -> tuple[list[float], list[float]]:
    """At most `MOST_POINTS` of the points, the first and the last among them."""
    chosen = np.unique(np.linspace(0, len(x) - 1, MOST_POINTS).round().astype(int))
    return x[chosen].round(4).tolist(), y[chosen].round(4).tolist()
