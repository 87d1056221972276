"""Search: chooses a setting by stratified cross-validation on the rows given, and on no others.

Each setting is fitted on some folds and asked for the others, until every row has scores from a fit
that did not see it. Those scores calibrate the setting, and the loss of what it says then, the log
loss if nothing else was asked for, ranks it. In the end the one chosen is calibrated with and
without an intercept; that calibration is chosen whose log loss is less on average over groups of
texts with about as many known terms (`train.metrics.evidence`).

Of settings that are as good as the best as far as the rows can tell, the one with the fewest words
a term wins, then the one of least loss. As good means: the mean of the differences of the losses,
review by review, is within one standard error of 0 (the one-standard-error rule of Breiman et al.,
Classification and Regression Trees, 1984, on paired differences). Terms of two words treble the
model and the time of a prediction, so they must earn their place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from addsup.train.calibration import Calibration, calibrate
from addsup.train.classifiers import KINDS
from addsup.train.data.corpus import Corpus
from addsup.train.data.splits import fewest_of_a_label, folds, inner_folds
from addsup.train.hyperparameters import Setting
from addsup.train.metrics.evidence import balanced_mean
from addsup.train.metrics.losses import METRICS
from addsup.train.term_counts import FoldCounts, NgramRange, Rows, StopWords, cut_fold

#: Of losses that are compared.
DIGITS = 6

Array = npt.NDArray[np.float64]
#: Gives what it is given, one after the other: a progress bar.
Progress = Callable[[Sequence[Any]], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Tried:
    """A setting, how to calibrate it, and how it did.

    Attributes:
        setting: with its strength.
        calibration: chosen on scores of rows that no fit had seen.
        losses: [n] calibrated losses of those rows, in the metric that ranks.
    """

    setting: Setting
    calibration: Calibration
    losses: Array

    @property
    def loss(self) -> float:
        return float(self.losses.mean())


@dataclass(frozen=True, slots=True)
class Unseen:
    """Scores of n rows from fits that have not seen them.

    Attributes:
        scores: [S, n, K], with each of S strengths.
        known: [n], how many distinct terms of each they knew.
    """

    scores: Array
    known: npt.NDArray[np.int64]


def search(
    corpus: Corpus,
    rows: Rows,
    settings: Sequence[Setting],
    seed: int,
    metric: str = "log-loss",
    progress: Progress = iter,
) -> Tried:
    """Best of *settings* on these rows, each with every strength of its classifier."""
    results: list[Tried] = []
    for (stop_words, ngram_range), group in groupby(progress(settings), key=_counted):
        parts = count_parts(corpus, rows, stop_words, ngram_range, seed)
        for setting in group:
            results += try_setting(corpus, rows, setting, metric, parts)
    return settled(corpus, rows, choose(results).setting, seed, metric)


def settled(
    corpus: Corpus,
    rows: Rows,
    setting: Setting,
    seed: int,
    metric: str = "log-loss",
    progress: Progress = iter,
) -> Tried:
    """Calibrated *setting*, with an intercept or without, whichever is better."""
    parts = count_parts(corpus, rows, setting.stop_words, setting.ngram_range, seed)
    unseen = unseen_scores(corpus, rows, setting, [setting.value], parts, progress)
    (scores,), truth = unseen.scores, corpus.truth[rows]
    both = [calibrate(scores, truth, with_intercept) for with_intercept in (False, True)]
    found = min(both, key=lambda each: balanced_mean(each.losses(scores, truth), unseen.known))
    losses = METRICS[metric](found.probabilities(scores), truth)
    return Tried(replace(setting, strength=setting.value), found, losses)


def _counted(setting: Setting) -> tuple[StopWords, NgramRange]:
    return setting.stop_words, setting.ngram_range


def choose(candidates: Sequence[Tried]) -> Tried:
    """Choice among results: of those as good as the best, the one with the shortest terms.

    Losses that agree to `DIGITS` digits are equal, for another processor rounds otherwise; of equal
    ones the first is chosen.
    """
    best = min(candidates, key=lambda each: round(each.loss, DIGITS))
    good = [each for each in candidates if _as_good(each.losses - best.losses)]
    return min(good, key=lambda each: (each.setting.ngram_range, round(each.loss, DIGITS)))


def _as_good(differences: Array) -> bool:
    error = differences.std(ddof=1) / np.sqrt(len(differences))
    return bool(round(differences.mean() - error, DIGITS) <= 0)


def try_setting(
    corpus: Corpus,
    rows: Rows,
    setting: Setting,
    metric: str,
    parts: Sequence[FoldCounts],
) -> Iterator[Tried]:
    """Results of *setting* with each strength, calibrated on scores of unseen rows."""
    truth, values = corpus.truth[rows], KINDS[setting.classifier].values
    found = unseen_scores(corpus, rows, setting, values, parts).scores
    for value, scores in zip(values, found, strict=True):
        calibration = calibrate(scores, truth, with_intercept=True)
        losses = METRICS[metric](calibration.probabilities(scores), truth)
        yield Tried(replace(setting, strength=value), calibration, losses)


def count_parts(
    corpus: Corpus, rows: Rows, stop_words: StopWords, ngram_range: NgramRange, seed: int
) -> list[FoldCounts]:
    """Counts of the folds of *rows*, each with the terms of the texts to fit on and no others."""
    counts = corpus.counts(stop_words, ngram_range)
    number = min(inner_folds(len(rows)), fewest_of_a_label(corpus, rows))
    return [
        cut_fold(counts, fitted, tested, corpus.truth)
        for fitted, tested in folds(corpus, rows, number, seed)
    ]


def unseen_scores(
    corpus: Corpus,
    rows: Rows,
    setting: Setting,
    values: Sequence[float],
    parts: Sequence[FoldCounts],
    progress: Progress = iter,
) -> Unseen:
    """Scores of each of n *rows* from a fit on other folds; *progress* sees each fold.

    Vocabulary and idf are those of the folds fitted on, too.
    """
    kind = KINDS[setting.classifier]
    scores = np.empty((len(values), len(rows), len(corpus.classes)))
    known = np.empty(len(rows), dtype=np.int64)
    index = np.empty(len(corpus), dtype=np.int64)
    index[rows] = np.arange(len(rows))
    for part in progress(parts):
        counts = part.commonest(setting.max_features)
        weighting = setting.weighting()
        X, Z = weighting.fit_transform(counts.fitted), weighting.transform(counts.tested)
        scores[:, index[part.rows]] = kind.scores(X, counts.truth, Z, values)
        known[index[part.rows]] = np.diff(counts.tested.indptr)
    return Unseen(scores, known)
