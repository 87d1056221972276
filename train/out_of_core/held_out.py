"""Held-out rows: the regularisation and calibration chosen on them, and the figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from addsup.inference.manifest import Figures
from addsup.train.calibration import Calibration, calibrate, log_scores
from addsup.train.classifiers import KINDS
from addsup.train.hyperparameters import Setting
from addsup.train.metrics.evidence import balanced_mean
from addsup.train.metrics.figures import HOLD_OUT_ONLY, Fold, figures_of, held_out_result
from addsup.train.metrics.losses import METRICS
from addsup.train.out_of_core.moments import HeldRows, Numbers

#: Parts that the texts to test with are dealt into, for intervals.
PARTS: Final = 10
PROTOCOL: Final = (
    "One fit on {:,} texts, calibrated on {:,} others, asked for {:,} that neither has seen; "
    "texts are dealt into parts by hash, copies included. 95 % intervals of the t test over {} "
    "parts of these, for the calibration error of the bootstrap."
)


@dataclass(frozen=True, slots=True)
class ChosenClassifier:
    """Classifier of a setting, fitted, with the calibration of its scores."""

    setting: Setting
    classifier: Any
    calibration: Calibration


def choose_strength(
    setting: Setting,
    fit: Callable[[Setting], Any],
    held: HeldRows,
    metric: str,
    tune: bool,
) -> ChosenClassifier:
    """Strength of least loss on *held*, and its calibration, as tuning chooses them.

    Args:
        setting: whose classifier it is; the strength is chosen if *tune*.
        fit: a setting -> its classifier, fitted on other rows.
        held: rows to choose on.
        metric: a key of `METRICS`.
        tune: whether to try every strength.
    """
    values = KINDS[setting.classifier].values if tune else (setting.value,)
    each = [replace(setting, strength=value) for value in values]
    chosen = min(each, key=lambda one: _loss(fit(one), held, metric)) if tune else each[0]
    fitted = fit(chosen)
    scores, known = log_scores(fitted, held.X), np.diff(held.X.indptr)
    both = [calibrate(scores, held.truth, with_intercept) for with_intercept in (False, True)]
    best = min(both, key=lambda one: balanced_mean(one.losses(scores, held.truth), known))
    return ChosenClassifier(chosen, fitted, best)


def _loss(fitted: Any, held: HeldRows, metric: str) -> float:
    scores = log_scores(fitted, held.X)
    probabilities = calibrate(scores, held.truth, with_intercept=True).probabilities(scores)
    return round(float(METRICS[metric](probabilities, held.truth).mean()), 6)


def held_out_figures(
    chosen: ChosenClassifier,
    held: HeldRows,
    counts: tuple[int, int],
    labels: Sequence[str],
    seed: int,
) -> tuple[Figures, list[Fold]]:
    """Figures on *held*, and the folds they are of.

    Args:
        chosen: that is asked.
        held: rows that it has not seen.
        counts: how many rows it was fitted on, and calibrated on.
        labels: K, sorted.
        seed: of the bootstrap.
    """
    probabilities = chosen.calibration.probabilities(log_scores(chosen.classifier, held.X))
    known = np.diff(held.X.indptr)

    def fold(rows: Numbers) -> Fold:
        return Fold(rows, held.truth[rows], probabilities[rows], counts[0], known[rows])

    every = fold(np.arange(len(held.truth)))
    folds = [fold(rows) for rows in _dealt(held, len(labels))]
    protocol = PROTOCOL.format(*counts, len(held.truth), len(folds))
    if not folds:
        protocol = HOLD_OUT_ONLY
    result = held_out_result(every, labels)
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
