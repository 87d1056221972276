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
from scipy import sparse

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
#: What is counted: which stop words are dropped, fewest and most words or characters of a term, and
#: whether it is of characters.
Counted = tuple[StopWords, NgramRange, bool]
#: Gives what it is given, one after the other: a progress bar.
Progress = Callable[[Sequence[Any]], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Tried:
    """A setting, how to calibrate it, and how it did.

    Attributes:
        setting: with its strength.
        calibration: chosen on scores of rows that no fit had seen.
        losses: [n] calibrated losses of those rows, in the metric that ranks.
        accuracy: share of them that is right; without known terms none is, for it gets no label.
    """

    setting: Setting
    calibration: Calibration
    losses: Array
    accuracy: float

    @classmethod
    def of(cls, setting: Setting, scores: Array, known: Rows, truth: Rows, metric: str) -> Tried:
        """Result of *setting*, from *scores* [n, K] of rows that it was not fitted on.

        Of each of these as many terms were *known*, [n].
        """
        calibration = calibrate(scores, truth)
        probabilities = calibration.probabilities(scores)
        accuracy = float(((probabilities.argmax(axis=1) == truth) & (known > 0)).mean())
        return cls(setting, calibration, METRICS[metric](probabilities, truth), accuracy)

    @property
    def loss(self) -> float:
        """Mean loss, to `DIGITS` digits: another processor rounds otherwise."""
        return round(float(self.losses.mean()), DIGITS)


@dataclass(frozen=True, slots=True, eq=False)
class Unseen:
    """Scores of n rows from fits that have not seen them.

    Attributes:
        scores: [S, n, K], with each of S strengths.
        known: [n], how many distinct terms of each they knew.
    """

    scores: Array
    known: Rows


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
    for counted, group in groupby(progress(settings), key=_counted):
        parts = count_parts(corpus, rows, counted, seed)
        for setting in group:
            found = unseen_scores(corpus, rows, setting, parts)
            for strong, scores in zip(setting.with_strengths(), found.scores, strict=True):
                results.append(Tried.of(strong, scores, found.known, truth, metric))
    chosen = choose(results)
    kinds = {each.setting.classifier for each in results} - {chosen.setting.classifier}
    others = (choose([r for r in results if r.setting.classifier == kind]) for kind in kinds)
    return chosen, *sorted(others, key=lambda each: (each.loss, each.setting.classifier))


def _counted(setting: Setting) -> tuple[Counted, ...]:
    """What *setting* counts, block by block."""
    words = setting.stop_words, setting.ngram_range, False
    if setting.characters is None:
        return (words,)
    return words, (setting.stop_words, setting.characters, True)


def choose(candidates: Sequence[Tried]) -> Tried:
    """Choice among results: of those as good as the best, the one with the shortest terms.

    Of equal ones the first is chosen.
    """
    best = min(candidates, key=lambda each: each.loss)
    good = [each for each in candidates if _as_good(each.losses - best.losses)]
    return min(good, key=lambda each: (*each.setting.size, each.loss))


def _as_good(differences: Array) -> bool:
    error = differences.std(ddof=1) / np.sqrt(len(differences))
    return bool(round(differences.mean() - error, DIGITS) <= 0)


def count_parts(
    corpus: Corpus, rows: Rows, counted: Sequence[Counted], seed: int
) -> list[tuple[FoldCounts, ...]]:
    """Counts of the folds of *rows*, block by block, by the terms of the texts to fit on."""
    counts = [corpus.counts(*each) for each in counted]
    number = min(inner_folds(len(rows)), fewest_of_a_label(corpus, rows))
    return [
        tuple(cut_fold(block, fitted, tested, corpus.truth) for block in counts)
        for fitted, tested in folds(corpus, rows, number, seed)
    ]


def unseen_scores(
    corpus: Corpus, rows: Rows, setting: Setting, parts: Sequence[tuple[FoldCounts, ...]]
) -> Unseen:
    """Scores of each of n *rows* from a fit on other folds.

    Vocabulary and idf are those of the folds fitted on, too.
    """
    kind, values = KINDS[setting.classifier], [each.value for each in setting.with_strengths()]
    scores = np.empty((len(values), len(rows), len(corpus.classes)))
    known = np.empty(len(rows), dtype=np.int64)
    index = np.empty(len(corpus), dtype=np.int64)
    index[rows] = np.arange(len(rows))
    for blocks in parts:
        X, Z = zip(*[_weighed(setting, each) for each in blocks], strict=True)
        place, tested = index[blocks[0].rows], _beside(Z)
        scores[:, place] = kind.scores(_beside(X), blocks[0].truth, tested, values)
        known[place] = np.diff(tested.indptr)
    return Unseen(scores, known)


def _weighed(setting: Setting, counts: FoldCounts) -> tuple[Any, Any]:
    """Weights of the terms of one block: of the texts to fit on, and of those to test with."""
    commonest, weighting = counts.commonest(setting.max_features), setting.weighting()
    return weighting.fit_transform(commonest.fitted), weighting.transform(commonest.tested)


def _beside(blocks: Sequence[Any]) -> Any:
    """Blocks of columns as one matrix, as `FeatureUnion` puts them."""
    return blocks[0] if len(blocks) == 1 else sparse.hstack(blocks, format="csr")
