"""Texts of other domains: what it does to train with them, here and there.

Other texts join every fit, and nothing is chosen, calibrated or measured on them; so the figures of
a model are about texts of its own kind. Whether it pays is told by paired differences on the same
folds, and by how much better the other texts themselves are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from addsup.inference.manifest import Interval
from addsup.train.data.corpus import Corpus, Rows
from addsup.train.evaluation import evaluation
from addsup.train.evaluation.comparison import Differences, Result, differences
from addsup.train.evaluation.metrics import Fold, by_fold, over_folds
from addsup.train.evaluation.splits import folds
from addsup.train.text.preprocess import OUTER_FOLDS
from addsup.train.tuning.trainer import Recipe


@dataclass(frozen=True, slots=True)
class Effect:
    """What other texts do.

    Attributes:
        here: to figures on the texts of the model's own kind, with them less without.
        there: accuracy on the other texts, with those of other folds.
        there_without: accuracy on them of a model of its own texts alone.
    """

    here: Differences
    there: Interval
    there_without: Interval


def effect(
    recipe: Recipe, corpus: Corpus, rows: Rows, with_them: Sequence[Fold], seed: int
) -> Effect:
    """Compare *with_them*, the folds of cross-validation, with a recipe that has not the others.

    Args:
        recipe: how models are made.
        corpus: all texts, the others too.
        rows: the texts of the model's own kind.
        with_them: what cross-validation gave, the others in each fit.
        seed: it was made with.
    """
    alone = replace(corpus, also=np.array([], dtype=np.int64))
    repeats = len(with_them) // OUTER_FOLDS
    timed = evaluation.cross_validate(recipe, alone, rows, repeats, seed)
    without = Result("", tuple(each.fold for each in timed), 0.0)
    chosen = recipe.fit(corpus, rows).setting
    fixed = replace(recipe, settings=(replace(chosen, strength=None),))
    ours, theirs = [], []
    for fitted, tested in folds(corpus, corpus.also, OUTER_FOLDS, seed):
        together = replace(corpus, also=fitted)
        ours.append(evaluation.predict_fold(fixed.fit(together, rows), corpus, rows, tested))
        theirs.append(evaluation.predict_fold(fixed.fit(alone, rows), corpus, rows, tested))
    there, there_without = (
        over_folds(found, by_fold(found, corpus.classes)["accuracy"], 1) for found in (ours, theirs)
    )
    here = differences(Result("", tuple(with_them), 0.0), without, corpus.classes)
    return Effect(here, there, there_without)
