"""Search: chooses a setting by stratified cross-validation on the rows given, and on no others.

Each setting is fitted on some folds and asked for the others, until every row has scores from a fit
that did not see it. Those scores calibrate the setting, and the loss of what it says then, the log
loss if nothing else was asked for, ranks it. In the end the one chosen is calibrated with and
without an intercept; that calibration is taken whose log loss is less on average over groups of
texts with about as many known terms (`train.evaluation.evidence`).

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
from addsup.train.data.corpus import Corpus, Rows
from addsup.train.evaluation.evidence import balanced
from addsup.train.evaluation.splits import fewest, folds
from addsup.train.hyperparameters import NgramRange, Setting, StopWords
from addsup.train.term_counts import FoldCounts, cut
from addsup.train.tuning.metric import METRICS

# A calibration found on scores of fits on nine tenths fits a fit on all of them; found on scores of
# fits on four fifths it is too timid, since these know fewer words.
INNER_FOLDS = 10
# Of so many rows, two thirds teach as much as nine tenths, in little more than a third of the time.
MANY_ROWS, INNER_FOLDS_OF_MANY = 10_000, 3

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
    """What fits say of the n rows that they have not seen.

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
    """The best of *settings* on these rows, each with every strength of its classifier."""
    results: list[Tried] = []
    for (stop_words, ngram_range), group in groupby(progress(settings), key=_counted):
        parts = count_parts(corpus, rows, stop_words, ngram_range, seed)
        for setting in group:
            results += tried(corpus, rows, setting, metric, parts)
    return settled(corpus, rows, choose(results).setting, seed, metric)


def settled(
    corpus: Corpus,
    rows: Rows,
    setting: Setting,
    seed: int,
    metric: str = "log-loss",
    progress: Progress = iter,
) -> Tried:
    """*setting*, with an intercept of its calibration or without."""
    parts = count_parts(corpus, rows, setting.stop_words, setting.ngram_range, seed)
    unseen = unseen_scores(corpus, rows, setting, [setting.value], parts, progress)
    (scores,), truth = unseen.scores, corpus.truth[rows]
    both = [calibrate(scores, truth, with_intercept) for with_intercept in (False, True)]
    found = min(both, key=lambda each: balanced(each.losses(scores, truth), unseen.known))
    losses = METRICS[metric](found.probabilities(scores), truth)
    return Tried(replace(setting, strength=setting.value), found, losses)


def _counted(setting: Setting) -> tuple[StopWords, NgramRange]:
    return setting.stop_words, setting.ngram_range


def choose(candidates: Sequence[Tried]) -> Tried:
    """The one of the shortest terms among those as good as the best.

    Losses that agree to `DIGITS` digits are equal, for another processor rounds otherwise; of equal
    ones the first is taken.
    """
    best = min(candidates, key=lambda each: round(each.loss, DIGITS))
    good = [each for each in candidates if _as_good(each.losses - best.losses)]
    return min(good, key=lambda each: (each.setting.ngram_range, round(each.loss, DIGITS)))


def _as_good(differences: Array) -> bool:
    error = differences.std(ddof=1) / np.sqrt(len(differences))
    return bool(round(differences.mean() - error, DIGITS) <= 0)


def tried(
    corpus: Corpus,
    rows: Rows,
    setting: Setting,
    metric: str,
    parts: Sequence[FoldCounts],
) -> Iterator[Tried]:
    """*setting* with each strength, calibrated on scores of rows that no fit had seen."""
    truth, values = corpus.truth[rows], KINDS[setting.classifier].values
    found = unseen_scores(corpus, rows, setting, values, parts).scores
    for value, scores in zip(values, found, strict=True):
        calibration = calibrate(scores, truth, with_intercept=True)
        losses = METRICS[metric](calibration.probabilities(scores), truth)
        yield Tried(replace(setting, strength=value), calibration, losses)


def count_parts(
    corpus: Corpus, rows: Rows, stop_words: StopWords, ngram_range: NgramRange, seed: int
) -> list[FoldCounts]:
    """The folds of *rows*, each with the terms of the texts to fit on and no others."""
    counts = corpus.counts(stop_words, ngram_range)
    number = min(inner_folds(len(rows)), fewest(corpus, rows))
    return [
        cut(counts, corpus.fitted(fitted), tested, corpus.truth)
        for fitted, tested in folds(corpus, rows, number, seed)
    ]


def inner_folds(rows: int) -> int:
    """How many folds so many rows are dealt into."""
    return INNER_FOLDS if rows < MANY_ROWS else INNER_FOLDS_OF_MANY


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
    place = np.empty(len(corpus), dtype=np.int64)
    place[rows] = np.arange(len(rows))
    for part in progress(parts):
        counts = part.commonest(setting.max_features)
        weighting = setting.weighting()
        X, Z = weighting.fit_transform(counts.fitted), weighting.transform(counts.tested)
        scores[:, place[part.rows]] = kind.scores(X, counts.truth, Z, values)
        known[place[part.rows]] = np.diff(counts.tested.indptr)
    return Unseen(scores, known)
