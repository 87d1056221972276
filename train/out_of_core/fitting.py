"""Fitting from moments: the pipeline that scikit-learn would fit on the same rows; its figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from scipy import sparse
from sklearn.naive_bayes import BernoulliNB
from sklearn.pipeline import Pipeline

from addsup.inference.manifest import Figures
from addsup.train.calibration import Calibrated, log_scores
from addsup.train.classifiers import KINDS
from addsup.train.hyperparameters import Setting
from addsup.train.metrics.figures import HOLD_OUT_ONLY, Fold, figures_of, held_out_result
from addsup.train.out_of_core.vocabulary import Vocabulary
from addsup.train.out_of_core.weighing import HeldRows, Numbers
from addsup.train.sparse_gaussian_nb import Moments, SparseGaussianNB
from addsup.train.tuning.search import Tried, choose

#: Parts that the texts to test with are dealt into, for intervals.
PARTS: Final = 10
PROTOCOL: Final = (
    "One fit on {:,} texts, calibrated on {:,} others, asked for {:,} that neither has seen; "
    "texts are dealt into parts by hash, copies included. 95 % intervals of the t test over {} "
    "parts of these, for the calibration error of the bootstrap."
)


def fitted_weighting(setting: Setting, vocabulary: Vocabulary) -> Pipeline:
    """Fitted weighting, normalised texts -> [n, V]: all of the pipeline but its classifier."""
    vectoriser = setting.vectoriser().set_params(vocabulary=list(vocabulary.terms))
    vectoriser.fit([""])
    vectoriser.idf_ = vocabulary.idf
    steps = [("tfidf", vectoriser), *setting.pipeline().steps[1:-1]]
    X = sparse.csr_matrix((1, len(vocabulary.terms)))
    for _, step in steps[1:]:
        step.fit(X)
    return Pipeline(steps)


def fitted_classifier(setting: Setting, moments: Moments, labels: Sequence[str]) -> Any:
    """Fitted classifier of *setting*.

    Naive Bayes of counts needs no more than the sum of the rows for each label, so it is fitted on
    one row a label, its mean, which weighs as much as there are rows.
    """
    made = KINDS[setting.classifier].make(setting.value)
    if isinstance(made, SparseGaussianNB):
        return made.set_moments(moments, np.array(labels))
    presence = isinstance(made, BernoulliNB)
    if presence:
        made.set_params(binarize=None)  # the means are shares of rows, and no longer 0 or 1
    made.fit(moments.mean, np.array(labels), sample_weight=moments.rows)
    return made.set_params(binarize=0.0) if presence else made


def choose_strength(
    setting: Setting, moments: Moments, labels: Sequence[str], held: HeldRows, metric: str
) -> tuple[Setting, Calibrated]:
    """Setting with the strength of least loss on *held*, and its classifier, calibrated there.

    Args:
        setting: whose strengths are tried, or which has one.
        moments: of the rows to fit on.
        labels: K, sorted.
        held: other rows.
        metric: a key of `METRICS`.
    """
    tried = [
        Tried.of(
            each, log_scores(fitted_classifier(each, moments, labels), held.X), held.truth, metric
        )
        for each in setting.with_strengths()
    ]
    chosen = choose(tried)
    fitted = fitted_classifier(chosen.setting, moments, labels)
    return chosen.setting, Calibrated.around(fitted, chosen.calibration)


def held_out_figures(
    classifier: Calibrated,
    held: HeldRows,
    counts: tuple[int, int],
    labels: Sequence[str],
    seed: int,
) -> tuple[Figures, list[Fold]]:
    """Figures on *held*, and the folds they are of.

    Args:
        classifier: that is asked.
        held: rows that it has not seen.
        counts: how many rows it was fitted on, and calibrated on.
        labels: K, sorted.
        seed: of the bootstrap.
    """
    probabilities, known = classifier.predict_proba(held.X), np.diff(held.X.indptr)

    def fold(rows: Numbers) -> Fold:
        return Fold(rows, held.truth[rows], probabilities[rows], counts[0], known[rows])

    result = held_out_result(fold(np.arange(len(held.truth))), labels)
    folds = [fold(rows) for rows in _dealt(held, len(labels))]
    protocol = PROTOCOL.format(*counts, len(held.truth), len(folds)) if folds else HOLD_OUT_ONLY
    return figures_of(folds, labels, result, protocol, seed), folds


def _dealt(held: HeldRows, labels: int) -> Iterator[Numbers]:
    """Rows in parts that have texts of every label; none, if a label has too few."""
    counts = np.bincount(held.truth, minlength=labels)
    number = min(PARTS, int(counts.min()))
    if number < 2:
        return
    order = np.lexsort((held.positions, held.truth))
    for part in range(number):
        yield np.sort(order[part::number])
