"""Chooses a setting by stratified cross-validation on the rows given, and on no others.

Each setting is fitted on some folds and asked for the others, until every row has scores from a fit
that did not see it. Those scores calibrate the setting, and its calibrated log loss ranks it.

Of settings that are as good as the best as far as the rows can tell, the one with the fewest words
a term wins, then the one of least loss. As good means: the mean of the differences of the losses,
review by review, is within one standard error of 0 (the one-standard-error rule of Breiman et al.,
Classification and Regression Trees, 1984, on paired differences). Terms of two words treble the
model and the time of a prediction, so they must earn their place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from train.calibration import Calibration, calibrate
from train.classifiers import KINDS
from train.data.corpus import Corpus, Rows
from train.evaluation.splits import fewest, folds
from train.hyperparameters import Setting, vectorisers

INNER_FOLDS = 5
# Of so many rows, two thirds teach as much as four fifths, in little more than half the time.
MANY_ROWS, INNER_FOLDS_OF_MANY = 10_000, 3

Array = npt.NDArray[np.float64]
#: Gives what it is given, one after the other: a progress bar.
Progress = Callable[[Sequence[Any]], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Tried:
    """A setting, how to calibrate it, and how it did.

    Attributes:
        setting: with its strength.
        calibration: chosen on scores of rows that no fit had seen.
        losses: [n] calibrated log losses of those rows.
    """

    setting: Setting
    calibration: Calibration
    losses: Array

    @property
    def loss(self) -> float:
        return float(self.losses.mean())


def search(
    corpus: Corpus,
    rows: Rows,
    classifier: str,
    seed: int,
    progress: Progress = iter,
) -> Tried:
    """The best setting for *classifier* on these rows."""
    values = KINDS[classifier].values
    able = [each for each in vectorisers(classifier) if each.keep_negations in corpus.texts]
    settings = progress(able)
    return choose(
        [each for setting in settings for each in tried(corpus, rows, setting, values, seed)]
    )


def choose(candidates: Sequence[Tried]) -> Tried:
    """The one of the shortest terms among those as good as the best."""
    best = min(candidates, key=lambda each: each.loss)
    good = [each for each in candidates if _as_good(each.losses - best.losses)]
    return min(good, key=lambda each: (each.setting.words_a_term, each.loss))


def _as_good(differences: Array) -> bool:
    error = differences.std(ddof=1) / np.sqrt(len(differences))
    return bool(differences.mean() <= error)


def tried(
    corpus: Corpus,
    rows: Rows,
    setting: Setting,
    values: Sequence[float],
    seed: int,
    progress: Progress = iter,
) -> list[Tried]:
    """*setting* with each strength, calibrated on scores of rows that no fit had seen."""
    scores = unseen_scores(corpus, rows, setting, values, seed, progress)
    truth = corpus.truth[rows]
    results = []
    for value, each in zip(values, scores, strict=True):
        calibration = calibrate(each, truth)
        losses = calibration.losses(each, truth)
        results.append(Tried(replace(setting, strength=value), calibration, losses))
    return results


def unseen_scores(
    corpus: Corpus,
    rows: Rows,
    setting: Setting,
    values: Sequence[float],
    seed: int,
    progress: Progress = iter,
) -> Array:
    """Scores of each of n *rows* from a fit on other folds, [S, n, K]; *progress* sees each fold.

    Vocabulary and idf are those of the folds fitted on, too.
    """
    texts, kind = corpus.texts[setting.keep_negations], KINDS[setting.classifier]
    scores = np.empty((len(values), len(rows), len(corpus.classes)))
    place = np.empty(len(corpus), dtype=np.int64)
    place[rows] = np.arange(len(rows))
    wanted = INNER_FOLDS if len(rows) < MANY_ROWS else INNER_FOLDS_OF_MANY
    number = min(wanted, fewest(corpus, rows))
    for fitted, asked in progress(list(folds(corpus, rows, number, seed))):
        vectoriser = setting.vectoriser()
        X = vectoriser.fit_transform(texts[fitted])
        Z = vectoriser.transform(texts[asked])
        scores[:, place[asked]] = kind.scores(X, corpus.truth[fitted], Z, values)
    return scores
