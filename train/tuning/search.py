"""Search: chooses a setting by stratified cross-validation on the rows given, and on no others.

Each setting is fitted on some folds and asked for the others, until every row has scores from a fit
that did not see it. Those scores calibrate the setting, and the loss of what it says then, the log
loss if nothing else was asked for, ranks it.

Of settings that are as good as the best as far as the rows can tell, the one with the fewest words
a term wins, then the one of least loss. As good means: the mean of the differences of the losses,
text by text, is within one standard error of 0 (the one-standard-error rule of Breiman et al.,
Classification and Regression Trees, 1984, on paired differences). Terms of two words treble the
model and the time of a prediction, so they must earn their place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from addsup.train.calibration import Calibration, calibrate
from addsup.train.classifiers import KINDS
from addsup.train.data.corpus import Corpus
from addsup.train.data.splits import fewest_of_a_label, folds, inner_folds
from addsup.train.hyperparameters import Setting
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
        accuracy: share of them that is right.
    """

    setting: Setting
    calibration: Calibration
    losses: Array
    accuracy: float

    @classmethod
    def of(cls, setting: Setting, scores: Array, truth: Rows, metric: str) -> Tried:
        """Result of *setting*, from *scores* [n, K] of rows that it was not fitted on."""
        calibration = calibrate(scores, truth)
        probabilities = calibration.probabilities(scores)
        accuracy = float((probabilities.argmax(axis=1) == truth).mean())
        return cls(setting, calibration, METRICS[metric](probabilities, truth), accuracy)

    @property
    def loss(self) -> float:
        """Mean loss, to `DIGITS` digits: another processor rounds otherwise."""
        return round(float(self.losses.mean()), DIGITS)


def search(
    corpus: Corpus,
    rows: Rows,
    settings: Sequence[Setting],
    seed: int,
    metric: str = "log-loss",
    progress: Progress = iter,
) -> tuple[Tried, ...]:
    """Best of *settings* on these rows, each with the strengths that it leaves open.

    The choice is followed by the best of each other classifier, by rising loss.
    """
    truth, results = corpus.truth[rows], list[Tried]()
    for (stop_words, ngram_range), group in groupby(progress(settings), key=_counted):
        parts = count_parts(corpus, rows, stop_words, ngram_range, seed)
        for setting in group:
            found = unseen_scores(corpus, rows, setting, parts)
            for strong, scores in zip(setting.with_strengths(), found, strict=True):
                results.append(Tried.of(strong, scores, truth, metric))
    chosen = choose(results)
    kinds = {each.setting.classifier for each in results} - {chosen.setting.classifier}
    others = (choose([r for r in results if r.setting.classifier == kind]) for kind in kinds)
    return chosen, *sorted(others, key=lambda each: (each.loss, each.setting.classifier))


def _counted(setting: Setting) -> tuple[StopWords, NgramRange]:
    return setting.stop_words, setting.ngram_range


def choose(candidates: Sequence[Tried]) -> Tried:
    """Choice among results: of those as good as the best, the one with the shortest terms.

    Of equal ones the first is chosen.
    """
    best = min(candidates, key=lambda each: each.loss)
    good = [each for each in candidates if _as_good(each.losses - best.losses)]
    return min(good, key=lambda each: (each.setting.ngram_range, each.loss))


def _as_good(differences: Array) -> bool:
    error = differences.std(ddof=1) / np.sqrt(len(differences))
    return bool(round(differences.mean() - error, DIGITS) <= 0)


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
    corpus: Corpus, rows: Rows, setting: Setting, parts: Sequence[FoldCounts]
) -> Array:
    """Scores of each of n *rows* from a fit on other folds, [S, n, K] for each of S strengths.

    Vocabulary and idf are those of the folds fitted on, too.
    """
    kind, values = KINDS[setting.classifier], [each.value for each in setting.with_strengths()]
    scores = np.empty((len(values), len(rows), len(corpus.classes)))
    index = np.empty(len(corpus), dtype=np.int64)
    index[rows] = np.arange(len(rows))
    for part in parts:
        counts = part.commonest(setting.max_features)
        weighting = setting.weighting()
        X, Z = weighting.fit_transform(counts.fitted), weighting.transform(counts.tested)
        scores[:, index[part.rows]] = kind.scores(X, counts.truth, Z, values)
    return scores
