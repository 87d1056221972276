"""Evaluation of a whole recipe: cross-validation, and accuracy over many hold-outs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from addsup.inference.manifest import HoldOuts
from addsup.train.data.corpus import Corpus
from addsup.train.data.splits import OUTER_FOLDS, folds, hold_out
from addsup.train.metrics.figures import HOLD_OUT_ONLY, Timed
from addsup.train.parallel import in_parallel
from addsup.train.term_counts import Rows
from addsup.train.tuning.trainer import Fitted, Recipe

PROTOCOL = (
    "{} x 10-fold stratified cross-validation; vocabulary, idf, tuning and calibration see the "
    "training folds only, and copies of a text stay in one fold. 95 % intervals of the corrected "
    "resampled t test, for the calibration error of the bootstrap."
)


def protocol(repeats: int) -> str:
    """Sentence on how the figures are computed with so many repeats of cross-validation."""
    return PROTOCOL.format(repeats) if repeats else HOLD_OUT_ONLY


def cross_validate(
    recipe: Recipe, corpus: Corpus, rows: Rows, repeats: int, seed: int
) -> Iterator[Timed]:
    """Folds of cross-validation: the recipe afresh on each training part, asked for the test part.

    Whatever *recipe* chooses, it chooses on the training part alone, so nothing is flattered.
    """
    parts = folds(corpus, rows, OUTER_FOLDS, seed, repeats)
    return in_parallel(partial(_timed, recipe, corpus), parts, alone=corpus.is_large)


def _timed(recipe: Recipe, corpus: Corpus, parts: tuple[Rows, Rows]) -> Timed:
    start = time.perf_counter()
    fitted = recipe.fit(corpus, parts[0])
    seconds = time.perf_counter() - start
    return Timed(fitted.predict_fold(corpus, *parts), seconds)


def hold_out_accuracies(
    recipe: Recipe, corpus: Corpus, rows: Rows, splits: int, seed: int
) -> Iterator[tuple[float, float]]:
    """Accuracy of *recipe* and of the article's settings on each of so many splits.

    That of one split depends on which texts it holds out. The first split is that of `hold_out`
    with the same *seed*.
    """
    parts = (hold_out(corpus, rows, seed + number) for number in range(splits))
    return in_parallel(partial(_both, recipe, corpus), parts, alone=corpus.is_large)


def _both(recipe: Recipe, corpus: Corpus, parts: tuple[Rows, Rows]) -> tuple[float, float]:
    fits = recipe.fit(corpus, parts[0]), Fitted.plain(corpus, parts[0])
    ours, article = (each.predict_fold(corpus, *parts) for each in fits)
    return (
        float((ours.predicted == ours.truth).mean()),
        float((article.predicted == article.truth).mean()),
    )


def summarise_hold_outs(accuracies: Sequence[tuple[float, float]]) -> HoldOuts:
    """Means and standard deviations of two or more pairs from `hold_out_accuracies`."""
    means, deviations = np.mean(accuracies, axis=0), np.std(accuracies, axis=0, ddof=1)
    return HoldOuts(
        len(accuracies),
        float(means[0]),
        float(deviations[0]),
        float(means[1]),
        float(deviations[1]),
    )
