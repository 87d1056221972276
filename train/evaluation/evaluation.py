"""How well a recipe does on texts that it has not seen."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.inference.manifest import HeldOut
from train.data.corpus import Corpus, Rows
from train.evaluation.metrics import Fold, confusion
from train.evaluation.splits import folds
from train.preprocess import OUTER_FOLDS
from train.trainer import Fitted, Recipe

PROTOCOL = (
    "{} x 10-fold stratified cross-validation; vocabulary, idf, tuning and calibration see the "
    "training folds only, and copies of a text stay in one fold. 95 % intervals of the corrected "
    "resampled t test, for the calibration error of the bootstrap."
)
HOLD_OUT_ONLY = "Tuned, calibrated and fitted on one part, asked on the other; no cross-validation."


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
    for fitted_on, asked in folds(corpus, rows, OUTER_FOLDS, seed, repeats):
        start = time.perf_counter()
        fitted = recipe.fit(corpus, fitted_on)
        seconds = time.perf_counter() - start
        yield Timed(ask(fitted, corpus, fitted_on, asked), seconds)


def ask(fitted: Fitted, corpus: Corpus, fitted_on: Rows, asked: Rows) -> Fold:
    """What *fitted* says of the rows *asked*."""
    probabilities = fitted.probabilities(corpus, asked)
    return Fold(asked, corpus.truth[asked], probabilities, len(fitted_on))


def held_out(fold: Fold, classes: Sequence[str]) -> HeldOut:
    """The result on a single part."""
    right = fold.truth == fold.predicted
    return HeldOut(len(right), float(right.mean()), confusion([fold], classes))
