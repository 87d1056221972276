"""Evaluation: hold-out and cross-validation of a whole recipe."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from addsup.inference.manifest import HeldOut
from addsup.train.data.corpus import Corpus, Rows
from addsup.train.evaluation.metrics import Fold, confusion
from addsup.train.evaluation.splits import folds
from addsup.train.parallel import in_parallel
from addsup.train.text.preprocess import OUTER_FOLDS
from addsup.train.tuning.trainer import Fitted, Recipe

PROTOCOL = (
    "{} x 10-fold stratified cross-validation; vocabulary, idf, tuning and calibration see the "
    "training folds only, and copies of a text stay in one fold. 95 % intervals of the corrected "
    "resampled t test, for the calibration error of the bootstrap."
)
HOLD_OUT_ONLY = (
    "Tuned, calibrated and fitted on one part, tested on the other; no cross-validation."
)


def protocol(repeats: int) -> str:
    """How the figures are computed with so many repeats of cross-validation."""
    return PROTOCOL.format(repeats) if repeats else HOLD_OUT_ONLY


@dataclass(frozen=True, slots=True)
class Timed:
    """A fold, and the seconds that choosing, calibrating and fitting took for it."""

    fold: Fold
    seconds: float


def cross_validate(
    recipe: Recipe, corpus: Corpus, rows: Rows, repeats: int, seed: int
) -> Iterator[Timed]:
    """Make a model afresh from each training part and yield what it says of the test part.

    Whatever *recipe* chooses, it chooses on the training part alone, so nothing is flattered.
    """
    parts = folds(corpus, rows, OUTER_FOLDS, seed, repeats)
    return in_parallel(partial(_timed, recipe, corpus), parts, alone=corpus.is_large)


def _timed(recipe: Recipe, corpus: Corpus, parts: tuple[Rows, Rows]) -> Timed:
    train_rows, test_rows = parts
    start = time.perf_counter()
    fitted = recipe.fit(corpus, train_rows)
    seconds = time.perf_counter() - start
    return Timed(predict_fold(fitted, corpus, train_rows, test_rows), seconds)


def predict_fold(fitted: Fitted, corpus: Corpus, train_rows: Rows, test_rows: Rows) -> Fold:
    """What *fitted*, which has seen *train_rows*, predicts for *test_rows*."""
    probabilities, known = fitted.predict(corpus, test_rows)
    return Fold(test_rows, corpus.truth[test_rows], probabilities, len(train_rows), known)


def held_out(fold: Fold, classes: Sequence[str]) -> HeldOut:
    """The result on a single part."""
    right = fold.truth == fold.predicted
    return HeldOut(len(right), float(right.mean()), confusion([fold], classes))
