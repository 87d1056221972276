"""Evaluation of a whole recipe by cross-validation."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial

from addsup.train.data.corpus import Corpus
from addsup.train.data.splits import OUTER_FOLDS, folds
from addsup.train.executors import in_parallel
from addsup.train.metrics.figures import HOLD_OUT_ONLY, Timed
from addsup.train.term_counts import Rows
from addsup.train.tuning.trainer import Recipe

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
